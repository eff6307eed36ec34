"""The calls: what cannot happen on a phone platform does not happen here."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import polars as pl
import pytest

from affluence.simulator.call import Call
from affluence.simulator.demonstration import demonstration
from affluence.simulator.scenario import Callers, Handling, Scenario, Shift
from affluence.simulator.simulation import Simulation, calls_frame, simulate


def _held(simulation: Simulation) -> list[tuple[Call, int]]:
    """Calls that hold a line, with their release."""
    return [
        (call, call.released_ms)
        for call in simulation.calls
        if call.line is not None and call.released_ms is not None
    ]


def test_same_seed_same_calls_other_seed_other_calls(scenario: Scenario) -> None:
    week = replace(scenario, last_day=scenario.first_day)
    first = calls_frame(simulate(week, seed=7))
    assert first.equals(calls_frame(simulate(week, seed=7)))
    assert not first.equals(calls_frame(simulate(week, seed=8)))


def test_every_call_ends_with_an_outcome(simulation: Simulation) -> None:
    outcomes = Counter(call.outcome for call in simulation.calls)
    assert set(outcomes) == {"answered", "busy", "abandoned", "closed", "unanswered"}
    assert all(call.released_ms is not None for call in simulation.calls)


def test_lines_are_never_shared_nor_exceeded(simulation: Simulation) -> None:
    ends_ms: dict[int | None, int] = defaultdict(int)
    for call, released_ms in _held(simulation):
        assert call.offered_ms >= ends_ms[call.line]
        ends_ms[call.line] = released_ms
    assert sorted(line for line in ends_ms if line) == list(range(1, 9))


def test_a_call_is_refused_exactly_when_all_lines_are_taken(simulation: Simulation) -> None:
    changes = sorted(
        [(released_ms, 0, -1) for _, released_ms in _held(simulation)]
        + [(call.offered_ms, 1, 0 if call.line is None else 1) for call in simulation.calls]
    )
    taken = 0
    for _, _, change in changes:
        assert (change == 0) == (taken == 8) or change == -1
        taken += change


def test_an_agent_is_never_on_two_calls(simulation: Simulation) -> None:
    spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for call, released_ms in _held(simulation):
        if call.agent is not None:
            spans[call.agent].append((call.ring_ms, released_ms))
        for ring in call.missed:
            spans[ring.agent].append((ring.start_ms, ring.end_ms))
    for busy in spans.values():
        busy.sort()
        assert all(end_ms <= start_ms for (_, end_ms), (start_ms, _) in pairwise(busy))
    assert sorted(spans) == [1, 2, 3, 4, 5, 6]


def test_nobody_speaks_to_an_agent_on_the_closed_thursday(calls: pl.DataFrame) -> None:
    thursday = calls.filter(pl.col("offered_at").dt.date() == date(2026, 10, 15))
    assert thursday["outcome"].unique().to_list() == ["closed"]
    assert thursday.height > 50


def test_callers_are_served_to_the_last_after_closing_time(scenario: Scenario) -> None:
    patient = Callers(mean_patience_s=1e9)
    long_queue = Handling(queue_timeout_s=1e9)
    day = replace(scenario, last_day=scenario.first_day, callers=patient, handling=long_queue)
    outcomes = {call.outcome for call in simulate(day, seed=1).calls if call.attempt}
    assert outcomes == {"answered", "busy", "closed"}


@pytest.mark.parametrize(
    ("outcome", "share"), [("busy", 0.75), ("abandoned", 0.35), ("closed", 0.0)]
)
def test_callers_without_success_redial_as_often_as_told(
    simulation: Simulation, outcome: str, share: float
) -> None:
    inbound = [call for call in simulation.calls if call.attempt]
    made = {(call.person, call.attempt) for call in inbound}
    failed = [call for call in inbound if call.outcome == outcome]
    redialled = sum((call.person, call.attempt + 1) in made for call in failed)
    four_sigma = 4 * (0.25 / len(failed)) ** 0.5
    assert redialled / len(failed) == pytest.approx(share, abs=four_sigma if share else 0.0)


def test_redials_come_quickly_or_much_later(simulation: Simulation) -> None:
    ended_ms = {
        (call.person, call.attempt): (
            call.offered_ms if call.outcome == "busy" else call.released_ms
        )
        for call in simulation.calls
        if call.attempt
    }
    delays_s = [
        (call.offered_ms - (ended_ms[call.person, call.attempt - 1] or 0)) / 1000
        for call in simulation.calls
        if call.attempt > 1
    ]
    assert all(10 <= delay_s <= 60 or delay_s >= 600 for delay_s in delays_s)
    assert sum(delay_s <= 60 for delay_s in delays_s) / len(delays_s) == pytest.approx(
        0.8, abs=0.05
    )


def test_more_lines_serve_the_same_people(scenario: Scenario) -> None:
    def first_calls(lines: int) -> list[tuple[int, int]]:
        simulation = simulate(replace(scenario, lines=lines), seed=1)
        return [(call.offered_ms, call.person) for call in simulation.calls if call.attempt == 1]

    assert first_calls(8) == first_calls(12)


def test_the_platform_gives_up_on_a_queue_that_nobody_serves(scenario: Scenario) -> None:
    nobody = Shift(weekdays=(1,), start_min=9 * 60, end_min=12 * 60, agents=0)
    day = replace(
        scenario,
        last_day=scenario.first_day,
        shifts=(nobody,),
        callers=Callers(mean_patience_s=1e9, redial_after_giving_up_share=0.0),
    )
    queued = calls_frame(simulate(day, seed=1)).filter(pl.col("queued_at").is_not_null())
    assert queued["outcome"].unique().to_list() == ["unanswered"]
    assert (queued["released_at"] - queued["queued_at"]).unique().to_list() == [
        timedelta(seconds=600)
    ]


def test_the_people_of_a_day_have_different_numbers(simulation: Simulation) -> None:
    of_day = {
        (call.offered_ms // 86_400_000, call.person): simulation.persons[call.person].number
        for call in simulation.calls
    }
    days = Counter((day, number) for (day, _), number in of_day.items())
    assert max(days.values()) == 1


def test_callers_of_calls_are_null_when_anonymous_or_outbound(calls: pl.DataFrame) -> None:
    inbound = calls.filter(pl.col("direction") == "inbound")
    outbound = calls.filter(pl.col("direction") == "outbound")
    assert outbound["caller"].null_count() == outbound.height > 0
    assert inbound["caller"].null_count() / inbound.height == pytest.approx(0.05, abs=0.02)


def test_a_scenario_refuses_what_it_cannot_simulate() -> None:
    with pytest.raises(ValueError, match="last_day"):
        replace(demonstration(), last_day=date(2026, 1, 1))
    with pytest.raises(ValueError, match="96 quarters"):
        replace(demonstration(), first_attempts_per_hour=((1.0,),) * 7)
    with pytest.raises(ValueError, match="whole quarter"):
        Shift(weekdays=(1,), start_min=541, end_min=600, agents=1)
