"""How far totals of days lie from what was foretold, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from affluence.typical_week.day_variance import DayVariance

USUAL, USUAL_DAYS = 0.03, 10


def after(*totals: float, horizon: int, dispersion: float = 1.0) -> DayVariance:
    """A week with such totals, of each of which 100 calls were foretold so many weeks before."""
    variance = DayVariance(1)
    foretold = np.zeros((4, len(totals), 1))
    foretold[horizon - 1] = 100
    came = np.array(totals)[:, None]
    variance.learn(came, foretold, foretold > 0, np.array([dispersion]))
    return variance


def at(variance: DayVariance, horizon: int) -> float:
    return float(variance.at([horizon])[0, 0])


def test_before_anything_is_graded_the_usual_is_believed() -> None:
    assert [at(DayVariance(1), horizon) for horizon in (1, 4, 9)] == [USUAL] * 3


def test_squared_errors_less_the_noise_over_squared_forecasts() -> None:
    """As if ten days as large as these had been seen before."""
    weight = USUAL_DAYS * (150**2 + 50**2) / 2
    for dispersion in (1.0, 2.0):
        errors = 2 * (50**2 - dispersion * 100)
        found = after(150, 50, horizon=2, dispersion=dispersion)
        assert at(found, 2) == pytest.approx((errors + USUAL * weight) / (2 * 100**2 + weight))
        assert at(found, 1) == pytest.approx(USUAL)


def test_one_rumour_counts_as_three_and_a_half_deviations() -> None:
    most = 3.5**2 * (100 + USUAL * 100**2)
    weight = USUAL_DAYS * 1000**2
    assert at(after(1000, horizon=1), 1) == pytest.approx(
        (most + USUAL * weight) / (100**2 + weight)
    )


def test_beyond_four_weeks_it_grows_as_from_one_to_four() -> None:
    far = after(150, 50, horizon=4)
    growth = (at(far, 4) - at(far, 1)) / 3
    assert growth > 0
    assert at(far, 6) == pytest.approx(at(far, 4) + 2 * growth)
    near = after(150, 50, horizon=1)
    assert at(near, 6) == at(near, 4)


def test_errors_of_a_season_ago_count_half() -> None:
    """Beside as many of today that were not more than noise."""
    variance = after(150, 50, horizon=1)
    nothing = np.zeros((4, 2, 1))
    same = np.array([150.0, 50.0])[:, None]
    for _ in range(13):
        variance.learn(same, nothing, nothing > 0, np.ones(1))
    weight = USUAL_DAYS * (150**2 + 50**2) / 2
    errors, forecasts = 2 * (50**2 - 100), 2 * 100**2
    assert at(variance, 1) == pytest.approx(
        (errors / 2 + USUAL * weight) / (forecasts / 2 + weight)
    )
