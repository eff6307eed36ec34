"""Attempts: one row an inbound call, with its slot, its local day and the outcome it counts as."""

from __future__ import annotations

import polars as pl

from affluence.measures.spans import rank_among, within
from affluence.tables import OUTCOMES, REFUSED_BY

_ODD_FACTOR = 0x9E3779B97F4A7C15  # 2**64 over the golden ratio, as multiplicative hashing has it

_INSTANTS = ("offered", "picked_up", "queued", "answered", "released")


def find_attempts(
    calls: pl.LazyFrame,
    opening: pl.DataFrame | None,
    *,
    midnights: pl.Series,
    every_us: int,
) -> pl.DataFrame:
    """Inbound calls, one row each.

    Columns: the instants as ``…_us`` (UTC microseconds), ``outcome``, ``refused_by``, ``caller``,
    ``slot`` (``offered_us // every_us``) and ``person`` (caller and local day as one key, null
    without a caller). An attempt outside the opening SPANS that nobody answered becomes
    ``closed``.

    Args:
        calls: CALLS of one platform.
        opening: SPANS, or None where it is always open.
        midnights: ascending local midnights (UTC) around all calls.
        every_us: length of a slot.

    """
    offered_us = pl.col("offered_at").to_physical()
    day = rank_among(offered_us, midnights).cast(pl.UInt64)
    outcome = pl.col("outcome")
    if opening is not None:
        turned_away = ~within(pl.col("offered_at"), opening) & (outcome != "answered")
        outcome = pl.when(turned_away).then(pl.lit("closed", pl.Enum(OUTCOMES))).otherwise(outcome)
    return (
        calls.filter(pl.col("direction") == "inbound")
        .select(
            **{f"{name}_us": pl.col(f"{name}_at").to_physical() for name in _INSTANTS},
            outcome=outcome,
            refused_by="refused_by",
            caller="caller",
            slot=offered_us // every_us,
            # Sums of 64-bit keys are as good keys, and one column is grouped faster than two.
            person=pl.col("caller") + day * _ODD_FACTOR,
        )
        .collect()
    )


def count_attempts(attempts: pl.DataFrame) -> pl.LazyFrame:
    """What is counted once, in the slot of the arrival; sums of waits and talks, microseconds."""
    outcome, refused_by = pl.col("outcome"), pl.col("refused_by")
    offered_us, answered_us = pl.col("offered_us"), pl.col("answered_us")
    released_us = pl.col("released_us")
    # Few rows by slot and outcome first, the columns of the outcomes from them.
    by_outcome = (
        attempts.lazy()
        .group_by(key=pl.col("slot") * len(OUTCOMES) + outcome.to_physical())
        .agg(
            count=pl.len(),
            **{f"by_{who}": (refused_by == who).sum() for who in REFUSED_BY},
            undated=answered_us.null_count(),
            still_open=released_us.null_count(),
            anonymous=pl.col("caller").null_count(),
            wait_us=(answered_us - offered_us).sum(),
            lasting_us=(released_us - offered_us).sum(),
            holding_us=(released_us - offered_us).clip(lower_bound=0).sum(),
            talk_us=(released_us - answered_us).sum(),
            talks=(released_us - answered_us).count(),
        )
        .with_columns(slot=pl.col("key") // len(OUTCOMES), outcome=pl.col("key") % len(OUTCOMES))
    )

    def of(name: str, *outcomes: str) -> pl.Expr:
        numbers = [OUTCOMES.index(each) for each in outcomes]
        return pl.col(name).filter(pl.col("outcome").is_in(numbers)).sum()

    let_in = [name for name in OUTCOMES if name not in ("closed", "busy")]
    return by_outcome.group_by("slot").agg(
        attempts=pl.col("count").sum(),
        **{name: of("count", name) for name in OUTCOMES},
        **{f"busy_{who}": of(f"by_{who}", "busy") for who in REFUSED_BY},
        answer_unrecorded=of("undated", "answered"),
        still_open=pl.col("still_open").sum(),
        anonymous=pl.col("anonymous").sum(),
        wait_answered_us=of("wait_us", "answered"),
        wait_abandoned_us=of("lasting_us", "abandoned"),
        talk_us=of("talk_us", "answered"),
        talks=of("talks", "answered"),
        inbound_holding_us=of("holding_us", *let_in),
    )
