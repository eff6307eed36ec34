"""Each check of a built site is proven by a site that breaks it."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affluence.publication.checked_site import check_site
from affluence.publication.edition import Contact, Notice
from affluence.publication.phone_numbers import foreign_numbers
from affluence.publication.site import build_site

from .editions import drawn, edition, hours

PAGE, CSV, JSON, MANIFEST = "index.html", "affluence.csv", "affluence.json", "manifest.json"
MAIN = '<main id="contenu">'


def broken(path: str, old: str, new: str) -> dict[str, bytes]:
    """A realistic site with one change, its manifest made to agree: only the defect is left."""
    site = build_site(edition())
    text = site[path].decode()
    assert old in text
    return relisted({**site, path: text.replace(old, new, 1).encode()})


def relisted(site: dict[str, bytes]) -> dict[str, bytes]:
    manifest = json.loads(site[MANIFEST])
    manifest["files"] = {
        path: {"sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body)}
        for path, body in site.items()
        if path != MANIFEST
    }
    return {**site, MANIFEST: json.dumps(manifest).encode()}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"answers_known": False, "refusals_recorded": False},
        {"week": edition().week.clear(), "recommended": (), "to_avoid": ()},
        {"week": drawn(["?????"] * 7), "recommended": (), "to_avoid": (), "anything_quiet": False},
        {"week": drawn(["ccccc"] * 7), "to_avoid": ()},  # says so, and names no hours
        {"opening": hours((1, 810, 840), (7, 780, 1440)), "demonstration": False},
    ],
)
def test_a_sound_site_may_be_delivered(changes: dict[str, Any]) -> None:
    assert check_site(build_site(edition(**changes))) == []


@pytest.mark.parametrize(
    ("path", "old", "new", "reason"),
    [
        (PAGE, "</table>", "", "never closed"),
        (PAGE, "</span></td>", "</td></span>", "closes"),
        (PAGE, 'id="taux"', 'id="affluence"', "used 2 times"),
        (PAGE, "<h2>Quand", "<h1>Deux</h1><h2>Quand", "2 h1 headings"),
        (PAGE, 'lang="fr"', 'lang="en"', "language"),
        (PAGE, "<caption>Affluence", "<caption></caption><p>Affluence", "never closed"),
        (PAGE, '<span class="mot">Calme</span></td>', "</td>", "cell without text"),
        (PAGE, '<th scope="row">', "<th>", "what it heads"),
        (PAGE, MAIN, f"{MAIN}<iframe></iframe>", "no place"),
        (PAGE, MAIN, MAIN.replace(">", ' onclick="go()">'), "holds a script"),
        (PAGE, 'href="affluence.csv"', 'href="tableau.csv"', "leads nowhere"),
        (PAGE, 'href="affluence.csv"', 'href="#nulle-part"', "leads nowhere"),
        (PAGE, 'href="affluence.csv"', 'href="//elsewhere.example/a"', "leads nowhere"),
        (
            PAGE,
            MAIN,
            f'{MAIN}<img alt="" src="https://elsewhere.example/a">',
            "outside the site",
        ),
        (PAGE, "</style>", "body{background:url(a.png)}</style>", "outside the site"),
        (JSON, '"zone"', '"$schema": "https://elsewhere.example/s", "zone"', "outside the site"),
        (PAGE, "tel:+33199001234", "tel:+33199001235", "do not dial"),
        (PAGE, "affluence-release", "release", "its release is not"),
        (
            PAGE,
            ">Chargé</span></td>".replace("rg", "r\u00adg"),
            ">Calme</span></td>",
            "differ in level",
        ),
        (PAGE, ">Assez calme</span></td>", ">Tranquille</span></td>", "cannot be read back"),
        (PAGE, "<td>55\u00a0%</td>", "<td>5\u00a0%</td>", "differ in a rate"),
        (
            PAGE,
            '<th scope="row">9\u00a0h\u00a0– 10\u00a0h',
            '<th scope="row">8\u00a0h\u00a0– 9\u00a0h',
            "does not show this cell",
        ),
        (CSV, ",tres_charge,", ",calme,", "CSV and JSON differ in niveau"),
        (JSON, '"niveau": "tres_charge"', '"niveau": "calme"', "CSV and JSON differ in niveau"),
        (CSV, ",0.55,", ",0.05,", "differ in taux_lignes_occupees"),
        (CSV, "lundi,09:00,10:00", "lundi,08:00,09:00", "do not hold the same cells"),
        (CSV, ",0.55,", ",beaucoup,", "cannot be read back"),
        (JSON, '"cells"', '"cellules"', "cannot be read back"),
        (JSON, '"taux_occupation": 0.8,', '"taux_occupation": 1.2,', "not within 0-1"),
        (JSON, '"taux_occupation": 0.8,', '"taux_occupation": -0.1,', "not within 0-1"),
        (JSON, "{", "", "cannot be read"),
    ],
)
def test_a_defect_is_a_reason(path: str, old: str, new: str, reason: str) -> None:
    found = check_site(broken(path, old, new))
    assert any(reason in problem for problem in found), found


def test_a_caption_is_needed() -> None:
    site = build_site(edition())
    page = site[PAGE].decode()
    start, end = page.index("<caption>"), page.index("</caption>") + len("</caption>")
    found = check_site(relisted({**site, PAGE: (page[:start] + page[end:]).encode()}))
    assert found == ["index.html: a table has no caption"]


def test_rates_of_a_cell_without_level_are_refused() -> None:
    site = broken(JSON, '"niveau": "tres_charge"', '"niveau": "donnees_insuffisantes"')
    assert any("a cell without level shows a rate" in problem for problem in check_site(site))


@pytest.mark.parametrize(
    "number",
    [
        "0639981234",
        "06 39 98 12 34",
        "06.39.98.12.34",
        "06-39-98-12-34",
        "06\u00a039\u00a098\u00a012\u00a034",
        "06\u202f39\u202f98\u202f12\u202f34",
        "06 3998 1234",
        "+33639981234",
        "+33 6 39 98 12 34",
        "+33 (0)6 39 98 12 34",
        "0033 6 39 98 12 34",
        "+44 1632 960123",
    ],
)
@pytest.mark.parametrize("path", [PAGE, CSV, JSON])
def test_another_telephone_number_is_refused_wherever_it_stands(path: str, number: str) -> None:
    old = {PAGE: "<footer>", CSV: "demo,", JSON: '"zone": "'}[path]
    found = check_site(broken(path, old, f"{old}{number} "))
    assert any("not the service's own" in problem for problem in found), found
    assert not any(number in problem for problem in found)


def test_a_number_cut_by_tags_or_written_in_entities_is_refused() -> None:
    for number in ("06<b>39</b>98<b>12</b>34", "&#48;639981234"):
        found = check_site(broken(PAGE, "<footer>", f"<footer><p>{number}</p>"))
        assert any("not the service's own" in problem for problem in found), found


@pytest.mark.parametrize(
    ("text", "french"),
    [
        ("Appelez le 06 39 98 12 34", "1 numéro(s) de téléphone qui ne sont pas celui du service"),
        ("Voir https://autre.example.fr/", "renvoie hors du site"),
    ],
)
def test_what_a_notice_must_not_hold_is_said_in_french_and_english(text: str, french: str) -> None:
    notice = Notice(texts=(("fr", text),), until=date(2026, 3, 12))
    found = check_site(build_site(edition(contact=Contact(notice=notice))))
    assert found
    for problem in found:
        said, english = problem.split("\n    ")
        assert french in said and "configuration" in said and "configuration" in english
        assert "98 12 34" not in problem


@pytest.mark.parametrize("number", ["01 99 00 12 34", "+33 1 99 00 12 34", "+33 (0)1 99 00 12 34"])
def test_the_number_of_the_service_may_be_written_as_one_likes(number: str) -> None:
    assert check_site(broken(PAGE, "<footer>", f"<footer><p>{number}</p>")) == []


@given(st.floats(0, 1), st.floats(0, 1), st.dates(min_value=date(2000, 1, 1)))
def test_rates_hours_and_dates_are_no_telephone_numbers(a: float, b: float, day: date) -> None:
    row = f"13:30,14:00,{round(a, 2)},{round(b, 2)},{day.isoformat()},{day.isoformat()}\n"
    assert foreign_numbers(row * 2, ()) == set()


@pytest.mark.parametrize("path", [PAGE, CSV, JSON, MANIFEST])
def test_a_file_that_is_missing_is_a_reason(path: str) -> None:
    site = build_site(edition())
    del site[path]
    assert check_site(site) == [f"{path} is missing"]


def test_bytes_that_are_no_text_are_a_reason() -> None:
    site = {**build_site(edition()), CSV: b"\xff\xfe"}
    assert "cannot be read" in check_site(site)[0]


def test_a_file_that_is_not_the_listed_one_is_a_reason() -> None:
    site = build_site(edition())
    site[CSV] += b"\n"
    assert check_site(site) == ["manifest.json: affluence.csv is not the file that was listed"]


def test_a_file_that_is_not_listed_is_a_reason() -> None:
    site = {**build_site(edition()), "autre.txt": b"bonjour"}
    assert check_site(site) == ["manifest.json: autre.txt is listed or present, but not both"]


def test_a_manifest_that_is_no_object_is_a_reason() -> None:
    assert check_site({**build_site(edition()), MANIFEST: b"[]"}) != []
