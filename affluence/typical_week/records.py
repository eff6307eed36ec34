"""SLOTS of one platform → what is to be learned of it: its history, its calendar, its rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from affluence.tables import SLOTS
from affluence.typical_week import model
from affluence.typical_week.calendar import Hours, closed_days
from affluence.typical_week.calendar_effects import flags_of
from affluence.typical_week.cells import Cells
from affluence.typical_week.forecast import MOST_WEEKS
from affluence.typical_week.history import History, make_history
from affluence.typical_week.levels import Bounds
from affluence.typical_week.reach import Reach
from affluence.typical_week.rows import row_spans
from affluence.typical_week.runs import Past
from affluence.typical_week.special_days import special_days


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a typical week is made."""

    row_minutes: int
    minimum_days: int
    minimum_calls: int
    bounds: Bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What is to be learned of one platform, from `records_of`."""

    platform: str
    hours: Hours
    row_minutes: int
    first: date
    last: date
    past: Past


def records_of(
    slots: pl.DataFrame,
    hours: Hours,
    settings: Settings,
    *,
    platform: str,
    first: date,
    last: date,
    lines_believed: bool = True,
    rows_on: date | None = None,
) -> Records:
    """What is to be learned of one platform from its SLOTS of ``[first, last]``, days included.

    ``lines_believed`` is False where the records contradict the number of lines: rates of lines
    are then null, and so is reach where no refusal is recorded either. The rows are those of the
    opening hours on ``rows_on``, by default the day after ``last``.
    """
    SLOTS.check(slots)
    cells = Cells(row_spans(hours, settings.row_minutes, rows_on or last + timedelta(days=1)))
    first_monday = first - timedelta(days=first.weekday())
    of_period = slots.filter(
        pl.col("slot_start").dt.convert_time_zone(hours.zone).dt.date().is_between(first, last)
    )
    history = make_history(of_period, cells, zone=hours.zone, first_monday=first_monday, last=last)
    closed = {closed.day for closed in closed_days(hours, first_monday, last)}
    history = history.without(history.days_among(closed))
    weeks = history.weeks + MOST_WEEKS
    known_until = first_monday + timedelta(days=7 * weeks - 1)
    flags = flags_of(special_days(hours, first_monday, known_until), cells, first_monday, weeks)
    rules = model.Settings(
        minimum_days=settings.minimum_days,
        minimum_calls=settings.minimum_calls,
        bounds=settings.bounds,
        reach=_reading(history, lines_believed=lines_believed),
    )
    return Records(
        platform=platform,
        hours=hours,
        row_minutes=settings.row_minutes,
        first=first,
        last=last,
        past=Past(history=history, flags=flags, settings=rules),
    )


def _reading(history: History, *, lines_believed: bool) -> Reach:
    answered, abandoned, unanswered, unknown = (
        float(history.sums[name].sum())
        for name in ("answered", "abandoned", "unanswered", "unknown")
    )
    return Reach(
        answers_known=answered + abandoned + unanswered > unknown,
        lines_believed=lines_believed,
        refusals_recorded=bool(history.sums["busy"].any()),
    )
