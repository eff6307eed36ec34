"""The yearly season: how the same weeks of last year went, as far as that has foretold anything."""

from __future__ import annotations

import math

_YEAR_WEEKS = 52
_STRENGTHS = (0.0, 0.5, 1.0)  # how much of last year's movement is expected again
_LEAST_GRADED_WEEKS = 12  # before a season is believed
_HORIZON_WEEKS = 4


class Season:
    """Weekly levels of one platform, on the logarithm, and how far last year foretold them."""

    def __init__(self) -> None:
        self._levels: list[float] = []
        self._errors = [0.0] * len(_STRENGTHS)
        self._graded = 0

    def learn(self, level: float) -> None:
        """Learn the logarithm of a week's level; nan where nothing is known of it."""
        self._levels.append(level)
        origin = len(self._levels) - 1 - _HORIZON_WEEKS
        moved = self._last_year(origin, _HORIZON_WEEKS)
        error = level - self._around(origin)
        if moved is not None and math.isfinite(error):
            self._errors = [
                so_far + (error - strength * moved) ** 2
                for so_far, strength in zip(self._errors, _STRENGTHS, strict=True)
            ]
            self._graded += 1

    @property
    def strength(self) -> float:
        """How much of last year's movement is expected again, 0-1."""
        if self._graded < _LEAST_GRADED_WEEKS:
            return 0.0
        return _STRENGTHS[self._errors.index(min(self._errors))]

    def factor(self, horizon_weeks: int) -> float:
        """By which the level is expected to change over so many weeks, because of the season."""
        moved = self._last_year(len(self._levels) - 1, horizon_weeks)
        return 1.0 if moved is None else math.exp(self.strength * moved)

    def _last_year(self, origin: int, horizon_weeks: int) -> float | None:
        """By how much the level moved from the same week a year before; None if not known."""
        before = origin - _YEAR_WEEKS
        if before < 1:
            return None
        moved = self._around(before + horizon_weeks, after=1) - self._around(before)
        return moved if math.isfinite(moved) else None

    def _around(self, week: int, after: int = 0) -> float:
        """Mean level of a week, the one before and ``after`` weeks after it; nan if not known."""
        levels = self._levels[max(0, week - 1) : week + after + 1]
        known = [level for level in levels if math.isfinite(level)]
        return sum(known) / len(known) if known else math.nan
