"""DURATIONS of a period → a histogram of each kind that the indicators are made from."""

from __future__ import annotations

from dataclasses import dataclass, fields

import polars as pl

from affluence.indicators.histogram import Histogram, histogram_of, merge
from affluence.indicators.totals import Totals

_MOST_UNDATED_SHARE = 0.05  # of the answers: with more of them, counting answers in time misleads


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """Histograms by the names of their kinds in DURATIONS."""

    answered: Histogram
    abandoned: Histogram
    unanswered: Histogram
    queue_answered: Histogram
    queue_abandoned: Histogram
    machine_pick_up: Histogram
    agent_pick_up: Histogram

    def answers_are_dated(self, totals: Totals) -> bool:
        """Whether the moment of (nearly) all answers is known."""
        return self.answered.total >= (1 - _MOST_UNDATED_SHARE) * totals["answered"]

    @property
    def counts_from_the_queue(self) -> bool:
        """Whether the entry into the queue is recorded: patience counts from there on."""
        return self.queue_answered.total > 0

    @property
    def patience(self) -> tuple[Histogram, Histogram]:
        """Waits of those who gave up, and waits that something else cut short."""
        gave_up, served = self.abandoned, self.answered
        if self.counts_from_the_queue:
            gave_up, served = self.queue_abandoned, self.queue_answered
        return gave_up, merge(served, self.unanswered)


def durations_of(durations: pl.DataFrame) -> Durations:
    """The histograms of DURATIONS, over all its slots."""
    return Durations(
        **{kind.name: histogram_of(durations, kind.name) for kind in fields(Durations)}
    )
