"""Days on which people call otherwise: after a closure, bridges, starts of months, school holidays.

Only the calendar tells: nothing here is learnt from calls.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from functools import cache

import polars as pl
from vacances_scolaires_france import (  # type: ignore[import-untyped]  # ships no types
    SchoolHolidayDates,
)

from affluence.typical_week.calendar import (
    Hours,
    MinutesSpan,
    closed_days,
    each_day,
    opening_by_day,
    public_holidays,
)

MONTH_START_DAYS = 3  # open days of a month that count as its start

_DAY = timedelta(days=1)
_SCHEMA = {
    "day": pl.Date,
    "is_open": pl.Boolean,
    "after_closure": pl.Boolean,
    "bridge": pl.Boolean,
    "month_start": pl.Boolean,
    "school_holidays": pl.Boolean,
}
_Opening = Mapping[date, tuple[MinutesSpan, ...]]


def special_days(hours: Hours, first: date, last: date) -> pl.DataFrame:
    """One row a calendar day from ``first`` to ``last``, both included, and what sets it apart.

    ``is_open``: the desk is open on ``day`` at all. ``after_closure``: the first open day after a
    day of the weekly hours on which it was closed. ``bridge``: an open day of the weekly hours,
    alone between days off (« pont »). ``month_start``: among the first three open days of its
    month. These are False on closed days. ``school_holidays``: null where they are not known, or
    no zone is configured.
    """
    # Weekly hours open at least once in seven days while they hold: going back so far, the last
    # day of the weekly hours is found, whether it was open or closed.
    look_back = 7 * _DAY * (1 + len(hours.changes))
    begin, end = min(first - look_back, first.replace(day=1)), last + _DAY
    opening = opening_by_day(hours, begin, end)
    closed = {closed.day for closed in closed_days(hours, begin, end)}
    after_closures = _after_closures(opening, closed)
    bridges = _bridges(hours, opening, closed)
    month_starts = _month_starts(opening)
    school = school_holidays(hours.school_zone, first, last)
    rows = [
        (
            day,
            bool(opening[day]),
            day in after_closures,
            day in bridges,
            day in month_starts,
            school.get(day),
        )
        for day in each_day(first, last)
    ]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def school_holidays(zone: str, first: date, last: date) -> dict[date, bool]:
    """Whether each day from ``first`` to ``last`` is in the school holidays of a zone.

    A day of which it is not known is left out: before the holidays of autumn 1990, after the last
    that are published, and always for "Corse". The library counts the Friday after Ascension as a
    holiday in some years only.
    """
    known = _known_school_holidays(zone) if zone else frozenset()
    if not known:
        return {}
    return {day: day in known for day in each_day(max(first, min(known)), min(last, max(known)))}


def school_holidays_known_until(zone: str) -> date | None:
    """The last day of which it is known; None for a zone of which nothing is."""
    return max(_known_school_holidays(zone), default=None)


@cache  # a third of a second to read
def _known_school_holidays(zone: str) -> frozenset[date]:
    if zone not in SchoolHolidayDates.SUPPORTED_ZONES:
        return frozenset()
    dates = SchoolHolidayDates()
    years = range(dates.min_year, dates.max_year + 1)
    return frozenset(day for year in years for day in dates.holidays_for_year_and_zone(year, zone))


def _after_closures(opening: _Opening, closed: Collection[date]) -> set[date]:
    found = set()
    closed_since = False
    for day, spans in opening.items():
        if spans and closed_since:
            found.add(day)
        # A weekend changes nothing: it is neither open nor closed against the weekly hours.
        closed_since = not spans and (closed_since or day in closed)
    return found


def _bridges(hours: Hours, opening: _Opening, closed: Collection[date]) -> set[date]:
    """Open days alone between two closed ones, where that is not what every week looks like."""
    begin, *between, end = opening
    holidays = public_holidays(hours.holidays_of, begin, end)

    def sets_apart(neighbour: date, other: date) -> bool:
        # A holiday on which the weekly hours are closed anyway still makes a long weekend.
        return neighbour in closed or (neighbour in holidays and other.weekday() >= 5)

    return {
        day
        for day in between
        if opening[day] and hours.weekly_on(day)[day.weekday()]
        for before, after in [(day - _DAY, day + _DAY)]
        if not (opening[before] or opening[after])
        and (sets_apart(before, after) or sets_apart(after, before))
    }


def _month_starts(opening: _Opening) -> set[date]:
    found = set()
    open_days: Counter[tuple[int, int]] = Counter()
    for day, spans in opening.items():
        month = (day.year, day.month)
        open_days[month] += bool(spans)
        if spans and open_days[month] <= MONTH_START_DAYS:
            found.add(day)
    return found
