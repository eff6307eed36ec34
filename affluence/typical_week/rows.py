"""Rows of the table: the opening hours of each weekday, cut on whole hours or half-hours."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import polars as pl

from affluence.typical_week.calendar import Hours

_SCHEMA = {"weekday": pl.Int64, "start_min": pl.Int64, "end_min": pl.Int64}


def row_grid(hours: Hours, row_minutes: int, day: date) -> pl.DataFrame:
    """Cells of the table: ISO ``weekday``, ``start_min``, ``end_min`` (after local midnight).

    They are those of the weekly hours in force on ``day``.
    An opening at 13:30 with rows of an hour gives 13:30-14:00, then 14:00-15:00, and so on.
    """
    cells = [
        (weekday, start, end)
        for weekday, spans in enumerate(hours.weekly_on(day), 1)
        for span in spans
        for start, end in _cut(*span, row_minutes)
    ]
    return pl.DataFrame(cells, schema=_SCHEMA, orient="row").sort("weekday", "start_min")


def _cut(start_min: int, end_min: int, row_minutes: int) -> list[tuple[int, int]]:
    first_bound = start_min // row_minutes * row_minutes + row_minutes
    bounds = [start_min, *range(first_bound, end_min, row_minutes), end_min]
    return list(pairwise(bounds))
