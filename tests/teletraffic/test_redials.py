"""Extended Erlang B."""

from __future__ import annotations

from dataclasses import astuple
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf

from affluence.teletraffic import (
    ExtendedErlangB,
    NotCarriableError,
    equivalent_offered,
    erlang_b,
    extended_erlang_b,
    extended_lines_for,
    extended_traffic_for,
)

from .reference import loss_system


@pytest.mark.parametrize(
    ("fresh", "retry", "offered", "blocking_pc", "occupancy_pc", "attempts", "final_loss_pc"),
    [
        (4, 0.00, 4.000, 3.04, 48.5, 1.00, 3.0),
        (4, 0.85, 4.120, 3.43, 49.7, 1.03, 0.5),
        (6, 0.00, 6.000, 12.19, 65.9, 1.00, 12.2),
        (6, 0.85, 7.128, 18.62, 72.5, 1.19, 3.3),
        (8, 0.00, 8.000, 23.56, 76.4, 1.00, 23.6),
        (8, 0.85, 13.279, 46.77, 88.4, 1.66, 11.6),
        (12, 0.00, 12.000, 42.27, 86.6, 1.00, 42.3),
        (12, 0.85, 36.149, 78.59, 96.7, 3.01, 35.5),
    ],
)
def test_worked_numbers_of_8_lines(
    *,
    fresh: float,
    retry: float,
    offered: float,
    blocking_pc: float,
    occupancy_pc: float,
    attempts: float,
    final_loss_pc: float,
) -> None:
    found = extended_erlang_b(8, fresh, retry)
    assert round(found.offered_erlang, 3) == offered
    assert round(100 * found.blocking, 2) == blocking_pc
    assert round(100 * found.carried_erlang / 8, 1) == occupancy_pc
    assert round(found.attempts_per_intent, 2) == attempts
    assert round(100 * found.final_loss, 1) == final_loss_pc


@pytest.mark.parametrize(
    ("fresh", "blocking", "retry", "lines"), [(5.5, 0.03, 0.5, 11), (35.0, 0.03, 0.6, 44)]
)
def test_printed_numbers_of_lines(fresh: float, blocking: float, retry: float, lines: int) -> None:
    """Examples of erlang.com, in the manual of its calculator and with that on its pages."""
    assert extended_erlang_b(lines, fresh, retry).blocking <= blocking
    assert extended_erlang_b(lines - 1, fresh, retry).blocking > blocking
    assert extended_lines_for(fresh, blocking, retry) == lines


def test_the_most_traffic_of_200_lines_by_sums_over_all_states() -> None:
    """3 % blocked, of which 70 % redial: fresh calls are A (1 - 0.7 B(A)) where B(A) is 3 %."""
    with mp.workdps(40):
        offered = mp.findroot(lambda erlang: loss_system(200, erlang).blocking - 0.03, 190)
        fresh = float(offered * (1 - mpf("0.7") * mpf("0.03")))
    assert extended_traffic_for(200, 0.03, 0.7) == pytest.approx(fresh, rel=1e-12)
    assert extended_erlang_b(200, fresh, 0.7).blocking == pytest.approx(0.03, rel=1e-9)


@given(st.floats(0.01, 100), st.floats(1e-6, 0.9), st.floats(0, 0.99))
def test_lines_are_the_first_that_refuse_few_enough(
    fresh: float, blocking: float, retry: float
) -> None:
    lines = extended_lines_for(fresh, blocking, retry)
    assert extended_erlang_b(lines, fresh, retry).blocking <= blocking * (1 + 1e-12)
    assert extended_erlang_b(lines - 1, fresh, retry).blocking > blocking * (1 - 1e-12)


@given(st.integers(1, 100), st.floats(1e-6, 0.9), st.floats(0, 1))
def test_the_most_fresh_traffic_is_refused_as_often_as_it_may(
    lines: int, blocking: float, retry: float
) -> None:
    fresh = extended_traffic_for(lines, blocking, retry)
    assert extended_erlang_b(lines, fresh, retry).blocking == pytest.approx(blocking, rel=1e-9)


def test_inverses_without_an_answer_are_refused() -> None:
    with pytest.raises(ValueError, match="redials have no end"):
        extended_lines_for(3.0, 1.0, 1.0)
    with pytest.raises(ValueError, match="no number of lines"):
        extended_lines_for(3.0, 0.0, 0.5)
    with pytest.raises(ValueError, match="none the largest"):
        extended_traffic_for(3, 1.0, 0.5)


