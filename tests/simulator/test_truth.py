"""The truth: equal to a recount of the calls, quarter by quarter."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import polars as pl
import pytest

from affluence.simulator.demonstration import demonstration
from affluence.simulator.scenario import Scenario
from affluence.simulator.simulation import Simulation
from affluence.simulator.truth import expected_rates, true_week, truth_frame

_OUTCOMES = ("answered", "busy", "abandoned", "unanswered", "closed")


@pytest.fixture(scope="module")
def truth(simulation: Simulation) -> pl.DataFrame:
    return truth_frame(simulation)


def test_counts_are_those_of_the_calls(truth: pl.DataFrame, calls: pl.DataFrame) -> None:
    recount = (
        calls.filter(pl.col("direction") == "inbound")
        .with_columns(slot_start=pl.col("offered_at").dt.truncate("15m"))
        .group_by("slot_start")
        .agg(
            pl.len().cast(pl.Int64).alias("attempts"),
            *((pl.col("outcome") == name).sum().cast(pl.Int64).alias(name) for name in _OUTCOMES),
        )
        .sort("slot_start")
    )
    counted = truth.filter(pl.col("attempts") > 0).select(recount.columns)
    assert counted.equals(recount)


def test_first_attempts_are_those_of_the_callers(truth: pl.DataFrame, calls: pl.DataFrame) -> None:
    named = calls.filter(pl.col("caller").is_not_null()).unique("caller").height
    anonymous = calls.filter(pl.col("direction") == "inbound")["caller"].null_count()
    assert named < truth["first_attempts"].sum() <= named + anonymous
    first_busy_or_answered = pl.col("first_busy") + pl.col("first_answered")
    assert truth.filter(first_busy_or_answered > pl.col("first_attempts")).is_empty()


def test_held_and_full_seconds_are_those_of_a_sweep(
    truth: pl.DataFrame, calls: pl.DataFrame
) -> None:
    """Cut time at every start and end of a call and every quarter: nothing changes in between."""
    held = calls.filter(pl.col("line").is_not_null())
    quarter = timedelta(minutes=15)
    monday = date(2026, 10, 12)
    starts = [at for at in truth["slot_start"] if at.date() == monday]
    bounds = sorted({*held["offered_at"], *held["released_at"], *starts, starts[-1] + quarter})
    spans = [(row["offered_at"], row["released_at"]) for row in held.iter_rows(named=True)]
    held_s: dict[datetime, float] = dict.fromkeys(starts, 0.0)
    full_s = dict(held_s)
    for start, end in pairwise(bounds):
        if not starts[0] <= start < starts[-1] + quarter:
            continue
        slot = starts[(start - starts[0]) // quarter]
        taken = sum(begin <= start < release for begin, release in spans if begin <= start)
        held_s[slot] += taken * (end - start).total_seconds()
        full_s[slot] += (taken == 8) * (end - start).total_seconds()
    seen = truth.filter(pl.col("slot_start").is_in(starts))
    assert seen["held_s"].to_list() == pytest.approx(list(held_s.values()))
    assert seen["full_s"].to_list() == pytest.approx(list(full_s.values()))
    assert seen["full_s"].sum() > 0


def test_people_come_as_often_as_expected(truth: pl.DataFrame) -> None:
    expected = float(truth["expected_first_attempts"].sum())
    came = truth["first_attempts"].sum()
    assert came == pytest.approx(expected, abs=4 * expected**0.5)


def test_no_quarter_is_missing_when_the_clocks_go_back(truth: pl.DataFrame) -> None:
    assert truth.filter(pl.col("day") == date(2026, 10, 25)).height == 100
    assert truth.height == 13 * 96 + 100
    assert truth["open_s"].sum() == 9 * 6 * 3600


def test_rates_are_given_for_the_open_hours_cut_at_the_opening_bounds() -> None:
    rates = expected_rates(demonstration())
    monday = rates.filter(pl.col("weekday") == 1)
    assert monday["start_min"].to_list() == [540, 600, 660, 810, 840, 900, 960]
    assert monday["end_min"].to_list() == [600, 660, 720, 840, 900, 960, 990]
    assert monday["first_attempts_per_hour"].to_list() == pytest.approx(
        [152, 112, 80, 146, 94, 64, 46]
    )
    assert rates["weekday"].unique().to_list() == [1, 2, 3, 4, 5]


def test_the_true_week_ranges_from_crowded_to_calm(scenario: Scenario) -> None:
    week = true_week(scenario, weeks=10, seed=1)
    reach = week.select("weekday", "start_min", "reach").rows()
    by_hour = {(weekday, start_min): share for weekday, start_min, share in reach}
    assert len(reach) == 5 * 7
    assert by_hour[1, 9 * 60] < 0.4
    assert by_hour[5, 16 * 60] > 0.95
    assert week["closed"].sum() == 0
    assert week["open_s"].sum() == 10 * 5 * 6 * 3600
    expected = (week["first_attempts_per_hour"] * week["open_s"] / 3600).sum()
    assert week["first_attempts"].sum() == pytest.approx(expected, rel=0.05)
