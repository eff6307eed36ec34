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

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from affluence.typical_week.cells import Cells, Floats, Mask, known_or
from affluence.typical_week.steps_in_level import LevelSteps

LEVEL_HALF_LIVES_WEEKS = (1.0, 2.0, 4.0, 8.0, 24.0)
SHAPE_HALF_LIVES_WEEKS = (8.0, 26.0, 104.0)

_HORIZONS = 4
_USUAL_HALF_LIVES_WEEKS = (4.0, 26.0)
_CLUSTERING_WEIGHT = 60.0  # cells and weeks that the usual φ is worth
_CLUSTERING_HALF_LIFE_WEEKS = 26.0
_DAY_DEVIATION, _ROW_DEVIATION = 0.5, 1.0  # on the logit
_CELL_DEVIATION, _CELL_WEIGHT = 0.3, 10.0  # on the logit, and how many cells it is worth
_LOSS_HALF_LIFE_WEEKS = 52.0
_USUAL_WEEK_DEVIATION, _WEEK_WEIGHT = 0.2, 4.0  # of all cells together, on the logit; weeks
_UNKNOWN_VARIANCE = 100.0  # of a logit of which nothing is known
_LOAD_HANDICAP = 1.0  # of the logarithmic score
_OWN_MOVE_DEVIATION = 0.35  # by which a single cell may have moved lately, on the logit
_FIRST_ROUNDS, _ROUNDS = 8, 2
Z_INTERVAL = 1.2816  # two-sided 80 %
_NONE = 1e-9

Sums = Mapping[str, Floats]


class Ratio(Protocol):
    """How a share follows from sums; ``shape`` are the sums of the longest memory."""

    def __call__(self, sums: Sums, shape: Sums) -> Floats:
        """Shares in 0-1, nan where the sums know nothing."""


