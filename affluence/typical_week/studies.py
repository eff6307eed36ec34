"""What was learned of a platform: its typical week, forecasts and their grades, other hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

import polars as pl

from affluence.typical_week.advice import Advice
from affluence.typical_week.backtest import backtest, errors_of
from affluence.typical_week.baselines import BASELINES, Forecaster
from affluence.typical_week.calendar import Hours, Weekly, closed_days, opening_by_day
from affluence.typical_week.calendar_effects import Flags
from affluence.typical_week.cells import Floats
from affluence.typical_week.forecast import forecast_table
from affluence.typical_week.grades import Backtest, Errors
from affluence.typical_week.history import History
from affluence.typical_week.negative_binomial import quantiles
from affluence.typical_week.other_hours import OtherHours, at_other_hours, calls_while_closed
from affluence.typical_week.records import Records, Settings, records_of
from affluence.typical_week.rows import row_spans
from affluence.typical_week.runs import Runs, run_platforms
from affluence.typical_week.set_aside import Apart
from affluence.typical_week.table import week_table


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A day of the period that the typical week leaves out.

    ``factor`` is how many times the usual number of calls came, for an odd day.
    """

    day: date
    reason: Literal["public_holiday", "closure"] | Apart
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
        return self.history.cells.spans.select(
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
        demand, platform = self.runs.model.demand, self.runs.platform
        dispersion, of_day = demand.dispersion[platform], demand.day_variance(1)[platform]

        def planned(mean: Floats) -> Floats:
            # As `Demand.variances`, but for the shape: of these hours nothing is known.
            found: Floats = quantiles(mean, dispersion * mean + mean**2 * of_day, (probability,))[0]
            return found

        others = replace(self.hours, weekly=weekly, changes=())
        return at_other_hours(
            today,
            row_spans(others, self.row_minutes, self.last),
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
        rows = self.history.cells.spans.select("weekday", "start_min", "end_min").rows()
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
