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

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from affluence.typical_week.cells import Cells, Floats, Mask
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
_MILLIONTH = 1e-6
_MOST_LOGIT = math.log((1 - _MILLIONTH) / _MILLIONTH)

Sums = Mapping[str, Floats]


class Ratio(Protocol):
    """How a share follows from sums; ``shape`` are the sums of the longest memory."""

    def __call__(self, sums: Sums, shape: Sums) -> Floats:
        """Shares in 0-1, nan where the sums know nothing."""


class _Fit(NamedTuple):
    """What is known of the logits after a week.

    ``variance`` is that of the shape; that of the level is to be added to it.
    """

    log_odds: Floats  # levels × shapes × without and with the load × cells
    variance: Floats  # shapes × cells
    level_variance: Floats  # levels
    known: Mask  # cells of which anything is known


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
        follows_load: bool = False,
    ) -> None:
        """Know nothing yet.

        Args:
            cells: of the table.
            names: the sums that ``ratio`` needs.
            ratio: how the share follows from them.
            usual_clustering: φ that is believed before anything is seen.
            graded_every_weeks: how often its forecasts are graded, for a share that is only asked
                for at the end.
            follows_load: whether weeks are learned with a model of the load.

        """
        self._graded_every, self._weeks = graded_every_weeks, 0
        self._cells, self._names, self._ratio = cells, tuple(names), ratio
        # Where hardly anything fails its failures are too few to show that they come in clusters.
        # One failure where 0.999 succeed is no surprise; waits, in hours, are all next to 0.
        self._inside = 0.01 if usual_clustering >= 1 else 1e-4
        self._least_clustering = 1.0 if usual_clustering > 1 else usual_clustering / 10
        levels, shapes = len(LEVEL_HALF_LIVES_WEEKS), len(SHAPE_HALF_LIVES_WEEKS)
        keep = 0.5 ** (1 / np.array((*LEVEL_HALF_LIVES_WEEKS, *SHAPE_HALF_LIVES_WEEKS)))
        self._keep_age = keep[:levels] ** np.array([[1], [2]])
        # Sums by name, then observations, then observations by squared weights.
        self._sums = np.zeros((len(names) + 2, levels + shapes, cells.count))
        self._recent, self._lasting = self._sums[:, :levels], self._sums[:, levels:]
        self._keep = np.tile(keep[:, None], (len(self._sums), 1, 1))
        self._keep[-1] **= 2
        usual_level, usual_shape = np.log2(_USUAL_HALF_LIVES_WEEKS)
        far = (np.log2(LEVEL_HALF_LIVES_WEEKS) - usual_level)[:, None] ** 2
        far = far + (np.log2(SHAPE_HALF_LIVES_WEEKS) - usual_shape) ** 2
        handicaps = np.array([0.0, _LOAD_HANDICAP] if follows_load else [0.0])
        self._loss = far[..., None] / 2 + handicaps
        self._best = self._least_loss()
        self._by_load = np.zeros((handicaps.size, cells.count))
        # Squared errors and how many; what was believed at first does not fade.
        self._usual_squares = usual_clustering * _CLUSTERING_WEIGHT
        self._squares, self._errors = self._usual_squares, _CLUSTERING_WEIGHT
        self._steps = LevelSteps(_USUAL_WEEK_DEVIATION, _WEEK_WEIGHT)
        self._week_before = np.zeros((len(names) + 2, cells.count))
        self._age = np.zeros((2, levels))  # sums of the weights of the weeks, of their squares
        # The logarithmic score of a forecast is a sum over the cells: what came, times the log
        # odds, less the observations, times minus the logarithm of the chance of a failure. Of the
        # last forecasts, one on the other, these factors are kept, by candidate.
        self._past = np.zeros((_HORIZONS, self._loss.size, 2 * cells.count))
        self._forecasts = 0
        self._groups = (
            (cells.in_day, cells.day, _DAY_DEVIATION),
            (cells.in_row, cells.row, _ROW_DEVIATION),
        )
        self._added = [np.zeros((shapes, group.shape[1])) for group, _, _ in self._groups]
        self._fitted: _Fit | None = None

    @property
    def best(self) -> tuple[int, int, int]:
        """The candidates for level, shape and load that have foretold best so far."""
        return self._best

    @property
    def lasting(self) -> Sums:
        """The sums of the longest memory."""
        return dict(zip(self._names, self._lasting[:, -1], strict=False))

    @property
    def clustering(self) -> float:
        """φ: by how much a share varies more than one of independent observations."""
        return max(self._least_clustering, self._squares / self._errors)

    @property
    def known(self) -> Mask:
        """Cells of which anything is known."""
        return self._fit().known

    @property
    def logit(self) -> Floats:
        """Logit of the share of each cell."""
        logit: Floats = self._fit().log_odds[self._best]
        return logit

    @property
    def variance(self) -> Floats:
        """Variance of `logit`."""
        level, shape, _ = self._best
        fit = self._fit()
        variance: Floats = fit.variance[shape] + fit.level_variance[level]
        return variance

    def interval(self, shift: Floats | float = 0.0) -> tuple[Floats, Floats, Floats]:
        """Lower end of the 80 % interval of the share, the share, upper end.

        ``shift`` is added to the logit.
        """
        far = Z_INTERVAL * np.sqrt(self.variance)
        middle = self.logit + shift
        low, share, high = expit(np.array([middle - far, middle, middle + far]))
        return low, share, high

    def lately(self, sums: Sums) -> tuple[Floats, Floats]:
        """Logit of the share of each cell as some last weeks show it, and its variance.

        What all cells together show in a week is where the cells start from; each may have moved
        by itself, as far as its own sums of these weeks, with ``observations``, are sure of it.
        """
        fit = self._fit()
        _, shape, load = self._best
        start = fit.log_odds[0, shape, load]
        doubt = fit.variance[shape] + fit.level_variance[0] + _OWN_MOVE_DEVIATION**2
        share = self._ratio(sums, self.lasting)
        known = np.isfinite(share)
        seen = np.where(known, sums["observations"], 0.0)
        observed = (seen * np.where(known, share, 0.0) + expit(start)) / (seen + 1)
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
            self._by_load[-1] = by_load
        known = observations > 0
        if not known.any():
            return
        week = np.array([*(sums[name] for name in self._names), observations, observations])
        week *= known
        graded = self._weeks % self._graded_every == 0
        self._weeks += 1
        if graded and self._grade(week):
            self._recent[:] = self._week_before[:, None]
            self._age[:] = 1
        self._week_before = week
        self._age = self._age * self._keep_age + 1
        self._sums *= self._keep
        self._sums += week[:, None]
        self._fitted = None
        if graded:
            self._foretell()

    def _share(self, sums: Floats) -> Floats:
        return self._ratio(dict(zip(self._names, sums, strict=False)), self.lasting)

    def _least_loss(self) -> tuple[int, int, int]:
        level, shape, load = np.unravel_index(self._loss.argmin(), self._loss.shape)
        return int(level), int(shape), int(load)

    def _foretell(self) -> None:
        """Keep what is foretold for the weeks to come."""
        log_odds = self._fit().log_odds.reshape(self._loss.size, -1)
        factors = self._past[self._forecasts % _HORIZONS]
        factors[:, : self._cells.count] = log_odds
        factors[:, self._cells.count :] = -np.log1p(np.exp(log_odds))
        self._forecasts += 1

    def _grade(self, week: Floats) -> bool:
        """What the forecasts of the last weeks for this one were worth.

        Whether the level has stepped the week before, so that older weeks tell nothing of it.
        """
        if not self._forecasts:
            return False
        share = self._share(week)
        known = np.isfinite(share)
        observations = week[-1] * known
        number = np.count_nonzero(observations)
        if not number:
            return False
        share = np.where(known, share, 0.0)
        successes = observations * share
        factors = self._past.reshape(-1, 2 * share.size)
        gain = factors.dot(np.concatenate([successes, observations]))
        gain = gain.reshape(_HORIZONS, *self._loss.shape).sum(0)
        self._loss *= 0.5 ** (1 / _LOSS_HALF_LIFE_WEEKS)
        self._loss -= gain / self.clustering / _HORIZONS
        self._best = self._least_loss()
        newest = self._past[(self._forecasts - 1) % _HORIZONS]
        foretold = newest.reshape(*self._loss.shape, -1)[self._best][: share.size]
        chance = expit(foretold).clip(self._inside, 1 - self._inside)
        pearson = observations * (share - chance) ** 2 / (chance * (1 - chance))
        fade = 0.5 ** (1 / _CLUSTERING_HALF_LIFE_WEEKS)
        # One cell in a thousand must not decide for all.
        squares = float(np.minimum(pearson, 25.0).sum())
        self._squares = fade * self._squares + (1 - fade) * self._usual_squares + squares
        self._errors = fade * self._errors + (1 - fade) * _CLUSTERING_WEIGHT + number
        total, came = observations.sum(), successes.sum()
        together = observations.dot(chance) / total
        surprise = _logit_above(came, total * together, total, self.clustering)
        noise = self.clustering / (total * together * (1 - together))
        return self._steps.learn(float(surprise), float(noise))

    def _fit(self) -> _Fit:
        """Logit and its variance: a shape, and for every level candidate the shift it needs."""
        if self._fitted is None:
            self._fitted = self._fit_sums() if self._weeks else self._nothing_known()
        return self._fitted

    def _nothing_known(self) -> _Fit:
        levels, shapes, _ = self._loss.shape
        return _Fit(
            log_odds=np.zeros((*self._loss.shape, self._cells.count)),
            variance=np.full((shapes, self._cells.count), _UNKNOWN_VARIANCE),
            level_variance=np.zeros(levels),
            known=np.zeros(self._cells.count, dtype=bool),
        )

    def _fit_sums(self) -> _Fit:
        levels = len(LEVEL_HALF_LIVES_WEEKS)
        shares = self._share(self._sums)
        known = np.isfinite(shares)
        # Of the memories of the level, then of those of the shape; cells last.
        seen_by_memory = np.where(known, self._sums[-2], 0.0)
        shares = np.where(known, shares, 0.0)
        share, seen = shares[levels:], seen_by_memory[levels:]
        # So many observations are worth an independent one of full weight.
        squares = np.maximum(self._lasting[-1].sum(-1, keepdims=True), _NONE)
        one = self.clustering * squares / np.maximum(seen.sum(-1, keepdims=True), _NONE)
        shape, additive_variance, weight = self._additive(share, seen, one)
        # What single cells add, drawn towards nothing as far as it is noise.
        extra = _logit_above(seen * share, seen * expit(shape), seen, one)
        noise = one / np.maximum(weight, _NONE)
        groups = [self._cells.by_day(seen), self._cells.by_row(seen)]
        fitted = sum(np.count_nonzero(group, axis=-1, keepdims=True) for group in groups) - 1
        spread = _spread(extra, noise, seen > 0, fitted)
        # Next to nothing, where nothing was seen.
        believed = spread / (spread + noise)
        left = believed * noise + additive_variance
        # Shapes × without and with what the load explains × cells.
        shape = (shape + believed * extra)[:, None] + self._by_load
        recently = seen_by_memory[:levels]
        came, total = (recently * shares[:levels]).sum(-1), recently.sum(-1)
        expected = recently.dot(expit(shape).reshape(-1, self._cells.count).T)
        shift = _logit_above(came[:, None], expected, total[:, None], self.clustering)
        # Where the memory suits the drift, what lags behind weighs as much as what is noise.
        of_weeks = 2 * self._steps.variance * self._age[1] / self._age[0] ** 2
        return _Fit(
            log_odds=shape + shift.reshape(*self._loss.shape, 1),
            variance=left,
            level_variance=of_weeks,
            known=known[-1],
        )

    def _additive(self, share: Floats, seen: Floats, one: Floats) -> tuple[Floats, Floats, Floats]:
        """Logistic regression on weekday and row, its variance, and the weights of the cells.

        What weekdays and rows add has normal priors (penalised likelihood, Newton's steps in turn).
        """
        came = seen * share
        common = _logit_inside(came.sum(-1, keepdims=True), seen.sum(-1, keepdims=True), one)
        # From where it was after the last fit: a few rounds a week suffice. Half a logit is the
        # inverse of a hyperbolic tangent, that of twice the share less 1.
        halves = [added / 2 for added in self._added]
        half = common / 2
        for added, (_, of_cell, _) in zip(halves, self._groups, strict=True):
            half = half + added.take(of_cell, axis=1)
        half_seen = seen / 2
        more = came - half_seen
        drawn = [2 * one / deviation**2 for _, _, deviation in self._groups]
        for _ in range(_ROUNDS if self._forecasts else _FIRST_ROUNDS):
            for (group, of_cell, _), added, precision in zip(
                self._groups, halves, drawn, strict=True
            ):
                tangent = np.tanh(half)
                expected = half_seen * tangent
                score = (more - expected).dot(group) - precision * added
                twice_information = (half_seen - expected * tangent).dot(group) + precision
                step = (score / twice_information).clip(-0.5, 0.5)
                added += step  # noqa: PLW2901  # in place
                half += step.take(of_cell, axis=1)
        self._added = [2 * added for added in halves]
        shape = 2 * half
        came = half_seen + half_seen * np.tanh(half)
        variance = np.zeros_like(shape)
        for (group, of_cell, _), precision in zip(self._groups, drawn, strict=True):
            information = _information(came.dot(group), seen.dot(group), one) + precision / 2
            variance += (one / information).take(of_cell, axis=1)
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
    return _logit_inside(came, seen, one) - _logit_inside(expected, seen, one)