class Shares:
    """The model of one share of one platform after the weeks that it has learned.

    Arrays have the candidate half-lives of the level first, those of the shape next, then whether
    the load is believed, cells last.
    """

    def __init__(
        self,
        cells: Cells,
        names: Sequence[str],
        ratio: Ratio,
        *,
        usual_clustering: float = 1.5,
        graded_every_weeks: int = 1,
    ) -> None:
        """Know nothing yet.

        Args:
            cells: of the table.
            names: the sums that ``ratio`` needs.
            ratio: how the share follows from them.
            usual_clustering: φ that is believed before anything is seen.
            graded_every_weeks: how often its forecasts are graded, for a share that is only asked
                for at the end.

        """
        self._graded_every, self._weeks = graded_every_weeks, 0
        self._cells, self._names, self._ratio = cells, tuple(names), ratio
        self._usual_clustering = np.array([usual_clustering, 1.0]) * _CLUSTERING_WEIGHT
        # Where hardly anything fails its failures are too few to show that they come in clusters.
        # One failure where 0.999 succeed is no surprise; waits, in hours, are all next to 0.
        self._inside = 0.01 if usual_clustering >= 1 else 1e-4
        self._least_clustering = 1.0 if usual_clustering > 1 else usual_clustering / 10
        levels, shapes = len(LEVEL_HALF_LIVES_WEEKS), len(SHAPE_HALF_LIVES_WEEKS)
        self._keep_level = 0.5 ** (1 / np.array(LEVEL_HALF_LIVES_WEEKS))
        self._keep_shape = 0.5 ** (1 / np.array(SHAPE_HALF_LIVES_WEEKS))
        # Sums by name, then observations, then observations by squared weights.
        self._recent = np.zeros((len(names) + 2, levels, cells.count))
        self._lasting = np.zeros((len(names) + 2, shapes, cells.count))
        usual_level, usual_shape = np.log2(_USUAL_HALF_LIVES_WEEKS)
        far = (np.log2(LEVEL_HALF_LIVES_WEEKS) - usual_level)[:, None] ** 2
        far = far + (np.log2(SHAPE_HALF_LIVES_WEEKS) - usual_shape) ** 2
        self._loss = np.stack([far / 2, far / 2 + _LOAD_HANDICAP], axis=-1)
        self._by_load = np.zeros(cells.count)
        self._clustering = self._usual_clustering.copy()
        self._steps = LevelSteps(_USUAL_WEEK_DEVIATION, _WEEK_WEIGHT)
        self._week_before = np.zeros((len(names) + 2, cells.count))
        self._age = np.zeros((2, levels))  # sums of the weights of the weeks, of their squares
        self._past: deque[Floats] = deque(maxlen=_HORIZONS)
        self._groups = (cells.in_day, _DAY_DEVIATION), (cells.in_row, _ROW_DEVIATION)
        self._added = [np.zeros((shapes, group.shape[1])) for group, _ in self._groups]
        self._fitted: tuple[Floats, Floats] | None = None

    @property
    def best(self) -> tuple[int, int, int]:
        """The candidates for level, shape and load that have foretold best so far."""
        level, shape, load = np.unravel_index(self._loss.argmin(), self._loss.shape)
        return int(level), int(shape), int(load)

    @property
    def lasting(self) -> Sums:
        """The sums of the longest memory."""
        return dict(zip(self._names, self._lasting[:, -1], strict=False))

    @property
    def clustering(self) -> float:
        """φ: by how much a share varies more than one of independent observations."""
        return max(self._least_clustering, float(self._clustering[0] / self._clustering[1]))

    @property
    def known(self) -> Mask:
        """Cells of which anything is known."""
        known: Mask = np.isfinite(self._share(self._lasting)[-1])
        return known

    @property
    def logit(self) -> Floats:
        """Logit of the share of each cell."""
        logit: Floats = self._fit()[0][self.best]
        return logit

    @property
    def variance(self) -> Floats:
        """Variance of `logit`."""
        variance: Floats = self._fit()[1][self.best]
        return variance

    def interval(self, shift: Floats | float = 0.0) -> tuple[Floats, Floats, Floats]:
        """Lower end of the 80 % interval of the share, the share, upper end.

        ``shift`` is added to the logit.
        """
        far = Z_INTERVAL * np.sqrt(self.variance)
        middle = self.logit + shift
        return expit(middle - far), expit(middle), expit(middle + far)

    def lately(self, sums: Sums) -> tuple[Floats, Floats]:
        """Logit of the share of each cell as some last weeks show it, and its variance.

        What all cells together show in a week is where the cells start from; each may have moved
        by itself, as far as its own sums of these weeks, with ``observations``, are sure of it.
        """
        log_odds, variance = self._fit()
        _, *shape = self.best
        start = log_odds[0, *shape]
        doubt = variance[0, *shape] + _OWN_MOVE_DEVIATION**2
        share = self._ratio(sums, self.lasting)
        seen = np.where(np.isfinite(share), sums["observations"], 0.0)
        observed = (seen * known_or(share, 0.0) + expit(start)) / (seen + 1)
        noise = self.clustering / np.maximum(seen * observed * (1 - observed), _NONE)
        believed = doubt / (doubt + noise)
        return start + believed * (logit(observed) - start), believed * noise

    def learn(self, sums: Sums, observations: Floats, by_load: Floats | None = None) -> None:
        """Learn one week.

        Args:
            sums: of every cell.
            observations: that they rest on; without any a cell is unknown, whatever its sums.
            by_load: how far the logit of each cell is now from its lasting one, by a model of the
                load; it is believed while forecasts that believe it are the better ones.

        """
        if by_load is not None:
            self._by_load = by_load
        known = observations > 0
        if not known.any():
            return
        week = np.stack([*(sums[name] for name in self._names), observations, observations])
        week = np.where(known, week, 0.0)
        graded = self._weeks % self._graded_every == 0
        self._weeks += 1
        if graded and self._grade(week):
            self._recent[:] = self._week_before[:, None]
            self._age[:] = 1
        self._week_before = week
        self._age = self._age * np.stack([self._keep_level, self._keep_level**2]) + 1
        _remember(self._recent, self._keep_level, week)
        _remember(self._lasting, self._keep_shape, week)
        self._fitted = None
        if graded:
            self._past.append(self._fit()[0])

    def _share(self, sums: Floats) -> Floats:
        return self._ratio(dict(zip(self._names, sums, strict=False)), self.lasting)

    def _grade(self, week: Floats) -> bool:
        """What the forecasts of the last weeks for this one were worth.

        Whether the level has stepped the week before, so that older weeks tell nothing of it.
        """
        if not self._past:
            return False
        share, observations = self._share(week), week[-1]
        known = (observations > 0) & np.isfinite(share)
        if not known.any():
            return False
        share, observations = share[known], observations[known]
        self._loss *= 0.5 ** (1 / _LOSS_HALF_LIFE_WEEKS)
        foretold = np.stack(self._past)[..., known]
        gain = share * foretold - np.logaddexp(0.0, foretold)  # logarithmic score
        self._loss -= (gain @ observations).sum(0) / self.clustering / _HORIZONS
        self._clustering *= 0.5 ** (1 / _CLUSTERING_HALF_LIFE_WEEKS)
        # What was believed at first does not fade.
        self._clustering += self._usual_clustering * (1 - 0.5 ** (1 / _CLUSTERING_HALF_LIFE_WEEKS))
        chance = np.clip(expit(foretold[-1][self.best]), self._inside, 1 - self._inside)
        pearson = observations * (share - chance) ** 2 / (chance * (1 - chance))
        # One cell in a thousand must not decide for all.
        self._clustering += np.minimum(pearson, 25.0).sum(), known.sum()
        total, came = observations.sum(), (observations * share).sum()
        together = (observations * chance).sum() / total
        surprise = _logit_above(came, total * together, total, self.clustering)
        noise = self.clustering / (total * together * (1 - together))
        return self._steps.learn(float(surprise), float(noise))

    def _fit(self) -> tuple[Floats, Floats]:
        """Logit and its variance: a shape, and for every level candidate the shift it needs."""
        if self._fitted is not None:
            return self._fitted
        if not self._weeks:
            nothing = np.zeros((*self._loss.shape, self._cells.count))
            return nothing, nothing + _UNKNOWN_VARIANCE
        share, seen = self._share(self._lasting), self._lasting[-2]
        seen = np.where(np.isfinite(share), seen, 0.0)
        share = known_or(share, 0.0)
        # So many observations are worth an independent one of full weight.
        squares = np.maximum(self._lasting[-1].sum(-1, keepdims=True), _NONE)
        one = self.clustering * squares / np.maximum(seen.sum(-1, keepdims=True), _NONE)
        shape, additive_variance, weight = self._additive(share, seen, one)
        # What single cells add, drawn towards nothing as far as it is noise.
        fitted = expit(shape)
        extra = np.where(seen > 0, _logit_above(seen * share, seen * fitted, seen, one), 0.0)
        noise = one / np.maximum(weight, _NONE)
        spread = _spread(extra, noise, seen > 0, self._cells.freedom)
        believed = np.where(seen > 0, spread / (spread + noise), 0.0)
        shape = shape + believed * extra
        left = np.where(seen > 0, believed * noise, spread) + additive_variance
        # Shapes × without and with what the load explains × cells.
        shape = shape[:, None] + np.stack([np.zeros_like(self._by_load), self._by_load])
        fitted = expit(shape)

        recent, recently = self._share(self._recent), self._recent[-2]
        recently = np.where(np.isfinite(recent), recently, 0.0)
        recent = known_or(recent, 0.0)
        came, total = (each.sum(-1)[:, None, None] for each in (recently * recent, recently))
        expected = np.einsum("ac,bec->abe", recently, fitted)
        shift = _logit_above(came, expected, total, self.clustering)
        # Where the memory suits the drift, what lags behind weighs as much as what is noise.
        of_weeks = 2 * self._steps.variance * self._age[1] / self._age[0] ** 2
        variance = left[:, None] + of_weeks[:, None, None, None]
        log_odds = shape + shift[..., None]
        self._fitted = log_odds, np.broadcast_to(variance, log_odds.shape)
        return self._fitted

    def _additive(self, share: Floats, seen: Floats, one: Floats) -> tuple[Floats, Floats, Floats]:
        """Logistic regression on weekday and row, its variance, and the weights of the cells.

        What weekdays and rows add has normal priors (penalised likelihood, Newton's steps in turn).
        """
        common = _inside((seen * share).sum(-1, keepdims=True), seen.sum(-1, keepdims=True), one)
        # From where it was after the last fit: a few rounds a week suffice.
        shape = logit(common)
        for added, (group, _) in zip(self._added, self._groups, strict=True):
            shape = shape + added @ group.T
        for _ in range(_ROUNDS if self._past else _FIRST_ROUNDS):
            for number, (group, deviation) in enumerate(self._groups):
                fitted = expit(shape)
                drawn = one / deviation**2
                score = (seen * (share - fitted)) @ group - drawn * self._added[number]
                information = (seen * fitted * (1 - fitted)) @ group + drawn
                step = np.minimum(np.maximum(score / information, -1), 1)
                self._added[number] = self._added[number] + step
                shape = shape + step @ group.T
        came = seen * expit(shape)
        variance = np.zeros_like(shape)
        for group, deviation in self._groups:
            information = _information(came @ group, seen @ group, one) + one / deviation**2
            variance += one / information @ group.T
        return shape, variance, _information(came, seen, one)


