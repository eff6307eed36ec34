"""Counts of calls foretold as a law of probability, and how well what came agrees with it.

A count with a mean and a larger variance is taken as negative binomial: Poisson calls, at a rate
that varies like a gamma variable. Where the variance is not larger it is Poisson. Both follow

    (k + 1) f(k + 1) = (mean × p + (1 - p) × k) f(k),    p = mean ÷ variance, 1 for Poisson

(Panjer 1981): products and sums of positive terms, which lose no digit. They start from any weight
where hardly anything lies below, and end where hardly anything lies above; divided by their sum
they are the law. Neither powers nor factorials are formed, so nothing overflows at large means.

All functions take plain numbers or arrays, which are broadcast; counts are whole. A missing value
(nan) gives nan. Results are exact to 1e-9 up to means of thousands. What a law costs is
proportional to the number of counts that it may well give: about 100 at a mean of 20, 17,000 at a
mean of 5,000 with a standard deviation of 900.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affluence.typical_week.cells import Floats

_LEFT_OUT = 28  # minus logarithm of the chance left out on each side of a table: 7e-13
_FIRST_WEIGHT = 1e-200  # low, since the weights rise from here to the most likely count
# So many numbers, 4 MiB, stay in the processor's cache while a table is made and read. Rows of
# fewer than 256 would cost more in calls of NumPy than in sums.
_TABLE_CELLS = 2**19
_TABLE_LAWS = 256


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LawScores:
    """What laws said of the counts that came: arrays of the shape of the counts, but the last.

    `below` and `up_to` are the ends of the step of the probability integral transform (Czado,
    Gneiting and Held 2009): over all counts, what lies between them is uniform if the laws hold.
    """

    below: Floats  # chance of fewer calls than came, 0-1
    up_to: Floats  # chance of at most as many as came, 0-1
    crps: Floats  # calls
    quantiles: Floats  # (probabilities, *shape of the laws), calls


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Table:
    """Cumulative probabilities of several laws, each from a count of its own on."""

    laws: NDArray[np.intp]  # which ones, shape (laws,)
    first: Floats  # count of the first row, shape (laws,)
    cumulative: Floats  # shape (counts, laws)

    def at(self, y: Floats) -> Floats:
        """Chance of at most ``y``, shape (..., laws), missing where ``y`` is."""
        row = np.clip(np.nan_to_num(y - self.first), -1, len(self.cumulative) - 1).astype(np.intp)
        inside = np.where(row >= 0, self.cumulative[row, np.arange(len(self.laws))], 0.0)
        inside[np.isnan(y)] = np.nan
        return inside

    def quantile(self, probability: float) -> Floats:
        """Smallest count that is not exceeded with at least that probability, shape (laws,)."""
        too_low = np.add.reduce(self.cumulative < probability, axis=0, dtype=np.uint32)
        quantile: Floats = self.first + too_low
        return quantile

    def half_mean_difference(self) -> Floats:
        """Half of what two draws differ by on average: Σ F(k) (1 - F(k)), shape (laws,)."""
        squares = np.einsum("kl,kl->l", self.cumulative, self.cumulative)
        difference: Floats = self.cumulative.sum(0) - squares
        return difference


def score(
    mean: ArrayLike, variance: ArrayLike, y: ArrayLike, probabilities: Sequence[float] = ()
) -> LawScores:
    """Everything about the laws that judges counts ``y``, in one pass.

    ``y`` may have further axes before those of the laws, such as the weeks to come of which all
    are foretold alike: each law is tabulated once.

    CRPS = Σ (F(k) - 1{y ≤ k})² = E|X - y| - E|X - X'| ÷ 2 (Gneiting and Raftery 2007), where by the
    recurrence E|X - y| = (y - mean) (2 F(y) - 1) + 2 (mean + (variance ÷ mean - 1) y) f(y).

    Raises:
        ValueError: a mean or a count is negative.

    """
    laws = np.broadcast_shapes(np.shape(mean), np.shape(variance))
    shape = np.broadcast_shapes(laws, np.shape(y))
    cut = len(shape) - len(laws)
    means, excess = _parameters(mean, variance, shape[cut:])
    came = np.broadcast_to(np.asarray(y, np.float64), shape)
    came = came.reshape(math.prod(shape[:cut]), means.size)
    if np.any(came < 0):
        raise ValueError("a count is negative")
    below, up_to, spread = np.empty_like(came), np.empty_like(came), np.empty_like(means)
    reached = np.empty((len(probabilities), means.size))
    for table in _tables(means, excess):
        below[:, table.laws] = table.at(came[:, table.laws] - 1)
        up_to[:, table.laws] = table.at(came[:, table.laws])
        spread[table.laws] = table.half_mean_difference()
        for number, probability in enumerate(probabilities):
            reached[number, table.laws] = table.quantile(probability)
    partial = (means + excess * came) * (up_to - below)
    distance = (came - means) * (2 * up_to - 1) + 2 * partial
    return LawScores(
        below=below.reshape(shape),
        up_to=up_to.reshape(shape),
        crps=(distance - spread).reshape(shape),
        quantiles=reached.reshape(len(probabilities), *shape[cut:]),
    )


def quantiles(mean: ArrayLike, variance: ArrayLike, probabilities: Sequence[float]) -> Floats:
    """Smallest counts k with F(k) ≥ each of ``probabilities``: (probabilities, *shape of the laws).

    Raises:
        ValueError: a mean is negative.

    """
    return score(mean, variance, 0, probabilities).quantiles


def poisson_deviance(mean: ArrayLike, y: ArrayLike) -> Floats:
    """Poisson deviance 2 (y ln(y ÷ mean) - (y - mean)): infinite where the mean 0 was exceeded.

    McCullagh and Nelder 1989, section 2.3.
    """
    means, came = np.broadcast_arrays(np.asarray(mean, np.float64), np.asarray(y, np.float64))
    with np.errstate(divide="ignore"):
        ratio = np.divide(came, means, out=np.ones(came.shape), where=came > 0)
        deviance: Floats = 2 * (came * np.log(ratio) - (came - means))
    return deviance


def _parameters(
    mean: ArrayLike, variance: ArrayLike, shape: tuple[int, ...]
) -> tuple[Floats, Floats]:
    """Means, and variance ÷ mean - 1 (0 for Poisson), each as a row."""
    means = np.broadcast_to(np.asarray(mean, np.float64), shape).ravel()
    if np.any(means < 0):
        raise ValueError("a mean is negative")
    above = np.maximum(np.broadcast_to(variance, shape).ravel() - means, 0)
    return means, np.divide(above, means, out=np.zeros_like(means), where=means > 0)


def _tables(means: Floats, excess: Floats) -> Iterator[_Table]:
    """Tables of all laws, those of about the same length together, each as long as its longest."""
    first, counts = _range(means, excess)
    longest_first = np.argsort(-counts)
    start = 0
    while start < len(longest_first):
        longest = counts[longest_first[start]]
        laws = longest_first[start : start + max(_TABLE_CELLS // longest, _TABLE_LAWS)]
        cumulative = _accumulate(means[laws], excess[laws], first[laws], longest)
        yield _Table(laws=laws, first=first[laws], cumulative=cumulative)
        start += len(laws)


def _range(means: Floats, excess: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """First count and number of counts outside of which lies e^-`_LEFT_OUT` at most on each side.

    Bernstein's inequality for sub-gamma variables (Boucheron, Lugosi and Massart 2013, section
    2.4): with s = `_LEFT_OUT`, X < mean - √(2 s variance) and X > mean + √(2 s variance) + c s have
    chances of at most e^-s. To the left c = 0, since a law tilted to the left varies less; to the
    right c = excess + 1/2, by comparison of the second derivatives of the logarithms of the moment
    generating functions.
    """
    swing = np.sqrt(2 * _LEFT_OUT * means * (1 + excess))
    first = np.maximum(np.floor(means - swing), 0)
    last = np.ceil(means + swing + _LEFT_OUT * (excess + 0.5))
    return first, np.nan_to_num(last - first).astype(np.int64) + 1


def _accumulate(means: Floats, excess: Floats, first: Floats, counts: int) -> Floats:
    """Cumulative probabilities of ``counts`` counts from ``first`` on, shape (counts, laws)."""
    step = excess / (1 + excess)
    gain = means / (1 + excess) + step * first
    # Most laws are short and begin at 0: then one count serves all.
    count = first.copy() if first.any() else np.zeros(1)
    weight = np.full(len(means), _FIRST_WEIGHT)
    cumulative = np.empty((counts, len(means)))
    cumulative[0] = weight
    # In place and row by row: no passing array leaves the cache.
    for row in range(1, counts):
        count += 1
        weight *= gain
        weight /= count
        gain += step
        np.add(cumulative[row - 1], weight, out=cumulative[row])
    cumulative /= cumulative[-1].copy()
    return cumulative
