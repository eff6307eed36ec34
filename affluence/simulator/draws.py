"""Random draws built on ``Random.random()`` alone.

It is the only method whose sequence Python promises to keep from version to version; the laws
below are ours, so a seed gives the same calls under any Python.
"""

from __future__ import annotations

from math import exp, log, sqrt
from random import Random
from statistics import NormalDist

_normal_quantile = NormalDist().inv_cdf


def uniform(rng: Random, bounds: tuple[float, float]) -> float:
    """A value between the two bounds."""
    low, high = bounds
    return low + (high - low) * rng.random()


def exponential(rng: Random, mean: float) -> float:
    """A value of the exponential law, in the unit of ``mean``."""
    return -mean * log(1.0 - rng.random())


def lognormal(rng: Random, mean: float, variation: float) -> float:
    """A value of the lognormal law, given its mean and its standard deviation over its mean."""
    variance = log(1.0 + variation * variation)
    # random() may be 0, for which there is no quantile: the smallest step above it stands in.
    quantile = _normal_quantile(rng.random() or 2.0**-53)
    return mean * exp(sqrt(variance) * quantile - variance / 2.0)


def gamma_of_mean_one(rng: Random, shape: int) -> float:
    """A value of the gamma law of mean 1: the average of ``shape`` exponential draws."""
    return sum(exponential(rng, 1.0) for _ in range(shape)) / shape
