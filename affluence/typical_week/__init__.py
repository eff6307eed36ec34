"""SLOTS → WEEK: what an ordinary week looks like, with how sure it is.

The model is learned week by week (`affluence.typical_week.model`); holidays, closures, days without
records and days out of line are left out and listed. Slots become rates here, and only here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

import polars as pl

from affluence.tables import SLOTS
from affluence.typical_week import model
from affluence.typical_week.advice import Advice
from affluence.typical_week.backtest import (
    BASELINES,
    Backtest,
    Errors,
    Forecaster,
    backtest,
    errors_of,
)
from affluence.typical_week.calendar import Hours, Weekly, closed_days, opening_by_day
from affluence.typical_week.cells import Cells, Floats
from affluence.typical_week.counts import quantiles
from affluence.typical_week.effects import Flags, flags_of
from affluence.typical_week.forecast import MOST_WEEKS, forecast_table
from affluence.typical_week.history import History, make_history
from affluence.typical_week.levels import Bounds
from affluence.typical_week.other_hours import OtherHours, at_other_hours, calls_while_closed
from affluence.typical_week.reach import Reach
from affluence.typical_week.rows import row_grid
from affluence.typical_week.runs import Past, Runs, run_platforms
from affluence.typical_week.special_days import special_days
from affluence.typical_week.table import week_table

VERSION = 2  # part of what a publication is made from: raise it when a figure changes meaning


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What is to be learned of one platform, from `records_of`."""

    platform: str
    hours: Hours
    row_minutes: int
    first: date
    last: date
    past: Past


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What was learned of one platform from its SLOTS of ``[first, last]``, week by week."""

    platform: str
    hours: Hours
    row_minutes: int
    first: date
    last: date
    history: History
    flags: Flags
    runs: Runs

    @property
    def lines_believed(self) -> bool:
        """False where the records contradict the number of lines."""
        return self.runs.model.believes_lines

    @property
    def silent_days(self) -> int:
        """How many days the desk was open at the end of the period without a call on record."""
        opening = opening_by_day(self.hours, self.first, self.last)
        opened = [day for day, spans in opening.items() if spans]
        seen = self.history.days_with_calls()
        newest = max(seen, default=self.first - timedelta(days=1))
        return sum(day > newest for day in opened)

    def week(self) -> TypicalWeek:
        """The typical week after the last run."""
        model = self.runs.model
        return TypicalWeek(
            week=week_table(self.platform, self.history, self.runs),
            advice=self.runs.advice[-1],
            left_out=self._left_out(),
            answers_known=model.reading.answers_known,
            refusals_recorded=model.reading.refusals_recorded,
        )

    def forecast(self) -> pl.DataFrame:
        """FORECAST of the weeks after ``last``."""
        return forecast_table(self.platform, self.history, self.runs, self.flags, self.hours)

    def demand_to_come(self, probability: float) -> pl.DataFrame:
        """First attempts that an ordinary day of next week exceeds by 1 - ``probability`` only.

        Columns weekday (ISO), start_min, end_min and persons, one row a cell of WEEK, in its order.
        """
        demand = self.runs.model.demand
        of_places = demand.mean()
        mean, variance = map(self.runs.of_cells, (of_places, demand.variance(of_places, 1)))
        (persons,) = quantiles(mean, variance, (probability,))
        return self.history.cells.grid.select(
            "weekday", "start_min", "end_min", persons=pl.Series(persons, dtype=pl.Float64)
        )

    @property
    def weekly(self) -> Weekly:
        """The opening hours that the rows of WEEK are cut from, Monday first."""
        return self.hours.weekly_on(self.last + timedelta(days=1))

    def at_other_hours(
        self, today: pl.DataFrame, weekly: Weekly, slots: pl.DataFrame, probability: float
    ) -> OtherHours:
        """Bring the persons of a week to other opening hours.

        Args:
            today: as `demand_to_come` gives them.
            weekly: the other hours, Monday first.
            slots: SLOTS of the period: calls to the closed desk too.
            probability: of the demand, as there.

        Raises:
            RecordsError: on a weekday that gains opening hours, no call is on record in these.

        """
        demand = self.runs.model.demand

        def planned(mean: Floats) -> Floats:
            variance = demand.dispersion * mean + mean**2 * demand.day_variance(1)
            found: Floats = quantiles(mean, variance, (probability,))[0]
            return found

        others = replace(self.hours, weekly=weekly, changes=())
        return at_other_hours(
            today,
            row_grid(others, self.row_minutes, self.last),
            calls_while_closed(slots, self.hours, self.last),
            planned,
        )

    def grade(self, others: Mapping[str, Forecaster] = BASELINES) -> Backtest:
        """How good the forecasts of every past run were, beside others."""
        return backtest(self.runs, self.history, others)

    def widened(self) -> Study:
        """The same with twice as many hours named, because those named before have filled up."""
        return replace(self, runs=self.runs.widened(self.history.cells))

    def errors(self) -> dict[str, Errors]:
        """Those of the forecasts of every past run that `grade` finds, alone: much sooner."""
        return errors_of(self.runs, self.history)

    def _left_out(self) -> tuple[LeftOut, ...]:
        closed = closed_days(self.hours, self.first, self.last)
        rows = self.history.cells.grid.select("weekday", "start_min", "end_min").rows()
        lost = [
            day
            for day, spans in opening_by_day(self.hours, self.first, self.last).items()
            if any(
                day.isoweekday() == weekday and start < row_end and end > row_start
                for weekday, row_start, row_end in rows
                for start, end in spans
            )
            and not self.history.is_exposed(day)
        ]
        left_out = [
            *(LeftOut(day=c.day, reason=c.reason, label=c.label) for c in closed),
            *(LeftOut(day=day, reason="no_records") for day in lost),
            *(
                LeftOut(day=aside.day, reason=aside.reason, factor=aside.factor)
                for aside in self.runs.set_aside
            ),
        ]
        return tuple(sorted(left_out, key=lambda out: out.day))


def last_complete_week(hours: Hours, today: date) -> date:
    """Sunday of the newest week of which no opening day is left, seen from ``today``.

    ``today`` itself is not over yet.
    """
    sunday = today + timedelta(days=6 - today.weekday())
    if any(opening_by_day(hours, today, sunday).values()):
        return sunday - timedelta(days=7)
    return sunday


def study(
    slots: pl.DataFrame,
    hours: Hours,
    settings: Settings,
    *,
    platform: str,
    first: date,
    last: date,
    lines_believed: bool = True,
    rows_on: date | None = None,
) -> Study:
    """Learn one platform from its SLOTS of ``[first, last]``, days included: see `records_of`."""
    (learned,) = study_together(
        [
            records_of(
                slots,
                hours,
                settings,
                platform=platform,
                first=first,
                last=last,
                lines_believed=lines_believed,
                rows_on=rows_on,
            )
        ]
    )
    return learned


def study_together(records: Sequence[Records]) -> list[Study]:
    """Learn platforms, in their order: together they take a small part of the time."""
    return [
        Study(
            platform=of.platform,
            hours=of.hours,
            row_minutes=of.row_minutes,
            first=of.first,
            last=of.last,
            history=of.past.history,
            flags=of.past.flags,
            runs=runs,
        )
        for of, runs in zip(records, run_platforms([of.past for of in records]), strict=True)
    ]


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
    cells = Cells(row_grid(hours, settings.row_minutes, rows_on or last + timedelta(days=1)))
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
