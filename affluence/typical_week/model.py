"""The model of platforms, learned week by week as it would have been run week by week.

Nothing is remembered between two runs of the program: the model is learned anew from the history,
in its order, so that a fresh installation says what an old one says, and every past week can be
asked what would have been published then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from affluence.typical_week import reach
from affluence.typical_week.calendar_effects import KINDS, CalendarEffects, Flags
from affluence.typical_week.cells import Floats, Mask, known_or
from affluence.typical_week.demand import Demand
from affluence.typical_week.grid import Grid
from affluence.typical_week.history import SUMS, History, by_name, callers_of
from affluence.typical_week.levels import Bounds, LevelPath
from affluence.typical_week.load_slope import LoadSlope
from affluence.typical_week.log_odds import expit, logit
from affluence.typical_week.odd_days import FIRST_WEEKS, OddDays
from affluence.typical_week.reach import Reach
from affluence.typical_week.season import Season
from affluence.typical_week.seen_days import STATISTICS, see_days
from affluence.typical_week.set_aside import DaysSetAside
from affluence.typical_week.shares import Shares
from affluence.typical_week.shown_shares import ShownShares

_CALLERS = -1  # after the sums of a history
# So many calls expected in a cell, or on a day, and none recorded: records are missing. Of Poisson
# calls none come with a chance of e^-20, 2 in a thousand million, and e^-7, 1 in a thousand.
_HOLE_CALLS = 20.0
_SILENT_CALLS = 7.0
_ENOUGH_HALF_LIFE_WEEKS = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What decides a typical week besides the records."""

    minimum_days: int
    minimum_calls: int
    bounds: Bounds
    reach: Reach


