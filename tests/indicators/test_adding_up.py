"""What must hold whatever happened: sums are sums, parts are parts, bounds are in order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from random import Random

import pytest

from affluence.indicators import Indicators
from affluence.simulator.scenario import Recording, Scenario

from .desks import PLAIN, Played, desk, indicators_of, play, redialling

SEEDS = range(12)


def _random_scenario(random: Random) -> Scenario:
    lines = random.choice([2, 4, 8])
    handling = replace(
        PLAIN,
        ring_s=(1.0, 30.0),
        missed_ring_share=random.choice([0.0, 0.2]),
        greeting_s=random.choice([0.0, 12.0]),
        queue_timeout_s=random.choice([60.0, 1e9]),
        waiting_places=random.choice([None, 1]),
        refusal_message_s=(4.0, 8.0),
        outbound_per_hour=random.choice([0.0, 6.0]),
    )
    callers = redialling(
        random.choice([0.0, 0.5, 0.95]),
        random.choice([20.0, 600.0]),
        anonymous_share=random.choice([0.0, 0.3, 1.0]),
        mean_patience_s=random.choice([30.0, 300.0]),
        redial_after_giving_up_share=random.choice([0.0, 0.6]),
    )
    scenario = desk(
        lines=lines,
        agents=random.choice([1, lines]),
        fresh_erlang=random.choice([0.3, 1.0, 2.5]) * lines,
        callers=callers,
        handling=handling,
        weeks=1,
    )
    recording = Recording(busy_recorded=random.random() < 0.75)
    return replace(scenario, recording=recording)


@cache
def _played(seed: int) -> Played:
    random = Random(seed)
    hold = random.random() < 0.5
    return play(_random_scenario(random), seed=seed, refusals_hold_lines=hold)


@cache
def _indicators(seed: int) -> Indicators:
    return _played(seed).indicators


@pytest.mark.parametrize("seed", SEEDS)
def test_outcomes_add_up_to_the_attempts(seed: int) -> None:
    calls, outcomes = _played(seed).calls, _indicators(seed).outcomes
    assert sum(outcomes.values()) == calls.filter(direction="inbound").height
    by_whom = _indicators(seed).refused_by.values()
    assert sum(count or 0 for count in by_whom) in {0, outcomes["busy"]}


@pytest.mark.parametrize("seed", SEEDS)
def test_intents_are_those_reached_self_served_or_given_up(seed: int) -> None:
    for of in _indicators(seed).intents:
        assert of.reached + of.self_served + of.gave_up == of.intents
        assert of.first_busy <= of.intents <= of.attempts
    attempts = {of.attempts for of in _indicators(seed).intents}
    assert len(attempts) == 1  # the same attempts, however they are cut


@pytest.mark.parametrize("seed", SEEDS)
def test_no_part_is_more_than_its_whole(seed: int) -> None:
    found = _indicators(seed)
    ratios = (*found.official, *found.other_readings, *found.lived, *found.lines, found.agents)
    assert any(ratio.value is not None for ratio in ratios)
    for ratio in ratios:
        if ratio.key == "fewer_than_5_rings":
            continue  # in a test of its own below
        if ratio.value is not None:
            assert 0 <= ratio.value <= 1, ratio
        else:
            assert ratio.note or not ratio.denominator, ratio
    waits = found.waits
    for share in (
        waits.of_offered,
        waits.of_answered,
        waits.of_offered_without_short_abandons,
        waits.virtual,
    ):
        assert share is None or 0 <= share <= 1


def test_no_more_calls_are_picked_up_in_time_than_are_let_in() -> None:
    """A machine picks up every call, and then refuses those that would have to wait."""
    handling = replace(PLAIN, waiting_places=0, refusal_message_s=(4.0, 8.0), greeting_s=5.0)
    callers = redialling(0.8, 60.0)
    scenario = desk(
        lines=60, agents=8, fresh_erlang=12.0, callers=callers, handling=handling, weeks=1
    )
    found = play(scenario, refusals_hold_lines=True).indicators
    (rings, *_) = found.official
    assert rings.denominator == found.outcomes["answered"]
    assert rings.value == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_redials_by_number_of_the_attempt_add_up_to_all(seed: int) -> None:
    redials = _indicators(seed).redials
    for failure in {redial.failure for redial in redials}:
        of_all, *numbered = [redial for redial in redials if redial.failure == failure]
        assert (of_all.nth, [redial.nth for redial in numbered]) == (
            0,
            sorted({redial.nth for redial in numbered}),
        )
        assert of_all.failures == sum(redial.failures for redial in numbered)
        assert of_all.redialled == sum(redial.redialled for redial in numbered)
        for redial in (of_all, *numbered):
            if redial.probability is not None:
                assert redial.within_1_min is not None and redial.within_5_min is not None
                assert redial.within_30_min is not None
                assert 0 <= redial.within_1_min <= redial.within_5_min <= redial.within_30_min
                assert redial.within_30_min <= redial.probability <= 1


@pytest.mark.parametrize("seed", SEEDS)
def test_bounds_are_in_order(seed: int) -> None:
    found = _indicators(seed)
    assert found.demand is not None
    if found.demand.estimated is not None:
        assert found.demand.least <= found.demand.most
        assert found.demand.known <= found.demand.estimated <= found.demand.most
    offered = found.offered
    if offered.least_erlang is not None and offered.erlang is not None:
        assert offered.least_erlang == pytest.approx(offered.carried_erlang)
        assert offered.least_erlang * (1 - 1e-9) <= offered.erlang
    if offered.most_erlang is not None and offered.erlang is not None:
        assert offered.erlang <= offered.most_erlang * (1 + 1e-9)
    busy_hour = found.busy_hour
    assert busy_hour is not None
    assert busy_hour.tcbh_erlang <= busy_hour.adph_erlang <= busy_hour.peak_erlang


@pytest.mark.parametrize("seed", SEEDS)
def test_first_attempts_are_the_intents_of_the_day_where_nobody_calls_after_an_answer(
    seed: int,
) -> None:
    found = _indicators(seed)
    line, reached = found.lived
    assert line.denominator == reached.denominator
    assert found.of_day.reached_share is None or reached.value == found.of_day.reached_share


@pytest.mark.parametrize("seed", [seed for seed in SEEDS if seed % 4 == 0])
def test_halves_of_the_period_add_up_to_the_whole(seed: int) -> None:
    played = _played(seed)
    scenario, whole = played.simulation.scenario, played.indicators
    wednesday = scenario.first_day.toordinal() + 2
    halves = [
        indicators_of(played.measured, half)
        for half in (
            replace(scenario, last_day=date.fromordinal(wednesday)),
            replace(scenario, first_day=date.fromordinal(wednesday + 1)),
        )
    ]
    for outcome, count in whole.outcomes.items():
        assert sum(half.outcomes[outcome] for half in halves) == count
    for index, of in enumerate(whole.intents):
        assert sum(half.intents[index].reached for half in halves) == of.reached
    assert sum(half.days_open for half in halves) == whole.days_open == 5
