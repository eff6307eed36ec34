"""What happens on the average week of a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from statistics import fmean

import polars as pl

from affluence.simulator.days import Row, rows
from affluence.simulator.scenario import QUARTER_MIN, Scenario
from affluence.simulator.simulation import simulate
from affluence.simulator.tally import COUNTS
from affluence.simulator.truth import truth_frame

_ROW = ("weekday", "start_min", "end_min")


def true_week(scenario: Scenario, *, weeks: int = 200, seed: int | str) -> pl.DataFrame:
    """The steady week of the scenario, without its special days: one row a weekday and open hour.

    Columns: ``weekday``, ``start_min``, ``end_min``, ``first_attempts_per_hour`` (mean rate of
    the calendar), sums over ``weeks`` simulated weeks (the counts, ``open_s``, ``full_s``,
    ``held_s``), and their ratios: ``reach`` (true chance that a first call reaches an agent),
    ``refused_share`` (of first attempts), ``busy_line_rate`` and ``occupancy_rate``.
    """
    monday = scenario.first_day - timedelta(days=scenario.first_day.isoweekday() - 1)
    week = replace(scenario, first_day=monday, last_day=monday + timedelta(days=6), special_days=())
    sums = [*COUNTS, "open_s", "full_s", "held_s"]
    row_of_quarter = _row_of_quarter(week)
    parts = [
        truth_frame(simulate(week, seed=f"{seed} week {number}"))
        .rename({"start_min": "quarter_min"})
        .with_columns(weekday=pl.col("day").dt.weekday().cast(pl.Int64))
        .join(row_of_quarter, on=["weekday", "quarter_min"])
        .select(*_ROW, *sums)
        for number in range(weeks)
    ]
    return (
        pl.concat(parts)
        .group_by(_ROW)
        .agg(pl.col(sums).sum())
        .join(expected_rates(week), on=_ROW)
        .with_columns(
            reach=pl.col("first_answered") / pl.col("first_attempts"),
            refused_share=pl.col("first_busy") / pl.col("first_attempts"),
            busy_line_rate=pl.col("full_s") / pl.col("open_s"),
            occupancy_rate=pl.col("held_s") / (pl.col("open_s") * scenario.lines),
        )
        .sort("weekday", "start_min")
    )


def expected_rates(scenario: Scenario) -> pl.DataFrame:
    """Mean calendar rate of first attempts, an hour, for each weekday and open hour."""
    return pl.DataFrame(
        [
            (*row, _mean_rate(scenario.first_attempts_per_hour[row.weekday - 1], row))
            for row in rows(scenario)
        ],
        schema=[*_ROW, "first_attempts_per_hour"],
        orient="row",
    )


def _mean_rate(rates: Sequence[float], row: Row) -> float:
    return fmean(rates[row.start_min // QUARTER_MIN : row.end_min // QUARTER_MIN])


def _row_of_quarter(scenario: Scenario) -> pl.DataFrame:
    """Which open hour each open quarter of the week belongs to."""
    return pl.DataFrame(
        [
            (*row, quarter_min)
            for row in rows(scenario)
            for quarter_min in range(row.start_min, row.end_min, QUARTER_MIN)
        ],
        schema=[*_ROW, "quarter_min"],
        orient="row",
    )
