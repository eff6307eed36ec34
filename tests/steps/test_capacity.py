"""Lines and agents in service: from the configuration, or lines from what the calls show."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import polars as pl

from affluence.steps.capacity import (
    Shift,
    configured_lines,
    inferred_lines,
    rostered_agents,
)
from affluence.tables import CONCURRENCY
from affluence.typical_week.calendar import Closing, Hours

PARIS = ZoneInfo("Europe/Paris")
MORNING = (9 * 60, 12 * 60)
HOURS = Hours(
    zone="Europe/Paris",
    weekly=((MORNING,),) * 5 + ((),) * 2,
    holidays_of="FR",
    closures=(Closing(first=date(2026, 11, 12), last=date(2026, 11, 12), label="travaux"),),
)


def local(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), PARIS).astimezone(UTC)


def test_each_number_of_lines_holds_until_the_next() -> None:
    found = configured_lines("desk", [(date(2026, 7, 1), 9), (date(2026, 1, 1), 6)], HOURS.zone)
    assert found.select("from", "to", "count").rows() == [
        (local(date(2026, 1, 1), 0), local(date(2026, 7, 1), 0), 6),
        (local(date(2026, 7, 1), 0), None, 9),
    ]
    assert found["source"].unique().to_list() == ["configured"]


def test_nobody_is_on_duty_on_closed_days() -> None:
    """The week of Armistice Day, a Wednesday, and of works on the Thursday."""
    shift = Shift(
        weekdays=(0, 1, 2, 3, 4), hours=(MORNING,), agents=6, since=date(1970, 1, 1), until=None
    )
    found = rostered_agents("desk", [shift], HOURS, date(2026, 11, 9), date(2026, 11, 15))
    assert found.select("from", "to", "count").rows() == [
        (local(date(2026, 11, day), 9), local(date(2026, 11, day), 12), 6) for day in (9, 10, 13)
    ]


def test_shifts_hold_on_their_weekdays_between_their_days() -> None:
    shifts = [
        Shift(weekdays=(0,), hours=(MORNING,), agents=6, since=date(2026, 11, 16), until=None),
        Shift(
            weekdays=(0,),
            hours=(MORNING,),
            agents=5,
            since=date(1970, 1, 1),
            until=date(2026, 11, 16),
        ),
    ]
    found = rostered_agents("desk", shifts, HOURS, date(2026, 11, 9), date(2026, 11, 29))
    assert found.select("from", "count").sort("from", "count").rows() == [
        (local(date(2026, 11, 9), 9), 5),
        (local(date(2026, 11, 16), 9), 5),
        (local(date(2026, 11, 16), 9), 6),  # the last day of one is the first of the other
        (local(date(2026, 11, 23), 9), 6),
    ]


def concurrency(*rows: tuple[int, float]) -> pl.DataFrame:
    start = datetime(2026, 11, 9, 8, tzinfo=UTC)
    return CONCURRENCY.check(
        pl.DataFrame(
            [("desk", start, calls, lasting_s, lasting_s) for calls, lasting_s in rows],
            schema=CONCURRENCY.schema,
            orient="row",
        )
    )


def test_as_many_lines_as_calls_that_were_up_for_a_minute_in_all() -> None:
    # 9 calls for 5 s: a faulty record; at least 8 for 5 + 56 s.
    found = inferred_lines("desk", concurrency((7, 900), (8, 30), (8, 26), (9, 5)))
    assert found.select("count", "source").rows() == [(8, "inferred")]
    assert inferred_lines("desk", concurrency((7, 900), (8, 30), (9, 5)))["count"].item() == 7


def test_without_calls_no_line_is_known() -> None:
    assert inferred_lines("desk", CONCURRENCY.empty()).is_empty()
