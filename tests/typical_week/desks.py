"""Desks whose truth is known: cells by hand, and lines that are taken as Erlang B says.

The first attempts of an hour are Poisson at a rate that differs by weekday and hour, times a level
that may step once, times a busyness of the day ~ Gamma that nobody can foretell. They are refused
where all lines are taken; of those who get a line the fewer are answered, the more of the lines are
wanted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import stats

from affluence.typical_week.calendar_effects import KINDS, Flags
from affluence.typical_week.cells import Cells, Floats
from affluence.typical_week.history import SUMS, History
from affluence.typical_week.levels import Bounds, Levels
from affluence.typical_week.model import Model, Settings
from affluence.typical_week.reach import Reach
from tests.typical_week.slots import Figures, slots_of

Scalar = TypeVar("Scalar", bound=np.generic)

BOUNDS = Bounds(quiet=0.90, fairly_quiet=0.75, busy=0.50)
LOWEST = np.array([0.90, 0.75, 0.50, 0.0])  # reach of each level
FIRST_MONDAY = date(2024, 1, 1)

_WEEKDAYS, _ROWS = 5, 7
_HOLDING_S = 300.0
_BUSYNESS = 30.0  # of a day ~ Gamma(nu, nu)
_STEP = 1.4
_BUSY_SHARES_ALIKE = 8.0  # beta: how far the lines of one hour follow what Erlang B expects
_REDIALS = 1.3  # attempts for one first attempt


def cells_of(weekdays: int, rows: int) -> Cells:
    """A table of whole hours from 9:00, the same on the first weekdays."""
    return Cells(
        pl.DataFrame(
            {
                "weekday": np.repeat(np.arange(1, weekdays + 1), rows),
                "start_min": np.tile(np.arange(rows) * 60 + 540, weekdays),
                "end_min": np.tile(np.arange(rows) * 60 + 600, weekdays),
            }
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Desk:
    """What a desk has recorded, and the true chance that a first call reaches an agent."""

    history: History
    reach: Floats  # weeks × cells, on average over the busyness of the days

    @property
    def levels(self) -> Levels:
        """What ought to be published of each cell, weeks × cells."""
        return levels_of(self.reach)


def levels_of(reach: Floats) -> Levels:
    """The level of each chance, 0 = quiet."""
    return np.asarray((reach[..., None] < LOWEST[:-1]).sum(-1))


def desk_of_lines(
    seed: int, *, weeks: int, mean: float, load: float, step_week: int | None = None
) -> Desk:
    """Simulate a desk.

    Args:
        seed: the same one gives the same desk.
        weeks: number of them.
        mean: first attempts an hour, on average over a week.
        load: for so many erlang a line the desk has lines, on average over a week.
        step_week: number of the week, from 0, from which on 1.4 times as many call.

    """
    rng = np.random.default_rng(seed)
    cells = cells_of(_WEEKDAYS, _ROWS)
    weekday = np.exp(rng.normal(0, 0.2, _WEEKDAYS))
    row = np.exp(np.linspace(0.5, -0.6, _ROWS) + rng.normal(0, 0.1, _ROWS))
    shape = weekday[:, None] * row * np.exp(rng.normal(0, 0.15, (_WEEKDAYS, _ROWS)))
    shape = (shape * mean / shape.mean()).ravel()
    lines = max(2, round(mean * _HOLDING_S / 3600 / load))
    level = np.where(np.arange(weeks) < (weeks if step_week is None else step_week), 1.0, _STEP)
    rate = level[:, None] * shape
    busyness = rng.gamma(_BUSYNESS, 1 / _BUSYNESS, (weeks, _WEEKDAYS))[:, cells.day]
    return Desk(
        history=_recorded(rng, cells, rate * busyness, lines),
        reach=_true_reach(level, shape, lines),
    )


def _recorded(rng: np.random.Generator, cells: Cells, rate: Floats, lines: int) -> History:
    traffic = rate * _HOLDING_S / 3600
    taken = erlang_b(lines, traffic)
    came = rng.poisson(rate)
    refused = rng.binomial(came, taken)
    answered = rng.binomial(came - refused, _answered(traffic, lines))
    alike = _BUSY_SHARES_ALIKE
    full = rng.beta(np.maximum(alike * taken, 1e-3), np.maximum(alike * (1 - taken), 1e-3))
    hour = np.full(rate.shape, 3600.0)
    seen = {
        "attempts": came * _REDIALS,
        "answered": answered,
        "abandoned": came - refused - answered,
        "busy": came * (_REDIALS - 1) + refused,
        "first_attempts": came,
        "first_busy": refused,
        "open_s": hour,
        "full_open_s": full * hour,
        "held_open_s": traffic * (1 - taken) * hour,
        "line_open_s": lines * hour,
        "wait_answered_s": answered * 20,
        "waits": answered,
    }
    return history_of(cells, seen)


def _true_reach(level: Floats, shape: Floats, lines: int) -> Floats:
    """By cell and week; most people call on busy days."""
    chances = (np.arange(200) + 0.5) / 200
    busyness = stats.gamma(_BUSYNESS, scale=1 / _BUSYNESS).ppf(chances)[:, None]
    by_level = {}
    for of_week in np.unique(level).tolist():
        traffic = of_week * shape * busyness * _HOLDING_S / 3600
        reach = (1 - erlang_b(lines, traffic)) * _answered(traffic, lines)
        by_level[of_week] = (reach * busyness).sum(0) / busyness.sum()
    return np.stack([by_level[of_week] for of_week in level.tolist()])


def _answered(traffic: Floats, lines: int) -> Floats:
    """Share of those with a line who do not give up before an agent answers."""
    answered: Floats = 0.97 - 0.5 * np.clip(traffic / lines - 0.6, 0, 0.4)
    return answered


def erlang_b(lines: int, traffic: Floats) -> Floats:
    """Share of the time in which all lines are taken."""
    blocked = np.ones_like(traffic)
    for line in range(1, lines + 1):
        blocked = traffic * blocked / (line + traffic * blocked)
    return blocked


def history_of(cells: Cells, seen: dict[str, Floats], exposure: Floats | float = 1.0) -> History:
    """A history in which nothing happened but what was seen, weeks × cells."""
    shape = next(iter(seen.values())).shape
    return History(
        first_monday=FIRST_MONDAY,
        cells=cells,
        sums={name: np.asarray(seen.get(name, np.zeros(shape)), np.float64) for name in SUMS},
        exposure=np.broadcast_to(np.asarray(exposure, np.float64), shape),
    )


def no_flags(history: History) -> Flags:
    """Days of no particular kind, for some weeks to come too."""
    return np.zeros((history.weeks + 8, len(history.cells.weekdays), len(KINDS)), dtype=bool)


def model_of(
    *histories: History,
    flags: Flags | None = None,
    reading: Reach = Reach(answers_known=True, lines_believed=True),  # noqa: B008  # frozen
) -> Model:
    """A model of some platforms that has learned nothing yet; all have the same flags."""
    settings = Settings(minimum_days=3, minimum_calls=10, bounds=BOUNDS, reach=reading)
    of_all = no_flags(histories[0]) if flags is None else flags
    return Model(histories, [of_all] * len(histories), settings)


def of_cells(model: Model, figures: NDArray[Scalar]) -> NDArray[Scalar]:
    """Figures of a model of one platform, by cell."""
    return model.grid.take_up(figures, 0)


def levels_after_every_week(model: Model) -> Levels:
    """As they are published, weeks × cells."""
    return np.stack([of_cells(after, after.levels.levels) for after in model.run()])


def published(history: History) -> Levels:
    """The levels after every weekly run, weeks × cells."""
    return levels_after_every_week(model_of(history))


# SLOTS

FIRST, LAST = date(2026, 2, 2), date(2026, 3, 29)  # eight weeks without a holiday
_REFUSED = {9: 0.68, 10: 0.36, 11: 0.17, 13: 0.17, 14: 0.17, 15: 0.17, 16: 0.17}  # by hour
_REFUSED_BESIDES = {(1, 15): 0.0, (1, 16): 0.0, (3, 15): 0.0, (3, 16): 0.0, (4, 9): 0.56}
_BUSIER_DAYS = (1.3, 1.0, 0.9, 1.0, 0.8)  # Monday to Friday


def slots_of_a_clear_desk(first: date = FIRST, last: date = LAST) -> pl.DataFrame:
    """SLOTS of a desk of all levels, none of them near a bound.

    It is quiet on Tuesdays and Thursdays from 15:00 on, worst at nine but on Fridays.
    """

    def figures(day: date, minute: int) -> Figures:
        rng = np.random.default_rng((day.toordinal(), minute))
        place = day.weekday(), minute // 60
        came = int(rng.poisson(60 * _BUSIER_DAYS[day.weekday()]))
        refused = int(rng.binomial(came, _REFUSED_BESIDES.get(place, _REFUSED[place[1]])))
        answered = int(rng.binomial(came - refused, 0.99))
        return {
            "answered": answered,
            "abandoned": came - refused - answered,
            "busy": 2 * refused,
            "first_attempts": came,
            "first_busy": refused,
            "full_open_s": 900 * refused / max(came, 1),
            "held_open_s": 300 * (came - refused),
            "wait_answered_s": 20 * answered,
        }

    return slots_of(first, last, figures)
