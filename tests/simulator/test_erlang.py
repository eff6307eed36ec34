"""The simulator against theory."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random
from statistics import fmean, stdev

import pytest

from affluence.simulator.draws import exponential, gamma_of_mean_one, lognormal, uniform
from affluence.simulator.scenario import Callers, Handling, Scenario, Shift
from affluence.simulator.simulation import simulate

_PER_HOUR = 80.0
_WARM_UP_MS = 2 * 3_600_000


def _erlang_b(lines: int, traffic_erlang: float) -> float:
    blocking = 1.0
    for line in range(1, lines + 1):
        blocking = traffic_erlang * blocking / (line + traffic_erlang * blocking)
    return blocking


@pytest.mark.parametrize("lines", [4, 8])
def test_blocking_and_full_time_without_queue_nor_redials_are_erlang_b(
    scenario: Scenario, lines: int
) -> None:
    """As many agents as lines, nobody redials: a loss system, insensitive to the law of talks.

    A line is held for the ring (2 to 6 s) and the talk: 80 calls an hour of 4 + 266 s = 6 erlang.
    """
    always = Shift(weekdays=(1, 2, 3, 4, 5, 6, 7), start_min=0, end_min=24 * 60, agents=lines)
    loss_system = replace(
        scenario,
        last_day=scenario.first_day + timedelta(days=27),
        lines=lines,
        shifts=(always,),
        first_attempts_per_hour=((_PER_HOUR,) * 96,) * 7,
        day_busyness_shape=None,
        special_days=(),
        callers=Callers(mean_patience_s=1e9, redial_after_busy_share=0.0),
        handling=Handling(
            mean_talk_s=266.0,
            mean_wrap_up_s=0.0,
            missed_ring_share=0.0,
            queue_timeout_s=1e9,
            outbound_per_hour=0.0,
        ),
    )
    simulation = simulate(loss_system, seed=3)
    steady_from_ms = simulation.period[0].start_ms + _WARM_UP_MS
    steady = [call for call in simulation.calls if call.offered_ms >= steady_from_ms]
    refused_share = sum(call.outcome == "busy" for call in steady) / len(steady)
    quarters = [quarter for quarter in simulation.period if quarter.start_ms >= steady_from_ms]
    full_ms = sum(simulation.tally.full_ms[quarter.start_ms] for quarter in quarters)
    busy_line_rate = full_ms / (len(quarters) * 900_000)

    expected = _erlang_b(lines, _PER_HOUR * (4 + 266) / 3600)
    assert {call.outcome for call in steady} == {"answered", "busy"}
    assert refused_share == pytest.approx(expected, abs=0.008)
    assert busy_line_rate == pytest.approx(expected, abs=0.008)


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
