"""Rows of the table: the opening hours of each weekday, cut on whole hours or half-hours."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import polars as pl

from affluence.typical_week.calendar import Hours

_SCHEMA = {"weekday": pl.Int64, "start_min": pl.Int64, "end_min": pl.Int64}


def row_spans(hours: Hours, row_minutes: int, day: date) -> pl.DataFrame:
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


def seen_in_rows(slots: pl.DataFrame, spans: pl.DataFrame, zone: str) -> pl.LazyFrame:
    """The SLOTS that were open and wholly recorded, each in its row of the table.

    In the order of time. Beside the columns of ``spans`` each has its local ``day``; ``attempts``
    are without those to a closed desk, ``waits`` are the answered ones whose wait is known.

    Args:
        slots: SLOTS of one platform.
        spans: rows of the table: weekday (ISO), start_min, end_min and what else is wanted of them.
        zone: the platform's.

    """
    local = pl.col("slot_start").dt.convert_time_zone(zone)
    return (
        slots.lazy()
        .filter(pl.col("open_s") > 0, pl.col("recorded_s") >= pl.col("open_s"))
        .with_columns(
            day=local.dt.date(),
            weekday=local.dt.weekday().cast(pl.Int64),
            minute=local.dt.hour().cast(pl.Int64) * 60 + local.dt.minute(),
            attempts=pl.col("attempts") - pl.col("closed"),
            waits=pl.col("answered") - pl.col("answer_unrecorded").fill_null(0),
        )
        .join(spans.lazy(), on="weekday")
        # A slot that opening hours cut belongs to the row of its open part.
        .filter(pl.col("minute") + 15 > pl.col("start_min"), pl.col("minute") < pl.col("end_min"))
        .sort("slot_start", "start_min")
        .unique("slot_start", keep="first", maintain_order=True)
    )
