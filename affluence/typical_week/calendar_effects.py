"""Effects of the calendar: by which factor people call more on the day after a closure, say.

Each effect is the ratio of what came to what was expected without it on all such days so far,
drawn towards 1 as if some ordinary days had been seen besides.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affluence.typical_week.cells import Cells, Floats

KINDS = ("after_closure", "bridge", "month_start", "school_holidays")
# Days of these kinds are too unlike the others to tell anything about an ordinary week.
APART = np.array([True, True, False, False])

_ORDINARY_DAYS = 4.0  # that draw each effect towards 1
_MOST = 2.5  # times the expected: what is more is no effect of the calendar

Flags = NDArray[np.bool_]  # weeks × weekdays × KINDS


def flags_of(special: pl.DataFrame, cells: Cells, first_monday: date, weeks: int) -> Flags:
    """The kinds of each day, from `affluence.typical_week.special_days.special_days`."""
    flags = np.zeros((weeks, len(cells.weekdays), len(KINDS)), dtype=bool)
    last = first_monday + timedelta(days=7 * weeks - 1)
    for row in special.filter(pl.col("day").is_between(first_monday, last)).iter_rows(named=True):
        weekday = row["day"].isoweekday()
        if weekday in cells.weekdays:
            week = (row["day"] - first_monday).days // 7
            flags[week, cells.weekdays.index(weekday)] = [bool(row[kind]) for kind in KINDS]
    return flags


class CalendarEffects:
    """The effects of some platforms, after the weeks that they have learned.

    Here the flags of a day are … × KINDS × days × platforms.
    """

    def __init__(self, platforms: int) -> None:
        self._came = np.zeros((len(KINDS), platforms))
        self._expected = np.zeros((len(KINDS), platforms))
        self._day_size = np.ones(platforms)

    @property
    def factors(self) -> Floats:
        """Of each of `KINDS`, by platform."""
        believed = _ORDINARY_DAYS * self._day_size
        factors: Floats = (self._came + believed) / (self._expected + believed)
        return factors

    def of(self, flags: Flags) -> Floats:
        """The factor of each day, … × days × platforms."""
        if not flags.any():
            return np.ones((*flags.shape[:-3], *flags.shape[-2:]))
        product: Floats = np.where(flags, self.factors[:, None], 1.0).prod(-3)
        return product

    def learn(self, came: Floats, expected: Floats, flags: Flags) -> None:
        """Learn a week: first attempts of each day beside those of an ordinary one.

        ``expected`` knows of no effect; days on which nothing is known are 0 in both.
        """
        known = expected > 0
        days = known.sum(0)
        size = expected.sum(0, where=known) / np.maximum(days, 1)
        self._day_size = np.where(days > 0, size, self._day_size)
        if not flags.any():
            return
        came = np.minimum(came, _MOST * expected)
        factors = np.where(flags, self.factors[:, None], 1.0)
        others = factors.prod(0) / factors
        learned = flags & known
        self._came += (learned * came).sum(1)
        self._expected += (learned * expected * others).sum(1)
