"""How long a level and a shape are remembered: what has foretold best so far is chosen.

A candidate is a half-life of the level with one of the shape. Which is best is decided by the
forecasts that each would have made for this platform (prequential; Dawid 1984), in which the last
year counts most; before there are any, by how far a candidate is from what is usual.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from affluence.typical_week.by_platform import ByPlatform
from affluence.typical_week.cells import Floats

_LOSS_HALF_LIFE_WEEKS = 52.0  # how long it counts which candidate foretold best


def loss_at_first(
    levels_weeks: Sequence[float], shapes_weeks: Sequence[float], usual_weeks: tuple[float, float]
) -> Floats:
    """What counts against half-lives of the level and of the shape at first, levels × shapes.

    The logarithm of each has a normal prior about what is usual, with a factor of 2 as its
    standard deviation.
    """
    usual_level, usual_shape = np.log2(usual_weeks)
    far = (np.log2(levels_weeks) - usual_level)[:, None] ** 2
    loss: Floats = (far + (np.log2(shapes_weeks) - usual_shape) ** 2) / 2
    return loss


class Memories(ByPlatform):
    """What every candidate has lost so far, as negative logarithms of likelihood, by platform.

    Attributes:
        best: position of the candidate that has lost least, by platform.

    """

    def __init__(self, at_first: Floats, platforms: int) -> None:
        """``at_first`` is what each candidate has lost before anything is seen."""
        self._loss = np.tile(at_first.reshape(-1, 1), platforms)
        self.best: NDArray[np.int64] = self._loss.argmin(0)

    def fade(self) -> None:
        """A week has gone by."""
        self._loss = self._loss * 0.5 ** (1 / _LOSS_HALF_LIFE_WEEKS)

    def add(self, loss: Floats) -> None:
        """What the candidates lost by forecasts for a week, candidates × platforms."""
        self._loss = self._loss + loss
        self.best = self._loss.argmin(0)
