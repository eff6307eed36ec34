"""The fewest agents and lines, against all numbers tried one after the other."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest

from affluence.staffing import Desk, Target, advise, serve
from affluence.staffing.service import MOST_LINES_OF_CHAIN
from tests.staffing.test_service import NO_QUEUE, QUEUE

UNLIMITED = replace(QUEUE, kind="unlimited")
TARGETS = (
    Target(reached_share=0.9),
    Target(reached_share=0.95, within_share=0.8, within_s=20.0),
    Target(reached_share=0.8, full_share=0.02),
)


def is_met(desk: Desk, persons_per_hour: float, agents: int, lines: float, target: Target) -> bool:
    return serve(desk, persons_per_hour, agents, lines, within_s=target.within_s).meets(target)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("persons_per_hour", [20.0, 150.0, 500.0])
def test_of_a_queue(persons_per_hour: float, target: Target) -> None:
    found = advise(QUEUE, persons_per_hour, target, agents_today=3, lines_today=5)
    # As if no call were refused; then as few lines as do.
    agents = next(
        count
        for count in range(1, 30)
        if is_met(QUEUE, persons_per_hour, count, MOST_LINES_OF_CHAIN, target)
    )
    lines = next(
        count
        for count in range(max(agents, 5), 60)
        if is_met(QUEUE, persons_per_hour, agents, count, target)
    )
    assert (found.advised.agents, found.advised.lines) == (agents, lines)
    assert found.today == serve(QUEUE, persons_per_hour, 3, 5, within_s=target.within_s)
    if found.one_less is not None:
        assert found.one_less.agents == agents - 1
        assert not found.one_less.meets(target)
    assert found.one_more.agents == agents + 1
    assert found.one_more.reached_share > found.advised.reached_share


@pytest.mark.parametrize("persons_per_hour", [20.0, 500.0])
def test_without_a_queue_agents_and_lines_are_the_same(persons_per_hour: float) -> None:
    target = TARGETS[0]
    found = advise(NO_QUEUE, persons_per_hour, target, agents_today=None, lines_today=4)
    lines = next(n for n in range(1, 30) if is_met(NO_QUEUE, persons_per_hour, n, n, target))
    assert (found.advised.agents, found.advised.lines) == (lines, lines)
    assert found.today is not None and found.today.agents == found.today.lines == 4


def test_without_a_bound_lines_are_endless() -> None:
    found = advise(UNLIMITED, 300.0, TARGETS[0], agents_today=5, lines_today=None)
    agents = next(n for n in range(1, 30) if is_met(UNLIMITED, 300.0, n, inf, TARGETS[0]))
    assert (found.advised.agents, found.advised.lines) == (agents, inf)
    assert found.today is not None and found.today.lines == inf


def test_agents_who_drown_are_not_today_s_service() -> None:
    patient = replace(UNLIMITED, patience_s=None)
    found = advise(patient, 300.0, TARGETS[0], agents_today=4, lines_today=None)  # 5 erlangs
    assert found.today is None
    assert found.one_less is None  # five agents would drown too
    assert found.advised.agents == 6


def test_lines_of_today_are_never_taken_away() -> None:
    found = advise(QUEUE, 20.0, TARGETS[0], agents_today=None, lines_today=12)
    assert found.today is None
    assert found.advised.lines == 12


def test_what_no_number_that_is_tried_can_do_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("affluence.staffing.advice._MOST", 8)
    with pytest.raises(ValueError, match="8 do not suffice"):
        advise(QUEUE, 1000.0, TARGETS[0], agents_today=None, lines_today=None)