class Model:
    """The model of some platforms after the weeks that they have learned: ask its parts.

    Figures of the parts are places × platforms; the grid takes up those of a platform's cells.
    """

    def __init__(
        self, histories: Sequence[History], flags: Sequence[Flags], settings: Settings
    ) -> None:
        """Know nothing yet.

        Args:
            histories: of platforms that have as many weeks.
            flags: kinds of the days of these weeks, and of as many later ones, if any, for all.
            settings: of all of them.

        """
        self._settings = settings
        grid = self.grid = Grid([history.cells for history in histories])
        self.demand = Demand(grid)
        self.effects = CalendarEffects(grid.platforms)
        self.season = Season(grid.platforms)
        self.load = LoadSlope(grid.platforms)
        self.reach = Shares(grid, reach.NAMES, settings.reach, follows_load=True)
        self.shown = ShownShares([history.cells for history in histories])
        self.levels = LevelPath(settings.bounds, grid.is_cell.shape)
        self.week = 0
        # Weeks × names × places × platforms; callers are the last of the names.
        self._sums = grid.lay(
            [
                np.stack([*(of.sums[name] for name in SUMS), of.sums[callers_of(of)]], axis=1)
                for of in histories
            ]
        )
        self._exposure = grid.lay([history.exposure for history in histories])
        # Weeks × kinds × days × platforms.
        self._flags = grid.lay_days([np.moveaxis(of, 1, 2) for of in flags])
        self.learned = np.zeros(self._exposure.shape, dtype=bool)  # what counts
        self._sums_before = np.zeros_like(self._sums[0])
        self.set_aside = DaysSetAside()
        self._odd_days = OddDays(STATISTICS, grid.days, grid.platforms)
        self._held = np.zeros((grid.days, grid.platforms), dtype=np.int64)  # week held back
        self._stepped_before = np.zeros(grid.platforms, dtype=bool)
        self._days = np.zeros(grid.is_cell.shape)
        self._calls = np.zeros(grid.is_cell.shape)
        self._of_days = see_days(grid, self._sums, self._exposure, self._flags, settings.reach)

    def run(self) -> Iterator[Model]:
        """Learn one week after the other; itself after each."""
        weeks = len(self._exposure)
        # Without as many weeks as are judged together no day is odd.
        odd = np.zeros_like(self._of_days.is_open[:FIRST_WEEKS])
        if len(odd) == FIRST_WEEKS:
            seen = [self._statistics(week) for week in range(FIRST_WEEKS)]
            odd = self._odd_days.judge_first(
                np.stack([values for values, _ in seen]), np.stack([noise for _, noise in seen])
            )
        for week in range(weeks):
            if week < len(odd):
                self._learn(odd[week], np.zeros_like(odd[week]))
            else:
                self._learn(*self._odd_days.judge(*self._statistics(week)))
            yield self

    def foretell(self, horizons_weeks: Sequence[int]) -> tuple[Floats, Floats]:
        """First attempts some weeks after the last one, horizons × places, and their variance."""
        mean: Floats = self.demand.mean() * self.demand_factors(horizons_weeks)
        return mean, self.demand.variances(mean, horizons_weeks)

    def demand_factors(self, horizons_weeks: Sequence[int]) -> Floats:
        """What calendar and season make of ordinary days weeks ahead, horizons × places."""
        last = len(self._flags) - 1
        kinds = self._flags[[min(self.week - 1 + horizon, last) for horizon in horizons_weeks]]
        seasons = np.array([self.season.factor(horizon) for horizon in horizons_weeks])
        return self.grid.of_days(self.effects.of(kinds) * seasons[:, None])

    @property
    def reading(self) -> Reach:
        """How reach is read from the records."""
        return self._settings.reach

    @property
    def bounds(self) -> Bounds:
        """Of the levels."""
        return self._settings.bounds

    @property
    def believes_lines(self) -> bool:
        """False where the records contradict the number of lines."""
        return self._settings.reach.lines_believed

    @property
    def enough(self) -> Mask:
        """Which cells have been seen on enough days, and lately with enough calls.

        Calls of six weeks ago count half: ten calls in two years say nothing of the next week.
        """
        minimum = self._settings
        return (self._days >= minimum.minimum_days) & (self._calls >= minimum.minimum_calls)

    def _learn(self, odd: Mask, confirmed: Mask) -> None:
        """Learn a week; with it the days held back before that were no accidents after all.

        Args:
            odd: which of its days are held back, days × platforms.
            confirmed: on which weekdays the day held back before counts.

        """
        grid, week = self.grid, self.week
        of_days, kinds = self._of_days, self._flags[week]
        holes, silent = self._unrecorded(week)
        special = of_days.special[week]
        self._set_aside(week, silent=silent, odd=odd, special=special, holes=holes)
        usable = np.where(holes | grid.of_days(silent | odd), 0.0, self._exposure[week])
        came = self._sums[week, _CALLERS] * (usable > 0)
        self.effects.learn(grid.by_day(came), self._usual_calls(usable), kinds)
        self._learn_load(came, usable, holes)
        exposure = usable * ~grid.of_days(special)
        self.learned[week] = exposure > 0
        seen = self.learned[week].astype(np.float64)
        sums = self._sums[week] * seen
        exposure = exposure * grid.of_days(self.effects.of(kinds))
        for weekday, platform in np.argwhere(confirmed).tolist():
            held = int(self._held[weekday, platform])
            of_day = np.zeros_like(seen)
            grid.table(of_day)[weekday, :, platform] = 1
            of_day *= self._exposure[held] > 0
            of_held = grid.of_days(self.effects.of(self._flags[held]))
            sums = sums + self._sums[held] * of_day
            exposure = exposure + self._exposure[held] * of_day * of_held
            seen = seen + of_day
            self.learned[held] |= of_day > 0
            self.set_aside.count_after_all(held, weekday, platform)
        self._held[odd] = week
        self._teach(sums, exposure, seen)
        self.week += 1

    def _usual_calls(self, exposure: Floats) -> Floats:
        """First attempts of ordinary days, by weekday, in such an exposure."""
        return self.grid.by_day(self.demand.mean() * exposure)

    def _learn_load(self, came: Floats, exposure: Floats, holes: Mask) -> None:
        """How the days on which more people called than usual were less easy to get through."""
        grid = self.grid
        called, usual = grid.by_day(came), self._usual_calls(exposure)
        chance = self._of_days.reach[self.week]
        if holes.any():
            of_day = by_name(grid.by_day(self._sums[self.week] * (exposure > 0)))
            chance = self._settings.reach(of_day, of_day)
        expected = grid.by_day(came * expit(self.reach.logit)) / np.maximum(called, 1.0)
        known = (called > 0) & (usual > 0) & np.isfinite(chance)
        chance = np.where(known, (called * known_or(chance, 0.0) + expected) / (called + 1), 0.5)
        self.load.learn(
            np.where(known, np.log((called + 0.5) / (usual + 0.5)), np.nan),
            logit(chance) - logit(np.where(known, expected, 0.5)),
            called * chance * (1 - chance) / self.reach.clustering,
        )

    def _teach(self, all_sums: Floats, exposure: Floats, seen: Floats) -> None:
        """Teach every part a week, and let the levels follow.

        Args:
            all_sums: of what counts, names × places × platforms.
            exposure: places × platforms, times the effect of the calendar.
            seen: days on which each cell was seen.

        """
        sums, callers = by_name(all_sums), all_sums[_CALLERS]
        self.season.learn(self.demand.level_of(callers, exposure))
        self.demand.learn(callers, exposure)
        by_load = self._settings.reach.by_load(self.reach.lasting, self.demand.risen)
        self.reach.learn(sums, callers, by_load, self.demand.has_stepped)
        self.shown.learn(sums)
        fade = 0.5 ** (1 / _ENOUGH_HALF_LIFE_WEEKS)
        self._days += seen
        self._calls = fade * self._calls + sums["attempts"]
        of_two_weeks = self._sums_before + all_sums
        self._sums_before = all_sums
        lately = by_name(of_two_weeks) | {"observations": of_two_weeks[_CALLERS]}
        self.levels.step(
            (self.reach.logit, self.reach.variance),
            self.reach.lately(lately),
            self.enough & self.reach.known,
            self.demand.has_stepped | self._stepped_before,
        )
        self._stepped_before = self.demand.has_stepped

    def _unrecorded(self, week: int) -> tuple[Mask, Mask]:
        """Cells, and days, in which calls were to be expected and not one is recorded."""
        expected = self.demand.mean() * self._exposure[week]
        none_came = self._sums[week, SUMS.index("attempts")] == 0
        # Where few people call, a day without a call is a day like others.
        enough = (self.grid.by_day(expected) >= _SILENT_CALLS) | ~self.demand.has_learned
        return (expected >= _HOLE_CALLS) & none_came, self._of_days.silent[week] & enough

    def _set_aside(self, week: int, *, silent: Mask, odd: Mask, special: Mask, holes: Mask) -> None:
        is_open = self._of_days.is_open[week]
        after_closure = self._flags[week, KINDS.index("after_closure")]
        has_holes = self.grid.by_day(holes) > 0
        # Of several reasons the last one is given.
        self.set_aside.add(week, is_open & has_holes, "hole")
        self.set_aside.add(week, is_open & special & ~after_closure, "bridge")
        self.set_aside.add(week, is_open & special & after_closure, "after_closure")
        if odd.any():
            factors = self._odd_days.times_expected(self._statistics(week)[0])
            self.set_aside.add(week, is_open & odd, "odd_day", factors)
        self.set_aside.add(week, silent, "no_records")

    def _statistics(self, week: int) -> tuple[Floats, Floats]:
        """Those of the days of a week, and the variance due to small numbers."""
        grid = self.grid
        weights = np.where(self.demand.has_learned, self.demand.mean(), 1.0) * grid.is_cell
        of_day = grid.by_day(weights)
        share_open = grid.by_day(weights * self._exposure[week]) / np.where(of_day > 0, of_day, 1.0)
        return self._of_days.had_they_been_whole(
            week, share_open * self.effects.of(self._flags[week])
        )
