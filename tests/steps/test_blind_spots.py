"""What is missing is told in words; what is merely quiet is not."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from affluence.steps.blind_spots import blind_spots
from tests.measures.frames import calls_frame

MONDAY = date(2026, 3, 2)
HOURS = range(8, 16)  # UTC
A_DAY = timedelta(days=1)

Row = dict[str, Any]


def call(at: datetime, *, lasts_s: int = 60, outcome: str = "answered") -> Row:
    return {"offered_at": at, "released_at": at + timedelta(seconds=lasts_s), "outcome": outcome}


def day(of: date, each_hour: int = 12, hours: Iterable[int] = HOURS) -> list[Row]:
    """Calls one after the other: one in six gives up, one in twelve is refused."""
    outcomes = ("busy", "abandoned", "answered", "answered", "abandoned", *["answered"] * 7)
    return [
        call(
            datetime(of.year, of.month, of.day, hour, nth * 60 // each_hour, tzinfo=UTC),
            outcome=outcomes[nth % 12],
        )
        for hour in hours
        for nth in range(each_hour)
    ]


def weeks(but: Collection[date] = ()) -> list[Row]:
    """Four weeks of five days."""
    every = [MONDAY + (7 * week + weekday) * A_DAY for week in range(4) for weekday in range(5)]
    return [row for of in every if of not in but for row in day(of)]


def told(rows: list[Row], **given: Any) -> list[str]:
    files = given.pop("files", {"Master.csv": 4321})
    frame = calls_frame({"call_key": key} | row for key, row in enumerate(rows)).sort(
        "offered_at", "call_key"
    )
    given = {"zone": "Europe/Paris", "lines": None, "now": None} | given
    return blind_spots(frame, files, **given)


def test_whole_records_have_no_blind_spot() -> None:
    assert told(weeks()) == []


def test_a_day_that_is_missing_in_the_middle() -> None:
    gone = date(2026, 3, 11)
    assert told(weeks(but={gone})) == ["no record at all on Wed 11 Mar 2026"]


def test_weekends_and_days_before_and_after_are_not_missing() -> None:
    assert told(weeks(but={MONDAY, MONDAY + 25 * A_DAY})) == []


def test_an_hour_that_is_missing_in_the_middle() -> None:
    of = date(2026, 3, 12)
    rows = [*weeks(but={of}), *day(of, hours=[8, 9, 10, 12, 13, 14, 15])]
    assert told(rows) == [
        "no record at all on Thu 12 Mar 2026 at 12 h, though other weeks have many then"
    ]


def test_a_quiet_day_has_no_hole() -> None:
    """Closed, and two people called all the same."""
    of = date(2026, 3, 12)
    rows = [*weeks(but={of}), *day(of, each_hour=1, hours=[8, 15])]
    assert told(rows) == []


@pytest.mark.parametrize(
    ("records", "doubted"),
    [(100, True), (1000, True), (7000, True), (65_535, True), (1_048_576, True), (1001, False)],
)
def test_an_export_of_a_round_number_of_records(records: int, doubted: bool) -> None:
    found = told(weeks(), files={"export.csv": records})
    expected = f"export.csv has exactly {records} records: it may be an export that was cut there"
    assert found == ([expected] if doubted else [])


def test_lines_that_are_full_though_nobody_is_refused() -> None:
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    rows = [call(at, lasts_s=1200), call(at, lasts_s=1200)]
    (found,) = told(rows, lines=2)
    assert found.startswith("all 2 lines are taken for 20 minutes and no call is refused")
    # Calls that pile up at their peak show how many lines there are.
    assert told(rows) == [found]


def test_no_refusal_while_lines_were_free() -> None:
    rows = [call(datetime(2026, 3, 2, 9, tzinfo=UTC))]
    (found,) = told(rows, lines=2)
    assert found.startswith("no call is refused in these records: either lines were never full")


@pytest.mark.parametrize(
    ("outcome", "warning"),
    [
        ("abandoned", "no caller ever gives up"),
        ("answered", "no call is ever answered"),
        ("busy", "no call is refused"),
    ],
)
def test_an_outcome_that_never_occurs(outcome: str, warning: str) -> None:
    rows = [row for row in weeks() if row["outcome"] != outcome]
    (found,) = told(rows)
    assert found.startswith(warning)


def test_records_that_do_not_say_how_calls_ended() -> None:
    rows = [row | {"outcome": "unknown"} if nth % 3 else row for nth, row in enumerate(weeks())]
    assert "the records do not say how 67% of the calls ended" in told(rows)


def test_a_file_that_has_stopped_growing() -> None:
    last = datetime(2026, 3, 27, 15, 55, tzinfo=UTC)
    assert told(weeks(), now=last + timedelta(days=7)) == []
    (found,) = told(weeks(), now=last + timedelta(days=30))
    assert found.startswith("the newest call is 30 days old")


def test_files_without_a_call() -> None:
    assert told([], files={"empty.csv": 0}) == []
