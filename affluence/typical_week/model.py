"""The model of platforms, learned week by week as it would have been run week by week.

Nothing is remembered between two runs of the program: the model is learned anew from the history,
in its order, so that a fresh installation says what an old one says, and every past week can be
asked what would have been published then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from affluence.typical_week import reach
from affluence.typical_week.calendar_effects import APART, KINDS, CalendarEffects, Flags
from affluence.typical_week.cells import Floats, Mask, known_or
from affluence.typical_week.demand import Demand
from affluence.typical_week.grid import Grid
from affluence.typical_week.history import SUMS, History
from affluence.typical_week.levels import Bounds, LevelPath
from affluence.typical_week.load import LoadSlope
from affluence.typical_week.odd_days import FIRST_WEEKS, OddDays, Side
from affluence.typical_week.reach import Reach
from affluence.typical_week.season import Season
from affluence.typical_week.shares import Shares, Sums, expit, logit

_CALLERS = -1  # after the sums of a history
Apart = Literal["no_records", "odd_day", "after_closure", "bridge", "hole"]

_MEMORY_S = 600.0  # after which a group of lines has forgotten how busy it was
LONGEST_WAIT_S = 3600.0  # that is told apart
# Shares that no level rests on, and the clustering that is usual: of open time with all lines
# taken, of line-seconds in service that are held, and the mean wait of the answered as a share of
# the longest.
SHOWN = {"busy_line_rate": 1.5, "occupancy_rate": 1.5, "wait": 0.05}
_GRADED_EVERY_WEEKS = 4  # these
_HOLE_CALLS = 20.0  # so many expected in a cell and none recorded: records are missing
_SILENT_CALLS = 7.0  # so many expected on a day and none recorded: one day in a thousand at most
_ENOUGH_HALF_LIFE_WEEKS = 6.0
_GOOD_ENOUGH = 0.97
_SIDES = (
    Side(usual_spread=0.2, least=np.log(1.5)),  # first attempts
    Side(usual_spread=0.3, least=np.log(1.8)),  # attempts
    Side(usual_spread=0.5, least=1.5),  # reach
)
_OF_NUMBERS = np.array([1.0, 1.0, 0.0])[
    :, None, None
]  # which sides grow with the time that is open


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A day that the model has not learned, or not wholly, and why.

    ``factor`` is how many times the usual number of calls came, for an odd day.
    """

    day: date
    reason: Apart
    factor: float | None = None


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
        # Learned at once, each as that of further platforms.
        self._shown = Shares(
            Grid([history.cells for _ in SHOWN for history in histories]),
            ("part", "whole"),
            reach.part_of_whole,
            usual_clustering=np.repeat(list(SHOWN.values()), grid.platforms),
            graded_every_weeks=_GRADED_EVERY_WEEKS,
        )
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
        self._apart: dict[tuple[int, int, int], tuple[Apart, float | None]] = {}
        self._odd_days = OddDays(_SIDES, grid.days, grid.platforms)
        self._held = np.zeros((grid.days, grid.platforms), dtype=np.int64)  # week held back
        self._stepped_before = np.zeros(grid.platforms, dtype=bool)
        self._days = np.zeros(grid.is_cell.shape)
        self._calls = np.zeros(grid.is_cell.shape)
        self._of_days = _days_of(grid, self._sums, self._exposure, self._flags, settings.reach)

    def run(self) -> Iterator[Model]:
        """Learn one week after the other; itself after each."""
        weeks, _, days, platforms = self._of_days.sides.shape
        first = min(FIRST_WEEKS, weeks)
        if first == FIRST_WEEKS:
            sides = [self._sides(week) for week in range(first)]
            odd = self._odd_days.judge_first(
                np.stack([values for values, _ in sides]), np.stack([noise for _, noise in sides])
            )
        else:
            odd = np.zeros((first, days, platforms), dtype=bool)
        for week in range(weeks):
            if week < first:
                self._learn(odd[week], np.zeros_like(odd[week]))
            else:
                self._learn(*self._odd_days.judge(*self._sides(week)))
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

    def shown(self, name: str) -> tuple[Mask, Floats]:
        """One of `SHOWN`: where it is known, and its interval, three × places × platforms.

        That is lower end of the 80 % interval, share, and upper end.
        """
        first = list(SHOWN).index(name) * self.grid.platforms
        platforms = slice(first, first + self.grid.platforms)
        return self._shown.known[:, platforms], np.array(self._shown.interval())[..., platforms]

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

    def set_aside(self, platform: int, history: History) -> tuple[SetAside, ...]:
        """The days of a platform, whose history it is, that were not learned or not wholly."""
        return tuple(
            SetAside(day=history.day(week, weekday), reason=reason, factor=factor)
            for (of, week, weekday), (reason, factor) in self._apart.items()
            if of == platform
        )

    def _learn(self, odd: Mask, confirmed: Mask) -> None:
        grid, week = self.grid, self.week
        of_days, kinds = self._of_days, self._flags[week]
        holes, silent = self._unrecorded(week)
        special = of_days.special[week]
        self._note(week, silent=silent, odd=odd, special=special, holes=holes)
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
            self._apart.pop((platform, held, weekday), None)
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
        chance = self._of_days.chance[self.week]
        if holes.any():
            of_day = _by_name(grid.by_day(self._sums[self.week] * (exposure > 0)))
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
        sums, callers = _by_name(all_sums), all_sums[_CALLERS]
        self.season.learn(self.demand.level_of(callers, exposure))
        self.demand.learn(callers, exposure)
        by_load = self._settings.reach.by_load(self.reach.lasting, self.demand.risen)
        self.reach.learn(sums, callers, by_load, self.demand.has_stepped)
        self._teach_shown(sums)
        fade = 0.5 ** (1 / _ENOUGH_HALF_LIFE_WEEKS)
        self._days += seen
        self._calls = fade * self._calls + sums["attempts"]
        of_two_weeks = self._sums_before + all_sums
        self._sums_before = all_sums
        lately = _by_name(of_two_weeks) | {"observations": of_two_weeks[_CALLERS]}
        self.levels.step(
            (self.reach.logit, self.reach.variance),
            self.reach.lately(lately),
            self.enough & self.reach.known,
            self.demand.has_stepped | self._stepped_before,
        )
        self._stepped_before = self.demand.has_stepped

    def _teach_shown(self, sums: Sums) -> None:
        """The shares that are only shown, in the order of `SHOWN`."""
        open_s, line_open_s, waits = sums["open_s"], sums["line_open_s"], sums["waits"]
        of_open, of_lines = open_s / _MEMORY_S, line_open_s > 0
        parts = (sums["full_open_s"], sums["held_open_s"], sums["wait_answered_s"])
        wholes = (open_s, line_open_s, LONGEST_WAIT_S * waits)
        self._shown.learn(
            {"part": np.concatenate(parts, axis=1), "whole": np.concatenate(wholes, axis=1)},
            np.concatenate([of_open, of_open * of_lines, waits], axis=1),
        )

    def _unrecorded(self, week: int) -> tuple[Mask, Mask]:
        """Cells, and days, in which calls were to be expected and not one is recorded."""
        expected = self.demand.mean() * self._exposure[week]
        none_came = self._sums[week, SUMS.index("attempts")] == 0
        # Where few people call, a day without a call is a day like others.
        enough = (self.grid.by_day(expected) >= _SILENT_CALLS) | ~self.demand.has_learned
        return (expected >= _HOLE_CALLS) & none_came, self._of_days.silent[week] & enough

    def _note(self, week: int, *, silent: Mask, odd: Mask, special: Mask, holes: Mask) -> None:
        has_holes = self.grid.by_day(holes) > 0
        apart = self._of_days.is_open[week] & (silent | odd | special | has_holes)
        if not apart.any():
            return
        after_closure = self._flags[week, KINDS.index("after_closure")]
        factors = self._odd_days.times_expected(self._sides(week)[0])
        # Platform by platform, day by day.
        for platform, weekday in np.argwhere(apart.T).tolist():
            day = weekday, platform
            reason: Apart = "hole"
            factor = None
            if silent[day]:
                reason = "no_records"
            elif odd[day]:
                reason = "odd_day"
                factor = float(factors[day]) if np.isfinite(factors[day]) else None
            elif special[day]:
                reason = "after_closure" if after_closure[day] else "bridge"
            self._apart[platform, week, weekday] = reason, factor

    def _sides(self, week: int) -> tuple[Floats, Floats]:
        """The days of a week from all sides, and the variance due to small numbers."""
        grid, of_days = self.grid, self._of_days
        weights = np.where(self.demand.has_learned, self.demand.mean(), 1.0) * grid.is_cell
        of_day = grid.by_day(weights)
        share_open = grid.by_day(weights * self._exposure[week]) / np.where(of_day > 0, of_day, 1.0)
        known = of_days.alike[week] & (share_open > 0)
        share_open = np.where(known, share_open, 1.0) * self.effects.of(self._flags[week])
        # More people call on a day that is longer open; they get through no better.
        values = of_days.sides[week] - np.log(share_open) * _OF_NUMBERS
        return np.where(known, values, np.nan), of_days.noise[week]


