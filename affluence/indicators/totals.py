"""Sums over the slots of a period; what some slots do not know, the sum does not know either."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from affluence.tables import SLOTS

_SURPRISING = 3.0  # refused calls that must be expected for none to be no accident (1 in 20)


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of the figures of SLOTS by column name; None where a slot does not know its part.

    ``lines_believed`` is False where the records contradict the number of lines.
    """

    sums: Mapping[str, float | None]
    lines_believed: bool = True

    def __getitem__(self, name: str) -> float:
        """A sum that every version of the measures knows."""
        total = self.sums[name]
        if total is None:
            raise KeyError(name)
        return total

    def get(self, name: str) -> float | None:
        """A sum, or None where it is not known."""
        return self.sums[name]

    def count(self, *names: str) -> int:
        """Number of attempts in some columns of counts that every version knows."""
        return round(sum(self[name] for name in names))

    @property
    def accepted(self) -> int:
        """Attempts that asked for an agent and were not refused, within opening hours."""
        return self.count("answered", "abandoned", "unanswered")

    @property
    def outcomes_known(self) -> bool:
        """Whether the records tell, of most calls, if an agent answered."""
        return self["unknown"] == 0 or self.accepted > self["unknown"]

    @property
    def lines_known(self) -> bool:
        """Whether time with all lines taken means anything."""
        return self.lines_believed and self["line_open_s"] > 0

    @property
    def has_companions(self) -> bool:
        """Whether every slot was measured together with its companions.

        Sealed days of an older version are not: histograms, persons and redials lack them.
        """
        return self.get("talks") is not None

    @property
    def refusals_recorded(self) -> bool:
        """Whether calls that found no line leave a record, as far as anybody can tell.

        Who calls at random finds all lines taken as often as they are: where some refusals were
        to be expected and none is recorded, none ever is.
        """
        elsewhere = sum(self.get(f"busy_{who}") or 0 for who in ("queue", "rule", "network"))
        if self["busy"] > elsewhere:
            return True
        if not self.lines_known:
            return False
        asked = self.count("attempts") - self.count("closed")
        expected = asked * self["full_open_s"] / self["open_s"] if self["open_s"] else 0.0
        return expected < _SURPRISING


def add_up(slots: pl.DataFrame, *, lines_believed: bool = True) -> Totals:
    """Totals of SLOTS."""
    figures = [name for name in SLOTS.columns if name not in ("platform", "slot_start")]
    known = SLOTS.check(slots).select(
        pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum()).alias(name)
        for name in figures
    )
    return Totals(known.row(0, named=True), lines_believed)
