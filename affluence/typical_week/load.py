"""How the chance to reach an agent falls on a day on which more people call than was expected."""

from __future__ import annotations

import numpy as np

from affluence.typical_week.cells import Floats

_USUAL_SLOPE = -1.5  # of the logit on the logarithm of the demand
_USUAL_WEIGHT = 20.0  # observations times squared logarithms that this belief is worth


class LoadSlope:
    """Regression of the days so far, through the origin: logit of reach on log demand."""

    def __init__(self) -> None:
        self._squares = _USUAL_WEIGHT
        self._products = _USUAL_SLOPE * _USUAL_WEIGHT

    @property
    def slope(self) -> float:
        """Change of the logit for a demand larger by the factor e; not above 0."""
        return min(0.0, self._products / self._squares)

    def learn(self, more_demand: Floats, more_reach: Floats, information: Floats) -> None:
        """Learn some days.

        Args:
            more_demand: logarithm of first attempts over those expected.
            more_reach: logit of reach less the expected one.
            information: of the latter: one over its variance.

        """
        known = np.isfinite(more_demand) & np.isfinite(more_reach)
        weighted = np.where(known, information * more_demand, 0.0)
        self._squares += float(weighted @ np.where(known, more_demand, 0.0))
        self._products += float(weighted @ np.where(known, more_reach, 0.0))
