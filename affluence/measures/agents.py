"""Agents: how long they talk and wrap up, and how long they are on duty. Never one by one."""

from __future__ import annotations

import polars as pl

from affluence.measures.spans import rank_among


def occupy_agents(
    holdings: pl.DataFrame, timeline: pl.DataFrame, *, wrap_up_us: int
) -> pl.LazyFrame:
    """Per slot: agent-microseconds busy and on duty, and their parts within open time.

    An agent is busy from the answer of a call, inbound or outbound, to its release and for the
    configured wrap-up after it.

    Args:
        holdings: calls on lines, as `affluence.measures.occupancy.find_holdings` gives them.
        timeline: as `affluence.measures.timeline.make_timeline` gives it.
        wrap_up_us: work after a call.

    """
    stretches = timeline.lazy().with_row_index("stretch", offset=1)
    changes = _changes(holdings, timeline, wrap_up_us=wrap_up_us)
    length_us = pl.col("until") - pl.col("t")
    # Talks in progress at the start of a stretch last for the whole of it, what begins or ends
    # within it counts for the rest: sums, no sorting.
    in_progress = pl.col("change").cum_sum()
    busy_us = in_progress * length_us - pl.col("after_us")
    is_open = pl.col("open")
    return (
        pl.concat(
            [pl.LazyFrame({"stretch": [0]}, {"stretch": pl.UInt32}), stretches], how="diagonal"
        )
        .join(changes, on="stretch", how="left")
        .sort("stretch")
        .with_columns(pl.col("change", "after_us").fill_null(0))
        .with_columns(busy_us=busy_us, duty_us=pl.col("agents") * length_us)
        .filter(pl.col("stretch") > 0)
        .group_by("slot")
        .agg(
            agent_busy_us=pl.col("busy_us").sum(),
            agent_busy_open_us=pl.col("busy_us").filter(is_open).sum(),
            agent_us=pl.col("duty_us").sum(),
            agent_open_us=pl.col("duty_us").filter(is_open).sum(),
        )
    )


def _changes(holdings: pl.DataFrame, timeline: pl.DataFrame, *, wrap_up_us: int) -> pl.LazyFrame:
    """How many talks more there are after each stretch, and how late in it they changed.

    Stretches are numbered from 1; 0 is everything before the timeline.
    """
    # An answer that is written after the end of its call is no talk.
    ends_us = pl.col("released_us") + wrap_up_us
    talks = holdings.lazy().filter(pl.col("answered_us") <= ends_us)
    changes = pl.concat(
        [
            talks.select(t=pl.col("answered_us"), change=pl.lit(1, pl.Int64)),
            talks.select(t=ends_us, change=pl.lit(-1, pl.Int64)),
        ]
    )
    begins = pl.concat([pl.Series("t", [0], pl.Int64), timeline["t"]])
    stretch = rank_among(pl.col("t"), timeline["t"])
    since_us = pl.col("t") - pl.lit(begins).gather(stretch)
    return (
        changes.filter(pl.col("t") < pl.lit(timeline["until"].max(), pl.Int64))
        .group_by(stretch=stretch)
        .agg(
            pl.col("change").sum(),
            after_us=(pl.col("change") * since_us).sum(),
        )
        .with_columns(after_us=pl.when(pl.col("stretch") > 0).then("after_us").otherwise(0))
    )
