"""A machine that answers first, and what refuses a call that has got a line."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import polars as pl
import pytest

from affluence.simulator.scenario import Handling, Scenario, Shift
from affluence.simulator.simulation import Simulation, calls_frame, simulate

_GREETING_MS = 20_000


def test_every_call_that_gets_a_line_is_picked_up_by_the_machine(crowded: Simulation) -> None:
    for call in crowded.calls:
        if call.direction == "inbound":
            assert (call.picked_up_ms is None) == (call.line is None)
            assert call.picked_up_ms in {None, call.offered_ms}


def test_queue_and_patience_begin_after_the_greeting(crowded: Simulation) -> None:
    queued = [call for call in crowded.calls if call.queued_ms is not None]
    assert {call.outcome for call in queued} == {"answered", "abandoned", "unanswered"}
    for call in queued:
        assert call.queued_ms == call.offered_ms + _GREETING_MS
        if call.outcome == "unanswered":
            assert call.released_ms == call.queued_ms + 180_000


def test_messages_are_said_after_the_greeting_on_the_line(crowded: Simulation) -> None:
    seen = Counter[str]()
    for call in crowded.calls:
        if call.direction == "inbound" and call.queued_ms is None and call.line is not None:
            assert call.released_ms is not None
            message_s = (call.released_ms - call.offered_ms - _GREETING_MS) / 1000
            shortest_s, longest_s = (4, 11) if call.outcome == "closed" else (4, 8)
            assert shortest_s <= message_s <= longest_s
            seen[call.refused_by or call.outcome] += 1
    assert set(seen) == {"closed", "queue", "rule"}


def test_refusals_say_by_what(crowded: Simulation) -> None:
    by = Counter((call.outcome, call.refused_by) for call in crowded.calls if call.refused_by)
    assert set(by) == {("busy", "lines"), ("busy", "queue"), ("busy", "rule")}
    for call in crowded.calls:
        assert (call.outcome == "busy") == (call.refused_by is not None)
        assert (call.refused_by == "lines") == (call.line is None)


def test_no_more_calls_wait_than_there_are_places(crowded: Simulation) -> None:
    """Nobody enters the queue while as many wait, without a phone that rings, as it has places."""
    waits: list[tuple[int, int]] = []
    for call in crowded.calls:
        if call.queued_ms is not None:
            starts = [call.queued_ms, *(ring.end_ms for ring in call.missed)]
            rings = [ring.start_ms for ring in call.missed]
            last_ms = call.released_ms if call.agent is None else call.ring_ms
            assert last_ms is not None
            waits += zip(starts, [*rings, last_ms], strict=True)
    moments = sorted(
        [(start_ms, 1, 1) for start_ms, end_ms in waits if end_ms > start_ms]
        + [(end_ms, 0, -1) for start_ms, end_ms in waits if end_ms > start_ms]
    )
    waiting = most = 0
    for _, _, change in moments:
        waiting += change
        most = max(most, waiting)
    # One who was rung in vain keeps the place at the head of the queue even where it is full.
    assert most in {5, 6}


def test_calls_frame_tells_machine_queue_and_agent(crowded: Simulation) -> None:
    calls = calls_frame(crowded).filter(pl.col("direction") == "inbound")
    answered = calls.filter(pl.col("outcome") == "answered")
    assert (answered["picked_up_at"] == answered["offered_at"]).all()
    assert (answered["answered_at"] > answered["queued_at"]).all()
    assert (answered["queued_at"] - answered["offered_at"]).unique().dt.total_seconds().item() == 20
    refused = calls.filter(pl.col("outcome") == "busy")
    assert refused["queued_at"].null_count() == refused["queue"].null_count() == refused.height
    assert set(refused["refused_by"]) == {"lines", "queue", "rule"}
    not_refused = calls.filter(pl.col("outcome") != "busy")
    assert not_refused["refused_by"].null_count() == not_refused.height


def test_without_a_greeting_the_agent_picks_up(calls: pl.DataFrame) -> None:
    answered = calls.filter(pl.col("outcome") == "answered")
    assert answered["picked_up_at"].equals(answered["answered_at"])
    inbound = answered.filter(pl.col("direction") == "inbound")
    assert inbound["queued_at"].equals(inbound["offered_at"])


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_who_is_refused_redials_after_the_message(scenario: Scenario, share: float) -> None:
    desk = replace(
        scenario,
        last_day=scenario.first_day,
        lines=1_000,
        handling=replace(scenario.handling, waiting_places=2),
        callers=replace(scenario.callers, redial_after_busy_share=share, mean_redial_s=30.0),
    )
    calls = [call for call in simulate(desk, seed=1).calls if call.attempt]
    ends_ms = {
        (call.person, call.attempt): call.released_ms for call in calls if call.outcome == "busy"
    }
    assert ends_ms
    redials = {(call.person, call.attempt): call.offered_ms for call in calls}
    delays_ms = [
        redials[person, attempt + 1] - (end_ms or 0)
        for (person, attempt), end_ms in ends_ms.items()
        if (person, attempt + 1) in redials
    ]
    assert len(delays_ms) == share * len(ends_ms)
    assert all(delay_ms >= 0 for delay_ms in delays_ms)


def test_a_rule_on_the_wait_lets_nobody_in_where_nobody_works(scenario: Scenario) -> None:
    nobody = Shift(weekdays=(1,), start_min=9 * 60, end_min=12 * 60, agents=0)
    desk = replace(
        scenario,
        last_day=scenario.first_day,
        lines=1_000,
        shifts=(nobody,),
        handling=Handling(refused_beyond_wait_s=3600.0),
    )
    by = {(call.outcome, call.refused_by) for call in simulate(desk, seed=1).calls if call.attempt}
    assert by == {("busy", "rule"), ("closed", None)}


def test_held_lines_are_those_of_the_calls_refused_ones_included(crowded: Simulation) -> None:
    held_ms = sum(
        call.released_ms - call.offered_ms
        for call in crowded.calls
        if call.line is not None and call.released_ms is not None
    )
    assert sum(crowded.tally.held_ms.values()) == held_ms
