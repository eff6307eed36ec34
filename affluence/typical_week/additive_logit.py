"""A logit that is a sum: what all cells have in common, and what weekday and row add to it.

Logistic regression in which what weekdays and rows add has normal priors about 0 (ridge regression;
le Cessie and van Houwelingen 1992), by Newton's steps for weekdays and rows in turn.
"""

from __future__ import annotations

import numpy as np

from affluence.typical_week.by_platform import ByPlatform
from affluence.typical_week.cells import Floats
from affluence.typical_week.grid import Grid
from affluence.typical_week.log_odds import logit_information, logit_inside

_DAY_DEVIATION, _ROW_DEVIATION = 0.5, 1.0  # of the priors
_FIRST_ROUNDS, _ROUNDS = 8, 2  # of the first fit, and of one that begins where the last one ended
_MOST_A_STEP = 0.5  # of half a logit: Newton's step may lead too far where hardly anything failed


class AdditiveLogit(ByPlatform):
    """The fits of some platforms for several memories: arrays have the memories first."""

    def __init__(self, grid: Grid, memories: int) -> None:
        """Nothing is fitted yet."""
        self._grid = grid
        # Half of what weekdays and rows add: p = ½ + ½ tanh(½ logit).
        self._of_days = np.zeros((memories, grid.days, grid.platforms))
        self._of_rows = np.zeros((memories, grid.rows, grid.platforms))
        self._is_fitted = np.zeros(grid.platforms, dtype=bool)

    def fit(self, successes: Floats, seen: Floats, one: Floats) -> tuple[Floats, Floats, Floats]:
        """Fit shares of successes.

        Args:
            successes: memories × places × platforms.
            seen: observations, the same shape.
            one: how many of them are worth an independent one, memories × 1 × platforms.

        Returns:
            Of every place: the logit, its variance, and what its own observations, as far as the
            fit explains them, tell of a logit (`logit_information`).

        """
        grid = self._grid
        common = logit_inside(successes.sum(-2, keepdims=True), seen.sum(-2, keepdims=True), one)
        of_days, of_rows = self._of_days.copy(), self._of_rows.copy()
        half = common / 2 + grid.of_days(of_days) + grid.of_rows(of_rows)
        half_seen = seen / 2
        more = successes - half_seen
        groups = (
            (grid.by_day, grid.of_days, of_days, 2 * one / _DAY_DEVIATION**2),
            (grid.by_row, grid.of_rows, of_rows, 2 * one / _ROW_DEVIATION**2),
        )
        rounds = np.where(self._is_fitted, _ROUNDS, _FIRST_ROUNDS)
        for number in range(rounds.max()):
            for summed, of_group, added, precision in groups:
                tangent = np.tanh(half)
                expected = half_seen * tangent
                score = summed(more - expected) - precision * added
                twice_information = summed(half_seen - expected * tangent) + precision
                step = (score / twice_information).clip(-_MOST_A_STEP, _MOST_A_STEP)
                step *= number < rounds
                added += step  # noqa: PLW2901  # in place
                half += of_group(step)
        self._of_days, self._of_rows = of_days, of_rows
        self._is_fitted = np.ones_like(self._is_fitted)
        fitted = half_seen + half_seen * np.tanh(half)
        variance = np.zeros_like(half)
        for summed, of_group, _, precision in groups:
            information = logit_information(summed(fitted), summed(seen), one) + precision / 2
            variance += of_group(one / information)
        return 2 * half, variance, logit_information(fitted, seen, one)
