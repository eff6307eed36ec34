"""Occupancy: one sweep over the instants at which something changes.

Seizures and releases, sorted in time and summed up, give the number of lines held between any two
of them. The few instants at which the lines in service, the opening or the recording change, and
the bounds of the slots, are events too, so that no stretch ever crosses one. Whole microseconds
throughout: sums are exact, and the order of the rows cannot change them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl

_STATES = ("lines", "open", "recorded")

# Before any call record; `sweep` moves it to the start of the slots.
_BEGINNING_OF_TIME_US = 0


def constant_capacity(lines: int) -> pl.LazyFrame:
    """Changes of a number of lines that never changes."""
    return _changes(pl.LazyFrame({"t": [_BEGINNING_OF_TIME_US]}), lines=pl.lit(lines))


def capacity_steps(capacity: pl.DataFrame, platform: str) -> pl.LazyFrame:
    """Changes of the lines in service of CAPACITY rows; rows that overlap add up."""
    of_lines = capacity.lazy().filter(pl.col("kind") == "line", pl.col("platform") == platform)
    ended = of_lines.filter(pl.col("to").is_not_null())
    return pl.concat(
        [
            _changes(of_lines.select("count", t=pl.col("from")), lines=pl.col("count")),
            _changes(ended.select("count", t=pl.col("to")), lines=-pl.col("count")),
        ]
    )


def sweep(
    calls: pl.LazyFrame,
    capacity: pl.LazyFrame,
    *,
    opening: pl.DataFrame | None,
    recorded: pl.DataFrame | None,
    start: datetime,
    end: datetime,
    every_us: int,
    refusals_hold_lines: bool,
) -> pl.LazyFrame:
    """Per slot of ``[start, end)``: microseconds held, full, in service, open…, and the peak."""
    start_us, end_us = _microseconds(start), _microseconds(end)
    slots = pl.LazyFrame({"slot": range(start_us // every_us, -(-end_us // every_us))})
    bounds = pl.concat([slots.select(t=pl.col("slot") * every_us), pl.LazyFrame({"t": [end_us]})])
    changes = [
        capacity,
        *_span_changes(opening, "open"),
        *_span_changes(recorded, "recorded"),
        _changes(bounds),
    ]
    # What began before the first slot counts from its start on, what lies after is dropped.
    states = (
        pl.concat(changes)
        .with_columns(pl.col("t").clip(start_us, end_us))
        .group_by("t")
        .agg(pl.col(_STATES).sum())
        .sort("t")
        .with_columns(pl.col(_STATES).cum_sum())
    )
    held = _holding(calls, refusals_hold_lines=refusals_hold_lines)
    # One number holds instant and difference (0: released, 1: nothing, 2: seized), so that one
    # column is sorted and nothing has to follow it.
    moments = pl.concat(
        [
            held.select(moment=pl.col("offered_at").to_physical().clip(start_us, end_us) * 3 + 2),
            held.select(moment=pl.col("released_at").to_physical().clip(start_us, end_us) * 3),
            states.select(moment=pl.col("t") * 3 + 1),
        ]
    )
    full = (pl.col("calls") >= pl.col("lines")) & (pl.col("lines") > 0)
    is_open, lasting = pl.col("open") > 0, pl.col("lasting")
    held_us, in_service_us = pl.col("calls") * lasting, pl.col("lines") * lasting
    return (
        moments.sort("moment")
        .select(t=pl.col("moment") // 3, calls=(pl.col("moment") % 3 - 1).cum_sum())
        .with_columns(lasting=pl.col("t").shift(-1) - pl.col("t"))
        .filter(lasting > 0)
        .set_sorted("t")
        .join_asof(states, on="t")
        .group_by(slot=pl.col("t") // every_us)
        .agg(
            held_us=held_us.sum(),
            full_us=lasting.filter(full).sum(),
            line_us=in_service_us.sum(),
            open_us=lasting.filter(is_open).sum(),
            held_open_us=held_us.filter(is_open).sum(),
            full_open_us=lasting.filter(full & is_open).sum(),
            line_open_us=in_service_us.filter(is_open).sum(),
            recorded_us=lasting.filter(pl.col("recorded") > 0).sum(),
            peak_calls=pl.col("calls").max(),
        )
    )


def _microseconds(instant: datetime) -> int:
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _changes(instants: pl.LazyFrame, **differences: pl.Expr) -> pl.LazyFrame:
    """Changes at ``t`` by the given differences, all others zero."""
    zero = pl.lit(0)
    return instants.select(
        pl.col("t").to_physical().cast(pl.Int64),
        *(differences.get(name, zero).cast(pl.Int64).alias(name) for name in _STATES),
    )


def _holding(calls: pl.LazyFrame, *, refusals_hold_lines: bool) -> pl.LazyFrame:
    """The calls that hold a line for some time."""
    holds_a_line = (pl.col("direction") != "internal") & (
        pl.col("released_at") > pl.col("offered_at")
    )
    if not refusals_hold_lines:
        holds_a_line &= pl.col("outcome") != "busy"
    return calls.filter(holds_a_line)


def _span_changes(spans: pl.DataFrame | None, name: str) -> list[pl.LazyFrame]:
    if spans is None:
        always = pl.LazyFrame({"t": [_BEGINNING_OF_TIME_US]})
        return [_changes(always, **{name: pl.lit(1)})]
    proper = spans.lazy().filter(pl.col("start") < pl.col("end"))
    return [
        _changes(proper.select(t="start"), **{name: pl.lit(1)}),
        _changes(proper.select(t="end"), **{name: pl.lit(-1)}),
    ]
