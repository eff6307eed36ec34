"""The yearly season: how the same weeks of last year went, as far as that has foretold anything."""

from __future__ import annotations

import numpy as np

from affluence.typical_week.cells import Floats, known_or

_YEAR_WEEKS = 52  # a day and a quarter short: weeks are compared by the two or three around them
_STRENGTHS = np.array([0.0, 0.5, 1.0])  # how much of last year's movement is expected again
_LEAST_GRADED_WEEKS = 12  # a season, before it is believed
_HORIZON_WEEKS = 4  # at which it is graded, the longest that forecasts are


class Season:
    """Weekly levels of some platforms, on the logarithm, and how far last year foretold them."""

    def __init__(self, platforms: int) -> None:
        self._levels: list[Floats] = []
        # Means of these: of each week with the one before, and with the one after it too.
        self._with_before: list[Floats] = []
        self._with_both: list[Floats] = []
        self._errors = np.zeros((_STRENGTHS.size, platforms))
        self._graded = np.zeros(platforms)

    def learn(self, level: Floats) -> None:
        """Learn the logarithm of a week's level by platform; nan where nothing is known of it."""
        week = len(self._levels)
        self._levels.append(level)
        self._with_before.append(self._mean(week - 1, week))
        if week:
            self._with_both.append(self._mean(week - 2, week))
        origin = week - _HORIZON_WEEKS
        moved = self._last_year(origin, _HORIZON_WEEKS)
        if moved is None:
            return
        error = level - self._with_before[origin]
        known = np.isfinite(moved) & np.isfinite(error)
        off = np.where(known, error, 0.0) - _STRENGTHS[:, None] * np.where(known, moved, 0.0)
        self._errors += off**2
        self._graded += known

    @property
    def strength(self) -> Floats:
        """How much of last year's movement is expected again, 0-1, by platform."""
        best = _STRENGTHS[self._errors.argmin(0)]
        return np.where(self._graded < _LEAST_GRADED_WEEKS, 0.0, best)

    def factor(self, horizon_weeks: int) -> Floats:
        """By which the level is expected to change over so many weeks, because of the season.

        These are less than a year.
        """
        moved = self._last_year(len(self._levels) - 1, horizon_weeks)
        if moved is None:
            return np.ones_like(self._graded)
        return np.exp(self.strength * known_or(moved, 0.0))

    def _last_year(self, origin: int, horizon_weeks: int) -> Floats | None:
        """By how much the level moved from the same week a year before; nan where not known.

        None where there is no such week.
        """
        before = origin - _YEAR_WEEKS
        if before < 1:
            return None
        return self._with_both[before + horizon_weeks] - self._with_before[before]

    def _mean(self, first: int, last: int) -> Floats:
        """Mean level of some weeks; nan if not known."""
        levels = np.array(self._levels[max(0, first) : last + 1])
        known = np.isfinite(levels)
        number = known.sum(0)
        total = levels.sum(0, where=known)
        return np.where(number > 0, total / np.maximum(number, 1), np.nan)
