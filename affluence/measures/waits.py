"""Histograms of waits: 1-second bins to two minutes, then wider, so that thresholds may change."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

import polars as pl

from affluence.tables import WAIT_KINDS

# (from, step): bins are `step` seconds wide from `from` on; the last one is open.
BINS_S = ((0, 1), (120, 10), (300, 30), (600, 60), (3600, None))


def histogram(
    attempts: pl.LazyFrame, *, start: datetime | None, end: datetime | None, every_us: int
) -> pl.LazyFrame:
    """Number of answered and abandoned attempts by slot of arrival and bin of their wait."""
    answered = pl.col("outcome") == "answered"
    ended_at = pl.when(answered).then("answered_at").otherwise("released_at")
    in_range = [pl.col("outcome").is_in(list(WAIT_KINDS)), ended_at.is_not_null()]
    if start is not None:
        in_range.append(pl.col("offered_at") >= start)
    if end is not None:
        in_range.append(pl.col("offered_at") < end)
    return (
        attempts.filter(*in_range)
        .group_by(
            "slot",
            kind=pl.col("outcome").cast(pl.String).cast(pl.Enum(WAIT_KINDS)),
            wait_s=_lower_bound((ended_at - pl.col("offered_at")).dt.total_seconds()),
        )
        .agg(calls=pl.len().cast(pl.Int64))
        .sort("slot", "kind", "wait_s")
        .select(
            slot_start=pl.from_epoch(pl.col("slot") * every_us, "us").dt.replace_time_zone("UTC"),
            kind="kind",
            wait_s="wait_s",
            calls="calls",
        )
    )


def _lower_bound(wait_s: pl.Expr) -> pl.Expr:
    """Lower bound of the bin in which a wait in whole seconds falls."""
    bound = pl.lit(BINS_S[-1][0], pl.Int64)
    for (low, step), (high, _) in reversed(list(pairwise(BINS_S))):
        inside = low + (wait_s - low) // step * step if step else pl.lit(low, pl.Int64)
        bound = pl.when(wait_s < high).then(inside).otherwise(bound)
    return bound
