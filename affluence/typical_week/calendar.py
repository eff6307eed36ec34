"""When a desk is open: weekly hours, their changes, exceptions, closures, public holidays.

An exception comes before a closure, a closure before a public holiday, and all of them before the
weekly hours. Closed is not the same as zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import polars as pl

from affluence.tables import SPANS

MinutesSpan = tuple[int, int]
Weekly = tuple[tuple[MinutesSpan, ...], ...]

# Departments and territories by the numbers that people know; the library has names of its own.
_LIBRARY_REGIONS = {
    "FR-67": "FR-6AE",  # Bas-Rhin and Haut-Rhin are its Alsace
    "FR-68": "FR-6AE",
    "FR-975": "FR-PM",
    "FR-977": "FR-BL",
    "FR-978": "FR-MF",
    "FR-984": "FR-TF",
    "FR-986": "FR-WF",
    "FR-987": "FR-PF",
    "FR-988": "FR-NC",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """Days closed by decision, ``first`` and ``last`` included."""

    first: date
    last: date
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Weekly hours that hold from a day on, until the next change."""

    since: date
    weekly: Weekly


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionalDay:
    """A day with opening hours of its own, whatever day it is; closed without any."""

    day: date
    spans: tuple[MinutesSpan, ...]
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Opening hours of a desk.

    ``weekly`` has seven entries, Monday first: spans in minutes after local midnight; it holds
    until the first of the ``changes``. ``holidays_of`` is a country or region ("FR", "FR-57") or
    empty, ``school_zone`` is "A", "B", "C", "Corse" or empty.
    """

    zone: str
    weekly: Weekly
    holidays_of: str
    closures: tuple[Closing, ...]
    changes: tuple[Change, ...] = ()
    exceptions: tuple[ExceptionalDay, ...] = ()
    school_zone: str = ""

    def weekly_on(self, day: date) -> Weekly:
        """The weekly hours in force on a day."""
        if not self.changes:
            return self.weekly
        begun = [change for change in self.changes if change.since <= day]
        return max(begun, key=lambda change: change.since).weekly if begun else self.weekly


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedDay:
    """A day on which the desk is closed although its weekly hours say open."""

    day: date
    reason: Literal["public_holiday", "closure"]
    label: str


def each_day(first: date, last: date) -> Iterator[date]:
    """Days from ``first`` to ``last``, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def closed_days(hours: Hours, first: date, last: date) -> tuple[ClosedDay, ...]:
    """Days within the weekly hours on which the desk is closed, in order.

    A day that is closed by exception counts as a closure.
    """
    holidays = public_holidays(hours.holidays_of, first, last)
    exceptions = {exception.day: exception for exception in hours.exceptions}
    closings = {
        day: closing
        for closing in reversed(hours.closures)  # where two overlap the first counts
        for day in each_day(max(first, closing.first), min(last, closing.last))
    }
    closed = []
    for day in each_day(first, last):
        if not hours.weekly_on(day)[day.weekday()]:
            continue
        exception = exceptions.get(day)
        closing = closings.get(day)
        if exception is not None:
            if not exception.spans:
                closed.append(ClosedDay(day=day, reason="closure", label=exception.label))
        elif closing is not None:
            closed.append(ClosedDay(day=day, reason="closure", label=closing.label))
        elif day in holidays:
            closed.append(ClosedDay(day=day, reason="public_holiday", label=holidays[day]))
    return tuple(closed)


def opening_by_day(hours: Hours, first: date, last: date) -> dict[date, tuple[MinutesSpan, ...]]:
    """Spans in which the desk is open on each day from ``first`` to ``last``; none where closed.

    Holidays are looked up once for all days: ask for a range rather than day by day.
    """
    closed = {closed.day for closed in closed_days(hours, first, last)}
    exceptions = {exception.day: exception.spans for exception in hours.exceptions}
    return {
        day: () if day in closed else exceptions.get(day, hours.weekly_on(day)[day.weekday()])
        for day in each_day(first, last)
    }


def last_complete_week(hours: Hours, today: date) -> date:
    """Sunday of the newest week of which no opening day is left, seen from ``today``.

    ``today`` itself is not over yet.
    """
    sunday = today + timedelta(days=6 - today.weekday())
    if any(opening_by_day(hours, today, sunday).values()):
        return sunday - timedelta(days=7)
    return sunday


def opening_spans(hours: Hours, first: date, last: date) -> pl.DataFrame:
    """SPANS during which the desk is open on the days from ``first`` to ``last``."""
    zone = ZoneInfo(hours.zone)
    spans = [
        (instant(day, start_min, zone), instant(day, end_min, zone))
        for day, of_day in opening_by_day(hours, first, last).items()
        for start_min, end_min in of_day
    ]
    return SPANS.check(pl.DataFrame(spans, schema=SPANS.schema, orient="row"))


def instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """UTC instant of a wall-clock minute of a local day (0-1440)."""
    midnight = datetime.combine(day + timedelta(days=minutes // 1440), time(), zone)
    wall = midnight.replace(hour=minutes % 1440 // 60, minute=minutes % 60)
    return wall.astimezone(UTC)


def public_holidays(region: str, first: date, last: date) -> dict[date, str]:
    """Public holidays and their names, from ``first`` to ``last``; none without a region."""
    if not region:
        return {}
    # A second to load, and not needed where a desk works on holidays.
    import holidays

    country, _, subdivision = _LIBRARY_REGIONS.get(region, region).partition("-")
    years = range(first.year, last.year + 1)
    found = holidays.country_holidays(
        country, subdiv=subdivision or None, years=years, language="fr" if country == "FR" else None
    )
    return {day: name for day, name in found.items() if first <= day <= last}
