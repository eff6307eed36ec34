"""Erlang B over a gamma distributed traffic."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf

from affluence.teletraffic import erlang_b, erlang_b_gamma


def by_integration(lines: int, mean: float, shape: float) -> Any:
    """E[A B] / E[A] over A itself, in pieces; B as a ratio of polynomials."""
    with mp.workdps(30):
        given, rate = mpf(shape), mpf(shape) / mpf(mean)
        constant = rate ** (given + 1) / mp.gamma(given + 1)
        inverse_factorials = [1 / mp.factorial(number) for number in range(lines + 1)]

        def refused(traffic: Any) -> Any:
            total = mp.polyval(inverse_factorials, traffic, asc=True)
            blocking = traffic**lines * inverse_factorials[-1] / total
            return constant * blocking * traffic**given * mp.exp(-rate * traffic)

        width = mpf(mean) / mp.sqrt(given)
        cuts = [mean + step * width for step in range(-6, 13, 3)]
        return mp.quad(refused, [0, *(cut for cut in cuts if cut > 0), mp.inf])


@pytest.mark.parametrize("shape", [0.5, 4.0, 60.0])
@pytest.mark.parametrize(("lines", "mean"), [(1, 0.2), (6, 3.6), (12, 30.0), (40, 25.0)])
def test_it_agrees_with_the_integral(lines: int, mean: float, shape: float) -> None:
    expected = float(by_integration(lines, mean, shape))
    assert erlang_b_gamma(lines, mean, shape) == pytest.approx(expected, rel=1e-10)


def test_one_line_and_an_exponential_traffic() -> None:
    """E[A²/(1 + A)] for A of mean 1 is E[A] - 1 + E[1/(1 + A)] = e E1(1), e^x E1(x) at x = 1."""
    assert erlang_b_gamma(1, 1.0, 1.0) == pytest.approx(float(mp.e * mp.e1(1)), rel=1e-12)


@pytest.mark.parametrize(("shape", "blocking_pc"), [(30, 10.0), (10, 12.0), (4, 15.9)])
def test_worked_numbers_of_6_lines(shape: float, blocking_pc: float) -> None:
    assert round(100 * erlang_b_gamma(6, 3.6, shape), 1) == blocking_pc


@given(st.integers(1, 60), st.floats(0.1, 1.2))
def test_a_traffic_known_for_sure_has_plain_erlang_b(lines: int, per_line: float) -> None:
    """Nearly: the difference is of the order of the variance, 1/ν."""
    traffic = lines * per_line
    assert erlang_b_gamma(lines, traffic, 1e10) == pytest.approx(erlang_b(lines, traffic), rel=1e-5)


@given(st.integers(1, 30), st.floats(0.3, 1.0), st.floats(0.2, 100), st.floats(1.1, 5))
def test_the_less_is_known_the_more_is_refused(
    lines: int, per_line: float, shape: float, more: float
) -> None:
    """A B(N, A) is convex where lines are not overloaded."""
    traffic = lines * per_line
    assert erlang_b_gamma(lines, traffic, shape) > erlang_b_gamma(lines, traffic, shape * more)


def test_many_lines_and_limits() -> None:
    assert erlang_b_gamma(10_000, 9_000.0, 1e9) == pytest.approx(
        erlang_b(10_000, 9_000.0), rel=1e-2
    )
    assert erlang_b_gamma(0, 3.0, 2.0) == 1.0
    assert erlang_b_gamma(5, 0.0, 2.0) == 0.0
    assert erlang_b_gamma(300, 1.0, 1e6) == 0.0


@pytest.mark.parametrize("nonsense", [-1.0, inf, nan])
def test_nonsense_is_refused_and_named(nonsense: float) -> None:
    with pytest.raises(ValueError, match=f"mean_erlang .*{nonsense!r}"):
        erlang_b_gamma(5, nonsense, 1.0)
    with pytest.raises(ValueError, match=f"shape .*{nonsense!r}"):
        erlang_b_gamma(5, 3.0, nonsense)
    with pytest.raises(ValueError, match="shape must be above 0"):
        erlang_b_gamma(5, 3.0, 0.0)
