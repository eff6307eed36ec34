"""Erlang C, Erlang A and M/M/s/K+M: what attempts meet."""

from __future__ import annotations

from dataclasses import asdict, astuple
from math import inf, isnan, nan, nextafter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affluence.teletraffic import (
    NotCarriableError,
    Queue,
    erlang_a,
    erlang_b,
    erlang_c,
    mmskm,
)

from .queues import Exact, mean_waits_by_matrix, queue
from .reference import blocking_of_real_lines

PRECISE = 1e-11  # relative: inside the 1e-9 that are promised
AGENTS = st.integers(1, 40)
PLACES = st.integers(0, 60)
PER_AGENT = st.floats(0.01, 3)
_QUIET_PLACES = 1500  # as good as endless, at the loads of the examples
ABANDONMENT = st.one_of(st.just(0.0), st.floats(-5, 3).map(lambda power: 10.0**power))


def agree(found: Queue, exact: Exact, *, nothing: float = 1e-290) -> None:
    for name, value in asdict(found).items():
        if hasattr(exact, name):
            expected = float(getattr(exact, name))
            assert value == pytest.approx(expected, rel=PRECISE, abs=nothing), name


@given(AGENTS, PLACES, PER_AGENT, ABANDONMENT)
def test_a_queue_agrees_with_the_sum_over_its_states(
    agents: int, places: int, per_agent: float, abandonment: float
) -> None:
    lines, traffic = agents + places, agents * per_agent
    found = mmskm(agents, lines, traffic, abandonment)
    agree(found, queue(agents, lines, traffic, abandonment))
    assert found.p_blocked + found.p_abandon + found.p_served == pytest.approx(1, rel=PRECISE)
    assert found.occupancy * agents == pytest.approx(found.busy_agents, rel=PRECISE)


@pytest.mark.parametrize("abandonment", [1e-6, 0.05, 1.0, 40.0])
@pytest.mark.parametrize(("agents", "places", "traffic"), [(1, 1, 0.5), (3, 7, 4.0), (8, 4, 2.0)])
def test_waits_of_those_served_and_of_those_who_give_up(
    agents: int, places: int, traffic: float, abandonment: float
) -> None:
    found = mmskm(agents, agents + places, traffic, abandonment)
    served, abandoned = mean_waits_by_matrix(agents, agents + places, traffic, abandonment)
    assert found.mean_wait_served_h == pytest.approx(float(served), rel=PRECISE)
    assert found.mean_wait_abandoned_h == pytest.approx(float(abandoned), rel=PRECISE)


@pytest.mark.parametrize(
    ("traffic", "abandonment", "lines"),
    [(9_950.0, 0.5, 10_200), (10_000.0, 0.0, 10_100), (12_000.0, 2.0, 12_000)],
)
def test_ten_thousand_agents(traffic: float, abandonment: float, lines: int) -> None:
    found = mmskm(10_000, lines, traffic, abandonment)
    agree(found, queue(10_000, lines, traffic, abandonment))


def test_ten_thousand_patient_callers() -> None:
    """The queue has lost all that it can lose when forty times its mean may wait."""
    exact = queue(10_000, 14_000, 9_900.0, 0.0)
    assert exact.p_blocked < 1e-17
    agree(erlang_c(10_000, 9_900.0), exact, nothing=1e-17)


@pytest.mark.parametrize(("agents", "traffic"), [(1, 0.3), (5, 4.0), (55, 48.0), (200, 150.0)])
def test_patient_callers_have_as_many_places_as_they_need(agents: int, traffic: float) -> None:
    agree(erlang_c(agents, traffic), queue(agents, agents + 500, traffic, 0.0), nothing=1e-26)


@given(st.floats(0.2, 60), st.floats(0.01, 0.99))
def test_agents_need_not_be_whole(agents: float, per_agent: float) -> None:
    traffic = agents * per_agent
    blocking = blocking_of_real_lines(agents, traffic)
    expected = agents * blocking / (agents - traffic * (1 - blocking))
    assert erlang_c(agents, traffic).p_wait == pytest.approx(float(expected), rel=1e-11)


@pytest.mark.parametrize("abandonment", [0.01, 0.5, 3.0])
@pytest.mark.parametrize(("agents", "traffic"), [(1, 3.0), (6, 4.5), (50, 48.0)])
def test_callers_who_give_up_need_no_last_place(
    agents: int, traffic: float, abandonment: float
) -> None:
    exact = queue(agents, agents + 900, traffic, abandonment)
    agree(erlang_a(agents, traffic, abandonment), exact, nothing=1e-26)


def test_a_common_example_of_erlang_c_by_sums_over_all_states() -> None:
    """360 calls in half an hour, 4 minutes each, 55 agents: of mitan.co.uk/erlang/elgcmath.htm, as
    others cite it; its results are not verified against that page."""
    found, exact = erlang_c(55, 360 * 240 / 1800), queue(55, 55 + _QUIET_PLACES, 48.0, 0.0)
    agree(found, exact, nothing=1e-26)
    assert round(float(exact.p_wait), 3) == 0.239
    assert round(float(exact.mean_wait_h) * 240, 1) == 8.2  # seconds


def test_patient_and_impatient_callers_by_sums_over_all_states() -> None:
    """48 calls a minute of 1 minute, 50 agents, callers who would wait 2 minutes on average: after
    Garnett, Mandelbaum and Reiman 2002; not verified against the paper."""
    patient, impatient = (queue(50, 50 + _QUIET_PLACES, 48.0, rate) for rate in (0.0, 0.5))
    agree(erlang_c(50, 48.0), patient, nothing=1e-26)
    agree(erlang_a(50, 48.0, 0.5), impatient, nothing=1e-26)
    assert round(100 * float(impatient.p_abandon), 1) == 3.1
    assert round(60 * float(patient.mean_wait_h), 1) == 20.8
    assert round(60 * float(impatient.mean_wait_h), 1) == 3.7


