"""Slots of ordinary days, written by what happens in an hour."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

import polars as pl

from affluence.tables import OUTCOMES, SLOTS
from affluence.typical_week.calendar import Hours, each_day, instant

HOURS = Hours(
    zone="Europe/Paris",
    weekly=((((9 * 60), 12 * 60), (13 * 60 + 30, 16 * 60 + 30)),) * 5 + ((), ()),
    holidays_of="FR",
    closures=(),
)
Figures = dict[str, float]


def slots_of(
    first: date, last: date, figures: Callable[[date, int], Figures], hours: Hours = HOURS
) -> pl.DataFrame:
    """SLOTS of some days; ``figures`` gives a quarter's own from its day and minute of the day."""
    rows = []
    for day in each_day(first, last):
        for minute in range(0, 1440, 15):
            is_open = any(a <= minute < b for a, b in hours.weekly[day.weekday()])
            row: Figures = dict.fromkeys(list(SLOTS.columns)[2:], 0)
            row |= {"line_s": 8 * 900, "recorded_s": 900, "open_s": 900 * is_open}
            row["line_open_s"] = row["line_s"] * is_open
            row |= figures(day, minute) if is_open else {}
            row["attempts"] = sum(row[outcome] for outcome in OUTCOMES)
            start = instant(day, minute, ZoneInfo(hours.zone))
            rows.append({"platform": "desk", "slot_start": start, **row})
    return pl.DataFrame(rows, schema_overrides=SLOTS.schema).select(list(SLOTS.columns))
