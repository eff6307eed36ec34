"""When a desk is open: weekly hours, public holidays, closures; closed is not the same as zero."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import polars as pl

from affluence.tables import SPANS

MinutesSpan = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """Days closed by decision, ``first`` and ``last`` included."""

    first: date
    last: date
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Opening hours of a desk.

    ``weekly`` has seven entries, Monday first: spans in minutes after local midnight.
    ``holidays_of`` is a country or region ("FR", "FR-57") or empty.
    """

    zone: str
    weekly: tuple[tuple[MinutesSpan, ...], ...]
    holidays_of: str
    closures: tuple[Closing, ...]


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
    """Days within the weekly hours on which the desk is closed, in order; closures come first."""
    holidays = public_holidays(hours.holidays_of, first, last)
    closed = []
    for day in each_day(first, last):
        if not hours.weekly[day.weekday()]:
            continue
        closing = next((c for c in hours.closures if c.first <= day <= c.last), None)
        if closing is not None:
            closed.append(ClosedDay(day=day, reason="closure", label=closing.label))
        elif day in holidays:
            closed.append(ClosedDay(day=day, reason="public_holiday", label=holidays[day]))
    return tuple(closed)


def opening_spans(hours: Hours, first: date, last: date) -> pl.DataFrame:
    """SPANS during which the desk is open on the days from ``first`` to ``last``."""
    zone = ZoneInfo(hours.zone)
    closed = {closed.day for closed in closed_days(hours, first, last)}
    spans = [
        (instant(day, start_min, zone), instant(day, end_min, zone))
        for day in each_day(first, last)
        if day not in closed
        for start_min, end_min in hours.weekly[day.weekday()]
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

    country, _, subdivision = region.partition("-")
    years = range(first.year, last.year + 1)
    found = holidays.country_holidays(
        country, subdiv=subdivision or None, years=years, language="fr" if country == "FR" else None
    )
    return {day: name for day, name in found.items() if first <= day <= last}
