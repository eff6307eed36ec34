"""Levels: what is published of the chance to reach an agent, and when that may change.

A level is given where it is at least 80 % sure that the chance is so high; otherwise the busier
one. A level that stands moves on evidence only, and by one step a week: to the quieter one when
two weekly runs in a row are sure of it, to the busier one as soon as its own claim has become
doubtful. A cell that has clearly become busier in the last two weeks moves at once and as far as
they show, for a promise that fails costs the caller more than one that is too careful.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from affluence.typical_week.cells import Floats, Mask
from affluence.typical_week.shares import logit

SURE = 0.8  # a level is given where it is so sure
DOUBTFUL = 0.6  # one that stands is left when it is less sure than this
ALARM = 0.8  # the last weeks contradict a level so surely that it moves at once
SHOWN = 0.6  # … as far as they are so sure of

NONE = -1  # not enough is known

Levels = NDArray[np.int64]  # positions in `affluence.tables.LEVELS`, the quietest first; or NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Lowest reach of each level, 0-1; below ``busy`` a row is very busy."""

    quiet: float
    fairly_quiet: float
    busy: float

    @property
    def logits(self) -> Floats:
        """The bounds on the logit, quietest first."""
        return logit(np.array([self.quiet, self.fairly_quiet, self.busy]))


class LevelPath:
    """The levels of every cell, from one weekly run to the next."""

    def __init__(self, bounds: Bounds, cells: int) -> None:
        self._bounds = bounds
        self.levels: Levels = np.full(cells, NONE)
        self._quieter_before = np.zeros(cells, dtype=bool)

    def step(
        self,
        chance: tuple[Floats, Floats],
        lately: tuple[Floats, Floats],
        enough: Mask,
    ) -> Levels:
        """One weekly run.

        Args:
            chance: its logit in every cell, and the variance of that.
            lately: the same as the last two weeks alone show it.
            enough: which cells are known well enough to be given a level.

        """
        above = self._above(*chance)
        sure = (above < _deviations(SURE)).sum(0)
        # The busiest level has no lower bound: it is always kept.
        claim = np.vstack([above, np.full(above.shape[1], np.inf)])
        current = self.levels
        standing = current != NONE
        kept = claim[np.maximum(current, 0), np.arange(current.size)] >= _deviations(DOUBTFUL)
        quieter = standing & (sure < current)
        moved = current + np.where(~kept, 1, np.where(quieter & self._quieter_before, -1, 0))
        moved = np.maximum(moved, self._alarming(moved, self._above(*lately)))
        self._quieter_before = quieter
        self.levels = np.where(enough, np.where(standing, moved, sure), NONE)
        return self.levels

    def _above(self, chance_logit: Floats, variance: Floats) -> Floats:
        return _deviations_above(chance_logit, variance, self._bounds)

    def _alarming(self, levels: Levels, above: Floats) -> Levels:
        """The level that the last weeks alone are sure of, where they contradict ``levels``."""
        claim = np.vstack([above, np.full(above.shape[1], np.inf)])
        contradicted = claim[np.maximum(levels, 0), np.arange(levels.size)] < -_deviations(ALARM)
        return np.where(contradicted, (above < -_deviations(SHOWN)).sum(0), NONE)


def sure_levels(chance_logit: Floats, variance: Floats, bounds: Bounds) -> Levels:
    """The quietest level of each cell that is sure enough, whatever was published before."""
    above = _deviations_above(chance_logit, variance, bounds)
    return np.asarray((above < _deviations(SURE)).sum(0))


def _deviations_above(chance_logit: Floats, variance: Floats, bounds: Bounds) -> Floats:
    """How far above each bound, in standard deviations: bounds × cells."""
    above: Floats = (chance_logit - bounds.logits[:, None]) / np.sqrt(variance)
    return above


def _deviations(probability: float) -> float:
    """Standard deviations below which a normal value lies with a probability."""
    return NormalDist().inv_cdf(probability)