def _logit_inside(successes: Floats, seen: Floats, one: Floats | float) -> Floats:
    """The logit of `_inside`."""
    few = one / 2
    log_odds: Floats = np.log((successes + few) / (seen - successes + few))
    return log_odds.clip(-_MOST_LOGIT, _MOST_LOGIT)


def _inside(successes: Floats, seen: Floats, one: Floats | float) -> Floats:
    """Share of successes with half a success and half a failure more (Haldane 1956).

    What never happened in n calls is not impossible. ``one`` is how many of the observations
    are worth an independent one.
    """
    share: Floats = (successes + one / 2) / (seen + one)
    return share


def logit(share: Floats) -> Floats:
    """Log odds; shares of 0 and 1 are moved in by a millionth."""
    inside = np.asarray(share).clip(_MILLIONTH, 1 - _MILLIONTH)
    odds: Floats = np.log(inside / (1 - inside))
    return odds


def expit(log_odds: Floats) -> Floats:
    """The share of which these are the log odds."""
    # The same as 1 / (1 + exp(-x)), and nothing overflows.
    share: Floats = 0.5 + 0.5 * np.tanh(0.5 * log_odds)
    return share


def _spread(extra: Floats, noise: Floats, known: Mask, fitted: NDArray[np.int64]) -> Floats:
    """Variance of what single cells truly add, by the method of moments (first axis kept).

    ``fitted`` is how many factors have been fitted to them, and leave so many fewer to be free.
    """
    weights = np.where(known, 1 / (noise + _CELL_DEVIATION**2), 0.0)
    cells = known.sum(-1, keepdims=True)
    freedom_share = np.maximum(cells - fitted, 1) / np.maximum(cells, 1)
    total = np.maximum(weights.sum(-1, keepdims=True), _NONE)
    moment = (weights * (extra**2 - noise * freedom_share)).sum(-1, keepdims=True) / total
    spread = moment / freedom_share * cells + _CELL_DEVIATION**2 * _CELL_WEIGHT
    clear: Floats = np.maximum(spread / (cells + _CELL_WEIGHT), 1e-4)
    return clear
