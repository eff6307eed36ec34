"""Records that contradict the number of lines."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from affluence.doubts import find_doubts
from affluence.tables import SLOTS
from tests.conftest import ConfigWriter
from tests.records import day_of_records, fictional_number, record
from tests.runs import days_measured, measured, publish, run


def slots(**figures: float | None) -> pl.DataFrame:
    """One slot in which nothing happened but for some figures."""
    plain = dict.fromkeys(SLOTS.columns, 0) | {
        "platform": "desk",
        "slot_start": datetime(2026, 11, 9, 8, tzinfo=UTC),
    }
    return pl.DataFrame([plain | figures], schema=SLOTS.schema)


@pytest.mark.parametrize(
    ("busy", "refused_free", "doubtful"), [(100, 5, False), (100, 6, True), (19, 19, False)]
)
def test_refusals_while_lines_are_free(busy: int, refused_free: int, doubtful: bool) -> None:
    found = find_doubts(slots(busy=busy, refused_free=refused_free))
    assert found.too_many_lines is doubtful
    assert found.lines_doubtful is doubtful


def test_refusals_of_the_queue_do_not_count() -> None:
    found = find_doubts(slots(busy=100, busy_queue=80, refused_free=2))
    assert (found.refusals, found.too_many_lines) == (20, True)


@pytest.mark.parametrize(
    ("full_s", "over_s", "doubtful"), [(6100, 61, False), (6000, 61, True), (100, 60, False)]
)
def test_more_calls_than_lines(full_s: float, over_s: float, doubtful: bool) -> None:
    assert find_doubts(slots(full_s=full_s, over_s=over_s)).too_few_lines is doubtful


def test_slots_that_do_not_know_count_for_nothing() -> None:
    found = find_doubts(slots(busy=100, refused_free=None, full_s=900, over_s=None))
    assert (found.refusals, found.full_s, found.lines_doubtful) == (0, 0, False)


def refusals_while_free(day: str) -> str:
    """Thirty refusals, two minutes apart, while at most one of three lines is held."""
    nine = datetime.fromisoformat(f"{day} 09:01:00")
    return "".join(
        record(
            500 + index,
            (nine + timedelta(minutes=2 * index)).isoformat(sep=" "),
            3,
            disposition="BUSY",
            app="Busy",
            caller=fictional_number(5000 + index),
        )
        + "\n"
        for index in range(30)
    )


def test_rates_of_lines_are_withheld_and_the_page_says_why(small_platform: ConfigWriter) -> None:
    config = small_platform()
    days = ["2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06"]
    log = "".join(day_of_records(day, 20) + refusals_while_free(day) for day in days)
    (config.parent / "records" / "Master.csv").write_text(log)
    run(config)
    document = json.loads((config.parent / "site" / "affluence.json").read_text())
    assert document["lines"] == {"count": 3, "inferred": False, "believed": False}
    assert all(cell["taux_lignes_occupees"] is None for cell in document["cells"])
    assert all(cell["taux_occupation"] is None for cell in document["cells"])
    # What callers met is recorded all the same: 30 of 50 first calls of the morning were refused.
    monday = [cell for cell in document["cells"] if cell["jour"] == "lundi"]
    assert monday[0]["heure_debut"] == "09:00" and monday[0]["niveau"] == "tres_charge"
    page = (config.parent / "site" / "index.html").read_text()
    assert "les enregistrements contredisent le nombre de lignes connu" in page
    assert "non mesuré" in page


def test_lines_that_nobody_configured_are_those_that_the_calls_show(
    small_platform: ConfigWriter,
) -> None:
    config = small_platform()
    config.write_text(config.read_text().replace("lines = 3\n", ""))
    days = ["2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06"]
    # Of every call of 200 s and more, four minutes apart, none overlaps: one line.
    log = config.parent / "records" / "Master.csv"
    log.write_text("".join(day_of_records(day, 20) for day in days))
    run(config)
    assert measured(config)["slots"]["line_s"].unique().to_list() == [900.0]
    # On the Friday three more calls are up at the same time: there were four lines all along.
    nine = [record(900 + n, "2026-03-06 09:00:30", 300, answered_after_s=9) for n in range(3)]
    with log.open("a") as file:
        file.write("\n".join(nine) + "\n")
    assert days_measured(run(config)) == {"desk": 5}
    assert measured(config)["slots"]["line_s"].unique().to_list() == [3600.0]
    publish(config, correction=True)
    document = json.loads((config.parent / "site" / "affluence.json").read_text())
    assert document["lines"] == {"count": 4, "inferred": True, "believed": True}
    page = (config.parent / "site" / "index.html").read_text()
    assert "4\N{NO-BREAK SPACE}lignes, nombre déduit des appels" in page
