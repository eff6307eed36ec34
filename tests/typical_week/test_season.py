"""The yearly season: believed where last year foretold this one, not before."""

from __future__ import annotations

import math

import numpy as np
import pytest

from affluence.typical_week.season import Season


def learned(levels: list[float]) -> Season:
    season = Season(1)
    for level in levels:
        season.learn(np.array([level]))
    return season


def bump(week: int) -> float:
    """A September peak of half as many calls more."""
    return math.log(1 + 0.5 * math.exp(-((((week - 36) % 52 + 26) % 52 - 26) ** 2) / 18))


def test_a_peak_that_came_twice_is_foretold_the_third_time() -> None:
    season = learned([bump(week) for week in range(52 * 2 + 33)])
    assert season.strength == 1.0
    expected = math.exp(bump(36) - bump(32))
    assert abs(season.factor(4) / expected - 1) < 0.1


def test_of_a_peak_that_came_half_as_high_half_is_foretold() -> None:
    season = learned([bump(week) / (1 + week // 52) for week in range(52 * 2)])
    assert season.strength == 0.5


@pytest.mark.parametrize(("graded", "strength"), [(11, 0.0), (12, 1.0)])
def test_a_season_is_believed_after_twelve_forecasts_of_four_weeks(
    graded: int, strength: float
) -> None:
    """The first is of week 57, from week 53 on, beside week 1 and the one before it."""
    waves = [math.sin(2 * math.pi * week / 52) for week in range(57 + graded)]
    assert learned(waves).strength == strength


def test_noise_is_no_season() -> None:
    rng = np.random.default_rng(1)
    season = learned(rng.normal(0, 0.1, 150).tolist())
    assert season.strength == 0.0
    assert season.factor(4) == 1.0


def test_less_than_a_year_says_nothing() -> None:
    season = learned([bump(week) for week in range(50)])
    assert season.factor(4) == 1.0


def test_weeks_without_a_level_are_passed_over() -> None:
    levels = [math.nan if week % 10 == 0 else bump(week) for week in range(52 * 2 + 33)]
    season = learned(levels)
    assert season.strength == 1.0
    assert np.isfinite(season.factor(4)).all()
