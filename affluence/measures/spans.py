"""Spans of time: disjoint bounds, membership, and the local days around some calls."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl


def disjoint_bounds(spans: pl.DataFrame) -> pl.Series:
    """Ascending instants at which the union of SPANS begins, ends, begins, ends… (UTC, µs)."""
    return (
        spans.lazy()
        .filter(pl.col("start") < pl.col("end"))
        .sort("start")
        .with_columns(before=pl.col("end").cum_max().shift(1))
        .with_columns(group=(pl.col("start") > pl.col("before")).fill_null(True).cum_sum())
        .group_by("group")
        .agg(pl.col("start").min(), pl.col("end").max())
        .sort("group")
        .select(pl.concat_list("start", "end").explode())
        .collect()
        .to_series()
    )


def within(instants: pl.Expr, spans: pl.DataFrame) -> pl.Expr:
    """Whether each instant lies in one of the SPANS (start included, end excluded)."""
    bounds = disjoint_bounds(spans).to_physical()
    # Bounds alternate begin, end: after an odd number of them one is inside.
    return instants.to_physical().map_batches(
        lambda column: bounds.search_sorted(column, side="right") % 2 == 1,
        return_dtype=pl.Boolean,
        is_elementwise=True,
    )


def local_days_around(calls: pl.DataFrame, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Local midnights, as UTC, at or before the first arrival and strictly after the last.

    Raises:
        ValueError: there is no call.

    """
    if calls.is_empty():
        raise ValueError("no call: give start, end and platform")
    first: date = _local_date(calls["offered_at"].min(), zone)
    day_after = _local_date(calls["offered_at"].max(), zone) + timedelta(days=1)
    return _midnight(first, zone), _midnight(day_after, zone)


def _local_date(instant: Any, zone: ZoneInfo) -> date:  # noqa: ANN401  # min() is any Python value
    local: datetime = instant.astimezone(zone)
    return local.date()


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
