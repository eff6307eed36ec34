"""Occupancy: one sweep over the instants at which a call comes or goes, or the timeline changes.

Seizures and releases, sorted in time and summed up, give the number of lines held between any two
of them. The instants of the timeline are events too, so that no stretch ever crosses one. Whole
microseconds throughout: sums are exact, and the order of the rows cannot change them.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from affluence.measures.spans import rank_among

_MOST_CALLS = 1 << 20  # at once, so that timeline row and number of calls fit one integer
# What happens at an instant, in this order: releases, a change of the timeline, seizures.
_RELEASED, _TIMELINE, _SEIZED = range(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """How long the lines were held by how many calls, and every seizure and release in order.

    ``stretches`` has one row a row of the timeline and number of ``calls`` (Int64), with the
    timeline's columns and ``lasting_us``. ``seized_us`` and ``released_us`` are ascending.
    """

    stretches: pl.DataFrame
    seized_us: pl.Series
    released_us: pl.Series


def find_holdings(
    calls: pl.LazyFrame, *, refusals_hold_lines: bool, longest_us: int, records_end_us: int
) -> pl.DataFrame:
    """The calls that hold a line: ``offered_us``, ``released_us``, ``ended``, ``answered_us``.

    A call without a recorded end (``ended`` is False) holds its line until the end of the
    records, at most ``longest_us``: its end is unknown, not past.
    """
    holds_a_line = pl.col("direction") != "internal"
    if not refusals_hold_lines:
        holds_a_line &= pl.col("outcome") != "busy"
    offered_us = pl.col("offered_at").to_physical()
    released_us = pl.col("released_at").to_physical()
    open_until_us = pl.max_horizontal(
        offered_us, pl.min_horizontal(offered_us + longest_us, pl.lit(records_end_us))
    )
    return (
        calls.filter(holds_a_line)
        .select(
            offered_us=offered_us,
            released_us=released_us.fill_null(open_until_us),
            ended=released_us.is_not_null(),
            answered_us=pl.when(pl.col("outcome") == "answered").then(
                pl.col("answered_at").to_physical()
            ),
        )
        .filter(pl.col("released_us") >= pl.col("offered_us"))
        .collect()
    )


def sweep(holdings: pl.DataFrame, timeline: pl.DataFrame) -> Sweep:
    """Go once through all that happens, in the order of time."""
    # A call of no length holds nothing.
    held = holdings.lazy().filter(pl.col("released_us") > pl.col("offered_us"))
    instants = timeline.lazy()
    # One number holds the instant and what happens then, so that one column is sorted and nothing
    # has to follow it.
    moments = pl.concat(
        [
            held.select(moment=pl.col("offered_us") * 3 + _SEIZED),
            held.select(moment=pl.col("released_us") * 3 + _RELEASED),
            instants.select(moment=pl.col("t") * 3 + _TIMELINE),
            instants.select(moment=pl.col("until").tail(1) * 3 + _TIMELINE),
        ]
    )
    events = (
        moments.sort("moment")
        .select(t=pl.col("moment") // 3, what=(pl.col("moment") % 3).cast(pl.Int8))
        .collect()
    )
    row = (pl.col("what") == _TIMELINE).cast(pl.Int32).cum_sum() - 1
    change = pl.col("what").cast(pl.Int32) - _TIMELINE
    lasting_us = pl.col("t").shift(-1) - pl.col("t")
    stretches = (
        events.lazy()
        .select(row=row, calls=change.cum_sum(), lasting_us=lasting_us)
        .filter(pl.col("lasting_us") > 0, pl.col("row").is_between(0, timeline.height - 1))
        .group_by(key=pl.col("row").cast(pl.Int64) * _MOST_CALLS + pl.col("calls"))
        .agg(pl.col("lasting_us").sum())
        .select(
            row=pl.col("key") // _MOST_CALLS,
            calls=pl.col("key") % _MOST_CALLS,
            lasting_us="lasting_us",
        )
        .join(instants.with_row_index("row").with_columns(pl.col("row").cast(pl.Int64)), on="row")
        .collect()
    )
    return Sweep(
        stretches=stretches,
        seized_us=events.filter(pl.col("what") == _SEIZED)["t"],
        released_us=events.filter(pl.col("what") == _RELEASED)["t"],
    )


def occupy_slots(swept: Sweep) -> pl.LazyFrame:
    """Per slot: microseconds held, full, in service, open…, and the peak."""
    calls, lines, lasting = pl.col("calls"), pl.col("lines"), pl.col("lasting_us")
    full = (calls >= lines) & (lines > 0)
    is_open = pl.col("open")
    held_us, in_service_us = calls * lasting, lines * lasting
    return (
        swept.stretches.lazy()
        .group_by("slot")
        .agg(
            held_us=held_us.sum(),
            full_us=lasting.filter(full).sum(),
            over_us=lasting.filter(calls > lines).sum(),
            line_us=in_service_us.sum(),
            open_us=lasting.filter(is_open).sum(),
            held_open_us=held_us.filter(is_open).sum(),
            full_open_us=lasting.filter(full & is_open).sum(),
            line_open_us=in_service_us.filter(is_open).sum(),
            recorded_us=lasting.filter(pl.col("recorded")).sum(),
            peak_calls=calls.max(),
        )
    )


def count_holdings(holdings: pl.DataFrame, every_us: int) -> pl.LazyFrame:
    """Per slot of arrival: calls on lines whose end is known, and their holding times in all."""
    offered_us, released_us = pl.col("offered_us"), pl.col("released_us")
    return (
        holdings.lazy()
        .filter("ended", released_us > offered_us)
        .group_by(slot=offered_us // every_us)
        .agg(line_holdings=pl.len(), line_holding_us=(released_us - offered_us).sum())
    )


def count_concurrency(swept: Sweep) -> pl.LazyFrame:
    """Per slot and number of simultaneous ``calls``: how long, microseconds."""
    lasting = pl.col("lasting_us")
    return (
        swept.stretches.lazy()
        .filter(pl.col("calls") > 0)
        .group_by("slot", "calls")
        .agg(lasting_us=lasting.sum(), lasting_open_us=lasting.filter(pl.col("open")).sum())
        .sort("slot", "calls")
    )


def count_free_refusals(
    attempts: pl.DataFrame, swept: Sweep, timeline: pl.DataFrame
) -> pl.LazyFrame:
    """Per slot: refusals for want of a line, as it seems, that came while a line was free.

    Records know whole seconds: a call that ends or begins in the instant of the refusal counts as
    one that holds its line then.
    """
    by_lines = pl.col("refused_by").is_null() | (pl.col("refused_by") == "lines")
    seized = rank_among(pl.col("t"), swept.seized_us).cast(pl.Int64)
    released_before = rank_among(pl.col("t") - 1, swept.released_us).cast(pl.Int64)
    lines = timeline.lazy().select("lines", t="t")
    return (
        attempts.lazy()
        .filter((pl.col("outcome") == "busy") & by_lines)
        .select("slot", t="offered_us")
        .sort("t")  # in order, each search begins near where the one before it ended
        .with_columns(held=seized - released_before)
        .join_asof(lines.set_sorted("t"), on="t")
        .group_by("slot")
        .agg(refused_free=(pl.col("held") < pl.col("lines")).sum())
    )
