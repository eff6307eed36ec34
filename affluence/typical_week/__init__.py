"""SLOTS → WEEK: what an ordinary week looks like, with how sure it is.

The model is learned week by week (`affluence.typical_week.model`); holidays, closures, days without
records and days out of line are left out and listed. Slots become rates here, and only here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
import polars as pl

from affluence.tables import LEVELS, SLOTS, STATES, WEEK
from affluence.typical_week import model
from affluence.typical_week.advice import Advice, advise
from affluence.typical_week.calendar import Hours, closed_days, opening_by_day
from affluence.typical_week.cells import Cells, Floats
from affluence.typical_week.counts import quantiles
from affluence.typical_week.effects import flags_of
from affluence.typical_week.history import History, make_history
from affluence.typical_week.levels import NONE, Bounds
from affluence.typical_week.model import Model
from affluence.typical_week.reach import Reach
from affluence.typical_week.rows import row_grid
from affluence.typical_week.shares import Shares, expit
from affluence.typical_week.special_days import special_days

VERSION = 2  # part of what a publication is made from: raise it when a figure changes meaning

_Z_INTERVAL = 1.2816  # two-sided 80 %
_LONGEST_WAIT_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a typical week is made."""

    row_minutes: int
    minimum_days: int
    minimum_calls: int
    bounds: Bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A day of the period that the typical week leaves out.

    ``factor`` is how many times the usual number of calls came, for an odd day.
    """

    day: date
    reason: Literal["public_holiday", "closure"] | model.Apart
    label: str = ""
    factor: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TypicalWeek:
    """WEEK, its advice, the days that it leaves out, and what the records can tell.

    ``advice`` names rows of ``week`` by their positions.
    """

    week: pl.DataFrame
    advice: Advice
    left_out: tuple[LeftOut, ...]
    answers_known: bool
    refusals_recorded: bool


def last_complete_week(hours: Hours, today: date) -> date:
    """Sunday of the newest week of which no opening day is left, seen from ``today``.

    ``today`` itself is not over yet.
    """
    sunday = today + timedelta(days=6 - today.weekday())
    if any(opening_by_day(hours, today, sunday).values()):
        return sunday - timedelta(days=7)
    return sunday


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
    cells = Cells(row_grid(hours, settings.row_minutes, last + timedelta(days=1)))
    first_monday = first - timedelta(days=first.weekday())
    of_period = slots.filter(
        pl.col("slot_start").dt.convert_time_zone(hours.zone).dt.date().is_between(first, last)
    )
    history = make_history(of_period, cells, zone=hours.zone, first_monday=first_monday, last=last)
    closed = {closed.day: closed for closed in closed_days(hours, first_monday, last)}
    history = history.without(_days(history, set(closed)))
    reading = _reading(history, lines_believed=lines_believed)
    flags = flags_of(special_days(hours, first_monday, last), cells, first_monday, history.weeks)
    made = Model(
        history,
        flags,
        model.Settings(
            minimum_days=settings.minimum_days,
            minimum_calls=settings.minimum_calls,
            bounds=settings.bounds,
            reach=reading,
        ),
    )
    advice = Advice()
    for after in made.run():
        low, high = _interval(after.reach)
        advice = advise(cells, after.levels.levels, low, high, before=advice)
    week = _table(platform, history, made)
    opened = {day for day, spans in opening_by_day(hours, first, last).items() if spans}
    lost = {
        day for day in opened if day.isoweekday() in cells.weekdays and not history.is_exposed(day)
    }
    left_out = [
        *(LeftOut(day=c.day, reason=c.reason, label=c.label) for c in closed.values()),
        *(LeftOut(day=day, reason="no_records") for day in lost),
        *(
            LeftOut(day=aside.day, reason=aside.reason, factor=aside.factor)
            for aside in made.set_aside
        ),
    ]
    return TypicalWeek(
        week=week,
        advice=advice,
        left_out=tuple(sorted(left_out, key=lambda out: out.day)),
        answers_known=reading.answers_known,
        refusals_recorded=bool(history.sums["busy"].any()),
    )


def _days(history: History, days: set[date]) -> np.ndarray:
    """Weeks × weekdays of the table: whether each is one of some days."""
    weekdays = range(len(history.cells.weekdays))
    return np.array(
        [[history.day(week, day) in days for day in weekdays] for week in range(history.weeks)]
    )


def _reading(history: History, *, lines_believed: bool) -> Reach:
    answered, abandoned, unanswered, unknown = (
        float(history.sums[name].sum())
        for name in ("answered", "abandoned", "unanswered", "unknown")
    )
    return Reach(
        answers_known=answered + abandoned + unanswered > unknown, lines_believed=lines_believed
    )


def _interval(share: Shares) -> tuple[Floats, Floats]:
    """Ends of the 80 % interval of a share of every cell."""
    far = _Z_INTERVAL * np.sqrt(share.variance)
    return expit(share.logit - far), expit(share.logit + far)


def _table(platform: str, history: History, made: Model) -> pl.DataFrame:
    ordinary = history.without(_days(history, {aside.day for aside in made.set_aside}))
    sums = {name: found.sum(0) for name, found in ordinary.sums.items()}
    columns: dict[str, Floats] = dict(sums)
    columns["days"] = (ordinary.exposure > 0).sum(0)
    believed = made.believes_lines
    for name, share, scale in (
        ("reach", made.reach, 1.0),
        ("busy_line_rate", made.busy_lines, 1.0),
        ("occupancy_rate", made.occupancy, 1.0),
        ("wait_s", made.wait, _LONGEST_WAIT_S),
    ):
        low, high = _interval(share)
        known = share.known & (believed or name not in {"busy_line_rate", "occupancy_rate"})
        for suffix, values in (("", expit(share.logit)), ("_low", low), ("_high", high)):
            columns[_with(name, suffix)] = np.where(known, scale * values, np.nan)
    mean = made.demand.mean()
    low, high = quantiles(mean, made.demand.variance(mean, 1), (0.1, 0.9))
    columns |= {"demand": mean, "demand_low": low, "demand_high": high}
    levels = made.levels.levels
    first = sums["first_attempts"]
    columns["refused_share"] = np.where(
        first > 0, sums["first_busy"] / np.maximum(first, 1), np.nan
    )
    frame = history.cells.grid.with_columns(
        pl.Series(name, values, strict=False) for name, values in columns.items()
    ).with_columns(
        platform=pl.lit(platform),
        state=pl.Series([*LEVELS, "not_enough_data"])
        .gather(np.where(levels == NONE, len(LEVELS), levels))
        .cast(pl.Enum(STATES)),
    )
    return WEEK.check(
        frame.select(
            pl.col(name).fill_nan(None).cast(column.dtype)
            if column.dtype == pl.Float64
            else pl.col(name).cast(column.dtype)
            for name, column in WEEK.columns.items()
        )
    )


def _with(name: str, suffix: str) -> str:
    """A column's name with a suffix before its unit."""
    bare = name.removesuffix("_s")
    return bare + suffix + name.removeprefix(bare)
