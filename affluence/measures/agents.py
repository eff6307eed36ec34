"""Agents: how long they talk and wrap up, and how long they are on duty. Never one by one."""

from __future__ import annotations

import polars as pl

from affluence.measures.spans import rank_among


def occupy_agents(
    holdings: pl.DataFrame, timeline: pl.DataFrame, *, wrap_up_us: int
) -> pl.LazyFrame:
    """Per slot: agent-microseconds busy and on duty, and their parts within open time.

    Those on duty are null where it is not known for the whole of that time who is. An agent is busy
    from the answer of a call, inbound or outbound, to its release and for the configured wrap-up
    after it.

    Args:
        holdings: calls on lines, as `affluence.measures.occupancy.find_holdings` gives them.
        timeline: as `affluence.measures.timeline.make_timeline` gives it.
        wrap_up_us: work after a call.

    """
    before = pl.LazyFrame({"stretch": [0]}, {"stretch": pl.UInt32})
    stretches = timeline.lazy().with_row_index("stretch", offset=1)
    length_us = pl.col("until") - pl.col("t")
    # Talks in progress at the start of a stretch last for the whole of it, what begins or ends
    # within it counts for the rest: sums, no sorting.
    in_progress = pl.col("change").cum_sum()
    after_us = pl.col("at_us") - pl.col("change") * (pl.col("t") - timeline["t"].first())
    busy_us = in_progress * length_us - after_us
    is_open, known = pl.col("open"), pl.col("agents_known")
    return (
        pl.concat([before, stretches], how="diagonal")
        .join(_changes(holdings, timeline, wrap_up_us=wrap_up_us), on="stretch", how="left")
        .sort("stretch")
        .with_columns(pl.col("change", "at_us").fill_null(0))
        .with_columns(busy_us=busy_us, duty_us=pl.col("agents") * length_us)
        .filter(pl.col("stretch") > 0)
        .group_by("slot")
        .agg(
            agent_busy_us=pl.col("busy_us").sum(),
            agent_busy_open_us=pl.col("busy_us").filter(is_open).sum(),
            agent_us=pl.when(known.all()).then(pl.col("duty_us").sum()),
            agent_open_us=pl.when((known | ~is_open).all()).then(
                pl.col("duty_us").filter(is_open).sum()
            ),
        )
    )


def _changes(holdings: pl.DataFrame, timeline: pl.DataFrame, *, wrap_up_us: int) -> pl.LazyFrame:
    """How many talks more there are after each stretch, and when in all they changed.

    Stretches are numbered from 1; 0 is everything before the timeline, the number after the last
    everything after it. ``at_us`` sums the instants since the start of the timeline, those of ends
    taken off.
    """
    # An answer that is written after the end of its call is no talk.
    ends_us = pl.col("released_us") + wrap_up_us
    talks = holdings.lazy().filter(pl.col("answered_us") <= ends_us)
    bounds = pl.concat([timeline["t"], timeline["until"].tail(1)])
    changes = [
        talks.group_by(stretch=rank_among(at_us, bounds)).agg(
            change=pl.len().cast(pl.Int64) * sign,
            at_us=(at_us - timeline["t"].first()).sum() * sign,
        )
        for at_us, sign in ((pl.col("answered_us"), 1), (ends_us, -1))
    ]
    return pl.concat(changes).group_by("stretch").agg(pl.col("change", "at_us").sum())
