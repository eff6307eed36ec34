"""Shares of a cell, such as the chance to reach an agent: a level and a shape on the logit.

As for the demand (`affluence.typical_week.demand`) the shape of the week is remembered for months
and the level for weeks. On the logit of the share the shape is a sum of what the weekday, the row
and the cell itself add, each drawn towards 0 as far as it is noise; the level is the shift that
brings the shape to what the last weeks have shown in all cells together. A share is a ratio of
sums, never a mean of ratios.

Busy calls come in clusters: a share of n observations varies φ times as much as n independent ones
would. φ, and how long either is remembered, are learned from the platform's own coming weeks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from affluence.typical_week.additive_logit import AdditiveLogit
from affluence.typical_week.by_platform import ByPlatform, chosen
from affluence.typical_week.cells import Floats, Mask, known_or
from affluence.typical_week.clustering import Clustering
from affluence.typical_week.day_variance import HORIZONS_WEEKS
from affluence.typical_week.grid import Grid
from affluence.typical_week.intervals import INTERVAL_80
from affluence.typical_week.level_steps import LevelSteps
from affluence.typical_week.log_odds import (
    expit,
    logit,
    logit_above,
)
from affluence.typical_week.memories import Memories, loss_at_first
from affluence.typical_week.shrinkage import UsualSpread, true_variance

LEVEL_HALF_LIVES_WEEKS = (1.0, 2.0, 4.0, 8.0, 24.0)
SHAPE_HALF_LIVES_WEEKS = (8.0, 26.0, 104.0)

# What is believed before anything is seen, on the logit, is that of the simulated desks on which
# the model was tried (`tests.typical_week.desks`).
_USUAL_HALF_LIVES_WEEKS = (4.0, 26.0)  # of level and shape
_USUAL_WEEK = (0.2, 4.0)  # deviation of all cells together in a week, and weeks it is worth
_CELL = UsualSpread(0.3, 10.0)  # of what single cells add to weekday and row
_LEAST_CELL_VARIANCE = 1e-4  # a hundredth on the logit: no two cells are quite alike
_OWN_MOVE_DEVIATION = 0.35  # by which a single cell may have moved lately
_UNKNOWN_VARIANCE = 100.0  # of a logit of which nothing is known: any share is as likely
_LOAD_HANDICAP = 1.0  # a model of the load must have foretold better by a factor of e in likelihood
_TINY = 1e-9  # in the place of 0 where something is divided by it

# Memories: those of the level, then those of the shape. A candidate is one of either and whether
# the load is believed.
_LEVELS, _SHAPES = len(LEVEL_HALF_LIVES_WEEKS), len(SHAPE_HALF_LIVES_WEEKS)
_KEEP = 0.5 ** (1 / np.array((*LEVEL_HALF_LIVES_WEEKS, *SHAPE_HALF_LIVES_WEEKS)))
_KEEP_AGE = _KEEP[:_LEVELS] ** np.array([[1], [2]])

Sums = Mapping[str, Floats]


class Ratio(Protocol):
    """How a share follows from sums; ``shape`` are the sums of the longest memory."""

    def __call__(self, sums: Sums, shape: Sums) -> Floats:
        """Shares in 0-1, nan where the sums know nothing."""


class _Fit(ByPlatform):
    """What is known of the logits after a week.

    Attributes:
        log_odds: candidates × places × platforms.
        logit: of the best candidate, places × platforms; ``variance`` is its variance.
        of_newest: the same of the shortest memory of the level.
        known: places × platforms of which anything is known.

    """

    def __init__(
        self,
        *,
        log_odds: Floats,
        best: tuple[Floats, Floats],
        of_newest: tuple[Floats, Floats],
        known: Mask,
    ) -> None:
        self.log_odds = log_odds
        self.logit, self.variance = best
        self.of_newest, self.variance_of_newest = of_newest
        self.known = known


class Shares(ByPlatform):
    """The model of one share of some platforms after the weeks that they have learned.

    Arrays have the candidates first: half-lives of the level, half-lives of the shape, whether the
    load is believed; then come the places of the grid, and the platforms.
    """

    def __init__(
        self,
        grid: Grid,
        names: Sequence[str],
        ratio: Ratio,
        *,
        usual_clustering: Floats | float = 1.5,
        graded_every_weeks: int = 1,
        follows_load: bool = False,
    ) -> None:
        """Know nothing yet.

        Args:
            grid: on which the cells lie.
            names: the sums that ``ratio`` needs.
            ratio: how the share follows from them.
            usual_clustering: φ that is believed before anything is seen, by platform or of all.
            graded_every_weeks: how often its forecasts are graded, for a share that is only asked
                for at the end.
            follows_load: whether weeks are learned with a model of the load.

        """
        platforms = grid.platforms
        self._graded_every, self._weeks = graded_every_weeks, np.zeros(platforms, dtype=np.int64)
        self._grid, self._names, self._ratio = grid, tuple(names), ratio
        usual = np.broadcast_to(usual_clustering, platforms)
        self._clustering = Clustering(usual)
        # One failure where 0.999 succeed is no surprise; waits, in hours, are all next to 0.
        self._inside = np.where(usual >= 1, 0.01, 1e-4)
        # Sums by name, then observations, then observations by squared weights.
        self._sums = np.zeros((len(names) + 2, _KEEP.size, grid.places, platforms))
        loss = loss_at_first(
            LEVEL_HALF_LIVES_WEEKS, SHAPE_HALF_LIVES_WEEKS, _USUAL_HALF_LIVES_WEEKS
        )
        handicaps = np.array([0.0, _LOAD_HANDICAP] if follows_load else [0.0])
        loss = loss[..., None] + handicaps
        self._candidates = loss.shape
        self._memories = Memories(loss, platforms)
        self._by_load = np.zeros((handicaps.size, grid.places, platforms))
        self._steps = LevelSteps(*_USUAL_WEEK, platforms)
        self._week_before = np.zeros((len(names) + 2, grid.places, platforms))
        # Sums of the weights of the weeks, and of their squares.
        self._age = np.zeros((2, _LEVELS, platforms))
        # The logarithmic score of a forecast is a sum over the cells: what came, times the log
        # odds, less the observations, times minus the logarithm of the chance of a failure. Of the
        # last forecasts, the newest first, these factors are kept, one on the other.
        nothing = np.zeros((loss.size, grid.places, platforms))
        self._past = [np.tile(nothing, (2, 1))] * len(HORIZONS_WEEKS)
        self._has_foretold = np.zeros(platforms, dtype=bool)
        self._additive = AdditiveLogit(grid, _SHAPES)
        self._fitted = _Fit(
            log_odds=nothing,
            best=(nothing[0], nothing[0] + _UNKNOWN_VARIANCE),
            of_newest=(nothing[0], nothing[0] + _UNKNOWN_VARIANCE),
            known=np.zeros((grid.places, platforms), dtype=bool),
        )
        self._is_stale = np.zeros(platforms, dtype=bool)  # learned since it was fitted

    @property
    def lasting(self) -> Sums:
        """The sums of the longest memory."""
        return dict(zip(self._names, self._sums[:, -1], strict=False))

    @property
    def clustering(self) -> Floats:
        """φ: by how much a share varies more than one of independent observations, by platform."""
        return self._clustering.value

    @property
    def _best(self) -> NDArray[np.int64]:
        """The candidate that has foretold best, by platform."""
        return self._memories.best

    @property
    def known(self) -> Mask:
        """Places of which anything is known."""
        return self._fit().known

    @property
    def logit(self) -> Floats:
        """Logit of the share of each place."""
        return self._fit().logit

    @property
    def variance(self) -> Floats:
        """Variance of `logit`."""
        return self._fit().variance

    def interval(self) -> tuple[Floats, Floats, Floats]:
        """Lower end of the 80 % interval of the share, the share, upper end (each by place)."""
        far, middle = INTERVAL_80.deviations * np.sqrt(self.variance), self.logit
        low, share, high = expit(np.array([middle - far, middle, middle + far]))
        return low, share, high

    def lately(self, sums: Sums) -> tuple[Floats, Floats]:
        """Logit of the share of each place as some last weeks show it, and its variance.

        What all cells together show in a week is where the cells start from; each may have moved
        by itself, as far as its own sums of these weeks, with ``observations``, are sure of it.
        """
        fit = self._fit()
        start, doubt = fit.of_newest, fit.variance_of_newest + _OWN_MOVE_DEVIATION**2
        share = self._ratio(sums, self.lasting)
        known = np.isfinite(share)
        seen = np.where(known, sums["observations"], 0.0)
        observed = (seen * np.where(known, share, 0.0) + expit(start)) / (seen + 1)
        noise = self.clustering / np.maximum(seen * observed * (1 - observed), _TINY)
        believed = doubt / (doubt + noise)
        return start + believed * (logit(observed) - start), believed * noise

    def learn(
        self,
        sums: Sums,
        observations: Floats,
        by_load: Floats | None = None,
        has_stepped: Mask | None = None,
    ) -> None:
        """Learn one week; of a platform without observations nothing.

        Args:
            sums: of every place.
            observations: that they rest on; without any a cell is unknown, whatever its sums.
            by_load: how far the logit of each cell is now from its lasting one, by a model of the
                load; it is believed while forecasts that believe it are the better ones.
            has_stepped: by platform, whether the level of the load has stepped the week before:
                then so has that of the share, seen or not.

        """
        if by_load is not None:
            self._by_load = np.array([np.zeros_like(by_load), by_load])
        week = np.array([*(sums[name] for name in self._names), observations, observations])
        week *= observations > 0
        observed = week[-1].any(0)
        if has_stepped is not None and has_stepped.any():
            self._begin_anew(has_stepped)
        if observed.any():
            with self.part(observed) as (some, at):
                some.learn_observed(week[..., at])

    def learn_observed(self, week: Floats) -> None:
        """Learn a week, its `_sums`, in which something was observed of every platform."""
        due = self._weeks % self._graded_every == 0
        self._weeks = self._weeks + 1
        if due.any():
            share = self._share(week)
            observations = week[-1] * np.isfinite(share)
            graded = due & self._has_foretold & observations.any(0)
            if graded.any():
                with self.part(graded) as (some, at):
                    some.grade(known_or(share, 0.0)[:, at], observations[:, at])
        self._week_before = week
        self._age = self._age * _KEEP_AGE[..., None] + 1
        self._sums[:-1] *= _KEEP[:, None, None]
        self._sums[-1] *= _KEEP[:, None, None] ** 2
        self._sums += week[:, None]
        self._is_stale = np.ones_like(self._is_stale)
        if due.any():
            with self.part(due) as (some, _):
                some.foretell()

    def foretell(self) -> None:
        """Keep what is foretold for the weeks to come."""
        log_odds = self._fit().log_odds
        factors = np.concatenate([log_odds, -np.log(1 + np.exp(log_odds))], axis=1)
        self._past = [factors, *self._past[:-1]]
        self._has_foretold = np.ones_like(self._has_foretold)

    def grade(self, share: Floats, observations: Floats) -> None:
        """What the forecasts of the last weeks for this one were worth.

        Where a level has stepped the week before, older weeks tell nothing of it: forget them.
        """
        successes = observations * share
        came = np.concatenate([successes, observations])
        gain = np.einsum("kcp,cp->kp", self._past[0], came)
        for factors in self._past[1:]:
            gain += np.einsum("kcp,cp->kp", factors, came)
        self._memories.fade()
        self._memories.add(-gain / self.clustering / len(HORIZONS_WEEKS))
        foretold = chosen(self._past[0], self._best)[: self._grid.places]
        chance = expit(foretold).clip(self._inside, 1 - self._inside)
        self._clustering.learn(share, chance, observations)
        total = observations.sum(0)
        together = (observations * chance).sum(0) / total
        surprise = logit_above(successes.sum(0), total * together, total, self.clustering)
        noise = self.clustering / (total * together * (1 - together))
        stepped = self._steps.learn(surprise, noise)
        if stepped.any():
            self._begin_anew(stepped)

    def _begin_anew(self, platforms: Mask) -> None:
        """Forget what came before the last week, as far as the level is concerned."""
        recent = self._sums[:, :_LEVELS]
        recent[..., platforms] = self._week_before[:, None][..., platforms]
        self._age = np.where(platforms, 1.0, self._age)

    def _share(self, sums: Floats) -> Floats:
        return self._ratio(dict(zip(self._names, sums, strict=False)), self.lasting)

    def _fit(self) -> _Fit:
        """Logit and its variance: a shape, and for every level candidate the shift it needs."""
        if self._is_stale.any():
            with self.part(self._is_stale) as (some, _):
                some.fit()
        return self._fitted

    def fit(self) -> None:
        """Fit what was learned."""
        # Of the memories of the level, then of those of the shape.
        shares = self._share(self._sums)
        known = np.isfinite(shares)
        seen = np.where(known, self._sums[-2], 0.0)
        successes = seen * np.where(known, shares, 0.0)
        shape, of_shapes = self._fit_shapes(successes[_LEVELS:], seen[_LEVELS:])
        # Shapes × without and with what the load explains × places × platforms.
        shape = shape[:, None] + self._by_load
        # Levels × shapes × load × platforms: what brings a shape to what was seen lately.
        came, total = (of[:_LEVELS].sum(-2)[:, None, None] for of in (successes, seen))
        expected = np.einsum("lcp,sfcp->lsfp", seen[:_LEVELS], expit(shape))
        shift = logit_above(came, expected, total, self.clustering)
        log_odds = (shape + shift[..., None, :]).reshape(-1, *shape.shape[-2:])
        # Where the memory suits the drift, what lags behind weighs as much as what is noise.
        of_levels = 2 * self._steps.variance * self._age[1] / self._age[0] ** 2
        best_level, best_shape, load = np.unravel_index(self._best, self._candidates)
        variance = chosen(of_shapes, best_shape)
        newest = np.ravel_multi_index((0 * best_level, best_shape, load), self._candidates)
        self._fitted = _Fit(
            log_odds=log_odds,
            best=(chosen(log_odds, self._best), variance + chosen(of_levels, best_level)),
            of_newest=(chosen(log_odds, newest), variance + of_levels[0]),
            known=known[-1],
        )
        self._is_stale = np.zeros_like(self._is_stale)

    def _fit_shapes(self, successes: Floats, seen: Floats) -> tuple[Floats, Floats]:
        """The logit of every place, and its variance, by each memory of the shape.

        What single cells add to weekday and row is drawn towards nothing as far as it is noise.
        """
        # So many observations are worth an independent one of full weight.
        squares = np.maximum(self._sums[-1, _LEVELS:].sum(-2, keepdims=True), _TINY)
        one = self.clustering * squares / np.maximum(seen.sum(-2, keepdims=True), _TINY)
        shape, variance, information = self._additive.fit(successes, seen, one)
        extra = logit_above(successes, seen * expit(shape), seen, one)
        noise = one / np.maximum(information, _TINY)
        days, rows = (
            (of > 0).sum(-2, keepdims=True)
            for of in (self._grid.by_day(seen), self._grid.by_row(seen))
        )
        spread = true_variance(
            extra,
            noise,
            np.where(seen > 0, 1 / (noise + _CELL.deviation**2), 0.0),
            seen > 0,
            fitted=days + rows - 1,
            usual=_CELL,
            least=_LEAST_CELL_VARIANCE,
        )
        # Next to nothing, where nothing was seen.
        believed = spread / (spread + noise)
        return shape + believed * extra, believed * noise + variance
