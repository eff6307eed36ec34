"""Two-sided intervals, as they are printed: their ends in probability and on the normal law."""

from __future__ import annotations

from typing import NamedTuple


class Interval(NamedTuple):
    """Chances of less than the lower and than the upper end; standard normal deviate of the latter.

    A normal value lies within so many standard deviations of its mean with that probability.
    """

    low: float
    high: float
    deviations: float


INTERVAL_80 = Interval(0.1, 0.9, 1.2816)
INTERVAL_95 = Interval(0.025, 0.975, 1.96)
