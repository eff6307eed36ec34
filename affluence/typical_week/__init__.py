"""SLOTS → WEEK: what an ordinary week looks like, with how sure it is.

Ratios of sums over the last weeks; holidays, closures, days without records and days out of line
are left out and listed. Slots become rates here, and only here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import polars as pl

from affluence.tables import SLOTS, STATES, WEEK
from affluence.typical_week.calendar import Hours, closed_days, each_day
from affluence.typical_week.odd_days import odd_days
from affluence.typical_week.reach import Bounds, with_rates
from affluence.typical_week.rows import row_grid

VERSION = 1  # part of what a publication is made from: raise it when a figure changes meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a typical week is made."""

    row_minutes: int
    minimum_days: int
    minimum_calls: int
    bounds: Bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A day of the period that the typical week leaves out."""

    day: date
    reason: Literal["public_holiday", "closure", "no_records", "odd_day"]
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TypicalWeek:
    """WEEK, the days that it leaves out, and what the records of the period can tell."""

    week: pl.DataFrame
    left_out: tuple[LeftOut, ...]
    answers_known: bool
    refusals_recorded: bool


_REACH = ("reach", "reach_low", "reach_high")
_SUMS = (
    *("attempts", "answered", "abandoned", "unanswered", "busy", "first_attempts", "first_busy"),
    *("open_s", "full_open_s", "held_open_s", "line_open_s"),
)


def last_complete_week(hours: Hours, today: date) -> date:
    """Sunday of the newest week of which no opening day is left, seen from ``today``.

    ``today`` itself is not over yet.
    """
    monday = today - timedelta(days=today.weekday())
    if any(hours.weekly[day] for day in range(today.weekday(), 7)):
        return monday - timedelta(days=1)
    return monday + timedelta(days=6)


def make_week(
    slots: pl.DataFrame,
    hours: Hours,
    settings: Settings,
    *,
    platform: str,
    first: date,
    last: date,
    lines_believed: bool = True,
) -> TypicalWeek:
    """Make the typical week of one platform from its SLOTS of ``[first, last]``, days included.

    ``lines_believed`` is False where the records contradict the number of lines: rates of lines
    are then null, and so is reach where no refusal is recorded either.
    """
    SLOTS.check(slots)
    grid = row_grid(hours, settings.row_minutes)
    by_day = _per_day_and_row(slots, hours.zone, grid, first, last)
    closed = {closed.day: closed for closed in closed_days(hours, first, last)}
    silent = _days_without_records(by_day, hours, first, last, set(closed))
    ordinary = by_day.filter(~pl.col("day").is_in([*closed, *silent]))
    left_out = [
        *(LeftOut(day=c.day, reason=c.reason, label=c.label) for c in closed.values()),
        *(LeftOut(day=day, reason="no_records", label="") for day in silent),
        *(LeftOut(day=day, reason="odd_day", label="") for day in odd_days(ordinary)),
    ]
    counted = by_day.filter(~pl.col("day").is_in([out.day for out in left_out]))
    totals = counted.select(pl.col("answered", "abandoned", "unanswered", "unknown", "busy").sum())
    answered, abandoned, unanswered, unknown, busy = totals.row(0)
    answers_known = answered + abandoned + unanswered > unknown
    rated = with_rates(
        counted, settings.bounds, answers_known=answers_known, lines_believed=lines_believed
    )
    if not (lines_believed or busy):
        rated = rated.with_columns(pl.lit(None, pl.Float64).alias(name) for name in _REACH)
    enough = (pl.col("days") >= settings.minimum_days) & (
        pl.col("attempts") >= settings.minimum_calls
    )
    names = pl.Enum(STATES)
    state = (
        pl.when(enough & pl.col("reach").is_not_null())
        .then("level")
        .otherwise(pl.lit("not_enough_data", names))
    )
    week = (
        grid.lazy()
        .join(rated.lazy(), on=["weekday", "start_min", "end_min"], how="left")
        .with_columns(pl.col("days", *_SUMS).fill_null(0))
        .select(
            platform=pl.lit(platform),
            **{name: name for name in list(WEEK.columns)[1:-1]},
            state=state.fill_null(pl.lit("not_enough_data", names)),
        )
        .sort("weekday", "start_min")
        .collect()
    )
    return TypicalWeek(
        week=WEEK.check(week),
        left_out=tuple(sorted(left_out, key=lambda out: out.day)),
        answers_known=answers_known,
        refusals_recorded=busy > 0,
    )


def _per_day_and_row(
    slots: pl.DataFrame, zone: str, grid: pl.DataFrame, first: date, last: date
) -> pl.DataFrame:
    """Sums per local day and row of the fully recorded slots; attempts within opening hours."""
    local = pl.col("slot_start").dt.convert_time_zone(zone)
    placed = (
        slots.lazy()
        .with_columns(
            day=local.dt.date(),
            weekday=local.dt.weekday().cast(pl.Int64),
            minute=local.dt.hour().cast(pl.Int64) * 60 + local.dt.minute(),
            attempts=pl.col("attempts") - pl.col("closed"),
        )
        .filter(
            pl.col("day").is_between(first, last),
            pl.col("open_s") > 0,
            pl.col("recorded_s") >= pl.col("open_s"),
        )
        .join(grid.lazy(), on="weekday")
        # A slot that opening hours cut belongs to the row of its open part.
        .filter(pl.col("minute") + 15 > pl.col("start_min"), pl.col("minute") < pl.col("end_min"))
        .unique("slot_start", keep="first", maintain_order=True)
    )
    return (
        placed.group_by("day", "weekday", "start_min", "end_min")
        .agg(pl.col(*_SUMS, "unknown").sum())
        .sort("day", "start_min")
        .collect()
    )


def _days_without_records(
    by_day: pl.DataFrame, hours: Hours, first: date, last: date, closed: set[date]
) -> list[date]:
    """Opening days on which not a single call is recorded: lost records, not a quiet day."""
    with_calls = set(
        by_day.group_by("day").agg(pl.col("attempts").sum()).filter(pl.col("attempts") > 0)["day"]
    )
    return [
        day
        for day in each_day(first, last)
        if hours.weekly[day.weekday()] and day not in closed and day not in with_calls
    ]