@given(AGENTS, st.floats(0.01, 0.98))
def test_who_hardly_ever_gives_up_is_patient(agents: int, per_agent: float) -> None:
    traffic = agents * per_agent
    rare, never = erlang_a(agents, traffic, 1e-9), erlang_a(agents, traffic, 0.0)
    assert astuple(never)[:6] == astuple(erlang_c(agents, traffic))[:6]
    assert astuple(rare)[1:6] == pytest.approx(astuple(never)[1:6], rel=1e-4, abs=1e-6)


@given(AGENTS, PER_AGENT)
def test_who_gives_up_at_once_is_refused(agents: int, per_agent: float) -> None:
    traffic = agents * per_agent
    assert erlang_a(agents, traffic, 1e9).p_abandon == pytest.approx(
        erlang_b(agents, traffic), rel=1e-6
    )
    as_many = mmskm(agents, agents, traffic, 0.7)
    assert as_many.p_blocked == pytest.approx(erlang_b(agents, traffic), rel=PRECISE)
    assert as_many.p_wait == as_many.p_abandon == as_many.mean_wait_h == 0.0


@given(AGENTS, PER_AGENT)
def test_with_patience_as_long_as_calls_all_calls_are_poisson(
    agents: int, per_agent: float
) -> None:
    """θ = 1: every call leaves at the same rate, waiting or not, as with endless agents."""
    traffic = agents * per_agent
    found = erlang_a(agents, traffic, 1.0)
    assert found.waiting_calls + found.busy_agents == pytest.approx(traffic, rel=PRECISE)


@settings(max_examples=50)
@given(AGENTS, PLACES, PER_AGENT, st.floats(1e-3, 10), st.floats(1.01, 2))
def test_directions(
    agents: int, places: int, per_agent: float, abandonment: float, more: float
) -> None:
    traffic = agents * per_agent

    def at_most(low: float, high: float) -> bool:
        return low <= high * (1 + 1e-12) + 1e-300

    found = mmskm(agents, agents + places, traffic, abandonment)
    busier = mmskm(agents, agents + places, traffic * more, abandonment)
    staffed = mmskm(agents + 1, agents + 1 + places, traffic, abandonment)
    roomier = mmskm(agents, agents + places + 1, traffic, abandonment)
    hastier = mmskm(agents, agents + places, traffic, abandonment * more)
    for name in ("p_blocked", "p_abandon", "mean_wait_h"):
        assert at_most(getattr(staffed, name), getattr(found, name)), name
    assert at_most(found.p_blocked, busier.p_blocked)
    assert at_most(found.mean_wait_h, busier.mean_wait_h)
    assert at_most(roomier.p_blocked, found.p_blocked)
    assert at_most(found.p_served, roomier.p_served)
    assert at_most(hastier.p_blocked, found.p_blocked)
    assert at_most(hastier.mean_wait_h, found.mean_wait_h)


def test_no_traffic() -> None:
    for idle in (erlang_c(5, 0.0), erlang_a(5, 0.0, 0.3), mmskm(5, 9, 0.0, 0.3)):
        assert (idle.p_served, idle.p_wait, idle.mean_wait_h, idle.busy_agents) == (1, 0, 0, 0)
        assert isnan(idle.mean_wait_abandoned_h)


@pytest.mark.parametrize("traffic", [5.0, 6.0])
def test_more_than_patient_callers_can_be_served(traffic: float) -> None:
    with pytest.raises(NotCarriableError, match=r"5 agent\(s\).*grows without end"):
        erlang_c(5, traffic)
    with pytest.raises(NotCarriableError, match=r"5 agent\(s\).*grows without end"):
        erlang_a(5, traffic, 0.0)


def test_next_to_full_load_patient_callers_wait_long() -> None:
    """C tends to 1 and the mean wait to 1 / (s - A)."""
    traffic = nextafter(5.0, 0.0)
    assert erlang_c(5, traffic).mean_wait_h == pytest.approx(1 / (5 - traffic), rel=1e-12)


def test_too_many_states_are_refused() -> None:
    with pytest.raises(ValueError, match="hardly ever leave"):
        erlang_a(5, 6.0, 1e-9)
    with pytest.raises(ValueError, match="too near 0"):
        erlang_a(5, 6.0, 5e-324)


@pytest.mark.parametrize("nonsense", [-1.0, nan, 2.5, 0.0])
def test_agents_that_make_no_sense(nonsense: float) -> None:
    with pytest.raises(ValueError, match="agents must be a whole number"):
        mmskm(nonsense, 9, 1.0, 1.0)


@pytest.mark.parametrize("nonsense", [-1.0, inf, nan])
def test_nonsense_is_refused_and_named(nonsense: float) -> None:
    with pytest.raises(ValueError, match=f"traffic_erlang .*{nonsense!r}"):
        erlang_c(5, nonsense)
    with pytest.raises(ValueError, match=f"traffic_erlang .*{nonsense!r}"):
        mmskm(5, 9, nonsense, 1.0)
    with pytest.raises(ValueError, match=f"abandonment .*{nonsense!r}"):
        erlang_a(5, 3.0, nonsense)
    with pytest.raises(ValueError, match=r"lines must be a whole number, 5 or more"):
        mmskm(5, 4 if nonsense == inf else nonsense, 3.0, 1.0)
