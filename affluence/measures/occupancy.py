"""Occupancy: one sweep over the instants at which something changes.

Every seizure, release, change of capacity, opening and closing is an event with its differences;
sorted in time and summed up they give, between two neighbouring events, the number of lines held
and in service and whether the desk is open. The bounds of the slots are events without difference,
so that no stretch ever crosses one. Whole microseconds throughout: sums are exact and the order of
the rows cannot change them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl

_DIFFERENCES = ("calls", "lines", "open", "recorded")


def constant_capacity(lines: int) -> pl.LazyFrame:
    """Events of a number of lines that never changes."""
    return _events(pl.LazyFrame({"t": [_BEGINNING_OF_TIME_US]}), lines=pl.lit(lines))


def capacity_steps(capacity: pl.DataFrame, platform: str) -> pl.LazyFrame:
    """Events of the lines in service of CAPACITY rows; rows that overlap add up."""
    of_lines = capacity.lazy().filter(
        pl.col("kind") == "line", pl.col("platform") == platform, pl.col("count") != 0
    )
    taken = _events(of_lines.select(t=pl.col("from").to_physical(), n="count"), lines=pl.col("n"))
    ended = of_lines.filter(pl.col("to").is_not_null())
    given_back = _events(ended.select(t=pl.col("to").to_physical(), n="count"), lines=-pl.col("n"))
    return pl.concat([taken, given_back])


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
    events = [
        *_holding_events(calls, refusals_hold_lines=refusals_hold_lines),
        capacity,
        *_span_events(opening, "open"),
        *_span_events(recorded, "recorded"),
        _events(bounds),
    ]
    full = (pl.col("calls") >= pl.col("lines")) & (pl.col("lines") > 0)
    is_open, lasting = pl.col("open") > 0, pl.col("lasting")
    held, in_service = pl.col("calls") * lasting, pl.col("lines") * lasting
    return (
        pl.concat(events)
        # What began before the first slot counts from its start on, what lies after is dropped.
        .with_columns(pl.col("t").clip(start_us, end_us))
        .sort("t")
        .with_columns(
            *(pl.col(name).cum_sum() for name in _DIFFERENCES),
            lasting=pl.col("t").shift(-1) - pl.col("t"),
        )
        .filter(lasting > 0)
        .group_by(slot=pl.col("t") // every_us)
        .agg(
            held_us=held.sum(),
            full_us=lasting.filter(full).sum(),
            line_us=in_service.sum(),
            open_us=lasting.filter(is_open).sum(),
            held_open_us=held.filter(is_open).sum(),
            full_open_us=lasting.filter(full & is_open).sum(),
            line_open_us=in_service.filter(is_open).sum(),
            recorded_us=lasting.filter(pl.col("recorded") > 0).sum(),
            peak_calls=pl.col("calls").max(),
        )
    )


# Before any call record; `sweep` moves it to the start of the slots.
_BEGINNING_OF_TIME_US = 0


def _microseconds(instant: datetime) -> int:
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _events(instants: pl.LazyFrame, **differences: pl.Expr) -> pl.LazyFrame:
    """Events at ``t`` with the given differences, all others zero."""
    zero = pl.lit(0)
    return instants.select(
        pl.col("t").cast(pl.Int64),
        *(differences.get(name, zero).cast(pl.Int64).alias(name) for name in _DIFFERENCES),
    )


def _holding_events(calls: pl.LazyFrame, *, refusals_hold_lines: bool) -> list[pl.LazyFrame]:
    holds_a_line = (pl.col("direction") != "internal") & (
        pl.col("released_at") > pl.col("offered_at")
    )
    if not refusals_hold_lines:
        holds_a_line &= pl.col("outcome") != "busy"
    held = calls.filter(holds_a_line)
    return [
        _events(held.select(t=pl.col("offered_at").to_physical()), calls=pl.lit(1)),
        _events(held.select(t=pl.col("released_at").to_physical()), calls=pl.lit(-1)),
    ]


def _span_events(spans: pl.DataFrame | None, name: str) -> list[pl.LazyFrame]:
    if spans is None:
        always = pl.LazyFrame({"t": [_BEGINNING_OF_TIME_US]})
        return [_events(always, **{name: pl.lit(1)})]
    proper = spans.lazy().filter(pl.col("start") < pl.col("end"))
    return [
        _events(proper.select(t=pl.col("start").to_physical()), **{name: pl.lit(1)}),
        _events(proper.select(t=pl.col("end").to_physical()), **{name: pl.lit(-1)}),
    ]
