"""Weekdays × rows: the places on which the cells of several platforms lie, one on the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from affluence.typical_week.cells import Cells, Floats, Mask

_Scalar = TypeVar("_Scalar", bound=np.generic)


class Grid:
    """Places for the cells of some platforms, weekday after weekday and row after row.

    Weekdays and rows are counted by platform: the first place is the first row of its first
    weekday. Arrays have the places before the platforms, which come last. Where a platform has no
    cell nothing is ever seen of it.

    Attributes:
        platforms: how many there are.
        places: the same of places.
        days: weekdays of the platform that has the most.
        rows: the same of its rows.
        is_cell: places × platforms: where a platform has a cell.
        weekdays: how many it has, by platform.

    """

    def __init__(self, cells: Sequence[Cells]) -> None:
        """For platforms with these cells."""
        self.weekdays = np.array([len(of.weekdays) for of in cells])
        self.platforms = len(cells)
        self.days, self.rows = int(self.weekdays.max()), max(of.rows for of in cells)
        self.places = self.days * self.rows
        self.is_cell: Mask = np.zeros((self.places, self.platforms), dtype=bool)
        for platform, of in enumerate(cells):
            self.is_cell[of.day * self.rows + of.row, platform] = True
        places = np.arange(self.places)
        self._day_of_place, self._row_of_place = places // self.rows, places % self.rows

    def lay(self, of_cells: Sequence[NDArray[_Scalar]]) -> NDArray[_Scalar]:
        """Values of each platform, … × its cells, laid on … × places × platforms; 0 elsewhere."""
        laid = np.zeros((*of_cells[0].shape[:-1], *self.is_cell.shape), of_cells[0].dtype)
        for platform, values in enumerate(of_cells):
            laid[..., self.is_cell[:, platform], platform] = values
        return laid

    def lay_days(self, of_weekdays: Sequence[NDArray[_Scalar]]) -> NDArray[_Scalar]:
        """Values of each platform, … × its weekdays, laid on … × days × platforms; 0 elsewhere."""
        shape = (*of_weekdays[0].shape[:-1], self.days, self.platforms)
        laid = np.zeros(shape, of_weekdays[0].dtype)
        for platform, values in enumerate(of_weekdays):
            laid[..., : values.shape[-1], platform] = values
        return laid

    def take_up(self, values: NDArray[_Scalar], platform: int) -> NDArray[_Scalar]:
        """Those of one platform, … × its cells in the order of its table."""
        return values[..., self.is_cell[:, platform], platform]

    def by_day(self, values: Floats | Mask) -> Floats:
        """Sums over each weekday: … × places × platforms → … × weekdays × platforms."""
        # The ufunc: the method costs more on arrays as small as these.
        of_days: Floats = np.add.reduce(self.table(values), axis=-2)
        return of_days

    def by_row(self, values: Floats) -> Floats:
        """Sums over each row: … × places × platforms → … × rows × platforms."""
        of_rows: Floats = np.add.reduce(self.table(values), axis=-3)
        return of_rows

    def table(self, values: NDArray[_Scalar]) -> NDArray[_Scalar]:
        """The same values, … × places × platforms → … × weekdays × rows × platforms."""
        return values.reshape(*values.shape[:-2], self.days, self.rows, values.shape[-1])

    def of_days(self, values: NDArray[_Scalar]) -> NDArray[_Scalar]:
        """For each place the value of its weekday."""
        return values.take(self._day_of_place, axis=-2)

    def of_rows(self, values: NDArray[_Scalar]) -> NDArray[_Scalar]:
        """For each place the value of its row."""
        return values.take(self._row_of_place, axis=-2)
