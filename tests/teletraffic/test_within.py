"""What has become of attempts after a time."""

from __future__ import annotations

from dataclasses import astuple
from math import exp, inf, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

from affluence.teletraffic import (
    Within,
    erlang_a_within,
    erlang_c,
    erlang_c_within,
    mmskm,
    mmskm_within,
)

from .queues import Fate, fate_by_integration, fate_by_matrix, queue

PRECISE = 1e-10
TIMES = (0.0, 1e-6, 0.05, 0.7, 12.0)


def agree(found: Within, exact: Fate) -> None:
    for name in ("p_served", "p_waiting", "p_abandoned"):
        value, expected = getattr(found, name), float(getattr(exact, name))
        assert value == pytest.approx(expected, rel=PRECISE, abs=1e-40), name


@pytest.mark.parametrize("within_h", TIMES)
@pytest.mark.parametrize("abandonment", [0.0, 1e-7, 0.3, 1.0, 25.0])
@pytest.mark.parametrize(("agents", "places", "traffic"), [(1, 2, 5.0), (3, 6, 4.0), (12, 3, 6.0)])
def test_fates_agree_with_the_moves_of_one_caller(
    agents: int, places: int, traffic: float, abandonment: float, within_h: float
) -> None:
    lines = agents + places
    found = mmskm_within(agents, lines, traffic, abandonment, within_h)
    agree(found, fate_by_matrix(agents, lines, traffic, abandonment, within_h))


@pytest.mark.parametrize(
    ("agents", "traffic", "abandonment", "within_h"),
    [(50, 48.0, 0.5, 12.5 / 60), (8, 11.0, 0.4, 1.0)],
)
def test_fates_agree_with_an_integral(
    agents: int, traffic: float, abandonment: float, within_h: float
) -> None:
    exact = fate_by_integration(agents, agents + 120, traffic, abandonment, within_h)
    agree(erlang_a_within(agents, traffic, abandonment, within_h), exact)


def test_ten_thousand_agents_and_impatient_callers() -> None:
    """P(W > t) by sums of the negative binomial from its first term, to 50 digits."""
    exact = queue(10_000, 10_900, 9_990.0, 0.5)
    with mp.workdps(50):
        patient = mp.exp(-mpf("0.01") / 2)
        term = longer = patient**20_000
        waiting = mpf(0)
        for place, p in enumerate(exact.found[10_000:-1], start=1):
            waiting += p * patient * longer
            term *= (1 - patient) * (20_000 + place - 1) / place
            longer += term
    found = erlang_a_within(10_000, 9_990.0, 0.5, 0.01)
    assert found.p_waiting == pytest.approx(float(waiting), rel=1e-9)
    assert found.p_served + found.p_abandoned + found.p_waiting == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("within_h", [0.001, 0.02, 0.06])
def test_ten_thousand_agents(within_h: float) -> None:
    """Erlang C, where hardly anybody gives up, and by the states of a finite queue."""
    found = erlang_a_within(10_000, 9_900.0, 1e-7, within_h)
    assert found.p_waiting == pytest.approx(
        erlang_c(10_000, 9_900.0).p_wait * exp(-100 * within_h), rel=1e-4
    )
    patient = mmskm_within(10_000, 14_000, 9_900.0, 0.0, within_h)
    exact = erlang_c_within(10_000, 9_900.0, within_h)
    assert astuple(patient) == pytest.approx(astuple(exact), rel=1e-9)


@pytest.mark.parametrize(
    ("agents", "traffic", "within_h"), [(55, 48.0, 15 / 240), (50, 48.0, 58.1 / 60)]
)
def test_patient_callers_by_sums_over_all_states(
    agents: int, traffic: float, within_h: float
) -> None:
    """Who finds j waiting is served after j + 1 ends of talks, which are Poisson in time."""
    exact = queue(agents, agents + 1000, traffic, 0.0)
    with mp.workdps(50):
        ends = agents * mpf(within_h)
        term = fewer = mp.exp(-ends)
        waiting = mpf(0)
        for ahead, share in enumerate(exact.found[agents:-1]):
            waiting += share * fewer  # not more than j ends
            term *= ends / (ahead + 1)
            fewer += term
    found = erlang_c_within(agents, traffic, within_h)
    assert found.p_waiting == pytest.approx(float(waiting), rel=PRECISE)
    assert found.p_served == pytest.approx(1 - float(waiting), rel=PRECISE)


def test_the_four_service_levels_by_hand() -> None:
    """One agent, one place, 1 erlang, patience as long as calls: states have 2, 2 and 1 of 5 parts.

    Who waits (2/5) is served within t with (1 - e^-2t)/2, gives up with as much.
    """
    gone = (1 - exp(-2 * 0.5)) / 2
    found = mmskm_within(1, 2, 1.0, 1.0, 0.5)
    assert found.p_served == pytest.approx((2 + 2 * gone) / 5)
    assert found.p_abandoned == pytest.approx(2 * gone / 5)
    assert found.p_waiting == pytest.approx(2 * exp(-2 * 0.5) / 5)
    assert found.of_served == pytest.approx((2 + 2 * gone) / (2 + 2 / 2))
    assert found.of_not_given_up == pytest.approx((2 + 2 * gone) / (5 - 2 * gone))
    assert found.virtual == pytest.approx((2 + 2 * (1 - exp(-0.5))) / 4)


@settings(max_examples=50)
@given(
    st.integers(1, 40), st.integers(0, 50), st.floats(0.01, 3), st.floats(0, 20), st.floats(0, 30)
)
def test_time_ends_every_wait_and_shares_add_up(
    agents: int, places: int, per_agent: float, abandonment: float, within_h: float
) -> None:
    case = agents, agents + places, agents * per_agent, abandonment
    queue, found = mmskm(*case), mmskm_within(*case, within_h)
    later, at_last = mmskm_within(*case, within_h * 1.5), mmskm_within(*case, 1e6)
    total = found.p_served + found.p_abandoned + found.p_waiting + queue.p_blocked
    assert total == pytest.approx(1, rel=1e-10)
    for name in ("p_served", "p_abandoned", "virtual"):
        assert getattr(found, name) <= getattr(later, name) * (1 + 1e-10), name
    assert at_last.p_served == pytest.approx(queue.p_served, rel=1e-10)
    assert at_last.p_abandoned == pytest.approx(queue.p_abandon, rel=1e-10)
    assert at_last.of_served == pytest.approx(1.0, rel=1e-10)


def test_long_waits_of_many_keep_their_digits() -> None:
    """P(V > t) where only logarithms hold it: e^-θt is below a thousandth."""
    exact = fate_by_matrix(2, 8, 30.0, 3.0, 2.5)
    agree(mmskm_within(2, 8, 30.0, 3.0, 2.5), exact)


@pytest.mark.parametrize("nonsense", [-1.0, inf, nan])
def test_nonsense_is_refused_and_named(nonsense: float) -> None:
    with pytest.raises(ValueError, match=f"within_h .*{nonsense!r}"):
        erlang_c_within(5, 3.0, nonsense)
    with pytest.raises(ValueError, match=f"within_h .*{nonsense!r}"):
        mmskm_within(5, 9, 3.0, 1.0, nonsense)
