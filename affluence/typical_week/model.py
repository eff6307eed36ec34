"""The model of one platform, learned week by week as it would have been run week by week.

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
from affluence.typical_week.cells import Floats, Mask, known_or
from affluence.typical_week.demand import Demand
from affluence.typical_week.effects import APART, KINDS, Effects, Flags
from affluence.typical_week.history import History
from affluence.typical_week.levels import Bounds, LevelPath
from affluence.typical_week.load import LoadSlope
from affluence.typical_week.odd_days import FIRST_WEEKS, OddDays, Side
from affluence.typical_week.reach import Reach
from affluence.typical_week.season import Season
from affluence.typical_week.shares import Shares, expit, logit

Apart = Literal["no_records", "odd_day", "after_closure", "bridge", "hole"]

_MEMORY_S = 600.0  # after which a group of lines has forgotten how busy it was
_USUAL_WAIT_CLUSTERING = 0.05
_GRADED_EVERY_WEEKS = 4  # shares that no level rests on
_HOLE_CALLS = 20.0  # so many expected in a cell and none recorded: records are missing
_SILENT_CALLS = 7.0  # so many expected on a day and none recorded: one day in a thousand at most
_ENOUGH_HALF_LIFE_WEEKS = 6.0
_GOOD_ENOUGH = 0.97
_SIDES = (
    Side(usual_spread=0.2, least=np.log(1.5)),  # first attempts
    Side(usual_spread=0.3, least=np.log(1.8)),  # attempts
    Side(usual_spread=0.5, least=1.5),  # reach
)
_OF_NUMBERS = np.array([[1.0], [1.0], [0.0]])  # which sides grow with the time that is open


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
    """The model after the weeks that it has learned: ask its parts."""

    def __init__(self, history: History, flags: Flags, settings: Settings) -> None:
        """``flags`` are the kinds of the days of these weeks, and of later ones if any."""
        self._history, self._flags, self._settings = history, flags, settings
        cells = history.cells
        self.demand = Demand(cells)
        self.effects = Effects()
        self.season = Season()
        self.load = LoadSlope()
        self.reach = Shares(cells, reach.NAMES, settings.reach, follows_load=True)
        self.busy_lines = Shares(
            cells,
            ("full_open_s", "open_s"),
            reach.busy_line_rate,
            graded_every_weeks=_GRADED_EVERY_WEEKS,
        )
        self.occupancy = Shares(
            cells,
            ("held_open_s", "line_open_s"),
            reach.occupancy_rate,
            graded_every_weeks=_GRADED_EVERY_WEEKS,
        )
        self.wait = Shares(
            cells,
            ("wait_answered_s", "waits"),
            reach.wait_of_an_hour,
            usual_clustering=_USUAL_WAIT_CLUSTERING,
            graded_every_weeks=_GRADED_EVERY_WEEKS,
        )
        self.levels = LevelPath(settings.bounds, cells.count)
        self.week = 0
        self.learned = np.zeros(history.exposure.shape, dtype=bool)  # what counts, weeks × cells
        self._names = tuple(history.sums)
        self._sums = np.stack([*history.sums.values()], axis=1)  # weeks × names × cells
        self._sums_before = np.zeros_like(self._sums[0])
        self.set_aside: list[SetAside] = []
        self._odd_days = OddDays(_SIDES, len(cells.weekdays))
        self._held = np.zeros(len(cells.weekdays), dtype=np.int64)  # week of each day held back
        self._days = np.zeros(cells.count)
        self._calls = np.zeros(cells.count)
        callers_known = history.sums["first_attempts"].any()
        self.callers = "first_attempts" if callers_known else "attempts"
        self._of_days = _days_of(history, flags, self.callers, settings.reach)

    def run(self) -> Iterator[Model]:
        """Learn one week after the other; itself after each."""
        first = min(FIRST_WEEKS, self._history.weeks)
        if first == FIRST_WEEKS:
            sides = [self._sides(week) for week in range(first)]
            odd = self._odd_days.judge_first(
                np.stack([values for values, _ in sides]), np.stack([noise for _, noise in sides])
            )
        else:
            odd = np.zeros((first, len(self._history.cells.weekdays)), dtype=bool)
        for week in range(self._history.weeks):
            if week < first:
                self._learn(odd[week], np.zeros_like(odd[week]))
            else:
                self._learn(*self._odd_days.judge(*self._sides(week)))
            yield self

    def foretell(self, horizon_weeks: int) -> tuple[Floats, Floats]:
        """First attempts of every cell so many weeks after the last one, and their variance."""
        mean, variance = self.foretell_each([horizon_weeks])
        return mean[0], variance[0]

    def foretell_each(self, horizons_weeks: Sequence[int]) -> tuple[Floats, Floats]:
        """The same for several weeks, horizons × cells."""
        mean: Floats = self.demand.mean() * self.demand_factors(horizons_weeks)
        return mean, self.demand.variances(mean, horizons_weeks)

    def demand_factors(self, horizons_weeks: Sequence[int]) -> Floats:
        """What calendar and season make of ordinary days weeks ahead, horizons × cells."""
        last = len(self._flags) - 1
        kinds = self._flags[[min(self.week - 1 + horizon, last) for horizon in horizons_weeks]]
        seasons = np.array([self.season.factor(horizon) for horizon in horizons_weeks])
        of_days = self.effects.of(kinds) * seasons[:, None]
        of_cells: Floats = of_days.take(self._history.cells.day, axis=1)
        return of_cells

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
        history, cells, week = self._history, self._history.cells, self.week
        of_days, kinds = self._of_days, self._flags[week]
        holes, silent = self._unrecorded(week)
        special = of_days.special[week]
        self._note(week, silent=silent, odd=odd, special=special, holes=holes)
        usable = np.where(holes | (silent | odd)[cells.day], 0.0, history.exposure[week])
        came = history.sums[self.callers][week] * (usable > 0)
        if self.demand.weeks_learned:
            self.effects.learn(cells.by_day(came), self._usual_calls(usable), kinds)
            self._learn_load(came, usable, holes)
        exposure = usable * ~special[cells.day]
        self.learned[week] = exposure > 0
        seen = self.learned[week].astype(np.float64)
        sums = self._sums[week] * seen
        exposure = exposure * self.effects.of(kinds)[cells.day]
        for weekday in np.flatnonzero(confirmed).tolist():
            held = int(self._held[weekday])
            of_day = (cells.day == weekday) & (history.exposure[held] > 0)
            sums = sums + self._sums[held] * of_day
            of_held = self.effects.of(self._flags[held])[cells.day]
            exposure = exposure + history.exposure[held] * of_day * of_held
            seen = seen + of_day
            self.learned[held] |= of_day
            self.set_aside = [
                aside for aside in self.set_aside if aside.day != history.day(held, weekday)
            ]
        self._held[odd] = week
        self._teach(sums, exposure, seen)
        self.week += 1

    def _usual_calls(self, exposure: Floats) -> Floats:
        """First attempts of ordinary days, by weekday, in such an exposure."""
        return self._history.cells.by_day(self.demand.mean() * exposure)

    def _learn_load(self, came: Floats, exposure: Floats, holes: Mask) -> None:
        """How the days on which more people called than usual were less easy to get through."""
        cells = self._history.cells
        called, usual = cells.by_day(came), self._usual_calls(exposure)
        chance = self._of_days.chance[self.week]
        if holes.any():
            of_day = self._by_name(cells.by_day(self._sums[self.week] * (exposure > 0)))
            chance = self._settings.reach(of_day, of_day)
        expected = cells.by_day(came * expit(self.reach.logit)) / np.maximum(called, 1.0)
        known = (called > 0) & (usual > 0) & np.isfinite(chance)
        chance = np.where(known, (called * known_or(chance, 0.0) + expected) / (called + 1), 0.5)
        self.load.learn(
            np.where(known, np.log((called + 0.5) / (usual + 0.5)), np.nan),
            logit(chance) - logit(np.where(known, expected, 0.5)),
            called * chance * (1 - chance) / self.reach.clustering,
        )

    def _by_name(self, sums: Floats) -> dict[str, Floats]:
        return dict(zip(self._names, sums, strict=True))

    def _teach(self, all_sums: Floats, exposure: Floats, seen: Floats) -> None:
        sums = self._by_name(all_sums)
        self.season.learn(self.demand.level_of(sums[self.callers], exposure))
        self.demand.learn(sums[self.callers], exposure)
        by_load = self._settings.reach.by_load(self.reach.lasting, self.demand.risen)
        self.reach.learn(sums, sums[self.callers], by_load)
        open_memories = sums["open_s"] / _MEMORY_S
        self.busy_lines.learn(sums, open_memories)
        self.occupancy.learn(sums, open_memories * (sums["line_open_s"] > 0))
        self.wait.learn(sums, sums["waits"])
        fade = 0.5 ** (1 / _ENOUGH_HALF_LIFE_WEEKS)
        self._days += seen
        self._calls = fade * self._calls + sums["attempts"]
        of_two_weeks = self._by_name(self._sums_before + all_sums)
        of_two_weeks["observations"] = of_two_weeks[self.callers]
        self._sums_before = all_sums
        self.levels.step(
            (self.reach.logit, self.reach.variance),
            self.reach.lately(of_two_weeks),
            self.enough & self.reach.known,
        )

    def _unrecorded(self, week: int) -> tuple[Mask, Mask]:
        """Cells, and days, in which calls were to be expected and not one is recorded."""
        cells, silent = self._history.cells, self._of_days.silent[week]
        if not self.demand.weeks_learned:
            return np.zeros(cells.count, dtype=bool), silent
        expected = self.demand.mean() * self._history.exposure[week]
        none_came = self._history.sums["attempts"][week] == 0
        # Where few people call, a day without a call is a day like others.
        return (
            (expected >= _HOLE_CALLS) & none_came,
            silent & (cells.by_day(expected) >= _SILENT_CALLS),
        )

    def _note(self, week: int, *, silent: Mask, odd: Mask, special: Mask, holes: Mask) -> None:
        history = self._history
        has_holes = history.cells.by_day(holes) > 0
        apart = self._of_days.is_open[week] & (silent | odd | special | has_holes)
        for weekday in np.flatnonzero(apart).tolist():
            reason: Apart = "hole"
            factor = None
            if silent[weekday]:
                reason = "no_records"
            elif odd[weekday]:
                reason = "odd_day"
                factor = self._odd_days.times_expected(self._sides(week)[0])[weekday]
            elif special[weekday]:
                after = self._flags[week, weekday, KINDS.index("after_closure")]
                reason = "after_closure" if after else "bridge"
            day = history.day(week, weekday)
            self.set_aside.append(SetAside(day=day, reason=reason, factor=factor))

    def _sides(self, week: int) -> tuple[Floats, Floats]:
        """The days of a week from all sides, and the variance due to small numbers."""
        cells, of_days = self._history.cells, self._of_days
        weights = self.demand.mean() if self.demand.weeks_learned else np.ones(cells.count)
        opened = weights * self._history.exposure[week]
        share_open = cells.by_day(opened) / cells.by_day(weights)
        known = of_days.alike[week] & (share_open > 0)
        share_open = np.where(known, share_open, 1.0) * self.effects.of(self._flags[week])
        # More people call on a day that is longer open; they get through no better.
        values = of_days.sides[week] - np.log(share_open) * _OF_NUMBERS
        return np.where(known, values, np.nan), of_days.noise[week]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Days:
    """What is seen of single days, whatever has been learned: weeks × weekdays.

    Attributes:
        is_open: at any time that is recorded.
        silent: open without a call.
        special: of a kind of its own.
        alike: neither silent nor special.
        chance: to reach an agent; nan where nothing is known.
        sides: the days from all sides, weeks × sides × weekdays.
        noise: variance of these that is due to small numbers.

    """

    is_open: Mask
    silent: Mask
    special: Mask
    alike: Mask
    chance: Floats
    sides: Floats
    noise: Floats


def _days_of(history: History, flags: Flags, callers_name: str, reading: Reach) -> _Days:
    by_day = {name: history.by_day(name) for name in {*reach.NAMES, "attempts"}}
    callers, attempts = by_day[callers_name], by_day["attempts"]
    is_open = history.cells.by_day(history.exposure) > 0
    special = (flags[: history.weeks] & APART).any(-1)
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
