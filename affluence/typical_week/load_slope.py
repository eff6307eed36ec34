"""How the chance to reach an agent falls on a day on which more people call than was expected."""

from __future__ import annotations

import numpy as np

from affluence.typical_week.cells import Floats

# Of the logit on the logarithm of the demand. By Erlang B (`affluence.typical_week.reach`) it is
# minus the mean number of free lines over 1 - B: so much for 1.2 lines, a fifth being refused.
_USUAL_SLOPE = -1.5
_USUAL_WEIGHT = 20.0  # observations times squared logarithms that this belief is worth


class LoadSlope:
    """Regression of the days so far, through the origin: logit of reach on log demand."""

    def __init__(self, platforms: int) -> None:
        self._squares = np.full(platforms, _USUAL_WEIGHT)
        self._products = _USUAL_SLOPE * self._squares

    @property
    def slope(self) -> Floats:
        """Change of the logit for a demand larger by the factor e; not above 0; by platform."""
        slope: Floats = np.minimum(self._products / self._squares, 0.0)
        return slope

    def learn(self, more_demand: Floats, more_reach: Floats, information: Floats) -> None:
        """Learn some days, days × platforms.

        Args:
            more_demand: logarithm of first attempts over those expected.
            more_reach: logit of reach less the expected one.
            information: of the latter: one over its variance.

        """
        known = np.isfinite(more_demand) & np.isfinite(more_reach)
        weighted = np.where(known, information * more_demand, 0.0)
        self._squares += (weighted * np.where(known, more_demand, 0.0)).sum(0)
        self._products += (weighted * np.where(known, more_reach, 0.0)).sum(0)
