"""SLOTS and PERSONS of the report → sums of every hour of the week, by period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from affluence.indicators.persons import DAY_MIN
from affluence.report.facts import Facts
from affluence.report.figures import Known, Sums
from affluence.report.periods import Period, periods
from affluence.typical_week.rows import seen_in_rows

CELL = ("weekday", "start_min", "end_min")
_PERSONS = ("intents", "gave_up")
_SUMMED = (
    *("attempts", "answered", "abandoned", "unanswered", "busy", "first_attempts", "first_busy"),
    *("open_s", "full_open_s", "held_open_s", "line_open_s", "waits", "wait_answered_s"),
    *_PERSONS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """What was measured in each cell of the table of hours.

    Attributes:
        known: what the records can tell.
        cells: of each period in which anything was seen, the sums of the open and recorded time of
            every cell, in the order of the table: those of SLOTS, intents and gave_up of PERSONS,
            and ``days``, on how many the cell was seen.

    """

    known: Known
    cells: Mapping[Period, tuple[Sums, ...]]


def hours_of(facts: Facts) -> Hours:
    """The hours of a report; sums are 0 where nothing was seen."""
    grid = facts.typical.week.select(CELL)
    by_day = _sums_by_day(facts, grid)
    cells = {period: _sums_of(by_day, period, grid) for period in periods(facts.first, facts.last)}
    return Hours(
        known=_known_of(facts),
        cells={
            period: tuple(sums.iter_rows(named=True))
            for period, sums in cells.items()
            if sums["open_s"].sum()
        },
    )


def _known_of(facts: Facts) -> Known:
    reached = next(ratio for ratio in facts.indicators.lived if ratio.key == "persons_reached")
    return Known(
        lines=all(ratio.value is not None for ratio in facts.indicators.lines),
        refusals=facts.indicators.refusals_recorded,
        answers=facts.typical.answers_known,
        callers=reached.value is not None,
    )


def _sums_by_day(facts: Facts, grid: pl.DataFrame) -> pl.DataFrame:
    by_slot = (
        facts.measured["persons"]
        .filter(pl.col("gap_min") == DAY_MIN)
        .group_by("slot_start")
        .agg(pl.col(_PERSONS).sum())
    )
    return (
        seen_in_rows(facts.measured["slots"], grid, facts.zone)
        .join(by_slot.lazy(), on="slot_start", how="left")
        .with_columns(pl.col(_PERSONS).fill_null(0))
        .group_by("day", *CELL)
        .agg(pl.col(_SUMMED).sum())
        .collect()
    )


def _sums_of(by_day: pl.DataFrame, period: Period, grid: pl.DataFrame) -> pl.DataFrame:
    summed = (
        by_day.filter(pl.col("day").is_between(period.first, period.last))
        .group_by(CELL)
        .agg(
            pl.len().cast(pl.Int64).alias("days"),
            # Added up in another order they would differ in their last digits.
            pl.col(_SUMMED).sum().round(6),
        )
    )
    cells = grid.join(summed, on=list(CELL), how="left", maintain_order="left")
    return cells.with_columns(pl.exclude(CELL).fill_null(0))
