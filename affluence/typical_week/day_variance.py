"""How far totals of days lie from what was foretold for them, beyond what small numbers explain.

σ² is the variance of a day total relative to the square of its forecast, by how many weeks ahead
it was foretold: level, weekday, busyness of the day and drift in one. It is a ratio of sums of
squared errors, less the noise, over squared forecasts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from affluence.typical_week.by_platform import ByPlatform
from affluence.typical_week.cells import Floats, Mask

HORIZONS_WEEKS = (1, 2, 3, 4)

# Believed before anything is seen, and days that it is worth: days are busier or quieter than was
# foretold by a sixth.
_USUAL, _USUAL_DAYS = 0.03, 10.0
_HALF_LIFE_WEEKS = 13.0  # a season
_ROBUST_DEVIATIONS = 3.5  # an error counts as so many standard deviations at most


class DayVariance(ByPlatform):
    """σ² of some platforms, after the weeks that were graded."""

    def __init__(self, platforms: int) -> None:
        # Squared errors, squared forecasts.
        self._sums = np.zeros((2, len(HORIZONS_WEEKS), platforms))
        self._day_size = np.ones(platforms)  # mean square of a day total

    def at(self, horizons_weeks: Sequence[int]) -> Floats:
        """σ² so many weeks ahead, horizons × platforms; beyond four it grows as it has so far."""
        graded = self._graded()
        last = len(HORIZONS_WEEKS)
        growth = np.maximum(graded[-1] - graded[0], 0.0) / (last - 1)
        within = np.minimum(horizons_weeks, last) - 1
        beyond = np.maximum(np.subtract(horizons_weeks, last), 0)
        variances: Floats = np.maximum(graded[within], 0.0) + growth * beyond[:, None]
        return variances

    def learn(self, totals: Floats, foretold: Floats, known: Mask, dispersion: Floats) -> None:
        """Learn a week in which somebody called.

        Args:
            totals: counts of its days, days × platforms.
            foretold: what was foretold of them at each of `HORIZONS_WEEKS`, horizons × days ×
                platforms.
            known: where anything was.
            dispersion: variance of a count over its mean, by platform.

        """
        self._sums = self._sums * 0.5 ** (1 / _HALF_LIFE_WEEKS)
        variances = np.maximum(self._graded(), 0.0)
        noise = dispersion * foretold
        squares = foretold**2
        most = _ROBUST_DEVIATIONS**2 * (noise + variances[:, None] * squares)
        errors = np.minimum((totals - foretold) ** 2 - noise, most)
        self._sums += (np.array([errors, squares]) * known).sum(-2)
        self._day_size = (totals**2).sum(0) / (totals > 0).sum(0)

    def _graded(self) -> Floats:
        """As the errors say, by horizon; they may fall below 0."""
        weight = _USUAL_DAYS * self._day_size
        errors, forecasts = self._sums
        graded: Floats = (errors + _USUAL * weight) / (forecasts + weight)
        return graded
