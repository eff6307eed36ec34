"""Redials of one mean delay: how many, how late, and never on another day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from math import log
from statistics import fmean, median
from zoneinfo import ZoneInfo

import pytest

from affluence.simulator.call import Call
from affluence.simulator.simulation import simulate
from tests.simulator.steady_desk import PATIENT, steady_desk


def _attempts(mean_redial_s: float, persistence: float) -> list[Call]:
    """Attempts at a desk that is nearly always full, over the night in which the clocks go back."""
    desk = steady_desk(
        agents=1,
        lines=1,
        traffic_erlang=3.0,
        callers=replace(PATIENT, redial_after_busy_share=persistence, mean_redial_s=mean_redial_s),
    )
    two_days = replace(desk, first_day=date(2026, 10, 24), last_day=date(2026, 10, 25))
    return list(simulate(two_days, seed=1).calls)


@pytest.mark.parametrize("mean_redial_s", [5.0, 300.0])
def test_delays_are_exponential_of_the_given_mean(mean_redial_s: float) -> None:
    ended_ms: dict[tuple[int, int], int] = {}
    delays_s = []
    for call in _attempts(mean_redial_s, persistence=0.6):
        if call.attempt > 1:
            delays_s.append((call.offered_ms - ended_ms[call.person, call.attempt - 1]) / 1000)
        ended_ms[call.person, call.attempt] = call.offered_ms  # a busy tone takes no time
    assert fmean(delays_s) == pytest.approx(mean_redial_s, rel=0.05)
    assert median(delays_s) == pytest.approx(mean_redial_s * log(2), rel=0.05)


def test_people_persist_as_much_as_told() -> None:
    attempts = _attempts(5.0, persistence=0.95)
    made = {(call.person, call.attempt) for call in attempts}
    failed = [call for call in attempts if call.outcome == "busy"]
    redialled = sum((call.person, call.attempt + 1) in made for call in failed)
    assert redialled / len(failed) == pytest.approx(0.95, abs=0.005)


def test_nobody_redials_on_another_local_day() -> None:
    paris = ZoneInfo("Europe/Paris")
    days: dict[int, set[date]] = {}
    for call in _attempts(1800.0, persistence=0.95):
        day = datetime.fromtimestamp(call.offered_ms / 1000, paris).date()
        days.setdefault(call.person, set()).add(day)
    assert {len(of_person) for of_person in days.values()} == {1}
    assert set().union(*days.values()) == {date(2026, 10, 24), date(2026, 10, 25)}
