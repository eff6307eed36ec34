"""Histograms of durations, and the curve of those that last at least so long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from affluence.tables import DURATION_BINS_S


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts by the lower bound of their bin, seconds, ascending."""

    bins: Sequence[tuple[int, int]]  # (lower bound, count)

    @property
    def total(self) -> int:
        """All that were counted."""
        return sum(count for _, count in self.bins)

    @property
    def sum_s(self) -> float:
        """Sum of the durations, each as the middle of the whole seconds of its bin.

        Exact to two minutes, where a bin is a second, and on average beyond; each is off by 4.5 s
        at most up to 5 minutes, by 14.5 s up to 10, by 29.5 s up to the hour. Those of the last
        bin count as an hour. Fractions of a second, which few records know, are lost.
        """
        return sum(_middle_s(lower_s) * count for lower_s, count in self.bins)

    def below(self, limit_s: float) -> int:
        """Number of durations under ``limit_s``, to the second up to 120 s, then to the bin."""
        return sum(count for lower_s, count in self.bins if lower_s < limit_s)

    def quantile_s(self, share: float) -> int | None:
        """Lower bound of the bin in which the ``share`` of the durations is reached."""
        reached = 0
        for lower_s, count in self.bins:
            reached += count
            if reached >= share * self.total and reached:
                return lower_s
        return None


def _middle_s(lower_s: int) -> float:
    """The mean of the whole seconds of a bin; of the last one, which has no end, the first."""
    width_s = next(width for start, width in reversed(DURATION_BINS_S) if start <= lower_s)
    return lower_s + (width_s - 1) / 2


def histogram_of(durations: pl.DataFrame, kind: str) -> Histogram:
    """The durations of one kind of DURATIONS, over all its slots."""
    bins = (
        durations.filter(pl.col("kind") == kind)
        .group_by("duration_s")
        .agg(pl.col("calls").sum())
        .sort("duration_s")
    )
    return Histogram(bins.rows())


def merge(one: Histogram, other: Histogram) -> Histogram:
    """The durations of both."""
    counts = Counter(dict(one.bins)) + Counter(dict(other.bins))
    return Histogram(sorted(counts.items()))


@dataclass(frozen=True, slots=True)
class Survival:
    """Share that lasts longer than each time, by Kaplan and Meier (1958).

    ``steps`` are (seconds, share that lasts beyond), at each time at which something ended.
    """

    steps: Sequence[tuple[int, float]]

    def beyond(self, limit_s: float) -> float:
        """Share that lasts beyond ``limit_s``."""
        share = 1.0
        for at_s, after in self.steps:
            if at_s > limit_s:
                break
            share = after
        return share

    @property
    def plateau(self) -> float:
        """Share that never ended as long as anybody was watched."""
        return self.steps[-1][1] if self.steps else 1.0


def survival(ended: Histogram, censored: Histogram) -> Survival:
    """The curve of durations of which some were only watched for a while.

    Args:
        ended: durations that ended by themselves.
        censored: durations that something else cut short; those of a bin were still watched when
            others of the same bin ended.

    """
    events, losses = dict(ended.bins), dict(censored.bins)
    watched = ended.total + censored.total
    share, steps = 1.0, []
    for at_s in sorted({*events, *losses}):
        if events.get(at_s):
            share *= 1 - events[at_s] / watched
            steps.append((at_s, share))
        watched -= events.get(at_s, 0) + losses.get(at_s, 0)
    return Survival(steps)
