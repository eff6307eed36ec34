"""Redials exactly, against the chain of two numbers solved whole; and by balance beside it."""

from __future__ import annotations

from dataclasses import asdict
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.linalg import spsolve

from affluence.teletraffic import (
    NotCarriableError,
    erlang_a,
    erlang_c,
    extended_erlang_b,
    mmskm,
    redialled_mmskm,
    retrial_chain,
)

PRECISE = 1e-8  # relative: inside the 1e-6 that are promised


def solve_whole(
    agents: int,
    lines: int,
    fresh: float,
    *,
    redial_delay_h: float,
    retry_after_busy: float,
    abandonment: float = 0.0,
    retry_after_abandonment: float = 0.0,
    most: int,
) -> dict[str, float]:
    """All states (redialling, calls) in one sparse system; beyond ``most`` callers give up."""
    rates: dict[tuple[tuple[int, int], tuple[int, int]], float] = {}

    def add(start: tuple[int, int], end: tuple[int, int], rate: float) -> None:
        if start != end and rate > 0:
            rates[start, end] = rates.get((start, end), 0.0) + rate

    for orbit in range(most + 1):
        more, fewer = min(orbit + 1, most), orbit - 1
        for calls in range(lines + 1):
            here, waiting = (orbit, calls), max(0, calls - agents)
            if calls < lines:
                add(here, (orbit, calls + 1), fresh)
                add(here, (fewer, calls + 1), orbit / redial_delay_h)
            else:
                add(here, (more, calls), fresh * retry_after_busy)
                add(here, (fewer, calls), orbit / redial_delay_h * (1 - retry_after_busy))
            add(here, (orbit, calls - 1), min(calls, agents))
            again = abandonment * waiting * retry_after_abandonment
            add(here, (more, calls - 1), again)
            add(here, (orbit, calls - 1), abandonment * waiting - again)
    found = _stationary(rates, most + 1, lines + 1)
    orbits, calls_of = np.indices(found.shape)
    full = calls_of == lines
    redials = (orbits * found).sum() / redial_delay_h
    attempts = fresh + redials
    busy = float((np.minimum(calls_of, agents) * found).sum())
    waiting_calls = float((np.maximum(calls_of - agents, 0) * found).sum())
    return {
        "time_congestion": found[full].sum(),
        "attempt_blocking": (
            fresh * found[full].sum() + (orbits * found)[full].sum() / redial_delay_h
        )
        / attempts,
        "attempt_abandonment": abandonment * waiting_calls / attempts,
        "attempts_per_intent": attempts / fresh,
        "final_loss": 1 - busy / fresh,
        "busy_agents": busy,
        "waiting_calls": waiting_calls,
        "redialling_callers": redials * redial_delay_h,
    }


def _stationary(
    rates: dict[tuple[tuple[int, int], tuple[int, int]], float], rows: int, columns: int
) -> NDArray[np.float64]:
    size = rows * columns
    starts = np.array([start[0] * columns + start[1] for start, _ in rates])
    ends = np.array([end[0] * columns + end[1] for _, end in rates])
    flows = np.array(list(rates.values()))
    inner = ends > 0  # the balance of state 0 gives way to the sum
    matrix = coo_array(
        (
            np.concatenate([flows[inner], -flows[starts > 0], np.ones(size)]),
            (
                np.concatenate([ends[inner], starts[starts > 0], np.zeros(size, int)]),
                np.concatenate([starts[inner], starts[starts > 0], np.arange(size)]),
            ),
        ),
        shape=(size, size),
    )
    return np.asarray(spsolve(matrix.tocsc(), np.eye(1, size)[0])).reshape(rows, columns)


@pytest.mark.parametrize(
    (
        "agents",
        "lines",
        "fresh",
        "delay_h",
        "after_busy",
        "abandonment",
        "after_abandonment",
        "most",
    ),
    [
        (1, 1, 0.6, 0.2, 1.0, 0.0, 0.0, 150),
        (4, 4, 2.8, 0.05, 0.95, 0.0, 0.0, 60),
        (4, 4, 6.0, 2.0, 0.9, 0.0, 0.0, 200),
        (3, 6, 4.0, 0.5, 0.8, 0.7, 0.6, 120),
        (3, 6, 2.5, 0.3, 1.0, 0.5, 1.0, 250),
        (2, 5, 3.0, 1.0, 0.0, 0.4, 0.9, 120),
        (5, 9, 4.0, 1.0, 0.5, 0.0, 0.9, 80),
        (20, 30, 24.0, 0.5, 0.9, 0.3, 0.5, 90),
        (30, 30, 28.0, 0.3, 0.8, 0.0, 0.0, 90),
    ],
)
def test_it_is_the_chain_solved_whole(
    *,
    agents: int,
    lines: int,
    fresh: float,
    delay_h: float,
    after_busy: float,
    abandonment: float,
    after_abandonment: float,
    most: int,
) -> None:
    given_too = {
        "redial_delay_h": delay_h,
        "retry_after_busy": after_busy,
        "abandonment": abandonment,
        "retry_after_abandonment": after_abandonment,
    }
    found = asdict(retrial_chain(agents, lines, fresh, **given_too))
    expected = solve_whole(agents, lines, fresh, most=most, **given_too)
    assert found == pytest.approx(expected, rel=PRECISE, abs=1e-10)


