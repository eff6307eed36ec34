"""Crossings of rising functions, beside where they are known to be and beside plain halving."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affluence.teletraffic.bisection import crossing, largest

BENT: dict[str, Callable[[float], float]] = {
    "straight": lambda x: x,
    "flat, then steep": lambda x: x**9,
    "steep, then flat": lambda x: math.copysign(abs(x) ** (1 / 9), x),
    "exponential": lambda x: math.expm1(min(x, 700.0)),
    "saturated": math.atan,
}


@given(
    shape=st.sampled_from(sorted(BENT)),
    at=st.floats(0.1, 90.0),
    scale=st.floats(0.05, 20.0),
)
def test_it_is_where_it_was_put(shape: str, at: float, scale: float) -> None:
    def excess(x: float) -> float:
        return BENT[shape]((x - at) / scale)

    assert crossing(excess, 0.0, 100.0) == pytest.approx(at, rel=1e-14)
    assert largest(lambda x: excess(x) <= 0, 0.0, 100.0) == pytest.approx(at, rel=1e-14)


def test_a_smooth_function_takes_a_fifth_of_the_steps_of_halving() -> None:
    asked: list[float] = []

    def excess(x: float) -> float:
        asked.append(x)
        return x**3 - 2

    assert crossing(excess, 1.0, 2.0) == pytest.approx(2 ** (1 / 3), rel=1e-15)
    assert len(asked) <= 12


def test_a_crossing_at_the_lower_end_is_found() -> None:
    assert crossing(lambda x: x - 1, 1.0, 2.0) == pytest.approx(1.0, rel=1e-15)
