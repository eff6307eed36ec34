"""Store → what is advised for every hour of an ordinary week, and from which measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from affluence.indicators import Indicators
from affluence.staffing import (
    Desk,
    Plan,
    Row,
    Service,
    Target,
    TriedHours,
    advise,
    serve_today,
)
from affluence.steps.desk import desk_of
from affluence.steps.hourly_demand import demand_at_other_hours, hourly_demand
from affluence.typical_week import Study
from affluence.typical_week.calendar import MinutesSpan

_ROW = ("weekday", "start_min")


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What is tried in place of what there is; None or 0: as it is.

    Attributes:
        agents: on duty in every row.
        lines: in service in every row.
        handling_s: time that an answered call takes of an agent, work after the call included.
        moved_share: callers of every other row who call in one of the recommended rows instead, in
            proportion to how long these are.
        opening: opening hours of some weekdays (ISO), minutes after local midnight; the others keep
            theirs.

    """

    agents: int | None = None
    lines: int | None = None
    handling_s: float | None = None
    moved_share: float = 0.0
    opening: Mapping[int, tuple[MinutesSpan, ...]] | None = None


def plan_week(
    learned: Study,
    indicators: Indicators,
    slots: pl.DataFrame,
    redials: pl.DataFrame,
    *,
    wrap_up_s: float,
    target: Target,
    quantile: float,
    what_if: WhatIf,
) -> Plan:
    """Advice for every row of the typical week.

    Args:
        learned: the model of the week.
        indicators: of the period that it was learned from.
        slots: SLOTS of that period.
        redials: REDIALS of that period.
        wrap_up_s: work after a call.
        target: what is asked.
        quantile: of the number of persons who call, 0-1.
        what_if: what is tried.

    Raises:
        RecordsError: how long calls last is not known, or who would call at other hours.
        NeverOpenError: no hour would be left.
        TargetError: a thousand agents or lines do not meet the target.

    """
    present = hourly_demand(learned, indicators, quantile=quantile, moved_share=what_if.moved_share)
    there_is = _today(learned, slots, present, what_if)
    desk, unknown = desk_of(indicators, redials, there_is, wrap_up_s)
    if what_if.handling_s is not None:
        desk = replace(desk, handling_s=what_if.handling_s)
    before = present.join(there_is, on=_ROW).with_columns(closed_min=pl.lit(0, pl.Int64))
    now, tried = before, None
    if what_if.opening is not None:
        demand, tried = demand_at_other_hours(learned, slots, present, what_if.opening, quantile)
        # Lines stay in service while the desk is closed, agents do not.
        lines = pl.col("lines").fill_null(there_is["lines"].max())
        now = demand.join(_today(learned, slots, demand, what_if), on=_ROW).with_columns(lines)
    rows = tuple(_row_of(desk, target, what_if, row) for row in now.iter_rows(named=True))
    if tried is not None:
        tried = _compared(tried, rows, before, desk, target)
    return Plan(
        desk=desk,
        wrap_up_s=min(wrap_up_s, desk.handling_s / 2),  # shorter calls may be tried
        target=target,
        quantile=quantile,
        persons_per_known=indicators.demand.per_known if indicators.demand else 1.0,
        first=indicators.first,
        last=indicators.last,
        rows=rows,
        unknown=unknown,
        tried_hours=tried,
    )


def _row_of(desk: Desk, target: Target, what_if: WhatIf, row: Mapping[str, Any]) -> Row:
    advice = advise(
        desk,
        row["persons_per_hour"],
        target,
        agents_today=row["agents"],
        lines_today=row["lines"],
    )
    closed = row["closed_min"] == row["end_min"] - row["start_min"]
    if closed and what_if.agents is None and what_if.lines is None:
        advice = replace(advice, today=None)  # lines alone answer nobody
    return Row(
        weekday=row["weekday"],
        start_min=row["start_min"],
        end_min=row["end_min"],
        agents_today=row["agents"],
        lines_today=row["lines"],
        advice=advice,
        closed_min=row["closed_min"],
    )


def _compared(
    tried: TriedHours, rows: Iterable[Row], before: pl.DataFrame, desk: Desk, target: Target
) -> TriedHours:
    """What the week gives with what there is, at the hours that are tried and at those of today."""
    after = (
        (row.advice.persons_per_hour * (row.end_min - row.start_min), row.advice.today)
        for row in rows
    )
    at_present = (
        (
            row["persons_per_hour"] * (row["end_min"] - row["start_min"]),
            serve_today(
                desk,
                row["persons_per_hour"],
                target,
                agents_today=row["agents"],
                lines_today=row["lines"],
            ),
        )
        for row in before.iter_rows(named=True)
    )
    return replace(
        tried,
        reached_share=_reached_share(after),
        reached_before_share=_reached_share(at_present),
    )


def _reached_share(rows: Iterable[tuple[float, Service | None]]) -> float | None:
    """Of those who call, the rows given with as many of them, up to a factor; None: not known."""
    persons = reached = 0.0
    for count, service in rows:
        if service is None:
            return None
        persons += count
        reached += count * service.reached_share
    return reached / persons if persons else None


def _today(
    learned: Study, slots: pl.DataFrame, demand: pl.DataFrame, what_if: WhatIf
) -> pl.DataFrame:
    """Agents and lines by row, as they were on the newest day of its weekday; null: not known."""
    zone = learned.hours.zone
    local = pl.col("slot_start").dt.convert_time_zone(zone)
    rows = demand.select("weekday", "start_min", "end_min")
    quarters = slots.filter(pl.col("open_s") > 0).select(
        "agent_open_s",
        "line_open_s",
        "open_s",
        day=local.dt.date(),
        weekday=local.dt.weekday().cast(rows["weekday"].dtype),
        minute=local.dt.hour().cast(pl.Int32) * 60 + local.dt.minute().cast(pl.Int32),
    )
    newest = pl.col("day") == pl.col("day").max().over("weekday", "start_min")
    found = (
        quarters.join(rows, on="weekday")
        .filter(pl.col("minute").is_between("start_min", "end_min", closed="left"))
        .filter(newest)
        .group_by("weekday", "start_min")
        .agg(
            (pl.col(f"{what}_open_s").sum() / pl.col("open_s").sum()).round().alias(f"{what}s")
            for what in ("agent", "line")
        )
    )
    tried = {"agents": what_if.agents, "lines": what_if.lines}
    there_is = pl.when(pl.col(*tried) > 0).then(pl.col(*tried)).cast(pl.Int64)
    return (
        rows.join(found, on=_ROW, how="left")
        .select(*_ROW, there_is)
        .with_columns(
            pl.lit(number, pl.Int64).alias(name)
            for name, number in tried.items()
            if number is not None
        )
    )
