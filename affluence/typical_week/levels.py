"""Levels: what is published of the chance to reach an agent, and when that may change.

A level is given where it is at least 80 % sure that the chance is so high; otherwise the busier
one. A level that stands moves on evidence only, and by one step a week: to the quieter one when
two weekly runs in a row are sure of it, to the busier one as soon as its own claim has become
doubtful. A cell that has clearly become busier in the last two weeks moves at once and as far as
they show, for a promise that fails costs the caller more than one that is too careful. Where the
demand of the whole platform has just stepped, a level stands only if it would be given anew: one
cell of a small desk sees too few calls to tell, all cells together see enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from affluence.typical_week.cells import Floats, Mask
from affluence.typical_week.log_odds import logit

SURE = 0.8  # a level is given where it is so sure
DOUBTFUL = 0.6  # one that stands is left when it is less sure than this
ALARM = 0.8  # the last weeks contradict a level so surely that it moves at once
SHOWN = 0.6  # … as far as they are so sure of

# The same in standard deviations, below which a normal value lies with such a probability.
_SURE_DEVIATIONS, _DOUBTFUL_DEVIATIONS, _ALARM_DEVIATIONS, _SHOWN_DEVIATIONS = (
    NormalDist().inv_cdf(probability) for probability in (SURE, DOUBTFUL, ALARM, SHOWN)
)

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
        """The bounds on the logit, quietest first; the busiest level has none that is finite."""
        return np.array([*logit(np.array([self.quiet, self.fairly_quiet, self.busy])), -np.inf])


class LevelPath:
    """The levels of cells, of whatever shape, from one weekly run to the next."""

    def __init__(self, bounds: Bounds, shape: tuple[int, ...]) -> None:
        self._bounds = bounds
        self.levels: Levels = np.full(shape, NONE)
        self._quieter_before = np.zeros(shape, dtype=bool)

    def step(
        self,
        chance: tuple[Floats, Floats],
        lately: tuple[Floats, Floats],
        enough: Mask,
        stepped: Mask,
    ) -> Levels:
        """One weekly run.

        Args:
            chance: its logit in every cell, and the variance of that.
            lately: the same as the last two weeks alone show it.
            enough: which cells are known well enough to be given a level.
            stepped: where so much has changed lately that what stands says nothing any more: then
                it is kept only where it would be given anew.

        """
        above = _deviations_above(*chance, self._bounds)
        sure = (above < _SURE_DEVIATIONS).sum(0)
        current = self.levels
        standing = current != NONE
        least = np.where(stepped, _SURE_DEVIATIONS, _DOUBTFUL_DEVIATIONS)
        kept = _of_level(above, current) >= least
        quieter = standing & (sure < current)
        moved = current + np.where(~kept, 1, np.where(quieter & self._quieter_before, -1, 0))
        moved = np.maximum(moved, self._alarming(moved, _deviations_above(*lately, self._bounds)))
        self._quieter_before = quieter
        self.levels = np.where(enough, np.where(standing, moved, sure), NONE)
        return self.levels

    def _alarming(self, levels: Levels, above: Floats) -> Levels:
        """The level that the last weeks alone are sure of, where they contradict ``levels``."""
        contradicted = _of_level(above, levels) < -_ALARM_DEVIATIONS
        return np.where(contradicted, (above < -_SHOWN_DEVIATIONS).sum(0), NONE)


def sure_levels(chance_logit: Floats, variance: Floats, bounds: Bounds) -> Levels:
    """The quietest level of each cell that is sure enough, whatever was published before."""
    above = _deviations_above(chance_logit, variance, bounds)
    return np.asarray((above < _SURE_DEVIATIONS).sum(0))


def _of_level(above: Floats, levels: Levels) -> Floats:
    """Of levels × cells those of one level a cell; of the quietest where there is none."""
    of_level: Floats = np.take_along_axis(above, np.maximum(levels, 0)[None], axis=0)[0]
    return of_level


def _deviations_above(chance_logit: Floats, variance: Floats, bounds: Bounds) -> Floats:
    """How far above the lowest logit of each level, in standard deviations: levels × cells."""
    lowest = bounds.logits.reshape(-1, *(1 for _ in chance_logit.shape))
    above: Floats = (chance_logit - lowest) / np.sqrt(variance)
    return above
