"""How reach falls with demand: a regression through the origin, beside one by hand."""

from __future__ import annotations

import numpy as np
import pytest

from affluence.typical_week.load_slope import LoadSlope
from affluence.typical_week.log_odds import logit
from affluence.typical_week.reach import NAMES, Reach


def test_many_days_tell_the_slope() -> None:
    rng = np.random.default_rng(1)
    load = LoadSlope(1)
    for _ in range(200):
        more = rng.normal(0, 0.3, (5, 1))
        load.learn(more, -2.5 * more + rng.normal(0, 0.1, (5, 1)), np.full((5, 1), 100.0))
    assert load.slope == pytest.approx(-2.5, abs=0.05)


def test_at_first_the_usual_slope_is_believed() -> None:
    load = LoadSlope(1)
    assert load.slope == -1.5
    load.learn(np.array([[0.1], [np.nan]]), np.array([[0.5], [3.0]]), np.array([[20.0], [20.0]]))
    weight, product = 20 + 20 * 0.01, -30 + 20 * 0.05
    assert load.slope == pytest.approx(product / weight)


def test_more_calls_never_make_it_easier() -> None:
    load = LoadSlope(1)
    load.learn(np.array([[1.0]]), np.array([[3.0]]), np.array([[1e4]]))
    assert load.slope == 0.0


def test_the_move_by_load_is_the_slope_of_erlang_b() -> None:
    """Two close loads of eight lines, by the recurrence, beside the closed form."""

    def erlang_b(lines: int, erlang: float) -> float:
        blocked = 1.0
        for line in range(1, lines + 1):
            blocked = erlang * blocked / (line + erlang * blocked)
        return blocked

    reading = Reach(answers_known=True, lines_believed=True)
    for erlang in (4.0, 7.0, 10.0):
        blocked = erlang_b(8, erlang)
        lasting = {name: np.zeros(1) for name in NAMES} | {
            "open_s": np.array([3600.0]),
            "full_open_s": np.array([3600 * blocked]),
            "line_open_s": np.array([8 * 3600.0]),
            "held_open_s": np.array([3600 * erlang * (1 - blocked)]),
            "answered": np.array([90.0]),
            "abandoned": np.array([10.0]),
        }
        little = 0.01
        more = erlang_b(8, erlang * np.exp(little))
        expected = logit(np.array([0.9 * (1 - more)])) - logit(np.array([0.9 * (1 - blocked)]))
        assert reading.by_load(lasting, np.array([little])) == pytest.approx(expected, rel=0.02)


def test_far_from_what_lasted_the_slope_is_followed_no_further_than_one_and_a_half() -> None:
    lasting = {name: np.ones(1) for name in NAMES} | {
        "open_s": np.array([3600.0]),
        "full_open_s": np.array([900.0]),
        "line_open_s": np.array([8 * 3600.0]),
        "held_open_s": np.array([6 * 3600.0]),
    }
    reading = Reach(answers_known=True, lines_believed=True)
    for more, moved in ((10.0, -1.5), (-10.0, 1.5)):
        assert reading.by_load(lasting, np.array([more])) == moved


def test_without_believed_lines_the_load_says_nothing() -> None:
    lasting = {name: np.ones(1) for name in NAMES} | {
        "open_s": np.array([3600.0]),
        "full_open_s": np.array([900.0]),
        "line_open_s": np.array([8 * 3600.0]),
        "held_open_s": np.array([6 * 3600.0]),
    }
    more = np.array([0.5])
    believed = Reach(answers_known=True, lines_believed=True)
    assert (believed.by_load(lasting, more) < 0).all()
    reading = Reach(answers_known=True, lines_believed=False)
    assert not reading.by_load(lasting, more).any()
