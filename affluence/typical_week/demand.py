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
shape. All are learned from the platform's own errors; what is believed before there are any is
that of the simulated desks on which the model was tried (`python -m tests.benchmarks.week_models`),
and weighs so little that a season of records outweighs it.

Two surprising weeks in a row are a step: the level then forgets what came before them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from affluence.typical_week.by_platform import ByPlatform, chosen
from affluence.typical_week.cells import Floats, Mask, known_or
from affluence.typical_week.day_variance import HORIZONS_WEEKS, DayVariance
from affluence.typical_week.grid import Grid
from affluence.typical_week.level_steps import LevelSteps
from affluence.typical_week.memories import Memories, loss_at_first
from affluence.typical_week.shrinkage import UsualSpread, shrink_ratios

LEVEL_HALF_LIVES_WEEKS = (1.0, 2.0, 4.0, 8.0, 24.0)
SHAPE_HALF_LIVES_WEEKS = (13.0, 26.0, 104.0)

# What is believed before anything is seen.
_USUAL_HALF_LIVES_WEEKS = (2.0, 26.0)  # of level and shape
_USUAL_DISPERSION_CELLS = 20.0  # that the counts of a day are Poisson, as if seen in so many cells
_USUAL_WEEK = (0.15, 4.0)  # deviation of a week's total, on the logarithm, and weeks it is worth
_DAY, _ROW, _CELL = UsualSpread(0.15, 3.0), UsualSpread(0.3, 3.0), UsualSpread(0.1, 10.0)

_FITTING_ROUNDS = 4  # of proportional fitting: further ones move nothing by a millionth
# Counts of a cell vary about so many times as much as Poisson ones, and tell as much less of which
# memory foretold them best.
_LOSS_DISPERSION = 1.5
# Variance of the level in units of its noise: 2 if the memory suited the drift, for then what lags
# behind weighs as much as what is noise; the memory that has foretold best is often longer.
_NOISE_AND_LAG = 3.5
_TINY = 1e-12  # in the place of 0 where something is divided by it

# The candidates: every pair of half-lives, of the level and of the shape.
_HALF_LIVES_WEEKS = np.array(
    [(level, shape) for level in LEVEL_HALF_LIVES_WEEKS for shape in SHAPE_HALF_LIVES_WEEKS]
).T
_KEEP_LEVEL, _KEEP_SHAPE = 0.5 ** (1 / _HALF_LIVES_WEEKS)[..., None]
_KEEP_SHAPE_SQUARED = _KEEP_SHAPE**2
_CANDIDATES = _HALF_LIVES_WEEKS.shape[1]


