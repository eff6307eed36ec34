"""Timeline: the instants at which anything but the calls changes, and what holds from each on.

Bounds of slots, changes of the lines and agents in service, openings and closings, beginnings and
ends of the recording. Between two of them only calls come and go.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl

from affluence.tables import SPANS

_STATES = ("lines", "agents", "agents_known", "open", "recorded")
_KINDS = {"line": "lines", "agent": "agents"}

# Before any call record; `make_timeline` moves it to the start of the slots.
_BEGINNING_OF_TIME_US = 0


def make_timeline(
    capacity: pl.DataFrame | int,
    platform: str,
    *,
    opening: pl.DataFrame | None,
    recorded: pl.DataFrame | None,
    start: datetime,
    end: datetime,
    every_us: int,
) -> pl.DataFrame:
    """What holds from each instant ``t`` (UTC microseconds) of ``[start, end]`` on, in order.

    Columns: ``t``, ``until`` (the next instant), ``slot``, ``lines`` and ``agents`` in service,
    ``agents_known``, ``open`` and ``recorded`` (Booleans). What began before the first slot counts
    from its start on, what lies after is dropped. The last instant, ``end``, is not a row.
    """
    start_us, end_us = to_us(start), to_us(end)
    slots = pl.LazyFrame({"slot": range(start_us // every_us, -(-end_us // every_us))})
    bounds = pl.concat([slots.select(t=pl.col("slot") * every_us), pl.LazyFrame({"t": [end_us]})])
    changes = [
        *_capacity_changes(capacity, platform),
        *_span_changes(_agents_known(capacity, platform, end), "agents_known"),
        *_span_changes(opening, "open"),
        *_span_changes(recorded, "recorded"),
        _changes(bounds),
    ]
    return (
        pl.concat(changes)
        .with_columns(pl.col("t").clip(start_us, end_us))
        .group_by("t")
        .agg(pl.col(_STATES).sum())
        .sort("t")
        .with_columns(pl.col(_STATES).cum_sum())
        .select(
            "t",
            until=pl.col("t").shift(-1),
            slot=pl.col("t") // every_us,
            lines="lines",
            agents="agents",
            agents_known=pl.col("agents_known") > 0,
            open=pl.col("open") > 0,
            recorded=pl.col("recorded") > 0,
        )
        .filter(pl.col("until").is_not_null())
        .collect()
    )


def to_us(instant: datetime) -> int:
    """Microseconds since 1970 in UTC."""
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _capacity_changes(capacity: pl.DataFrame | int, platform: str) -> list[pl.LazyFrame]:
    """Changes of the lines and agents in service; CAPACITY rows that overlap add up."""
    if isinstance(capacity, int):
        always = pl.LazyFrame({"t": [_BEGINNING_OF_TIME_US]})
        return [_changes(always, lines=pl.lit(capacity))]
    changes = []
    for kind, name in _KINDS.items():
        of_kind = capacity.lazy().filter(kind=kind, platform=platform)
        ended = of_kind.filter(pl.col("to").is_not_null())
        changes += [
            _changes(of_kind.select("count", t=pl.col("from")), **{name: pl.col("count")}),
            _changes(ended.select("count", t=pl.col("to")), **{name: -pl.col("count")}),
        ]
    return changes


def _agents_known(
    capacity: pl.DataFrame | int, platform: str, end: datetime
) -> pl.DataFrame | None:
    """SPANS in which it is known who is on duty, None = always.

    Who is in no shift of a roster is off duty; a log tells of the time that its rows cover.
    """
    if isinstance(capacity, int):
        return SPANS.empty()
    agents = capacity.filter(kind="agent", platform=platform)
    if (agents["source"] == "configured").any():
        return None
    return agents.select(start="from", end=pl.col("to").fill_null(end))


def _span_changes(spans: pl.DataFrame | None, name: str) -> list[pl.LazyFrame]:
    if spans is None:
        always = pl.LazyFrame({"t": [_BEGINNING_OF_TIME_US]})
        return [_changes(always, **{name: pl.lit(1)})]
    proper = spans.lazy().filter(pl.col("start") < pl.col("end"))
    return [
        _changes(proper.select(t="start"), **{name: pl.lit(1)}),
        _changes(proper.select(t="end"), **{name: pl.lit(-1)}),
    ]


def _changes(instants: pl.LazyFrame, **differences: pl.Expr) -> pl.LazyFrame:
    """Changes at ``t`` by the given differences, all others zero."""
    zero = pl.lit(0)
    return instants.select(
        pl.col("t").to_physical().cast(pl.Int64),
        *(differences.get(name, zero).cast(pl.Int64).alias(name) for name in _STATES),
    )
