"""Cells of the table as dense arrays: which weekday and which row each belongs to.

The models work on arrays whose last axis is the cells of the table, in the order of its spans.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Span = tuple[int, int, int]  # ISO weekday, start and end in minutes after local midnight


def known_or(values: Floats, otherwise: float) -> Floats:
    """Values with another one for those that are not known (nan); for small arrays the quickest."""
    filled: Floats = np.where(np.isnan(values), otherwise, values)
    return filled


@dataclass(frozen=True)
class Cells:
    """The cells of a table: ``spans`` has ``weekday``, ``start_min`` and ``end_min``."""

    spans: pl.DataFrame

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.spans)

    @cached_property
    def weekdays(self) -> list[int]:
        """ISO weekdays on which there are any, in order."""
        return self.spans["weekday"].unique().sort().to_list()

    @cached_property
    def day(self) -> NDArray[np.int64]:
        """For each cell the position of its weekday in ``weekdays``."""
        return np.searchsorted(self.weekdays, self.spans["weekday"].to_numpy())

    @cached_property
    def in_day(self) -> Floats:
        """Cells × weekdays: 1 where a cell is of the weekday, so that ``x @ in_day`` sums up."""
        in_day: Floats = np.eye(len(self.weekdays))[self.day]
        return in_day

    @cached_property
    def row(self) -> NDArray[np.int64]:
        """For each cell the position of its row (same hours on whatever weekday) among all rows."""
        hours = self.spans.select(pl.struct("start_min", "end_min").rank("dense")).to_series()
        return hours.to_numpy().astype(np.int64) - 1

    @property
    def rows(self) -> int:
        """How many rows there are on whatever weekday."""
        return int(self.row.max(initial=-1)) + 1

    @cached_property
    def in_row(self) -> Floats:
        """Cells × rows: 1 where a cell is of the row."""
        in_row: Floats = np.eye(self.rows)[self.row]
        return in_row

    @property
    def freedom(self) -> int:
        """Degrees of freedom that weekdays and rows leave to single cells, at least 1."""
        return max(1, self.count - len(self.weekdays) - self.rows + 1)

    def by_day(self, values: Floats | Mask) -> Floats:
        """Sums over the cells of each weekday: last axis cells → weekdays."""
        # The method: the operator costs twice as much on arrays as small as these.
        of_days: Floats = values.dot(self.in_day)
        return of_days

    def covered_by(self, spans: Iterable[Span]) -> Floats:
        """The share of each cell's time that lies in some hours, which do not overlap."""
        weekday, start, end = (self.spans[name].to_numpy() for name in self.spans.columns)
        covered = np.zeros(self.count)
        for of_weekday, first_min, last_min in spans:
            both = np.minimum(end, last_min) - np.maximum(start, first_min)
            covered += np.where(weekday == of_weekday, np.maximum(both, 0), 0)
        shares: Floats = covered / (end - start)
        return shares
