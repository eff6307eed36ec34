"""How many people call for the first time that day: a level and a shape, with two memories.

The expected count of a cell is a product: the level of the platform, which moves and is remembered
for weeks; and the shape of the week, which hardly moves and is remembered for months. The shape is
a factor of the weekday, one of the row and one of the cell itself, each drawn towards 1 as far as
its own counts are noise (method of moments, as in empirical Bayes; reference for the whole:
Weinberg, Brown and Stroud 2007, Taylor 2008). How long either is remembered is chosen among a few
half-lives by how well each has foretold this platform's own coming weeks so far.

Counts of one day share the busyness of the day, so that their variance is

    φ m + m² (σ² + v)

with φ the dispersion within days, σ² the relative variance of day totals about what was foretold
one to four weeks before (level, weekday, busyness and drift in one), and v that of the cell's
shape. All are learned from the platform's own errors.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affluence.typical_week.cells import Cells, Floats
from affluence.typical_week.steps_in_level import LevelSteps

LEVEL_HALF_LIVES_WEEKS = (1.0, 2.0, 4.0, 8.0, 24.0)
SHAPE_HALF_LIVES_WEEKS = (13.0, 26.0, 104.0)
HORIZONS_WEEKS = (1, 2, 3, 4)

# What is believed before anything is seen; weights are in days or cells.
_USUAL_HALF_LIVES_WEEKS = (2.0, 26.0)
_USUAL_DAY_VARIANCE, _DAY_VARIANCE_WEIGHT = 0.03, 10.0
_USUAL_DISPERSION_WEIGHT = 20.0
_USUAL_WEEK = (0.15, 4.0)  # deviation of a week's total, on the logarithm, and weeks it is worth
_ROBUST_DEVIATIONS = 3.5
_LOSS_HALF_LIFE_WEEKS = 52.0  # how long it counts which half-lives foretold best
_ERRORS_HALF_LIFE_WEEKS = 13.0  # how long it counts by how much
# Variance of the level in units of its noise: 2 if the memory suited the drift, for then what lags
# behind weighs as much as what is noise; the memory that has foretold best is often longer.
_NOISE_AND_LAG = 3.5
_NONE = 1e-12


class _Spread(NamedTuple):
    """How far true ratios lie apart: a standard deviation, and as many groups as it is worth."""

    deviation: float
    groups: float


_DAY, _ROW, _CELL = _Spread(0.15, 3.0), _Spread(0.3, 3.0), _Spread(0.1, 10.0)


class Demand:
    """The model of one platform after the weeks that it has learned.

    The first axis of its arrays is the candidates, every pair of half-lives; the last one the
    cells. ``effects`` of a week are factors of the days (calendar), by which the exposure is
    multiplied.
    """

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        level, shape = np.meshgrid(LEVEL_HALF_LIVES_WEEKS, SHAPE_HALF_LIVES_WEEKS, indexing="ij")
        self._half_lives = np.stack([level.ravel(), shape.ravel()])
        self._keep_level, self._keep_shape = 0.5 ** (1 / self._half_lives)
        self._keep_sums = self._keep_shape[:, None] ** np.array([1, 1, 2])[:, None, None]
        usual = np.array(_USUAL_HALF_LIVES_WEEKS)[:, None]
        self._loss = (np.log2(self._half_lives / usual) ** 2).sum(0) / 2
        self._best = int(self._loss.argmin())
        candidates = self._loss.size
        self._counted, self._expected = np.zeros(candidates), np.zeros(candidates)
        self._level = np.zeros(candidates)
        self._shape = np.ones((candidates, cells.count))
        self._shape_variance = np.full((candidates, cells.count), _CELL.deviation**2)
        self._factor_variance = np.full((candidates, cells.count), _ROW.deviation**2)
        self._sums = np.zeros((3, candidates, cells.count))  # counts, exposures, squared weights
        self._exposed = np.zeros(candidates)
        self._days = np.zeros((2, candidates, len(cells.weekdays)))  # seen; squared weights
        # Pearson's statistic of the cells within their days, and its degrees of freedom.
        self._pearson = self._freedom = _USUAL_DISPERSION_WEIGHT
        self._between = np.zeros((2, len(HORIZONS_WEEKS)))  # squared errors, squared forecasts
        self._steps = LevelSteps(*_USUAL_WEEK)
        self._week_before = (0.0, np.zeros(cells.count))
        self._day_size = 1.0  # mean square of a day total
        # What was foretold in the last weeks, the newest first, and its logarithm.
        self._past = np.zeros((2, len(HORIZONS_WEEKS), candidates, cells.count))
        self._weeks = 0

    @property
    def weeks_learned(self) -> bool:
        """Whether there is anything to foretell from."""
        return self._weeks > 0

    @property
    def best(self) -> int:
        """The candidate that has foretold best so far."""
        return self._best

    @property
    def half_lives_weeks(self) -> tuple[float, float]:
        """Of the level and of the shape, as chosen."""
        level, shape = self._half_lives[:, self.best]
        return float(level), float(shape)

    @property
    def dispersion(self) -> float:
        """φ: variance over mean of the counts within a day, given its total; at least 1."""
        return max(1.0, self._pearson / self._freedom)

    @property
    def risen(self) -> float:
        """Logarithm of the level over its mean in the memory of the shape."""
        lasting = self._sums[1, self.best].sum() / max(self._exposed[self.best], _NONE)
        level = float(self._level[self.best])
        return math.log(level / lasting) if level and lasting else 0.0

    def mean(self) -> Floats:
        """Expected first attempts of every cell on an ordinary day, open for the whole row."""
        mean: Floats = self._level[self.best] * self._shape[self.best]
        return mean

    def variance(self, mean: Floats, horizon_weeks: int) -> Floats:
        """Variance of a count of the given ``mean`` so many weeks ahead (cells)."""
        variance: Floats = self.variances(mean[None], [horizon_weeks])[0]
        return variance

    def variances(self, mean: Floats, horizons_weeks: Sequence[int]) -> Floats:
        """The same for several horizons, horizons × cells."""
        of_day = np.array(self._day_variances(horizons_weeks))[:, None]
        variance: Floats = self._shape_variance[self.best] + of_day
        return self.dispersion * mean + mean**2 * variance

    def day_variance(self, horizon_weeks: int) -> float:
        """σ²: relative variance of a day total about what is foretold so many weeks ahead."""
        return self._day_variances([horizon_weeks])[0]

    def _day_variances(self, horizons_weeks: Sequence[int]) -> list[float]:
        graded: list[float] = self._graded_day_variances().tolist()
        last = len(HORIZONS_WEEKS)
        # Beyond what is graded it grows as it has grown so far.
        growth = max(0.0, graded[-1] - graded[0]) / (last - 1)
        return [
            max(0.0, graded[min(horizon, last) - 1]) + growth * max(0, horizon - last)
            for horizon in horizons_weeks
        ]

    def _graded_day_variances(self) -> Floats:
        """As the errors say, by horizon; they may fall below 0."""
        weight = _DAY_VARIANCE_WEIGHT * self._day_size
        errors, forecasts = self._between
        graded: Floats = (errors + _USUAL_DAY_VARIANCE * weight) / (forecasts + weight)
        return graded

    def mean_variance(self) -> Floats:
        """Relative variance of `mean` itself (cells): of the level, weekday, row and cell."""
        keep = float(self._keep_level[self.best])
        days = len(self._cells.weekdays)
        of_level = _NOISE_AND_LAG * self.day_variance(1) * (1 - keep) / (1 + keep) / days
        variance: Floats = self._factor_variance[self.best] + self._shape_variance[self.best]
        return of_level + variance

    def level_of(self, counts: Floats, exposure: Floats) -> float:
        """Logarithm of the level that a week alone shows; nan where it shows nothing."""
        came = float(counts.dot(exposure > 0))
        foretold = float(self._shape[self.best].dot(exposure))
        return math.log(came / foretold) if came and foretold else math.nan

    def learn(self, counts: Floats, exposure: Floats) -> None:
        """Learn one week: first attempts of every cell, and the exposure that they came in.

        ``exposure`` is the share of the row's time that was open and recorded, times the effect
        of the day; 0 where nothing is known, or where the day is to be left out.
        """
        counts = np.where(exposure > 0, counts, 0.0)
        day_totals = self._cells.by_day(counts)
        if not day_totals.any():
            return
        self._grade(counts, exposure, day_totals)
        self._measure_dispersion(counts, exposure, day_totals)
        self._day_size = float((day_totals[day_totals > 0] ** 2).mean())
        if self.weeks_learned and self._has_stepped(counts, exposure):
            came, exposed = self._week_before
            self._counted = np.full_like(self._counted, came)
            self._expected = self._shape.dot(exposed)
        self._week_before = float(counts.sum()), exposure
        self._counted = self._keep_level * self._counted + self._week_before[0]
        self._expected = self._keep_level * self._expected + self._shape.dot(exposure)
        self._level = self._counted / np.maximum(self._expected, _NONE)
        self._sums *= self._keep_sums
        self._sums[::2] += counts
        self._sums[1] += self._level[:, None] * exposure
        self._exposed = self._keep_shape * self._exposed + exposure.sum()
        self._days = self._days * self._keep_sums[::2] + (self._cells.by_day(exposure) > 0)
        self._fit_shape()
        self._past[:, 1:] = self._past[:, :-1]
        self._past[0, 0] = np.maximum(self._level[:, None] * self._shape, _NONE)
        self._past[1, 0] = np.log(self._past[0, 0])
        self._weeks += 1

    def _grade(self, counts: Floats, exposure: Floats, day_totals: Floats) -> None:
        """What the forecasts of the last weeks for this one were worth."""
        self._loss *= 0.5 ** (1 / _LOSS_HALF_LIFE_WEEKS)
        self._between *= 0.5 ** (1 / _ERRORS_HALF_LIFE_WEEKS)
        horizons = min(self._weeks, len(HORIZONS_WEEKS))
        if not horizons:
            return
        means, logarithms = self._past[:, :horizons]
        # Deviances, less what all candidates have in common.
        deviances = 2 * (means @ exposure - logarithms @ counts)
        losses = self._loss + deviances.cumsum(0) / len(HORIZONS_WEEKS) / 3
        self._loss = losses[-1]
        self._best = int(self._loss.argmin())
        best = means[np.arange(horizons), losses.argmin(1)]
        foretold = self._cells.by_day(best * exposure)
        known = foretold > self._cells.count * _NONE
        noise = self.dispersion * foretold
        squares = foretold**2
        day_variances = np.maximum(self._graded_day_variances()[:horizons, None], 0.0)
        most = _ROBUST_DEVIATIONS**2 * (noise + day_variances * squares)
        errors = np.minimum((day_totals - foretold) ** 2 - noise, most)
        self._between[:, :horizons] += (np.array([errors, squares]) * known).sum(-1)

    def _has_stepped(self, counts: Floats, exposure: Floats) -> bool:
        """Whether the level stepped the week before, so that older weeks tell nothing of it."""
        came, foretold = counts.sum() + 0.5, (self.mean() * exposure).sum() + 0.5
        return self._steps.learn(math.log(came / foretold), self.dispersion / float(foretold))

    def _measure_dispersion(self, counts: Floats, exposure: Floats, day_totals: Floats) -> None:
        """Pearson's statistic of the cells of each day, given its total."""
        if not self.weeks_learned:
            return
        expected = self._shape[self.best] * exposure
        of_day = self._cells.by_day(expected)
        day = self._cells.day
        given_total = expected * (day_totals / np.maximum(of_day, _NONE))[day]
        known = given_total > 0
        pearson = (counts - given_total) ** 2 / np.where(known, given_total, 1.0)
        self._pearson += float(pearson.sum(where=known))
        self._freedom += float(np.count_nonzero(known) - np.count_nonzero(day_totals))

    def _fit_shape(self) -> None:
        counts, exposures, squared = self._sums
        cells = self._cells
        of_day, of_row = cells.by_day(counts), cells.by_row(counts)
        table = cells.by_day_and_row(exposures)
        day = np.ones_like(of_day)
        row = np.ones_like(of_row)
        # Proportional fitting: the maximum-likelihood factors of a log-additive Poisson model.
        for _ in range(4):
            row = of_row / np.maximum(np.vecmat(day, table), _NONE)
            day = of_day / np.maximum(np.matvec(table, row), _NONE)
        # One count of full weight says as much as `certainty` of these faded ones.
        total = counts.sum(1, keepdims=True)
        noise = self.dispersion * np.maximum(squared.sum(1, keepdims=True), _NONE) / total
        days_seen = self._days[0] ** 2 / np.maximum(self._days[1], _NONE)
        busyness = self.day_variance(1) / np.maximum(days_seen, 1.0)
        expected = np.matvec(table, row)
        day, of_days = _draw_together(of_day, expected, noise + busyness * expected, 1, _DAY)
        expected = np.vecmat(day, table)
        row, of_rows = _draw_together(of_row, expected, noise, 1, _ROW)
        product = day.take(cells.day, axis=1) * row.take(cells.row, axis=1)
        fitted = _number_seen(cells.by_day(exposures)) + _number_seen(cells.by_row(exposures)) - 1
        cell, self._shape_variance = _draw_together(
            counts, exposures * product, noise, fitted, _CELL
        )
        self._factor_variance = of_days.take(cells.day, axis=1) + of_rows.take(cells.row, axis=1)
        self._shape = product * cell


