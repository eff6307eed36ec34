"""Histograms of waits, talks and holding times, so that thresholds may change later."""

from __future__ import annotations

from itertools import pairwise

import polars as pl

from affluence.measures.spans import disjoint_bounds, rank_among
from affluence.tables import DURATION_BINS_S, DURATION_KINDS

LONGEST_S = DURATION_BINS_S[-1][0]  # what lasts longer falls in the last bin
_BIN_OF_SECOND = pl.Series(
    [
        low + (second - low) // width * width
        for (low, width), (high, _) in pairwise(DURATION_BINS_S)
        for second in range(low, high)
    ]
    + [LONGEST_S],
    dtype=pl.Int64,
)
_FAR_US = 12 * 3600 * 1_000_000  # a bound of the opening further away than this is not looked at


def count_durations(
    attempts: pl.DataFrame, holdings: pl.DataFrame, opening: pl.DataFrame | None, every_us: int
) -> pl.LazyFrame:
    """Calls by ``slot`` of arrival, ``kind`` and ``duration_s``, the lower bound of their bin.

    Args:
        attempts: as `affluence.measures.attempts.find_attempts` gives them.
        holdings: as `affluence.measures.occupancy.find_holdings` gives them.
        opening: SPANS, or None where it is always open.
        every_us: length of a slot.

    """
    outcome = pl.col("outcome")
    answered, abandoned = outcome == "answered", outcome == "abandoned"
    offered, picked_up = pl.col("offered_us"), pl.col("picked_up_us")
    queued, talking = pl.col("queued_us"), pl.col("answered_us")
    released = pl.col("released_us")
    by_agent = answered & (picked_up == talking)
    of_attempts = {
        "answered": (answered, talking - offered),
        "abandoned": (abandoned, released - offered),
        "unanswered": (outcome == "unanswered", released - offered),
        "machine_pick_up": (
            outcome.is_in(["answered", "abandoned", "unanswered"]) & ~by_agent.fill_null(False),
            picked_up - offered,
        ),
        "agent_pick_up": (by_agent, picked_up - offered),
        "queue_answered": (answered, talking - queued),
        "queue_abandoned": (abandoned, released - queued),
        "talk": (answered, released - talking),
    }
    keys = [
        attempts.lazy()
        .filter(condition & duration_us.is_not_null())
        .select(key=_key(pl.col("slot"), kind, duration_us))
        for kind, (condition, duration_us) in of_attempts.items()
    ]
    keys.append(
        holdings.lazy()
        .filter("ended", released > offered)
        .select(key=_key(offered // every_us, "line_holding", released - offered))
    )
    if opening is not None:
        keys += _from_opening(attempts, opening)
    kinds = pl.Enum(DURATION_KINDS)
    per_slot = len(DURATION_KINDS) * (LONGEST_S + 1)
    return (
        pl.concat(keys)
        # Most keys are rare: sorted first, they are grouped four times as fast.
        .sort("key")
        .group_by("key", maintain_order=True)
        .agg(calls=pl.len().cast(pl.Int64))
        .select(
            slot=pl.col("key") // per_slot,
            kind=(pl.col("key") % per_slot // (LONGEST_S + 1)).cast(pl.UInt8).cat.to(kinds),
            duration_s=pl.col("key") % (LONGEST_S + 1),
            calls="calls",
        )
    )


def bin_of(duration_s: pl.Expr) -> pl.Expr:
    """Lower bound of the bin in which a duration in whole seconds, at least 0, falls."""
    return pl.lit(_BIN_OF_SECOND).gather(duration_s.clip(upper_bound=LONGEST_S))


def _key(slot: pl.Expr, kind: str, duration_us: pl.Expr) -> pl.Expr:
    """Slot, kind and bin as one integer: one column is grouped much faster than three."""
    duration_s = bin_of(duration_us.clip(lower_bound=0) // 1_000_000)
    number = DURATION_KINDS.index(kind)
    return (slot * len(DURATION_KINDS) + number) * (LONGEST_S + 1) + duration_s


def _from_opening(attempts: pl.DataFrame, opening: pl.DataFrame) -> list[pl.LazyFrame]:
    """Closed attempts by their distance from the nearer bound of the opening hours.

    Those that are far from any count as after closing, in the last bin, wherever the known
    opening hours end.
    """
    bounds = disjoint_bounds(opening).to_physical()
    padded = pl.concat(
        [pl.Series([None], dtype=pl.Int64), bounds, pl.Series([None], dtype=pl.Int64)]
    )
    rank = rank_among(pl.col("offered_us"), bounds)
    since_closing = pl.col("offered_us") - pl.lit(padded).gather(rank)
    until_opening = pl.lit(padded).gather(rank + 1) - pl.col("offered_us")
    far = pl.lit(_FAR_US, pl.Int64)

    def near(distance_us: pl.Expr) -> pl.Expr:
        return pl.min_horizontal(distance_us.fill_null(far), far)

    closed = (
        attempts.lazy()
        # What the records call closed within the opening hours is neither before nor after them.
        .filter(pl.col("outcome") == "closed", rank % 2 == 0)
        .select("slot", since=near(since_closing), until=near(until_opening))
    )
    before = pl.col("until") < pl.col("since")
    return [
        closed.filter(before).select(key=_key(pl.col("slot"), "before_opening", pl.col("until"))),
        closed.filter(~before).select(key=_key(pl.col("slot"), "after_closing", pl.col("since"))),
    ]
