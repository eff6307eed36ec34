"""The files of a site say what the edition says, cell by cell, and nothing more."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
from polars.testing import assert_frame_equal

from affluence.contracts import ContractError
from affluence.publication.site import build_site

from .editions import DRAWN, HOURS, cell, drawn, edition, hours, week
from .reading import LEVELS, csv_rows, json_data, source, table, text

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi")
ROWS = (
    "9 h – 10 h",
    "10 h – 11 h",
    "11 h – 12 h",
    "13 h 30 – 14 h",
    "14 h – 15 h",
    "15 h – 16 h",
    "16 h – 16 h 30",
)
RATES = (
    "chance_de_joindre_un_agent",
    "taux_lignes_occupees",
    "taux_occupation",
    "taux_refus_premiers_appels",
)


def plain(words: list[str]) -> list[str]:
    return [word.replace("\u00a0", " ") for word in words]


def test_the_page_shows_every_level_in_its_cell() -> None:
    head, *rows = table(build_site(edition()), "affluence")
    assert head == ["Heure", *DAYS]
    expected = [
        [name, *(LEVELS[letter][0] for letter in line)]
        for name, line in zip(ROWS, DRAWN, strict=True)
    ]
    assert [plain(row) for row in rows] == expected


def test_csv_and_json_hold_every_level() -> None:
    site = build_site(edition())
    expected = {
        (day, f"{start // 60:02}:{start % 60:02}", f"{end // 60:02}:{end % 60:02}"): LEVELS[letter][
            1
        ]
        for (start, end), line in zip(HOURS, DRAWN, strict=True)
        for day, letter in zip(DAYS, line, strict=True)
    }
    for cells in (csv_rows(site), json_data(site)["cells"]):
        found = {(c["jour"], c["heure_debut"], c["heure_fin"]): c["niveau"] for c in cells}
        assert found == expected
        assert len(cells) == len(expected)


def test_rows_are_cut_where_any_weekday_opens_or_closes() -> None:
    """Monday opens at 13:30, Tuesday at 13:00: nothing is said of Monday before 13:30."""
    site = build_site(
        edition(
            opening=hours((1, 810, 840), (2, 780, 840)),
            week=week([cell(1, 810, 840, "c"), cell(2, 780, 840, "t")]),
            recommended=(),
            to_avoid=(),
        )
    )
    assert [plain(row) for row in table(site, "affluence")] == [
        ["Heure", "lundi", "mardi"],
        ["13 h – 13 h 30", "Fermé", "Très chargé"],
        ["13 h 30 – 14 h", "Calme", "Très chargé"],
    ]


def test_a_weekday_without_a_row_is_closed_at_that_hour() -> None:
    site = build_site(edition(week=week([cell(1, 540, 600, "c"), cell(2, 600, 660, "b")])))
    _, first, second = table(site, "affluence")
    assert first[1:] == ["Calme", "Fermé", "Fermé", "Fermé", "Fermé"]
    assert second[1:] == ["Fermé", "Chargé", "Fermé", "Fermé", "Fermé"]


def test_hours_closed_on_every_day_take_no_row_of_the_page_but_stay_in_the_data() -> None:
    site = build_site(edition(week=week([cell(1, 540, 600, "c"), cell(1, 720, 810, "-")])))
    assert len(table(site, "affluence")) == 1 + 1
    assert [row["niveau"] for row in csv_rows(site)] == ["calme", "ferme"]


def test_saturday_takes_a_column_only_if_it_opens() -> None:
    lines = [
        f"{line}{'c' if start < 720 else '-'}"
        for (start, _), line in zip(HOURS, DRAWN, strict=True)
    ]
    with_saturday = edition(
        week=drawn(lines), opening=(*edition().desk.opening, *hours((6, 540, 720)))
    )
    assert table(build_site(with_saturday), "affluence")[0][-1] == "samedi"
    assert table(build_site(edition()), "affluence")[0][-1] == "vendredi"


def test_both_rates_are_shown_for_every_open_hour() -> None:
    _, *rows = table(build_site(edition()), "taux")
    assert len(rows) == 7 * 5 - 1  # closed on Thursday after 16 h
    shown = {plain(row)[0]: plain(row)[1:] for row in rows}
    # reach 0.314: busy-line rate (1 - 0.314) × 0.8 = 0.5488, occupancy 1.02 - 0.314 × 0.7 = 0.8002
    assert shown["lundi, 9 h – 10 h"] == ["55 %", "80 %"]
    assert shown["vendredi, 16 h – 16 h 30"] == ["Données insuffisantes"] * 2


def test_rates_are_rounded_to_two_decimals() -> None:
    row = csv_rows(build_site(edition()))[0]
    # refused share (1 - 0.314) / 2 = 0.343
    assert [row[name] for name in RATES] == ["0.31", "0.55", "0.8", "0.34"]
    assert json_data(build_site(edition()))["cells"][0]["taux_lignes_occupees"] == 0.55


@pytest.mark.parametrize("letter", ["?", "-"])
def test_a_cell_without_level_publishes_no_rate(letter: str) -> None:
    rates = {"reach": 0.41, "busy_line_rate": 0.42, "occupancy_rate": 0.43, "refused_share": 0.44}
    site = build_site(edition(week=week([cell(1, 540, 600, letter, **rates)])))
    assert [csv_rows(site)[0][name] for name in RATES] == [""] * 4
    assert [json_data(site)["cells"][0][name] for name in RATES] == [None] * 4
    assert not any(figure in body for body in site.values() for figure in (b"0.41", b"42\xc2\xa0%"))


def test_no_count_of_calls_is_published() -> None:
    counts = {"attempts": 77_017, "answered": 77_019, "first_attempts": 77_023, "busy": 77_031}
    site = build_site(edition(week=week([cell(1, 540, 600, "c", **counts)])))
    del site["manifest.json"]  # a hash may hold any digits
    assert not any(str(n).encode() in body for n in counts.values() for body in site.values())


def test_a_rate_that_the_records_do_not_tell_is_empty_and_said_so() -> None:
    site = build_site(edition(week=week([cell(1, 540, 600, "c", occupancy_rate=None)])))
    assert csv_rows(site)[0]["taux_occupation"] == ""
    assert table(site, "taux")[1][2] == "Non mesuré"


def test_without_answers_no_chance_of_an_agent_is_published() -> None:
    site = build_site(edition(answers_known=False))
    assert {row["chance_de_joindre_un_agent"] for row in csv_rows(site)} == {""}
    assert "reposent sur le seul taux de lignes occupées" in text(site)
    assert "trouvent une ligne libre" in text(site)
    assert "aboutissent à un agent" not in text(site)


def test_refusals_that_are_not_recorded_are_not_zero() -> None:
    site = build_site(edition(refusals_recorded=False))
    assert {row["taux_refus_premiers_appels"] for row in csv_rows(site)} == {""}
    assert "Part des appels refusés\u00a0: non mesurée" in text(site)
    assert "non mesurée" not in text(build_site(edition()))


def test_csv_names_period_service_and_validity_in_every_row() -> None:
    rows = csv_rows(build_site(edition()))
    assert len(rows) == 7 * 5
    for row in rows:
        assert row["plateforme"] == "demo"
        assert row["service"] == "Préfecture d’Exemple : accueil des étrangers"
        assert (row["periode_debut"], row["periode_fin"]) == ("2026-01-05", "2026-03-01")
        assert row["prochaine_mise_a_jour"] == "2026-03-09"
        assert row["valable_jusqu_au"] == "2026-03-15"
    assert {row["jours"] for row in rows} == {"8", "2"}


def test_json_tells_bounds_words_and_advice() -> None:
    data = json_data(build_site(edition()))
    assert data["bounds"] == {"calme": 0.9, "assez_calme": 0.75, "charge": 0.5}
    assert data["levels"] == {level: word for word, level in LEVELS.values()}
    assert data["period"]["first"] == "2026-01-05"
    best = {"jour": "mardi", "heure_debut": "14:00", "heure_fin": "15:00"}
    assert data["recommended"][0] == best
    assert data["to_avoid"][0] == {"jour": "lundi", "heure_debut": "09:00", "heure_fin": "10:00"}


def test_the_same_edition_gives_the_same_bytes() -> None:
    assert build_site(edition()) == build_site(edition())


def test_the_order_of_the_week_does_not_matter() -> None:
    shuffled = edition(week=edition().week.sample(fraction=1, shuffle=True, seed=7))
    assert build_site(shuffled) == build_site(edition())


def test_the_edition_is_left_as_it_was() -> None:
    given = edition()
    build_site(given)
    assert_frame_equal(given.week, edition().week)


def test_the_manifest_tells_size_and_hash_of_every_other_file() -> None:
    site = build_site(edition())
    manifest = json.loads(site["manifest.json"])
    assert sorted(manifest["files"]) == sorted({*site} - {"manifest.json"})
    for path, entry in manifest["files"].items():
        assert entry == {
            "sha256": hashlib.sha256(site[path]).hexdigest(),
            "bytes": len(site[path]),
        }


def test_the_release_is_the_week_and_the_content() -> None:
    site = build_site(edition())
    release = json.loads(site["manifest.json"])["release"]
    assert release.startswith("2026-W09-") and len(release) == len("2026-W09-") + 6
    assert f'<meta name="affluence-release" content="{release}">' in source(site)
    other = json.loads(build_site(edition(service="Autre service"))["manifest.json"])["release"]
    assert other != release


def test_a_week_that_breaks_its_contract_is_refused() -> None:
    with pytest.raises(ContractError):
        build_site(replace(edition(), week=edition().week.drop("state")))
