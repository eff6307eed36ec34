"""Clustering (overdispersion, φ): by how much a share varies more than independent calls would."""

from __future__ import annotations

import numpy as np

from affluence.typical_week.by_platform import ByPlatform
from affluence.typical_week.cells import Floats

_WEIGHT = 60.0  # cells and weeks that the usual φ is worth
_HALF_LIFE_WEEKS = 26.0
_MOST_SQUARE = 25.0  # five standard deviations: one cell in a thousand must not decide for all


class Clustering(ByPlatform):
    """Pearson's statistic over its degrees of freedom (McCullagh and Nelder 1989, 4.5)."""

    def __init__(self, usual: Floats) -> None:
        """``usual`` is φ as it is believed before anything is seen, by platform.

        Where hardly anything fails its failures are too few to show that they come in clusters:
        calls are independent at best. Only of the waits, shares of an hour, is so little usual
        that less than 1 may be found.
        """
        self._least = np.where(usual > 1, 1.0, usual / 10)
        self._usual_squares = usual * _WEIGHT
        self._squares = self._usual_squares
        self._errors = np.full(usual.shape, _WEIGHT)

    @property
    def value(self) -> Floats:
        """φ, by platform."""
        value: Floats = np.maximum(self._squares / self._errors, self._least)
        return value

    def learn(self, share: Floats, foretold: Floats, observations: Floats) -> None:
        """Learn a week: shares of so many observations beside those that were foretold (places).

        What was believed at first does not fade.
        """
        pearson = observations * (share - foretold) ** 2 / (foretold * (1 - foretold))
        fade = 0.5 ** (1 / _HALF_LIFE_WEEKS)
        squares = np.minimum(pearson, _MOST_SQUARE).sum(0)
        number = (observations > 0).sum(0)
        self._squares = fade * self._squares + (1 - fade) * self._usual_squares + squares
        self._errors = fade * self._errors + (1 - fade) * _WEIGHT + number
