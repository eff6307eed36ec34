"""Erlang B and its two inverses."""

from __future__ import annotations

from math import inf, isinf, log, nan, nextafter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp

from affluence.teletraffic import erlang_b, lines_for, log_erlang_b, traffic_for

from .reference import blocking_of_real_lines, loss_system

PRECISE = 1e-12  # relative: far inside the 1e-9 that are promised
TRAFFIC = st.floats(-6, 3.5).map(lambda power: 10.0**power)
REAL_LINES = st.one_of(st.floats(0, 1), st.floats(0, 8), st.floats(0, 400))


@given(st.integers(0, 400), TRAFFIC)
def test_whole_lines_agree_with_the_sum_over_all_states(lines: int, traffic: float) -> None:
    exact = loss_system(lines, traffic).blocking
    assert log_erlang_b(lines, traffic) == pytest.approx(float(mp.log(exact)), rel=PRECISE)
    if exact > 1e-300:
        assert erlang_b(lines, traffic) == pytest.approx(float(exact), rel=PRECISE)


@given(REAL_LINES, TRAFFIC)
def test_real_lines_agree_with_the_incomplete_gamma_function(lines: float, traffic: float) -> None:
    exact = blocking_of_real_lines(lines, traffic)
    assert log_erlang_b(lines, traffic) == pytest.approx(
        float(mp.log(exact)), rel=PRECISE, abs=PRECISE
    )
    if exact > 1e-300:
        assert erlang_b(lines, traffic) == pytest.approx(float(exact), rel=PRECISE)


@pytest.mark.parametrize(("lines", "traffic"), [(10_000, 12_000.0), (10_000, 9_900.0)])
def test_many_lines(lines: int, traffic: float) -> None:
    exact = loss_system(lines, traffic).blocking
    assert erlang_b(lines, traffic) == pytest.approx(float(exact), rel=PRECISE)


def test_logarithms_of_many_lines() -> None:
    assert log_erlang_b(10_000, 12_000.0) == pytest.approx(-1.789277346489, rel=1e-12)
    assert erlang_b(10_000, 5_000.0) == 0.0
    exact = mp.log(loss_system(10_000, 5_000.0).blocking)
    assert log_erlang_b(10_000, 5_000.0) == pytest.approx(float(exact), rel=PRECISE)


def test_a_hundred_thousand_lines() -> None:
    """At A = N, B tends to sqrt(2 / (pi N)): each further hundredfold of N brings one digit."""
    blocking = erlang_b(100_000, 100_000.0)
    assert blocking == pytest.approx((2 / (mp.pi * 100_000)) ** 0.5, rel=0.002)
    assert log_erlang_b(100_000, 100_000.0) == pytest.approx(log(blocking), rel=PRECISE)


@given(st.floats(1e-300, 1e300))
def test_one_line_is_taken_by_the_share_of_its_traffic(traffic: float) -> None:
    assert erlang_b(1, traffic) == pytest.approx(traffic / (1 + traffic), rel=PRECISE)


def test_limits() -> None:
    assert erlang_b(0, 3.0) == 1.0
    assert erlang_b(0, 0.0) == 1.0
    assert erlang_b(5, 0.0) == 0.0
    assert erlang_b(0.5, 0.0) == 0.0
    assert log_erlang_b(0, 0.0) == 0.0
    assert log_erlang_b(0, 3.0) == 0.0
    assert log_erlang_b(5, 0.0) == -inf
    assert erlang_b(5, 1e308) == 1.0


def test_next_to_total_refusal_the_logarithm_keeps_its_digits() -> None:
    """1 - B = 8/A - 56/A^2 + ..., which erlang_b alone would lose."""
    assert log_erlang_b(8, 1e15) == pytest.approx(-8e-15, rel=PRECISE)


def test_a_trace_of_traffic_has_a_finite_logarithm() -> None:
    """B = A^N / N! to all digits."""
    assert log_erlang_b(3, 1e-300) == pytest.approx(3 * log(1e-300) - log(6), rel=PRECISE)
    assert log_erlang_b(2.5, 1e-300) == pytest.approx(
        float(2.5 * mp.log(mp.mpf(1e-300)) - mp.loggamma(3.5)), rel=PRECISE
    )