@given(st.integers(1, 300), st.floats(0.01, 1.5), st.floats(0, 1))
def test_fresh_calls_and_results_follow_from_all_attempts(
    lines: int, offered_per_line: float, retry: float
) -> None:
    """Chosen: the traffic of all attempts; its fresh part is A (1 - R B) by definition."""
    offered = lines * offered_per_line
    exact = loss_system(lines, offered)
    kept = 1 - retry * exact.blocking
    found = extended_erlang_b(lines, float(offered * kept), retry)
    expected = ExtendedErlangB(
        offered_erlang=offered,
        blocking=float(exact.blocking),
        attempts_per_intent=float(1 / kept),
        final_loss=float((1 - retry) * exact.blocking / kept),
        carried_erlang=float(exact.carried_erlang),
    )
    assert astuple(found) == pytest.approx(astuple(expected), rel=1e-9)


@given(
    st.one_of(st.integers(0, 200), st.floats(0, 200)),
    st.floats(1e-6, 400),
    st.floats(0, 0.999),
)
def test_flows_balance(lines: float, fresh: float, retry: float) -> None:
    found = extended_erlang_b(lines, fresh, retry)
    assert found.carried_erlang + fresh * found.final_loss == pytest.approx(fresh, rel=1e-10)
    assert found.offered_erlang == pytest.approx(fresh * found.attempts_per_intent, rel=1e-10)


@given(st.integers(1, 60), st.floats(0.1, 120), st.floats(0, 0.9), st.floats(0.001, 0.09))
def test_more_redials_mean_more_blocked_attempts_and_fewer_lost_intents(
    lines: int, fresh: float, retry: float, more: float
) -> None:
    less_often = extended_erlang_b(lines, fresh, retry)
    more_often = extended_erlang_b(lines, fresh, retry + more)
    assert more_often.blocking >= less_often.blocking * (1 - 1e-12)
    assert more_often.final_loss <= less_often.final_loss * (1 + 1e-12)


@given(st.integers(0, 60), st.floats(0, 120))
def test_without_redials_it_is_erlang_b(lines: int, fresh: float) -> None:
    found = extended_erlang_b(lines, fresh, 0.0)
    assert found.offered_erlang == fresh
    assert found.blocking == found.final_loss == erlang_b(lines, fresh)
    assert found.attempts_per_intent == 1.0


@given(st.integers(1, 60), st.floats(0, 0.99))
def test_if_nobody_gives_up_all_fresh_traffic_is_carried(lines: int, per_line: float) -> None:
    fresh = lines * per_line
    found = extended_erlang_b(lines, fresh, 1.0)
    assert found.offered_erlang == equivalent_offered(lines, fresh).offered_erlang
    assert found.carried_erlang == pytest.approx(fresh, rel=1e-12)
    assert found.final_loss == 0.0


def test_extremes() -> None:
    silent = extended_erlang_b(8, 0.0, 0.85)
    assert astuple(silent) == (0.0, 0.0, 1.0, 0.0, 0.0)
    without_lines = extended_erlang_b(0, 6.0, 0.75)
    assert astuple(without_lines) == pytest.approx((24.0, 1.0, 4.0, 1.0, 0.0))
    many = extended_erlang_b(10_000, 9_999.0, 1.0)
    assert many.carried_erlang == pytest.approx(9_999.0, rel=1e-12)


@pytest.mark.parametrize("fresh", [8.0, 9.0])
def test_if_nobody_gives_up_the_lines_must_be_able_to_carry_all(fresh: float) -> None:
    with pytest.raises(NotCarriableError, match="redials then grow without end"):
        extended_erlang_b(8, fresh, 1.0)


@pytest.mark.parametrize("nonsense", [-0.1, inf, nan])
def test_nonsense_is_refused_and_named(nonsense: float) -> None:
    value = repr(nonsense)
    with pytest.raises(ValueError, match=f"lines .*{value}"):
        extended_erlang_b(nonsense, 6.0, 0.5)
    with pytest.raises(ValueError, match=f"fresh_erlang .*{value}"):
        extended_erlang_b(8, nonsense, 0.5)
    with pytest.raises(ValueError, match=f"retry_probability .*{value}"):
        extended_erlang_b(8, 6.0, nonsense)
