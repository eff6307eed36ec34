"""Lines and agents in service over time: as configured, or the lines as the calls show them.

A log goes before the roster, day by day: the one tells who was there, the other who should have
been.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import polars as pl

from affluence.tables import CAPACITY
from affluence.typical_week.calendar import Hours, MinutesSpan, closed_days, each_day, instant

# So many seconds in all at a number of simultaneous calls prove that there are as many lines: a
# faulty record or two lasts less, or adds a call for a while only.
SUSTAINED_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Agents on duty at some hours of some weekdays (0 = Monday), while the desk is not closed."""

    weekdays: tuple[int, ...]
    hours: tuple[MinutesSpan, ...]
    agents: int
    since: date
    until: date | None  # last day, included


def configured_lines(platform: str, lines: Sequence[tuple[date, int]], zone: str) -> pl.DataFrame:
    """CAPACITY of lines that are configured by the day from which each number holds."""
    begins = sorted((instant(since, 0, ZoneInfo(zone)), count) for since, count in lines)
    ends = [*(start for start, _ in begins[1:]), None]
    return _table(
        (platform, start, end, "line", count, "configured")
        for (start, count), end in zip(begins, ends, strict=True)
    )


def inferred_lines(platform: str, concurrency: pl.DataFrame) -> pl.DataFrame:
    """CAPACITY of the lines that CONCURRENCY shows: the most calls that were up for a while.

    Its ``calls`` and ``lasting_s`` suffice.
    Never more than there are: a platform that was never full looks smaller than it is.
    """
    sustained = (
        concurrency.lazy()
        .group_by("calls")
        .agg(pl.col("lasting_s").sum())
        .sort("calls", descending=True)
        .filter(pl.col("lasting_s").cum_sum() >= SUSTAINED_S)
        .collect()
    )
    if sustained.is_empty():
        return CAPACITY.empty()
    always = datetime(1970, 1, 1, tzinfo=UTC)
    return _table([(platform, always, None, "line", sustained["calls"][0], "inferred")])


def rostered_agents(
    platform: str, roster: Sequence[Shift], hours: Hours, first: date, last: date
) -> pl.DataFrame:
    """CAPACITY of the agents on duty from ``first`` to ``last``; nobody on closed days."""
    if not roster:
        return CAPACITY.empty()
    zone = ZoneInfo(hours.zone)
    closed = {closed.day for closed in closed_days(hours, first, last)}
    return _table(
        (
            platform,
            instant(day, start, zone),
            instant(day, end, zone),
            "agent",
            shift.agents,
            "configured",
        )
        for day in each_day(first, last)
        if day not in closed
        for shift in roster
        if day.weekday() in shift.weekdays
        and shift.since <= day
        and (shift.until is None or day <= shift.until)
        for start, end in shift.hours
    )


def _table(rows: Iterable[tuple[str, datetime, datetime | None, str, int, str]]) -> pl.DataFrame:
    return CAPACITY.check(pl.DataFrame(list(rows), schema=CAPACITY.schema, orient="row"))
