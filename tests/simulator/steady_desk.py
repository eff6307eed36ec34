"""A desk in a steady state, its figures in independent days, and what theory says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import sqrt
from statistics import fmean, stdev

from affluence.simulator.call import Call
from affluence.simulator.scenario import Callers, Handling, Scenario, Shift
from affluence.simulator.simulation import Simulation, simulate

TALK_S = 60.0
UNLIMITED_LINES = 1_000
PATIENT = Callers(
    mean_patience_s=1e9, redial_after_busy_share=0.0, redial_after_giving_up_share=0.0
)
# Talk and nothing else: no ring, no wrap-up, no message takes any time.
PLAIN = Handling(
    ring_s=(0.0, 0.0),
    missed_ring_share=0.0,
    mean_talk_s=TALK_S,
    talk_variation=None,
    mean_wrap_up_s=0.0,
    queue_timeout_s=1e9,
    refusal_message_s=(0.0, 0.0),
    outbound_per_hour=0.0,
)
_REPLICATIONS = 16
_T_QUANTILE = 4.073  # Student's t of 15 degrees of freedom: 99.9 % lie within
# Out of the day: two hours to fill up, and the last, in which redials die out.
_FROM_MS, _TO_MS = 2 * 3_600_000, 23 * 3_600_000


def steady_desk(
    *,
    agents: int,
    traffic_erlang: float,
    lines: int = UNLIMITED_LINES,
    callers: Callers = PATIENT,
    handling: Handling = PLAIN,
) -> Scenario:
    """One day of always the same demand, lines and agents."""
    always = Shift(weekdays=(1, 2, 3, 4, 5, 6, 7), start_min=0, end_min=24 * 60, agents=agents)
    return Scenario(
        platform="steady",
        service_number="0199001234",
        zone="Europe/Paris",
        first_day=date(2026, 10, 13),
        last_day=date(2026, 10, 13),
        lines=lines,
        shifts=(always,),
        first_attempts_per_hour=((traffic_erlang * 3600 / TALK_S,) * 96,) * 7,
        callers=callers,
        handling=handling,
    )


def figures(simulation: Simulation) -> dict[str, float]:
    """What the calls of the steady part of the day tell; shares are of attempts."""
    midnight_ms = simulation.period[0].start_ms
    start_ms, end_ms = midnight_ms + _FROM_MS, midnight_ms + _TO_MS
    calls = [call for call in simulation.calls if start_ms <= call.offered_ms < end_ms]
    firsts = [call for call in calls if call.attempt == 1]
    waits_ms = [_wait_ms(call, call.queued_ms) for call in calls if call.queued_ms is not None]
    full_ms = sum(
        full_ms
        for quarter_ms, full_ms in simulation.tally.full_ms.items()
        if start_ms <= quarter_ms < end_ms
    )
    return {
        "blocked": sum(call.outcome == "busy" for call in calls) / len(calls),
        "first_blocked": sum(call.outcome == "busy" for call in firsts) / len(firsts),
        "waited": sum(wait_ms > 0 for wait_ms in waits_ms) / len(calls),
        "abandoned": sum(call.outcome == "abandoned" for call in calls) / len(calls),
        "mean_wait_s": fmean(waits_ms) / 1000,
        # In the long run who is reached was answered once.
        "reached": sum(call.outcome == "answered" for call in calls) / len(firsts),
        "attempts": len(calls) / len(firsts),
        "full": full_ms / (_TO_MS - _FROM_MS),
    }


def _wait_ms(call: Call, queued_ms: int) -> int:
    left_ms = call.released_ms if call.answered_ms is None else call.answered_ms
    assert left_ms is not None
    return left_ms - queued_ms


def assert_within_sampling_error(scenario: Scenario, expected: Mapping[str, float]) -> None:
    """Each expected figure lies in the t-interval of independent days, which is a narrow one."""
    days = [figures(simulate(scenario, seed=seed)) for seed in range(_REPLICATIONS)]
    for name, value in expected.items():
        of_days = [day[name] for day in days]
        half_width = _T_QUANTILE * stdev(of_days) / sqrt(_REPLICATIONS)
        print(f"{name}: {fmean(of_days):.5f} ± {half_width:.5f}, expected {value:.5f}")
        assert abs(fmean(of_days) - value) <= half_width, name
        assert half_width <= 0.2 * value, name


@dataclass(frozen=True, slots=True, kw_only=True)
class Theory:
    """The birth-death chain of M/M/s/K+M; time in mean talks.

    Erlang B has no ``places``, C no end of them, A patience besides.
    """

    agents: int
    traffic_erlang: float
    places: int
    giving_up_rate: float = 0.0

    def figures(self) -> dict[str, float]:
        """The same names as `figures`; those that must be zero are left out."""
        weights = [1.0]
        for number in range(1, self.agents + self.places + 1):
            waiting = max(number - self.agents, 0)
            deaths = min(number, self.agents) + waiting * self.giving_up_rate
            weights.append(weights[-1] * self.traffic_erlang / deaths)
        shares = [weight / sum(weights) for weight in weights]
        mean_waiting = sum(waiting * share for waiting, share in enumerate(shares[self.agents :]))
        blocked, waited = shares[-1], sum(shares[self.agents : -1])
        accepted = self.traffic_erlang * (1 - blocked)
        found = {
            "blocked": blocked,
            "first_blocked": blocked,
            "waited": waited,
            "abandoned": self.giving_up_rate * mean_waiting / self.traffic_erlang,
            "mean_wait_s": mean_waiting / accepted * TALK_S,
        }
        return {name: value for name, value in found.items() if value > 1e-9}