def _number_seen(exposures: Floats) -> NDArray[np.int64]:
    """How many of some groups have ever been seen, candidates × 1."""
    return np.count_nonzero(exposures, axis=1, keepdims=True)


def _draw_together(
    counts: Floats, expected: Floats, noise: Floats, fitted: NDArray[np.int64] | int, usual: _Spread
) -> tuple[Floats, Floats]:
    """Ratios counts ÷ expected, drawn towards their mean as far as they are noise.

    Args:
        counts: candidates × groups.
        expected: the same shape; 0 where nothing is known of a group.
        noise: variance of a count over its mean.
        fitted: how many factors have been fitted to them, and leave so many fewer to be free.
        usual: what is believed of their spread at first.

    Returns:
        Ratios, and the relative variance that is left about them.

    """
    known = expected > 0
    safe = np.where(known, expected, _NONE)
    total = safe.sum(1, keepdims=True)
    mean = counts.sum(1, keepdims=True) / total
    alike = safe * np.maximum(mean, _NONE)  # counts if all ratios were the same
    deviation = np.where(known, counts / alike - 1, 0.0)
    variance = noise / alike
    groups = known.sum(1, keepdims=True)
    freedom_share = np.maximum(groups - fitted, 1) / np.maximum(groups, 1)
    moments = np.where(known, safe * (deviation**2 - variance * freedom_share), 0.0)
    spread = moments.sum(1, keepdims=True) / total
    spread = spread / freedom_share * groups + usual.deviation**2 * usual.groups
    spread = np.maximum(spread / (groups + usual.groups), _NONE)
    # Next to nothing, where nothing is known.
    believed = spread / (spread + variance)
    return mean * (1 + believed * deviation), believed * variance
