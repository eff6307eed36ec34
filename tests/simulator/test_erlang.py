"""The simulator against theory, within sampling error."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from statistics import fmean, stdev

import pytest

from affluence.simulator.draws import exponential, gamma_of_mean_one, lognormal, uniform
from affluence.simulator.scenario import Handling, Scenario
from affluence.simulator.simulation import simulate
from tests.simulator.retrial_chain import RetrialChain
from tests.simulator.steady_desk import (
    PATIENT,
    PLAIN,
    TALK_S,
    Theory,
    assert_within_sampling_error,
    steady_desk,
)

_ENDLESS = 400  # places
_LOGNORMAL = replace(PLAIN, talk_variation=0.7)
_IMPATIENT = replace(PATIENT, mean_patience_s=2 * TALK_S)


@pytest.mark.long
@pytest.mark.parametrize(
    ("scenario", "theory"),
    [
        pytest.param(
            # A loss system is insensitive to the law of talks.
            steady_desk(agents=4, lines=4, traffic_erlang=6.0, handling=_LOGNORMAL),
            Theory(agents=4, places=0, traffic_erlang=6.0),
            id="Erlang B, 4 lines",
        ),
        pytest.param(
            steady_desk(agents=8, lines=8, traffic_erlang=6.0, handling=_LOGNORMAL),
            Theory(agents=8, places=0, traffic_erlang=6.0),
            id="Erlang B, 8 lines",
        ),
        pytest.param(
            steady_desk(agents=4, traffic_erlang=2.5),
            Theory(agents=4, places=_ENDLESS, traffic_erlang=2.5),
            id="Erlang C",
        ),
        pytest.param(
            steady_desk(agents=5, traffic_erlang=6.0, callers=_IMPATIENT),
            Theory(agents=5, places=_ENDLESS, traffic_erlang=6.0, giving_up_rate=0.5),
            id="Erlang A",
        ),
        pytest.param(
            steady_desk(agents=4, lines=4 + 3, traffic_erlang=4.5),
            Theory(agents=4, places=3, traffic_erlang=4.5),
            id="M/M/s/K",
        ),
        pytest.param(
            steady_desk(
                agents=4,
                traffic_erlang=4.5,
                callers=_IMPATIENT,
                handling=replace(PLAIN, waiting_places=3),
            ),
            Theory(agents=4, places=3, traffic_erlang=4.5, giving_up_rate=0.5),
            id="M/M/s/K+M",
        ),
    ],
)
def test_shares_and_waits_are_those_of_theory(scenario: Scenario, theory: Theory) -> None:
    expected = theory.figures()
    if scenario.lines == theory.agents + theory.places:
        expected["full"] = expected["blocked"]  # Poisson arrivals see time averages
    assert_within_sampling_error(scenario, expected)


@pytest.mark.parametrize(
    ("by", "limit"),
    [
        ("queue", replace(PLAIN, waiting_places=3)),
        # With 2 before oneself, 3 talks of 4 agents: 0.75 of a talk; with 3, a whole one.
        ("rule", replace(PLAIN, refused_beyond_wait_s=0.8 * TALK_S)),
    ],
)
def test_a_limited_queue_refuses_as_the_same_number_of_lines_does(by: str, limit: Handling) -> None:
    by_lines = simulate(steady_desk(agents=4, lines=4 + 3, traffic_erlang=4.5), seed=1)
    limited = simulate(steady_desk(agents=4, traffic_erlang=4.5, handling=limit), seed=1)
    lives = [
        [(call.offered_ms, call.outcome, call.answered_ms) for call in simulation.calls]
        for simulation in (by_lines, limited)
    ]
    assert lives[0] == lives[1]
    assert {call.refused_by for call in limited.calls} == {None, by}
    assert limited.tally.full_ms == {}


_HASTY = RetrialChain(lines=4, fresh_erlang=2.8, persistence=0.95, mean_delay=1 / 20)
_SLOW = RetrialChain(lines=4, fresh_erlang=3.6, persistence=0.6, mean_delay=2.0)


def test_hasty_redials_block_most_attempts_but_not_most_people() -> None:
    figures = _HASTY.figures()
    assert figures["full"] == pytest.approx(0.289, abs=0.0005)
    assert figures["blocked"] == pytest.approx(0.685, abs=0.0005)


@pytest.mark.long
@pytest.mark.parametrize("chain", [_HASTY, _SLOW], ids=["hasty", "slow"])
def test_redials_are_those_of_the_exact_chain(chain: RetrialChain) -> None:
    callers = replace(
        PATIENT,
        redial_after_busy_share=chain.persistence,
        mean_redial_s=chain.mean_delay * TALK_S,
    )
    scenario = steady_desk(
        agents=chain.lines,
        lines=chain.lines,
        traffic_erlang=chain.fresh_erlang,
        callers=callers,
    )
    assert_within_sampling_error(scenario, chain.figures())


def test_draws_have_the_moments_they_are_asked_for() -> None:
    rng = Random(1)
    talks = [lognormal(rng, 270.0, 0.7) for _ in range(40_000)]
    assert fmean(talks) == pytest.approx(270.0, rel=0.02)
    assert stdev(talks) / fmean(talks) == pytest.approx(0.7, rel=0.05)
    assert fmean(exponential(rng, 5.0) for _ in range(40_000)) == pytest.approx(5.0, rel=0.02)
    days = [gamma_of_mean_one(rng, 25) for _ in range(4_000)]
    assert fmean(days) == pytest.approx(1.0, abs=0.02)
    assert stdev(days) == pytest.approx(0.2, rel=0.05)
    assert all(2.0 <= uniform(rng, (2.0, 6.0)) < 6.0 for _ in range(1_000))
