"""Steps in a level: two surprising weeks in a row, in the same direction, are no accident."""

from __future__ import annotations

import numpy as np

from affluence.typical_week.by_platform import ByPlatform
from affluence.typical_week.cells import Floats, Mask

# Standard deviations that two weeks must be off. Normal and independent ones are so by chance once
# in 237 weeks.
_TOGETHER, _EACH = 4.0, 1.0
_MOST = 9.0  # times the usual square: one odd week must not hide the next
_HALF_LIFE_WEEKS = 26.0  # of what is known of the deviation of ordinary weeks


class LevelSteps(ByPlatform):
    """How far the weeks of platforms lie from what was foretold, and whether a level stepped."""

    def __init__(self, usual_deviation: float, weight_weeks: float, platforms: int) -> None:
        """``usual_deviation`` is believed at first, as if seen in so many weeks."""
        self._squares = np.full(platforms, usual_deviation**2 * weight_weeks)
        self._weeks = np.full(platforms, weight_weeks)
        self._before = np.zeros(platforms)
        self._variance_before = self.variance

    @property
    def variance(self) -> Floats:
        """Of a week about what was foretold."""
        variance: Floats = self._squares / self._weeks
        return variance

    def learn(self, surprise: Floats, noise: Floats, still: Floats | None = None) -> Mask:
        """Learn by how much a week surprised; whether the level has stepped the week before.

        Args:
            surprise: beside what was foretold the week before.
            noise: variance that small numbers alone give to it.
            still: beside what was foretold before the last surprise: a level that follows quickly
                makes the second of two equal weeks look like half a surprise.

        """
        deviation = np.sqrt(np.maximum(self._variance_before, noise))
        off = surprise / deviation
        again = off if still is None else still / deviation
        stepped: Mask = (
            (np.minimum(np.abs(again), np.abs(self._before)) > _EACH)
            & (again * self._before > 0)
            & (np.abs(again + self._before) > _TOGETHER)
        )
        self._before = np.where(stepped, 0.0, off)
        # The first of two surprising weeks must not make the second one look ordinary.
        self._variance_before = self.variance
        fade = 0.5 ** (1 / _HALF_LIFE_WEEKS)
        self._squares = fade * self._squares + np.minimum(surprise**2, _MOST * self.variance)
        self._weeks = fade * self._weeks + 1.0
        return stepped