class Demand(ByPlatform):
    """The model of some platforms after the weeks that they have learned.

    The first axis of its arrays is the candidates, every pair of half-lives; then come the places
    of the grid, and the platforms. ``exposure`` is the share of the row's time that was open and
    recorded, times the effect of the day (calendar); 0 where nothing is known, or where the day is
    to be left out.
    """

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._weekdays = grid.weekdays
        by_platform = np.zeros((_CANDIDATES, grid.platforms))
        by_place = np.zeros((_CANDIDATES, grid.places, grid.platforms))
        loss = loss_at_first(
            LEVEL_HALF_LIVES_WEEKS, SHAPE_HALF_LIVES_WEEKS, _USUAL_HALF_LIVES_WEEKS
        )
        self._memories = Memories(loss, grid.platforms)
        # In the memory of the level: what came, what the shape alone would have given, their ratio.
        self._counted, self._expected, self._level = by_platform, by_platform, by_platform
        self._shape = by_place + 1
        self._mean: Floats = by_place[0]
        # Relative variances of the shape: of the factors of single cells; of weekday and row.
        self._shape_variance = by_place + _CELL.deviation**2
        self._factor_variance = by_place + _ROW.deviation**2
        # In the memory of the shape: what came, the same by squared weights, exposures times level;
        # the exposures of all places; days seen, the same by squared weights.
        self._counts, self._squared, self._exposures = by_place, by_place, by_place
        self._exposed = by_platform
        self._days = np.zeros((2, _CANDIDATES, grid.days, grid.platforms))
        # Pearson's statistic of the cells within their days, and its degrees of freedom.
        self._pearson = np.full(grid.platforms, _USUAL_DISPERSION_CELLS)
        self._freedom = self._pearson
        self._day_variance = DayVariance(grid.platforms)
        self._steps = LevelSteps(*_USUAL_WEEK, grid.platforms)
        self._came_before, self._exposed_before = np.zeros(grid.platforms), by_place[0]
        # What was foretold in the last weeks, the newest first, and its logarithm.
        self._past_means = [by_place] * len(HORIZONS_WEEKS)
        self._past_logarithms = [by_place] * len(HORIZONS_WEEKS)
        self.has_learned = np.zeros(grid.platforms, dtype=bool)  # anything to foretell from
        self.has_stepped = np.zeros(grid.platforms, dtype=bool)  # a level, the week before the last

    @property
    def _best(self) -> NDArray[np.int64]:
        """The candidate that has foretold best, by platform."""
        return self._memories.best

    @property
    def half_lives_weeks(self) -> Floats:
        """Of the level and of the shape, as chosen, by platform."""
        half_lives: Floats = _HALF_LIVES_WEEKS[:, self._best]
        return half_lives

    @property
    def dispersion(self) -> Floats:
        """φ: variance over mean of the counts within a day, given its total; at least 1."""
        dispersion: Floats = np.maximum(self._pearson / self._freedom, 1.0)
        return dispersion

    @property
    def risen(self) -> Floats:
        """Logarithm of the level over its mean in the memory of the shape, by platform."""
        exposed = np.maximum(chosen(self._exposed, self._best), _TINY)
        lasting = chosen(self._exposures, self._best).sum(0) / exposed
        risen: Floats = _log_ratio(chosen(self._level, self._best), lasting)
        return known_or(risen, 0.0)

    def mean(self) -> Floats:
        """Expected first attempts on an ordinary day, open for the whole row (places)."""
        return self._mean

    def variance(self, mean: Floats, horizon_weeks: int) -> Floats:
        """Variance of a count of the given ``mean`` so many weeks ahead (places)."""
        variance: Floats = self.variances(mean[None], [horizon_weeks])[0]
        return variance

    def variances(self, mean: Floats, horizons_weeks: Sequence[int]) -> Floats:
        """The same for several horizons, horizons × places."""
        of_day = self._day_variance.at(horizons_weeks)[:, None]
        variance: Floats = chosen(self._shape_variance, self._best) + of_day
        return self.dispersion * mean + mean**2 * variance

    def day_variance(self, horizon_weeks: int) -> Floats:
        """σ²: relative variance of a day total about what is foretold so many weeks ahead."""
        variance: Floats = self._day_variance.at([horizon_weeks])[0]
        return variance

    def mean_variance(self) -> Floats:
        """Relative variance of `mean` itself (places): of the level, weekday, row and cell."""
        keep = _KEEP_LEVEL[self._best, 0]
        noise_and_lag = _NOISE_AND_LAG * self.day_variance(1)
        of_level = noise_and_lag * (1 - keep) / (1 + keep) / self._weekdays
        factors = chosen(self._factor_variance, self._best)
        variance: Floats = of_level + factors + chosen(self._shape_variance, self._best)
        return variance

    def level_of(self, counts: Floats, exposure: Floats) -> Floats:
        """Logarithm of the level that a week (places) alone shows, by platform; nan: nothing."""
        came = (counts * (exposure > 0)).sum(0)
        foretold = (chosen(self._shape, self._best) * exposure).sum(0)
        return _log_ratio(came, foretold)

    def learn(self, counts: Floats, exposure: Floats) -> None:
        """Learn one week: first attempts, and the exposure that they came in (places × platforms).

        Of a platform that nobody called in the week nothing is learned.
        """
        counts = np.where(exposure > 0, counts, 0.0)
        self.has_stepped = np.zeros_like(self.has_learned)
        called = np.asarray(counts.any(0))
        if called.any():
            with self.part(called) as (some, at):
                some.learn_calls(counts[:, at], exposure[:, at])

    def learn_calls(self, counts: Floats, exposure: Floats) -> None:
        """Learn a week in which somebody called every platform."""
        day_totals = self._grid.by_day(counts)
        self._grade(counts, exposure, day_totals)
        self._measure_dispersion(counts, exposure, day_totals)
        self.has_stepped = stepped = self._have_stepped(counts, exposure)
        if stepped.any():
            expected = _over_places(self._shape, self._exposed_before)
            self._counted = np.where(stepped, self._came_before, self._counted)
            self._expected = np.where(stepped, expected, self._expected)
        self._came_before, self._exposed_before = counts.sum(0), exposure
        self._counted = _KEEP_LEVEL * self._counted + self._came_before
        self._expected = _KEEP_LEVEL * self._expected + _over_places(self._shape, exposure)
        self._level = self._counted / np.maximum(self._expected, _TINY)
        self._remember(counts, exposure)
        self._fit_shape()
        foretold = np.maximum(self._level[:, None] * self._shape, _TINY)
        self._past_means = [foretold, *self._past_means[:-1]]
        self._past_logarithms = [np.log(foretold), *self._past_logarithms[:-1]]
        self._mean = chosen(self._level, self._best) * chosen(self._shape, self._best)
        self.has_learned = np.ones_like(self.has_learned)

    def _remember(self, counts: Floats, exposure: Floats) -> None:
        """Sums in the memory of the shape."""
        keep, keep_squared = _KEEP_SHAPE[:, None], _KEEP_SHAPE_SQUARED[:, None]
        self._counts = keep * self._counts + counts
        self._squared = keep_squared * self._squared + counts
        self._exposures = keep * self._exposures + self._level[:, None] * exposure
        self._exposed = _KEEP_SHAPE * self._exposed + exposure.sum(0)
        kept = np.array([keep, keep_squared])
        self._days = kept * self._days + (self._grid.by_day(exposure) > 0)

    def _grade(self, counts: Floats, exposure: Floats, day_totals: Floats) -> None:
        """What the forecasts of the last weeks for this one were worth."""
        self._memories.fade()
        # Of the horizons: what the best candidate up to each would have said.
        foretold = np.empty((len(HORIZONS_WEEKS), *day_totals.shape))
        for number, (means, logarithms) in enumerate(
            zip(self._past_means, self._past_logarithms, strict=True)
        ):
            # Poisson, less what all candidates have in common; 0 before there is a forecast.
            loss = _over_places(means, exposure) - _over_places(logarithms, counts)
            self._memories.add(loss / len(HORIZONS_WEEKS) / _LOSS_DISPERSION)
            foretold[number] = self._grid.by_day(chosen(means, self._best) * exposure)
        known = foretold > self._grid.places * _TINY
        self._day_variance.learn(day_totals, foretold, known, self.dispersion)

    def _have_stepped(self, counts: Floats, exposure: Floats) -> Mask:
        """Whether the level stepped the week before, so that older weeks tell nothing of it."""
        stepped = np.zeros_like(self.has_learned)
        if self.has_learned.any():
            mean = chosen(self._level, self._best) * chosen(self._shape, self._best)
            before = chosen(self._past_means[1], self._best)
            before = np.where(before.any(0), before, mean)
            came = counts.sum(0) + 0.5
            foretold, still_foretold = ((of * exposure).sum(0) + 0.5 for of in (mean, before))
            surprise, still = np.log(came / foretold), np.log(came / still_foretold)
            noise = self.dispersion / foretold
            with self._steps.part(self.has_learned) as (steps, at):
                stepped[at] = steps.learn(surprise[at], noise[at], still[at])
        return stepped

    def _measure_dispersion(self, counts: Floats, exposure: Floats, day_totals: Floats) -> None:
        """Pearson's statistic of the cells of each day, given its total."""
        expected = chosen(self._shape, self._best) * exposure * self.has_learned
        of_day = self._grid.by_day(expected)
        given_total = expected * self._grid.of_days(day_totals / np.maximum(of_day, _TINY))
        known = given_total > 0
        pearson = (counts - given_total) ** 2 / np.where(known, given_total, 1.0)
        freedom = known.sum(0) - (day_totals > 0).sum(0)
        self._pearson = self._pearson + pearson.sum(0, where=known)
        self._freedom = self._freedom + freedom * self.has_learned

    def _fit_shape(self) -> None:
        grid, counts, exposures = self._grid, self._counts, self._exposures
        of_day, of_row = grid.by_day(counts), grid.by_row(counts)
        table = grid.table(exposures)
        day = np.ones_like(of_day)
        row = np.ones_like(of_row)
        # Proportional fitting (Deming and Stephan 1940): the maximum-likelihood factors of a
        # log-additive Poisson model.
        for _ in range(_FITTING_ROUNDS):
            row = of_row / np.maximum(_over_days(table, day), _TINY)
            day = of_day / np.maximum(_over_rows(table, row), _TINY)
        # One count of full weight says as much as `certainty` of these faded ones.
        total = counts.sum(1, keepdims=True)
        squared = np.maximum(self._squared.sum(1, keepdims=True), _TINY)
        noise = self.dispersion * squared / total
        days_seen = self._days[0] ** 2 / np.maximum(self._days[1], _TINY)
        busyness = self.day_variance(1) / np.maximum(days_seen, 1.0)
        expected = _over_rows(table, row)
        day, of_days = shrink_ratios(
            of_day, expected, noise + busyness * expected, fitted=1, usual=_DAY
        )
        expected = _over_days(table, day)
        row, of_rows = shrink_ratios(of_row, expected, noise, fitted=1, usual=_ROW)
        product = grid.of_days(day) * grid.of_rows(row)
        fitted = _number_seen(grid.by_day(exposures)) + _number_seen(grid.by_row(exposures)) - 1
        cell, self._shape_variance = shrink_ratios(
            counts, exposures * product, noise, fitted=fitted, usual=_CELL
        )
        self._factor_variance = grid.of_days(of_days) + grid.of_rows(of_rows)
        self._shape = product * cell


def _log_ratio(over: Floats, under: Floats) -> Floats:
    """Logarithm of a ratio; nan where either is 0."""
    known = (over > 0) & (under > 0)
    ratio = np.where(known, over, np.nan) / np.where(known, under, np.nan)
    logarithm: Floats = np.log(ratio)
    return logarithm


def _over_places(values: Floats, weights: Floats) -> Floats:
    """Sums of weighted values: candidates × places × platforms → candidates × platforms."""
    sums: Floats = np.einsum("kcp,cp->kp", values, weights)
    return sums


def _over_days(table: Floats, of_days: Floats) -> Floats:
    """The same of candidates × weekdays × rows × platforms over the weekdays."""
    sums: Floats = np.einsum("kdrp,kdp->krp", table, of_days)
    return sums


def _over_rows(table: Floats, of_rows: Floats) -> Floats:
    """The same over the rows."""
    sums: Floats = np.einsum("kdrp,krp->kdp", table, of_rows)
    return sums


def _number_seen(exposures: Floats) -> NDArray[np.int64]:
    """How many of some groups have ever been seen: candidates × 1 × platforms."""
    # The method: `count_nonzero` costs twice as much on arrays as small as these.
    return np.asarray((exposures > 0).sum(1, keepdims=True))
