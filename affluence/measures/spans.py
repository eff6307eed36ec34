"""Spans of time: disjoint bounds, membership, and the local days around some calls."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

_DAY = timedelta(days=1)


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


def rank_among(instants_us: pl.Expr, bounds: pl.Series) -> pl.Expr:
    """Number of the ascending ``bounds`` (instants) at or before each UTC microsecond (UInt32)."""
    ascending_us = bounds.to_physical()
    return instants_us.map_batches(
        lambda column: ascending_us.search_sorted(column, side="right"),
        return_dtype=pl.UInt32,
        is_elementwise=True,
    )


def within(instants: pl.Expr, spans: pl.DataFrame) -> pl.Expr:
    """Whether each instant lies in one of the SPANS (start included, end excluded)."""
    # Bounds alternate begin, end: after an odd number of them one is inside.
    return rank_among(instants.to_physical(), disjoint_bounds(spans)) % 2 == 1


def local_days_around(calls: pl.DataFrame, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Local midnights, as UTC, at or before the first arrival and strictly after the last.

    Raises:
        ValueError: there is no call.

    """
    if calls.is_empty():
        raise ValueError("no call: give start, end and platform")
    first: date = _local_date(calls["offered_at"].min(), zone)
    day_after = _local_date(calls["offered_at"].max(), zone) + _DAY
    return _midnight(first, zone), _midnight(day_after, zone)


def local_midnights(calls: pl.DataFrame, zone: ZoneInfo) -> pl.Series:
    """Every local midnight, as UTC, from the first arrival's day to the day after the last."""
    midnights: list[datetime] = []
    if not calls.is_empty():
        day: date = _local_date(calls["offered_at"].min(), zone)
        last: date = _local_date(calls["offered_at"].max(), zone)
        while day <= last + _DAY:
            midnights.append(_midnight(day, zone))
            day += _DAY
    return pl.Series(midnights, dtype=pl.Datetime("us", "UTC"))


def _local_date(instant: Any, zone: ZoneInfo) -> date:  # noqa: ANN401  # min() is any Python value
    local: datetime = instant.astimezone(zone)
    return local.date()


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