@pytest.mark.parametrize(("fresh", "delay_h"), [(0.3, 0.1), (0.8, 1.0), (0.9, 3.0)])
def test_one_line_and_callers_who_never_give_up(fresh: float, delay_h: float) -> None:
    """M/M/1 with retrials: ρ² / (1 - ρ) (1 + 1/σ) callers redial.

    A classic result, derived here: with p(z), q(z) the generating functions of how many redial
    while the line is free, or taken, the balance is ρ p + σ z p' = q and
    (1 + ρ - ρ z) q = ρ p + σ p'. So p' / p = ρ² / (σ (1 - ρ z)), q = ρ p / (1 - ρ z),
    p(1) = 1 - ρ, and the mean is p'(1) + q'(1).
    """
    found = retrial_chain(1, 1, fresh, redial_delay_h=delay_h, retry_after_busy=1.0)
    assert found.time_congestion == pytest.approx(fresh, rel=PRECISE)
    assert found.redialling_callers == pytest.approx(
        fresh**2 / (1 - fresh) * (1 + delay_h), rel=PRECISE
    )
    assert found.final_loss == 0.0


def test_worked_number_of_quick_redials() -> None:
    """4 lines, 2.8 erlang, 95 % redial after a twentieth of a call: all lines are taken 28.9 % of
    the time, and 68.5 % of the attempts refused, as in tests/simulator by another chain."""
    found = retrial_chain(4, 4, 2.8, redial_delay_h=1 / 20, retry_after_busy=0.95)
    assert round(100 * found.time_congestion, 1) == 28.9
    assert round(100 * found.attempt_blocking, 1) == 68.5


def test_redialling_at_once_and_for_ever_is_waiting() -> None:
    quick = retrial_chain(5, 5, 4.0, redial_delay_h=1e-6, retry_after_busy=1.0)
    patient = erlang_c(5, 4.0)
    assert quick.time_congestion == pytest.approx(patient.p_wait, rel=1e-4)
    assert quick.redialling_callers == pytest.approx(patient.waiting_calls, rel=1e-4)


@given(st.integers(1, 6), st.integers(0, 4), st.floats(0.1, 1.5), st.floats(0, 3))
def test_without_redials_it_is_the_queue(
    agents: int, places: int, per_agent: float, abandonment: float
) -> None:
    lines, fresh = agents + places, agents * per_agent
    exact = mmskm(agents, lines, fresh, abandonment)
    chain = retrial_chain(
        agents, lines, fresh, redial_delay_h=0.5, retry_after_busy=0.0, abandonment=abandonment
    )
    balance = redialled_mmskm(
        agents,
        lines,
        fresh,
        abandonment=abandonment,
        retry_after_busy=0.0,
        retry_after_abandonment=0.0,
    )
    for found in (chain, balance):
        assert found.attempt_blocking == pytest.approx(exact.p_blocked, rel=PRECISE)
        assert found.attempt_abandonment == pytest.approx(exact.p_abandon, rel=PRECISE)
        assert found.busy_agents == pytest.approx(exact.busy_agents, rel=PRECISE)
        assert found.attempts_per_intent == pytest.approx(1.0, rel=PRECISE)


@given(st.integers(1, 8), st.floats(0.2, 1.3), st.floats(0.1, 0.95), st.floats(0.02, 1))
def test_quick_redials_are_refused_more_often_than_the_balance_says(
    lines: int, per_line: float, retry: float, delay_h: float
) -> None:
    fresh = lines * per_line
    chain = retrial_chain(lines, lines, fresh, redial_delay_h=delay_h, retry_after_busy=retry)
    balance = extended_erlang_b(lines, fresh, retry)
    assert chain.attempt_blocking > balance.blocking
    assert chain.final_loss > balance.final_loss
    assert chain.attempts_per_intent > balance.attempts_per_intent
    assert chain.busy_agents < balance.carried_erlang
    assert chain.final_loss * fresh + chain.busy_agents == pytest.approx(fresh, rel=PRECISE)


@pytest.mark.parametrize(("agents", "lines", "fresh"), [(4, 4, 4.4), (3, 5, 3.6)])
def test_the_slower_the_redials_the_nearer_is_the_balance(
    agents: int, lines: int, fresh: float
) -> None:
    retries = {"abandonment": 0.4, "retry_after_busy": 0.8, "retry_after_abandonment": 0.6}
    balance = redialled_mmskm(agents, lines, fresh, **retries)
    errors = []
    for delay_h in (1.0, 10.0, 100.0):
        chain = retrial_chain(agents, lines, fresh, redial_delay_h=delay_h, **retries)
        errors.append(chain.attempt_blocking - balance.attempt_blocking)
    assert errors[0] > 5 * errors[1] > 25 * errors[2] > 0


