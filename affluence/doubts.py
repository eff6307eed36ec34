"""Doubts: where the records contradict the number of lines, so that rates of lines mean nothing."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from affluence.tables import SLOTS

_MOST_FREE_SHARE = 0.05  # of the refusals, while a line was free
_FEWEST_REFUSALS = 20  # fewer prove nothing
_MOST_OVER_SHARE = 0.01  # of the time with all lines taken, with more calls than lines
_LONGEST_OVER_S = 60  # less may be a faulty record


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubts:
    """What the slots of a period say against the number of lines in service."""

    refusals: int  # for want of a line, as it seems
    refused_free: int  # of these, while a line was free
    full_s: float  # all lines taken
    over_s: float  # of these, more calls than lines

    @property
    def too_many_lines(self) -> bool:
        """Callers are refused while lines are free: fewer lines are in service, or they are full.

        Then the time with all lines taken is longer than measured.
        """
        free_share = self.refused_free / max(self.refusals, 1)
        return self.refusals >= _FEWEST_REFUSALS and free_share > _MOST_FREE_SHARE

    @property
    def too_few_lines(self) -> bool:
        """More calls are up than there are lines: the time with all lines taken is shorter."""
        over_share = self.over_s / max(self.full_s, 1.0)
        return self.over_s > _LONGEST_OVER_S and over_share > _MOST_OVER_SHARE

    @property
    def lines_doubtful(self) -> bool:
        """Rates of lines must not be published."""
        return self.too_many_lines or self.too_few_lines


def find_doubts(slots: pl.DataFrame) -> Doubts:
    """Look at the SLOTS of a period; slots that do not know a figure count for nothing."""
    SLOTS.check(slots)
    elsewhere = pl.sum_horizontal("busy_queue", "busy_rule", "busy_network")
    row = slots.select(
        refusals=(pl.col("busy") - elsewhere).filter(pl.col("refused_free").is_not_null()).sum(),
        refused_free=pl.col("refused_free").sum(),
        full_s=pl.col("full_s").filter(pl.col("over_s").is_not_null()).sum(),
        over_s=pl.col("over_s").sum(),
    ).row(0, named=True)
    return Doubts(**row)