def _information(successes: Floats, seen: Floats, one: Floats) -> Floats:
    """What observations tell of a logit, by Laplace's rule where all of them agree."""
    share = _inside(successes, seen, 2 * one)
    information: Floats = seen * share * (1 - share)
    return information


def _logit_above(came: Floats, expected: Floats, seen: Floats, one: Floats | float) -> Floats:
    """By how much the logit of what came lies above that of what was expected.

    Next to 0 and 1 the logit of few observations is far off: both are moved inside alike.
    """
    above: Floats = logit(_inside(came, seen, one)) - logit(_inside(expected, seen, one))
    return above


def _inside(successes: Floats, seen: Floats, one: Floats | float) -> Floats:
    """Share of successes with half a success and half a failure more (Haldane 1956).

    What never happened in n calls is not impossible. ``one`` is how many of the observations
    are worth an independent one.
    """
    share: Floats = (successes + one / 2) / (seen + one)
    return share


def _remember(sums: Floats, keep: Floats, week: Floats) -> None:
    """Let sums fade and add a week; the last of them are those of squared weights."""
    sums[:-1] *= keep[:, None]
    sums[-1] *= keep[:, None] ** 2
    sums += week[:, None]


def logit(share: Floats) -> Floats:
    """Log odds; shares of 0 and 1 are moved in by a millionth."""
    inside = np.minimum(np.maximum(share, 1e-6), 1 - 1e-6)
    odds: Floats = np.log(inside / (1 - inside))
    return odds


def expit(log_odds: Floats) -> Floats:
    """The share of which these are the log odds."""
    # The same as 1 / (1 + exp(-x)), and nothing overflows.
    share: Floats = 0.5 + 0.5 * np.tanh(0.5 * log_odds)
    return share


def _spread(extra: Floats, noise: Floats, known: Mask, freedom: int) -> Floats:
    """Variance of what single cells truly add, by the method of moments (first axis kept)."""
    weights = np.where(known, 1 / (noise + _CELL_DEVIATION**2), 0.0)
    cells = known.sum(-1, keepdims=True)
    freedom_share = freedom / np.maximum(cells, 1)
    total = np.maximum(weights.sum(-1, keepdims=True), _NONE)
    moment = (weights * (extra**2 - noise * freedom_share)).sum(-1, keepdims=True) / total
    spread = moment / freedom_share * cells + _CELL_DEVIATION**2 * _CELL_WEIGHT
    clear: Floats = np.maximum(spread / (cells + _CELL_WEIGHT), 1e-4)
    return clear
