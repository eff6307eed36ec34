"""Days that are not learned, or not wholly, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from affluence.typical_week.cells import Floats, Mask
from affluence.typical_week.history import History

Apart = Literal["no_records", "odd_day", "after_closure", "bridge", "hole"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A day that the model has not learned, or not wholly, and why.

    ``factor`` is how many times the usual number of calls came, for an odd day.
    """

    day: date
    reason: Apart
    factor: float | None = None


class DaysSetAside:
    """Of some platforms, in the order in which they were set aside; weeks count from 0."""

    def __init__(self) -> None:
        self._days: dict[tuple[int, int, int], tuple[Apart, float | None]] = {}

    def add(self, week: int, days: Mask, reason: Apart, factors: Floats | None = None) -> None:
        """Set days of a week (days × platforms) aside, platform by platform.

        ``factors`` are those of odd days; nan where not known. Of several reasons the last holds.
        """
        for platform, weekday in np.argwhere(days.T).tolist():
            factor = None if factors is None else float(factors[weekday, platform])
            known = factor is not None and np.isfinite(factor)
            self._days[platform, week, weekday] = reason, factor if known else None

    def count_after_all(self, week: int, weekday: int, platform: int) -> None:
        """A day that was set aside is learned."""
        self._days.pop((platform, week, weekday), None)

    def of(self, platform: int, history: History) -> tuple[SetAside, ...]:
        """The days of a platform, whose history it is, in order."""
        return tuple(
            SetAside(day=history.day(week, weekday), reason=reason, factor=factor)
            for (of, week, weekday), (reason, factor) in sorted(self._days.items())
            if of == platform
        )
