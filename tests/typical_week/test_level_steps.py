"""Steps in a level: two surprising weeks in a row, in one direction."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from affluence.typical_week.level_steps import LevelSteps

USUAL = 0.1  # standard deviation of a week; worth four weeks


def usual_steps() -> LevelSteps:
    """Of one platform."""
    return LevelSteps(USUAL, 4.0, platforms=1)


def learn(steps: LevelSteps, surprise: float, noise: float = 0.0) -> bool:
    """Whether its level has stepped."""
    return bool(steps.learn(np.array([surprise]), np.array([noise]))[0])


def told(*surprises: float, noise: float = 0.0) -> list[bool]:
    """What is said after each week."""
    steps = usual_steps()
    return [learn(steps, surprise, noise) for surprise in surprises]


def test_one_surprising_week_is_no_step() -> None:
    assert told(0.0, 1.0, 0.0, 0.0) == [False] * 4


@pytest.mark.parametrize("direction", [1, -1])
def test_two_surprising_weeks_in_one_direction_are_a_step(direction: int) -> None:
    """2.2 + 2.2 deviations off, more than 4 together."""
    assert told(direction * 0.22, direction * 0.22) == [False, True]


def test_two_surprising_weeks_in_opposite_directions_are_none() -> None:
    assert told(0.3, -0.3, 0.3) == [False] * 3


def test_two_weeks_that_are_not_far_off_together_are_none() -> None:
    """1.9 + 1.9 deviations."""
    assert told(0.19, 0.19) == [False, False]


def test_a_usual_week_after_a_very_surprising_one_is_none() -> None:
    """5 + 0.9 deviations: the second one alone surprises nobody. That takes more than one."""
    assert told(0.5, 0.09) == [False, False]
    assert told(0.5, 0.11) == [False, True]


def test_a_step_is_told_once() -> None:
    assert told(0.3, 0.3, 0.3) == [False, True, False]


def test_the_first_of_two_surprising_weeks_does_not_make_the_second_look_ordinary() -> None:
    """Five deviations are learned as three, by which alone the second would not be enough."""
    assert told(0.5, 0.21) == [False, True]


def test_a_level_that_follows_quickly_does_not_hide_a_step() -> None:
    """Three deviations, then one: but still three beside what was foretold before them."""
    steps, following = usual_steps(), usual_steps()
    noise = np.zeros(1)
    told_of_second = []
    for of, still in ((steps, None), (following, np.array([0.3]))):
        of.learn(np.array([0.3]), noise)
        told_of_second.append(of.learn(np.array([0.09]), noise, still).tolist())
    assert told_of_second == [[False], [True]]


def test_what_small_numbers_explain_is_no_step() -> None:
    assert told(0.3, 0.3, noise=0.3**2) == [False, False]
    assert told(0.3, 0.3, noise=0.05**2) == [False, True]


def test_the_variance_is_learned_by_half_lives_of_half_a_year() -> None:
    steps = usual_steps()
    assert steps.variance == pytest.approx(0.01)
    learn(steps, 0.2)
    fade = 0.5 ** (1 / 26)
    assert steps.variance == pytest.approx((fade * 4 * 0.01 + 0.2**2) / (fade * 4 + 1))
    for _ in range(500):
        learn(steps, 0.05)
        learn(steps, -0.05)
    assert steps.variance == pytest.approx(0.05**2, rel=1e-3)


def test_one_odd_week_is_not_learned_whole() -> None:
    """At most as three deviations, so that it does not hide the next one."""
    steps = usual_steps()
    learn(steps, 10.0)
    fade = 0.5 ** (1 / 26)
    assert steps.variance == pytest.approx((fade * 4 * 0.01 + 9 * 0.01) / (fade * 4 + 1))


def test_a_restless_level_steps_less_easily() -> None:
    steps = usual_steps()
    for surprise in np.tile([0.3, -0.3], 50):
        learn(steps, float(surprise))
    assert [learn(steps, 0.3), learn(steps, 0.3)] == [False, False]


def test_platforms_have_nothing_to_do_with_each_other() -> None:
    surprises = np.random.default_rng(2).normal(0, 2 * USUAL, (200, 3))
    together = LevelSteps(USUAL, 4.0, platforms=3)
    stepped = np.array([together.learn(week, np.zeros(3)) for week in surprises])
    assert stepped.any(0).all()
    assert stepped.T.tolist() == [told(*of.tolist()) for of in surprises.T]


def test_chance_looks_like_a_step_once_in_three_years() -> None:
    """Two normal deviations over 1 whose sum is over 4; a learned variance makes it a little more.

    P = ∫ φ(x) (1 - Φ(max(1, 4 - x))) dx from 1 on, in either direction.
    """
    upwards, _ = quad(lambda x: norm.pdf(x) * norm.sf(max(1.0, 4.0 - x)), 1, 10, points=[3.0])
    rng = np.random.default_rng(1)
    steps = usual_steps()
    told_share = np.mean([learn(steps, s) for s in rng.normal(0, USUAL, 40_000).tolist()])
    assert told_share == pytest.approx(2 * upwards, rel=0.5)
    assert told_share < 1 / (3 * 52)
