"""The truth: equal to a recount of the calls, quarter by quarter."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import fmean

import polars as pl
import pytest

from affluence.simulator.demonstration import demonstration
from affluence.simulator.scenario import Handling, Scenario
from affluence.simulator.simulation import Simulation, simulate
from affluence.simulator.true_week import expected_rates, true_week
from affluence.simulator.truth import persons_frame, truth_frame

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


def _recount_of_persons(simulation: Simulation) -> pl.DataFrame:
    attempts = pl.DataFrame(
        [
            (call.person, call.offered_ms, call.outcome)
            for call in simulation.calls
            if call.direction == "inbound"
        ],
        schema=["person", "offered_ms", "outcome"],
        orient="row",
    )
    persons = (
        attempts.sort("offered_ms")
        .group_by("person")
        .agg(
            slot_start=pl.from_epoch(pl.col("offered_ms").first() // 900_000 * 900),
            first_busy=pl.col("outcome").first() == "busy",
            reached=(pl.col("outcome") == "answered").any(),
            attempts=pl.len(),
        )
    )
    return (
        persons.group_by("slot_start")
        .agg(
            pl.len().alias("persons"),
            pl.col("first_busy", "reached").sum(),
            (~pl.col("reached")).sum().alias("gave_up"),
            pl.col("attempts").sum(),
        )
        .with_columns(
            pl.col("slot_start").dt.replace_time_zone("UTC").cast(pl.Datetime("us", "UTC"))
        )
        .sort("slot_start")
    )


def test_persons_are_those_of_a_recount(simulation: Simulation) -> None:
    recount = _recount_of_persons(simulation)
    persons = persons_frame(simulation).filter(pl.col("persons") > 0).select(recount.columns)
    assert persons.equals(recount.cast(persons.schema))


def test_persons_add_up(simulation: Simulation, crowded: Simulation) -> None:
    for played in (simulation, crowded):
        persons, truth = persons_frame(played), truth_frame(played)
        assert persons["persons"].to_list() == truth["first_attempts"].to_list()
        assert persons["first_busy"].to_list() == truth["first_busy"].to_list()
        assert persons.filter(pl.col("reached") + pl.col("gave_up") != pl.col("persons")).is_empty()
        assert persons["attempts"].sum() == truth["attempts"].sum()
        assert persons["reached"].sum() == truth["answered"].sum()
        called = {call.person for call in played.calls if call.direction == "inbound"}
        assert persons["persons"].sum() == len(called)
        assert persons.select(truth.columns[:5]).equals(truth.select(truth.columns[:5]))


def test_offered_traffic_is_what_the_same_people_hold_where_nobody_waits(
    scenario: Scenario,
) -> None:
    """With a line and an agent for everybody, each person is answered at the first attempt."""
    plenty = replace(
        scenario,
        lines=500,
        shifts=tuple(replace(shift, agents=500) for shift in scenario.shifts),
        handling=Handling(greeting_s=15.0, missed_ring_share=0.1, outbound_per_hour=0.0),
        callers=replace(scenario.callers, mean_patience_s=1e9),
    )
    simulation = simulate(plenty, seed=1)
    answered = [call for call in simulation.calls if call.outcome == "answered"]
    held_s = [((call.released_ms or 0) - call.offered_ms) / 1000 for call in answered]
    assert fmean(held_s) == pytest.approx(plenty.handling.mean_holding_s, rel=0.03)

    persons = persons_frame(simulation)
    served = persons.filter(pl.col("reached") > 0)
    erlang_hours = served["offered_erlang"].sum() / 4
    assert erlang_hours == pytest.approx(sum(held_s) / 3600, rel=0.03)
    assert persons["offered_erlang"].to_list() == pytest.approx(
        [count * plenty.handling.mean_holding_s / 900 for count in persons["persons"]]
    )


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