@given(REAL_LINES, TRAFFIC, st.floats(1e-6, 100))
def test_more_lines_refuse_less_and_more_traffic_is_refused_more(
    lines: float, traffic: float, more: float
) -> None:
    logarithm = log_erlang_b(lines, traffic)
    rounding = 1e-13 * max(1.0, abs(logarithm))
    assert log_erlang_b(lines + more, traffic) <= logarithm + rounding
    assert log_erlang_b(lines, traffic + more) >= logarithm - rounding


@given(REAL_LINES, TRAFFIC)
def test_the_blocking_of_a_real_number_lies_between_those_of_its_neighbours(
    lines: float, traffic: float
) -> None:
    below = log_erlang_b(int(lines), traffic)
    above = log_erlang_b(int(lines) + 1, traffic)
    rounding = 1e-13 * max(1.0, abs(above))
    assert above - rounding <= log_erlang_b(lines, traffic) <= below + rounding


@given(TRAFFIC, st.floats(1e-12, 1))
def test_lines_for_is_the_smallest_number_that_suffices(traffic: float, blocking: float) -> None:
    lines = lines_for(traffic, blocking)
    assert erlang_b(lines, traffic) <= blocking
    assert lines == 0 or erlang_b(lines - 1, traffic) > blocking


@pytest.mark.parametrize(
    ("traffic", "blocking", "lines"),
    [(15.1, 0.05, 20), (4.92, 0.05, 9), (3.60, 0.05, 7), (0.0, 0.01, 1), (5.0, 1.0, 0)],
)
def test_lines_for_known_cases(traffic: float, blocking: float, lines: int) -> None:
    assert lines_for(traffic, blocking) == lines


@given(st.one_of(st.integers(1, 400), st.floats(0.05, 400)), st.floats(1e-12, 0.99))
def test_traffic_for_is_the_largest_that_the_lines_bear(lines: float, blocking: float) -> None:
    traffic = traffic_for(lines, blocking)
    assert erlang_b(lines, traffic) <= blocking
    assert erlang_b(lines, nextafter(traffic, inf)) > blocking
    assert float(blocking_of_real_lines(lines, traffic)) == pytest.approx(blocking, rel=PRECISE)


@given(st.integers(1, 400), TRAFFIC)
def test_traffic_for_undoes_erlang_b(lines: int, traffic: float) -> None:
    blocking = erlang_b(lines, traffic)
    if 1e-300 < blocking < 0.999:
        # dA/A = dB/B over N - A + A B: a digit of B tells least about A where lines are full.
        assert traffic_for(lines, blocking) == pytest.approx(traffic, rel=1e-9)


def test_traffic_for_extremes() -> None:
    assert traffic_for(1, 0.5) == 1.0
    assert traffic_for(8, 0.0) == 0.0
    assert traffic_for(1, 1e-300) == pytest.approx(1e-300, rel=PRECISE)
    assert traffic_for(0.001, 0.01) == 0.0
    many = traffic_for(10_000, 0.01)
    assert float(loss_system(10_000, many).blocking) == pytest.approx(0.01, rel=PRECISE)
    assert not isinf(traffic_for(3, nextafter(1.0, 0.0)))


@pytest.mark.parametrize("nonsense", [-1.0, inf, nan])
def test_nonsense_is_refused_and_named(nonsense: float) -> None:
    value = repr(nonsense)
    for function in (erlang_b, log_erlang_b):
        with pytest.raises(ValueError, match=f"lines .*{value}"):
            function(nonsense, 1.0)
        with pytest.raises(ValueError, match=f"traffic_erlang .*{value}"):
            function(1.0, nonsense)
    with pytest.raises(ValueError, match=f"traffic_erlang .*{value}"):
        lines_for(nonsense, 0.1)
    with pytest.raises(ValueError, match=f"blocking .*{value}"):
        lines_for(1.0, nonsense)
    with pytest.raises(ValueError, match=f"lines .*{value}"):
        traffic_for(nonsense, 0.1)
    with pytest.raises(ValueError, match=f"blocking .*{value}"):
        traffic_for(1.0, nonsense)


def test_questions_without_an_answer_are_refused() -> None:
    with pytest.raises(ValueError, match="no number of lines"):
        lines_for(1.0, 0.0)
    with pytest.raises(ValueError, match="without a line"):
        traffic_for(0, 0.1)
    with pytest.raises(ValueError, match="none the largest"):
        traffic_for(8, 1.0)