def callers_of(history: History) -> str:
    """The sum that counts callers: attempts, where it is not known which are first ones."""
    return "first_attempts" if history.sums["first_attempts"].any() else "attempts"


def _by_name(sums: Floats) -> dict[str, Floats]:
    return dict(zip(SUMS, sums, strict=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Days:
    """What is seen of single days, whatever has been learned: weeks × days × platforms.

    Attributes:
        is_open: at any time that is recorded.
        silent: open without a call.
        special: of a kind of its own.
        alike: neither silent nor special.
        chance: to reach an agent; nan where nothing is known.
        sides: the days from all sides, weeks × sides × days × platforms.
        noise: variance of these that is due to small numbers.

    """

    is_open: Mask
    silent: Mask
    special: Mask
    alike: Mask
    chance: Floats
    sides: Floats
    noise: Floats


def _days_of(grid: Grid, sums: Floats, exposure: Floats, flags: Flags, reading: Reach) -> _Days:
    of_days = np.moveaxis(grid.by_day(sums), 1, 0)
    by_day = _by_name(of_days)
    callers, attempts = of_days[_CALLERS], by_day["attempts"]
    is_open = grid.by_day(exposure) > 0
    special = (flags[: len(sums)] & APART[:, None, None]).any(1)
    chance = reading(by_day, by_day)
    smoothed = (callers * known_or(chance, 0.5) + 0.5) / (callers + 1)
    # Nobody minds whether 98 or 99 of a hundred get through.
    smoothed = smoothed.clip(1 - _GOOD_ENOUGH, _GOOD_ENOUGH)
    sides = [
        np.log(callers + 0.5),
        np.log(attempts + 0.5),
        np.where(np.isfinite(chance), logit(smoothed), np.nan),
    ]
    noise = [
        1 / (callers + 0.5),
        1 / (attempts + 0.5),
        1 / (callers * smoothed * (1 - smoothed) + 0.5),
    ]
    return _Days(
        is_open=is_open,
        silent=is_open & (attempts == 0),
        special=special,
        # A day of a kind of its own is neither odd nor a measure of the others.
        alike=~special & (attempts > 0),
        chance=chance,
        sides=np.stack(sides, axis=1),
        noise=np.stack(noise, axis=1),
    )
