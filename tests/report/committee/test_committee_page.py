"""Every figure of the page is that of the indicators, and none is about a few persons."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from affluence.indicators import Indicators, Ratio, Readings
from affluence.indicators.plain_words import conclusion

from .made import MONTHS, OUTSIDE, YEAR, indicators, messages, nothing, page, year
from .reading import Reading, numbers, plain, share

WRITTEN = messages(312, 4_431, 48, 7)
WHOLE = indicators(YEAR, written=WRITTEN)
FOLLOWED = ("persons_reached", "answered_by_agent", "lost_calls")


def ratios(of: Indicators) -> list[Ratio]:
    return [*of.official, *of.lived, *of.written]


def rows(read: Reading) -> dict[str, list[str]]:
    """Rows of the indicators by label, each with what its whole group leaves out at the end."""
    found: dict[str, list[str]] = {}
    group: list[list[str]] = []
    for row in read.tables["indicateurs"][1:]:
        if len(row) == 3:
            found[row[0]] = row
            group.append(row)
        elif row[0].startswith("Chacun"):
            for member in group:
                member.append(row[0])
        else:
            group = []
    return found


@pytest.mark.parametrize(
    "readings",
    [Readings(), Readings(short_abandons_are_lost=False), Readings(agent_required="refused-too")],
)
def test_every_indicator_has_its_value_its_counts_and_what_it_leaves_out(
    readings: Readings,
) -> None:
    whole = indicators(YEAR, written=WRITTEN, readings=readings)
    found = rows(Reading(page(whole, MONTHS)))
    assert list(found) == [plain(ratio.label) for ratio in ratios(whole)]
    for ratio in ratios(whole):
        _, value, *rest = found[plain(ratio.label)]
        told = " ".join(rest)
        assert ratio.value is not None and ratio.numerator is not None
        assert share(value.partition(" %")[0] + " %") == pytest.approx(ratio.value, abs=0.0005)
        calculation = plain(
            f"{ratio.numerator} {ratio.numerator_words}, sur"
            f" {ratio.denominator} {ratio.denominator_words}."
        )
        left_out = [plain(f"{out.count} {out.words}") for out in ratio.left_out if out.count]
        # Thousands are set apart on the page.
        joined = re.sub(r"(?<=\d) (?=\d{3}\b)", "", told)
        assert calculation in joined
        assert [out for out in left_out if out not in joined] == []
        assert [plain(o.words) for o in ratio.left_out if not o.count and o.words in told] == []
        counts = [ratio.numerator, ratio.denominator, *(o.count for o in ratio.left_out if o.count)]
        assert {round(count) for count in counts if count} <= set(numbers(told))


def test_targets_are_beside_the_values() -> None:
    values = [row[1] for row in rows(Reading(page(WHOLE, MONTHS))).values()]
    assert [value for value in values if "cible" in value] == ["82,8 % cible : 85 %"]


def test_each_month_has_the_shares_of_its_indicators() -> None:
    table = Reading(page(WHOLE, MONTHS)).tables["evolution"]
    assert [plain(cell) for cell in table[0]] == [
        "Mois",
        "Personnes qui ont joint un agent",
        "Appels traités par un agent (officiel)",
        "Appels perdus (officiel)",
    ]
    assert len(table) == 1 + 12
    for (name, *cells), counts in zip(table[1:], MONTHS, strict=True):
        assert name.endswith(" 2026")
        expected = [counts[key][0] / counts[key][1] for key in FOLLOWED]
        assert [share(cell) for cell in cells] == pytest.approx(expected, abs=0.00051)


def test_the_graph_draws_the_figures_of_its_table() -> None:
    text = page(WHOLE, MONTHS)
    graph = text[text.index('<svg class="graphe"') :]
    grid = [float(y) for y in re.findall(r'class="grille" d="M[\d.]+ ([\d.]+)H', graph)]
    bottom, top = max(grid), min(grid)
    for key in FOLLOWED:
        path = re.search(rf'<g class="{key}"><path class="trait" d="(.*?)"', graph)
        assert path is not None
        points = [tuple(map(float, at.split())) for at in re.split("[ML]", path[1])[1:]]
        shares = [(bottom - y) / (bottom - top) for _, y in points]
        expected = [counts[key][0] / counts[key][1] for counts in MONTHS]
        assert shares == pytest.approx(expected, abs=0.001)
        steps = [after[0] - before[0] for before, after in pairwise(points)]
        assert max(steps) - min(steps) < 0.2


def test_the_graph_is_told_in_words() -> None:
    read = Reading(page(WHOLE, MONTHS))
    (graph,) = [svg for svg in read.all("svg") if svg.get("role") == "img"]
    ids = {tag["id"] for _, tag in read.tags if "id" in tag}
    assert {graph["aria-labelledby"], graph["aria-describedby"]} <= ids
    assert (
        "Appels perdus (officiel) : au plus bas 12,5 % (janv. 2026), au plus haut 19,4 %"
        " (déc. 2026)." in read.text
    )


def test_the_conclusion_is_that_of_the_indicators() -> None:
    read = Reading(page(WHOLE, MONTHS))
    assert read.items[: len(conclusion(WHOLE))] == [plain(said) for said in conclusion(WHOLE)]


@pytest.mark.parametrize("few", [1, 4])
def test_counts_of_one_to_four_are_never_said(few: int) -> None:
    whole = indicators(
        {**YEAR, "lost_calls": (few, 250)},
        outside=dict.fromkeys(OUTSIDE, few),
        written=messages(few, 12, 0, few),
    )
    months = [{**counts, "lost_calls": (few, 200)} for counts in MONTHS]
    read = Reading(page(whole, months))
    found = rows(read)
    assert found["Appels perdus"][1] == "moins de 2,0 %"
    assert found["Appels perdus"][2].startswith("moins de 5 appels abandonnés")
    assert "moins de 5 appels refusés" in read.text
    assert "moins de 5 courriers encore sans réponse" in read.text
    assert found["Courriers : réponse en moins de 15 jours ouvrés"][1] == "trop peu"
    assert {row[3] for row in read.tables["evolution"][1:]} == {"moins de 2,5 %"}
    assert "des appels sont perdus" not in read.text
    counted = r"(?<![\d,] )(?<![\d,])[1-4] (?:appels|personnes|premiers|courri|récl)"
    assert not re.search(counted, read.text)


def test_a_share_of_a_few_is_not_given() -> None:
    months = [{**MONTHS[0], "lost_calls": (0, 3), "answered_by_agent": (3, 3)}, *MONTHS[1:]]
    table = Reading(page(WHOLE, months)).tables["evolution"]
    assert table[1][2:] == ["trop peu", "trop peu"]


def test_what_is_not_measured_is_said_with_its_reason() -> None:
    blank = nothing(WHOLE.first, WHOLE.last)
    read = Reading(page(blank, [{}] * 12))
    for ratio in blank.lived:
        row = rows(read)[ratio.label]
        assert row[1] == "non mesuré" and plain(ratio.note) in row[2]
    assert {cell for row in read.tables["evolution"][1:] for cell in row[1:]} == {"non mesuré"}
    assert "Personnes qui ont joint un agent : non mesuré." in read.text
    assert "appels refusés" in read.text and "en nombre inconnu" in read.text


def test_where_refusals_leave_no_record_the_busy_lines_stand_in() -> None:
    assert "Taux de lignes occupées" in rows(
        Reading(page(nothing(WHOLE.first, WHOLE.last), [{}] * 12))
    )
    assert "Taux de lignes occupées" not in Reading(year()).text


def test_it_stands_alone_and_holds_no_script_and_no_number() -> None:
    text = year()
    read = Reading(text)
    assert not {"script", "link", "img", "iframe", "a", "form"} & {tag for tag, _ in read.tags}
    assert not re.search(r"https?:|url\(|@import", text)
    assert not any(name.startswith("on") for _, tag in read.tags for name in tag)
    assert not re.search(r"(?<!\d)0[1-9](?:[\s.]?\d\d){4}(?!\d)", read.text)
    assert read.all("html") == [{"lang": "fr"}]
    assert len(read.all("h1")) == 1
    ids = [tag["id"] for _, tag in read.tags if "id" in tag]
    assert len(ids) == len(set(ids))


def test_names_are_escaped() -> None:
    text = page(WHOLE, MONTHS, service="Accueil <b>& titres")
    assert "<h1>Accueil &lt;b&gt;&amp; titres</h1>" in text


def test_the_agents_at_work_are_no_subject() -> None:
    assert "occupation" not in year()


@pytest.mark.parametrize("demonstration", [True, False])
def test_invented_calls_are_said_to_be(*, demonstration: bool) -> None:
    text = Reading(page(WHOLE, MONTHS, demonstration=demonstration)).text
    assert ("Données de démonstration" in text) == demonstration


def test_the_method_defines_working_days_where_messages_are_counted() -> None:
    definition = (
        "le nombre de jours ouvrés (du lundi au vendredi, sauf jours fériés) qui suivent le jour de"
        " réception, jour de la réponse compris"
    )
    assert definition in Reading(year()).text
    without = Reading(page(indicators(YEAR), MONTHS)).text
    assert definition not in without and "Courriers" not in without


def test_the_same_indicators_give_the_same_bytes() -> None:
    assert year() == year()