@given(st.integers(1, 60), st.floats(0.01, 2), st.floats(0, 0.99))
def test_the_balance_without_a_queue_is_extended_erlang_b(
    lines: int, per_line: float, retry: float
) -> None:
    fresh = lines * per_line
    expected = extended_erlang_b(lines, fresh, retry)
    found = redialled_mmskm(
        lines,
        lines,
        fresh,
        abandonment=0.3,
        retry_after_busy=retry,
        retry_after_abandonment=0.4,
    )
    assert found.offered_erlang == pytest.approx(expected.offered_erlang, rel=1e-9)
    assert found.attempt_blocking == pytest.approx(expected.blocking, rel=1e-9)
    assert found.final_loss == pytest.approx(expected.final_loss, rel=1e-9)


@given(
    agents=st.integers(1, 40),
    places=st.one_of(st.integers(0, 40), st.just(inf)),
    per_agent=st.floats(0.01, 1.5),
    abandonment=st.floats(0.01, 3),
    after_busy=st.floats(0, 0.95),
    after_abandonment=st.floats(0, 0.95),
)
def test_the_balance_balances(
    *,
    agents: int,
    places: float,
    per_agent: float,
    abandonment: float,
    after_busy: float,
    after_abandonment: float,
) -> None:
    fresh = agents * per_agent
    found = redialled_mmskm(
        agents,
        agents + places,
        fresh,
        abandonment=abandonment,
        retry_after_busy=after_busy,
        retry_after_abandonment=after_abandonment,
    )
    again = after_busy * found.attempt_blocking + after_abandonment * found.attempt_abandonment
    assert found.offered_erlang * (1 - again) == pytest.approx(fresh, rel=1e-9)
    assert found.busy_agents + fresh * found.final_loss == pytest.approx(fresh, rel=1e-9)
    assert found.attempts_per_intent == pytest.approx(found.offered_erlang / fresh, rel=1e-9)


def test_if_nobody_gives_up_for_good_the_agents_carry_all() -> None:
    retries = {"abandonment": 0.5, "retry_after_busy": 1.0, "retry_after_abandonment": 1.0}
    for lines in (5, 8, inf):
        found = redialled_mmskm(5, lines, 4.5, **retries)
        assert found.busy_agents == pytest.approx(4.5, rel=1e-9)
        assert found.final_loss == 0.0
        with pytest.raises(NotCarriableError, match="redials of the rest then grow"):
            redialled_mmskm(5, lines, 5.0, **retries)
    with pytest.raises(NotCarriableError, match="redials of the rest then grow"):
        retrial_chain(5, 8, 5.0, redial_delay_h=1.0, **retries)


def test_patient_callers_never_redial() -> None:
    found = redialled_mmskm(
        5, inf, 4.0, abandonment=0.0, retry_after_busy=0.9, retry_after_abandonment=0.9
    )
    assert (found.offered_erlang, found.attempts_per_intent) == (4.0, 1.0)
    impatient = redialled_mmskm(
        5, inf, 4.0, abandonment=0.2, retry_after_busy=0.9, retry_after_abandonment=0.0
    )
    assert impatient.attempt_abandonment == pytest.approx(erlang_a(5, 4.0, 0.2).p_abandon)


def test_no_calls() -> None:
    chain = retrial_chain(3, 4, 0.0, redial_delay_h=0.5, retry_after_busy=0.9)
    assert (chain.attempts_per_intent, chain.final_loss, chain.busy_agents) == (1.0, 0.0, 0.0)
    balance = redialled_mmskm(
        3, 4, 0.0, abandonment=0.1, retry_after_busy=0.9, retry_after_abandonment=0.9
    )
    assert (balance.attempts_per_intent, balance.final_loss, balance.busy_agents) == (1, 0, 0)


def test_more_callers_than_can_be_listed_are_refused() -> None:
    with pytest.raises(ValueError, match="too many to list"):
        retrial_chain(30, 30, 60.0, redial_delay_h=1e6, retry_after_busy=0.9)


@pytest.mark.parametrize("nonsense", [-0.1, inf, nan])
def test_nonsense_is_refused_and_named(nonsense: float) -> None:
    value = repr(nonsense)
    with pytest.raises(ValueError, match="lines must be a whole number"):
        retrial_chain(4, nonsense, 2.0, redial_delay_h=1.0, retry_after_busy=0.5)
    with pytest.raises(ValueError, match=f"fresh_erlang .*{value}"):
        retrial_chain(4, 4, nonsense, redial_delay_h=1.0, retry_after_busy=0.5)
    with pytest.raises(ValueError, match=f"redial_delay_h .*{value}"):
        retrial_chain(4, 4, 2.0, redial_delay_h=nonsense, retry_after_busy=0.5)
    with pytest.raises(ValueError, match=f"retry_after_busy .*{value}"):
        retrial_chain(4, 4, 2.0, redial_delay_h=1.0, retry_after_busy=nonsense)
    with pytest.raises(ValueError, match="must be above 0"):
        retrial_chain(4, 4, 2.0, redial_delay_h=0.0, retry_after_busy=0.5)
