"""Steps in a level: two surprising weeks in a row, in the same direction, are no accident."""

from __future__ import annotations

import math

_TOGETHER, _EACH = 4.0, 1.0  # standard deviations that two weeks must be off
_MOST = 9.0  # times the usual square: one odd week must not hide the next
_HALF_LIFE_WEEKS = 26.0


class LevelSteps:
    """How far the weeks of a platform lie from what was foretold, and whether its level stepped."""

    def __init__(self, usual_deviation: float, weight_weeks: float) -> None:
        """``usual_deviation`` is believed at first, as if seen in so many weeks."""
        self._squares = usual_deviation**2 * weight_weeks
        self._weeks = weight_weeks
        self._before = 0.0
        self._variance_before = self.variance

    @property
    def variance(self) -> float:
        """Of a week about what was foretold."""
        return self._squares / self._weeks

    def learn(self, surprise: float, noise: float = 0.0) -> bool:
        """Learn by how much a week surprised; whether the level has stepped the week before.

        ``noise`` is the variance that small numbers alone give to a surprise.
        """
        off = surprise / math.sqrt(max(self._variance_before, noise))
        stepped = (
            min(abs(off), abs(self._before)) > _EACH
            and off * self._before > 0
            and abs(off + self._before) > _TOGETHER
        )
        self._before = 0.0 if stepped else off
        # The first of two surprising weeks must not make the second one look ordinary.
        self._variance_before = self.variance
        fade = 0.5 ** (1 / _HALF_LIFE_WEEKS)
        self._squares = fade * self._squares + min(surprise**2, _MOST * self.variance)
        self._weeks = fade * self._weeks + 1.0
        return stepped
