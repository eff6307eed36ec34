"""The indicators as text, JSON and CSV: nothing unknown reads as zero, nothing few is shown."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

from affluence.indicators import Indicators, Readings
from affluence.indicators.documents import as_csv, as_document
from affluence.indicators.listing import as_text
from affluence.indicators.plain_words import conclusion, lasting, percent_of, tidy, whole

from .desks import Played, desk, indicators_of, play, redialling
from .hand_made import MONDAY, QUARTER, indicators, rows_frame, sealed, slot, slots_frame

NBSP, NARROW = "\u00a0", "\u202f"


@pytest.fixture(scope="module")
def played() -> Played:
    """A week of a desk that refuses half of the calls, and where many give up waiting."""
    callers = redialling(0.7, 120.0, mean_patience_s=60.0, redial_after_giving_up_share=0.4)
    return play(desk(lines=6, agents=4, fresh_erlang=7.0, callers=callers, weeks=1))


def _everything(document: object) -> list[object]:
    if isinstance(document, dict):
        return [leaf for value in document.values() for leaf in _everything(value)]
    if isinstance(document, list):
        return [leaf for value in document for leaf in _everything(value)]
    return [document]


def _nothing() -> Indicators:
    return indicators(slots_frame([slot(recorded_s=0)]))


def _sealed() -> Indicators:
    counts = {"answered": 60, "busy": 40, "first_attempts": 70, "first_busy": 20}
    return indicators(slots_frame([sealed(slot(**counts)), slot(MONDAY + QUARTER, **counts)]))


def test_the_document_is_valid_json_without_nan(played: Played) -> None:
    for found in (played.indicators, _nothing(), _sealed()):
        document = json.loads(as_document("Service", found), parse_constant=pytest.fail)
        assert document["service"] == "Service"
        assert document["first"] == found.first.isoformat()
        assert len(document["official"]) == 3


def test_the_document_says_every_share_with_what_it_is_made_of(played: Played) -> None:
    document = json.loads(as_document("Service", played.indicators))
    ratios = [*document["official"], *document["lived"], *document["lines"]]
    for ratio in ratios:
        assert ratio["value"] == ratio["numerator"] / ratio["denominator"]
        assert ratio["numerator_words"] and ratio["denominator_words"]
    assert document["agents"]["value"] is None
    assert document["agents"]["note"]


def test_what_is_not_measured_is_null_in_the_document_and_never_zero() -> None:
    document = json.loads(as_document("Service", _sealed()))
    unknown = ("demand", "mean_holding_s", "mean_talk_s", "busy_hour")
    assert [document[name] for name in unknown] == [None, None, None, document["busy_hour"]]
    of_waits = {name: value for name, value in document["waits"].items() if value is not None}
    assert set(of_waits) == {"within_s", "short_abandon_s"}
    assert document["offered"]["erlang"] is None
    assert document["agents"]["numerator"] is None
    assert set(document["refused_by"].values()) == {None}
    assert document["intents"] == document["redials"] == []
    assert document["before_opening"] == {}


def test_the_csv_parses_back(played: Played) -> None:
    found = played.indicators
    rows = list(csv.DictReader(io.StringIO(as_csv(found), newline="")))
    ratios = (*found.official, *found.lived, *found.other_readings, *found.lines, found.agents)
    assert [row["indicateur"] for row in rows] == [ratio.key for ratio in ratios]
    for row, ratio in zip(rows, ratios, strict=True):
        assert (float(row["valeur"]) if row["valeur"] else None) == ratio.value
        assert row["numerateur_en_mots"] == ratio.numerator_words
        assert row["laisses_de_cote"].count(" ; ") == max(len(ratio.left_out) - 1, 0)


def test_the_csv_leaves_empty_what_is_not_measured() -> None:
    rows = {row["indicateur"]: row for row in csv.DictReader(io.StringIO(as_csv(_sealed())))}
    assert rows["fewer_than_5_rings"]["valeur"] == ""
    assert rows["agent_occupancy"]["numerateur"] == ""
    assert rows["persons_reached"]["denominateur"] == ""


def test_the_text_says_not_measured_where_an_older_version_measured() -> None:
    text = as_text("Service", _sealed()).replace(NBSP, " ")
    for words in (
        "Appels décrochés en moins de 5 sonneries (lues : moins de 20 s)",
        "Personnes qui ont joint un agent dans la journée",
        "Taux d’occupation des agents",
        "attente moyenne avant réponse",
        "durée moyenne de conversation",
        "appels avant l’ouverture",
        "personnes ayant appelé",
        "trafic entrant écoulé pendant l’ouverture",
    ):
        (line,) = [line for line in text.splitlines() if line.strip().startswith(words)]
        assert line.endswith(" : non mesuré"), line
    assert "inconnu secondes" not in text
    assert "None" not in text


def test_the_text_says_every_number_that_a_share_is_made_of(played: Played) -> None:
    text = as_text("Service des étrangers", played.indicators).replace(NBSP, " ")
    found = played.indicators
    assert text.startswith("Service des étrangers, du 07/09/2026 au 11/09/2026\n")
    for ratio in (*found.official, *found.lived, *found.lines):
        assert f"{whole(ratio.numerator)} {ratio.numerator_words}" in text
        assert f"sur {whole(ratio.denominator)} {ratio.denominator_words}" in text
    assert f"{whole(found.outcomes['busy'])} appels refusés" in text


@pytest.mark.parametrize("persons", [4, 5])
def test_figures_on_fewer_than_five_persons_are_in_no_output(persons: int) -> None:
    rows = [(gap, persons, 9, 1, persons, 0, 0, 777.0) for gap in (15, 30, 60, 1440)]
    found = indicators(
        slots_frame([slot(answered=persons, busy=persons, first_attempts=persons)]),
        durations=rows_frame("durations", [("answered", 30, persons)]),
        persons=rows_frame("persons", rows),
        redials=rows_frame("redials", [("busy", 1, 44, persons - 1, 1)]),
    )
    text, document = as_text("Service", found), json.loads(as_document("Service", found))
    shown = persons >= 5
    assert ("appels par demande" in text) == shown
    assert ("moins de 5 demandes" in text.replace(NBSP, " ")) != shown
    assert ("trop peu pour le dire" in text) != shown
    assert ("rappellent" in text) == shown
    assert bool(document["intents"]) == bool(document["redials"]) == shown
    assert ("777.0" in as_document("Service", found)) == shown
    (line, reached) = found.lived
    assert (line.value is not None) == (reached.value is not None) == shown


def test_the_time_to_an_agent_of_fewer_than_five_persons_is_in_no_output() -> None:
    found = indicators(
        slots_frame([slot(answered=4, busy=9, first_attempts=9)]),
        durations=rows_frame("durations", [("answered", 30, 4)]),
        persons=rows_frame("persons", [(1440, 9, 13, 1, 4, 0, 5, 777.0)]),
    )
    assert "777.0" not in as_document("Service", found)
    assert "agent joint 44,4 %, renoncement" in as_text("Service", found).replace(NBSP, " ")


def test_the_text_is_set_as_french_is(played: Played) -> None:
    text = as_text("Service", played.indicators)
    assert not re.search(r"\S [:;?!%»]|« ", text)
    assert not re.search(r"\d (s|min|h|erlangs?|appels)\b", text)
    assert "'" not in text
    assert '"' not in text


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (lasting(None), "non mesuré"),
        (lasting(0.4), f"0{NBSP}s"),
        (lasting(59.4), f"59{NBSP}s"),
        (lasting(59.6), f"1{NBSP}min 00{NBSP}s"),
        (lasting(200), f"3{NBSP}min 20{NBSP}s"),
        (whole(None), "inconnu"),
        (whole(1234567), f"1{NARROW}234{NARROW}567"),
        (percent_of(1, 3), f"33,3{NBSP}%"),
        (percent_of(1, 0), "non mesuré"),
        (tidy("« a » : 3 min ; b !"), f"«{NBSP}a{NBSP}»{NBSP}: 3{NBSP}min{NBSP}; b{NBSP}!"),
    ],
)
def test_numbers_are_written_as_in_french(shown: str, expected: str) -> None:
    assert shown == expected


# In plain words


def test_the_conclusion_sets_the_official_figure_beside_what_it_leaves_out() -> None:
    found = indicators(
        slots_frame(
            [slot(answered=90, abandoned=10, busy=300, first_attempts=200, first_busy=150)]
        ),
        persons=rows_frame("persons", [(1440, 200, 390, 150, 88, 0, 112, 900.0)]),
    )
    assert [sentence.replace(NBSP, " ") for sentence in conclusion(found)] == [
        "Selon l’indicateur officiel, 10,0 % des appels sont perdus.",
        (
            "Cet indicateur ne compte pas les 300 appels refusés, soit 75,0 % des appels qui"
            " demandaient un agent."
        ),
        "Sur 100 personnes qui ont appelé, 44 ont joint un agent dans la journée.",
        "Un premier appel obtient une ligne dans 25,0 % des cas.",
    ]


def test_the_conclusion_says_that_refusals_are_not_recorded() -> None:
    found = indicators(slots_frame([slot(answered=90, first_attempts=80, full_open_s=450)]))
    assert "ne gardent pas les appels refusés" in conclusion(found)[-1]


def test_the_conclusion_says_nothing_of_nothing() -> None:
    assert conclusion(_nothing()) == ()


def test_readings_are_printed(played: Played) -> None:
    readings = Readings(
        fewer_than_5_rings_s=21.5, short_abandons_are_lost=False, agent_required="refused-too"
    )
    found = indicators_of(played.measured, played.simulation.scenario, readings)
    text = as_text("Service", found).replace(NBSP, " ")
    assert "Appels décrochés en moins de 5 sonneries (lues : moins de 21,5 s)" in text
    assert "Appels perdus, sans les abandons courts" in text
    assert "Appels traités par un agent (appels refusés comptés)" in text


def test_refusals_that_are_not_recorded_are_not_none() -> None:
    found = indicators(
        slots_frame([slot(answered=90, first_attempts=80, full_open_s=450)]),
        persons=rows_frame("persons", [(1440, 80, 90, 0, 80, 0, 0, 240.0)]),
    )
    assert not found.refusals_recorded
    text = as_text("Service", found).replace(NBSP, " ")
    assert "\n  refusés : non mesuré\n" in text
    assert "premier appel refusé" not in text
    assert text.count("laissés de côté : un nombre inconnu d’appels refusés") >= 3
