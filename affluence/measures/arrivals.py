"""Attempts: one row an inbound call, with the slot of its arrival and the outcome it counts as."""

from __future__ import annotations

import polars as pl

from affluence.measures.spans import within
from affluence.tables import OUTCOMES


def count_attempts(
    calls: pl.LazyFrame, opening: pl.DataFrame | None, *, zone: str, every_us: int
) -> pl.LazyFrame:
    """Inbound calls with ``slot`` (UTC microseconds // ``every_us``) and local ``day``.

    An attempt outside the opening SPANS that nobody answered becomes ``closed``.
    """
    attempts = calls.filter(pl.col("direction") == "inbound").select(
        "offered_at",
        "answered_at",
        "released_at",
        "outcome",
        "caller",
        slot=pl.col("offered_at").to_physical() // every_us,
        day=pl.col("offered_at").dt.convert_time_zone(zone).dt.date(),
    )
    if opening is None:
        return attempts
    turned_away = ~within(pl.col("offered_at"), opening) & (pl.col("outcome") != "answered")
    closed = pl.lit("closed", pl.Enum(OUTCOMES))
    return attempts.with_columns(outcome=pl.when(turned_away).then(closed).otherwise("outcome"))


def count_first_attempts(attempts: pl.LazyFrame, every_us: int) -> pl.LazyFrame:
    """Per slot: attempts that are the first of their caller on that local day, and those refused.

    Attempts outside opening hours are nobody's first attempt: nobody could have answered.
    Of several in the same instant a refused one is taken for the first: when unsure, the busier.
    """
    busy = pl.col("outcome") == "busy"
    # One number holds instant and refusal: its minimum is the first attempt, without any sorting.
    first = (pl.col("offered_at").to_physical() * 2 + (~busy).cast(pl.Int64)).min()
    return (
        attempts.filter(pl.col("caller").is_not_null(), pl.col("outcome") != "closed")
        .group_by("day", "caller")
        .agg(first=first)
        .group_by(slot=pl.col("first") // (2 * every_us))
        .agg(first_attempts=pl.len(), first_busy=(1 - pl.col("first") % 2).sum())
    )
