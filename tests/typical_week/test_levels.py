"""Levels: the busier one in doubt, no haste towards the quieter, none towards a promise."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from affluence.typical_week.cells import Floats
from affluence.typical_week.levels import NONE, LevelPath, sure_levels
from affluence.typical_week.log_odds import logit
from tests.typical_week.desks import BOUNDS

QUIET, FAIRLY_QUIET, BUSY, VERY_BUSY = range(4)
SD = 0.2  # of the logit
Chance = tuple[Floats, Floats]


def chance(reach: float, sd: float = SD) -> Chance:
    """Of one cell."""
    return logit(np.array([reach])), np.array([sd**2])


def sure_by(probability: float, bound: float) -> Chance:
    """A chance of which it is so sure that it is above a bound."""
    far = NormalDist().inv_cdf(probability) * SD
    return logit(np.array([bound])) + far, np.array([SD**2])


NOTHING_NEW = chance(0.9, sd=100.0)  # the last weeks alone are sure of nothing
ENOUGH, TOO_LITTLE = np.array([True]), np.array([False])


class Cell:
    """The level of one cell from run to run."""

    def __init__(self, *runs: Chance) -> None:
        self._path = LevelPath(BOUNDS, (1,))
        self.levels = [self.run(each) for each in runs]

    def run(
        self,
        each: Chance,
        lately: Chance = NOTHING_NEW,
        enough: np.ndarray = ENOUGH,
        *,
        stepped: bool = False,
    ) -> int:
        return int(self._path.step(each, lately, enough, np.array([stepped]))[0])


def standing_at(level: int) -> Cell:
    """A cell of which it has long been sure."""
    reach = (0.97, 0.82, 0.62, 0.30)[level]
    cell = Cell(*[chance(reach)] * 3)
    assert cell.levels == [level] * 3
    return cell


# The first level


@pytest.mark.parametrize(
    ("bound", "sure", "unsure"),
    [(0.90, QUIET, FAIRLY_QUIET), (0.75, FAIRLY_QUIET, BUSY), (0.50, BUSY, VERY_BUSY)],
)
def test_a_level_is_given_when_80_percent_sure_else_the_busier(
    bound: float, sure: int, unsure: int
) -> None:
    assert Cell(sure_by(0.81, bound)).levels == [sure]
    assert Cell(sure_by(0.79, bound)).levels == [unsure]


def test_who_knows_nothing_gives_the_busiest() -> None:
    assert Cell(chance(0.95, sd=10.0)).levels == [VERY_BUSY]


def test_a_level_of_its_own_for_each_day_to_come_needs_80_percent_too() -> None:
    logits, variance = zip(sure_by(0.81, 0.9), sure_by(0.79, 0.9), sure_by(0.79, 0.5), strict=True)
    found = sure_levels(np.concatenate(logits), np.concatenate(variance), BOUNDS)
    assert found.tolist() == [QUIET, FAIRLY_QUIET, VERY_BUSY]


def test_there_is_none_where_not_enough_is_known() -> None:
    cell = Cell()
    assert [cell.run(chance(0.99), enough=TOO_LITTLE) for _ in range(3)] == [NONE] * 3
    assert cell.run(chance(0.99)) == QUIET


def test_a_level_is_withdrawn_when_no_longer_enough_is_known() -> None:
    cell = standing_at(QUIET)
    assert cell.run(chance(0.97), enough=TOO_LITTLE) == NONE


# Towards the quieter


def test_a_quieter_level_needs_two_runs_in_a_row() -> None:
    cell = standing_at(BUSY)
    assert [cell.run(chance(0.82)), cell.run(chance(0.82))] == [BUSY, FAIRLY_QUIET]


def test_two_runs_with_a_doubtful_one_between_are_not_in_a_row() -> None:
    cell = standing_at(BUSY)
    assert [cell.run(chance(reach)) for reach in (0.82, 0.70, 0.82)] == [BUSY] * 3


def test_a_quieter_level_must_be_80_percent_sure_each_time() -> None:
    cell = standing_at(BUSY)
    assert [cell.run(sure_by(p, 0.75)) for p in (0.81, 0.79, 0.79, 0.79)] == [BUSY] * 4


def test_towards_the_quieter_by_one_step_a_run() -> None:
    cell = standing_at(VERY_BUSY)
    assert [cell.run(chance(0.98)) for _ in range(5)] == [
        VERY_BUSY,
        BUSY,
        FAIRLY_QUIET,
        QUIET,
        QUIET,
    ]


# Towards the busier


def test_a_level_that_stands_is_kept_until_it_is_less_than_60_percent_sure() -> None:
    cell = standing_at(QUIET)
    assert [cell.run(sure_by(p, 0.90)) for p in (0.79, 0.61, 0.61)] == [QUIET] * 3
    assert cell.run(sure_by(0.59, 0.90)) == FAIRLY_QUIET


def test_towards_the_busier_by_one_step_a_run() -> None:
    cell = standing_at(QUIET)
    assert [cell.run(chance(0.30)) for _ in range(4)] == [FAIRLY_QUIET, BUSY, VERY_BUSY, VERY_BUSY]


def test_where_the_demand_has_stepped_a_level_stands_only_if_it_would_be_given_anew() -> None:
    for probability, kept in ((0.81, QUIET), (0.79, FAIRLY_QUIET), (0.61, FAIRLY_QUIET)):
        cell = standing_at(QUIET)
        assert cell.run(sure_by(probability, 0.90), stepped=True) == kept


# The override


def test_what_the_last_weeks_are_sure_of_moves_a_level_at_once_and_as_far_as_they_show() -> None:
    for shown, level in ((0.62, BUSY), (0.30, VERY_BUSY)):
        assert standing_at(QUIET).run(chance(0.97), lately=chance(shown)) == level


def test_last_weeks_that_are_less_than_80_percent_sure_move_nothing() -> None:
    cell = standing_at(QUIET)
    assert cell.run(chance(0.97), lately=sure_by(0.21, 0.90)) == QUIET
    assert cell.run(chance(0.97), lately=sure_by(0.19, 0.90)) == FAIRLY_QUIET


def test_it_moves_beyond_a_bound_only_when_60_percent_sure() -> None:
    assert standing_at(QUIET).run(chance(0.97), lately=sure_by(0.41, 0.75)) == FAIRLY_QUIET
    assert standing_at(QUIET).run(chance(0.97), lately=sure_by(0.39, 0.75)) == BUSY


def test_it_never_moves_towards_the_quieter() -> None:
    cell = standing_at(VERY_BUSY)
    assert cell.run(chance(0.30), lately=chance(0.99, sd=0.01)) == VERY_BUSY


def test_it_stands_as_long_as_the_last_weeks_contradict_what_is_quieter() -> None:
    """Then the way back is by one step a run, as ever."""
    cell = standing_at(QUIET)
    assert [cell.run(chance(0.97), lately=chance(0.30)) for _ in range(4)] == [VERY_BUSY] * 4
    assert [cell.run(chance(0.97)) for _ in range(3)] == [BUSY, FAIRLY_QUIET, QUIET]


# All together


def test_a_level_moves_by_at_most_one_step_a_week_unless_the_last_weeks_are_sure() -> None:
    rng = np.random.default_rng(1)
    path = LevelPath(BOUNDS, (200,))
    nothing_new = np.zeros(200), np.full(200, 1e6)
    enough = np.ones(200, dtype=bool)
    before = path.step((rng.normal(1, 1.5, 200), np.full(200, 0.04)), nothing_new, enough, ~enough)
    for _ in range(30):
        after = path.step(
            (rng.normal(1, 1.5, 200), np.full(200, 0.04)), nothing_new, enough, ~enough
        )
        assert np.abs(after - before).max() == 1
        before = after


def test_cells_have_nothing_to_do_with_each_other() -> None:
    rng = np.random.default_rng(2)
    logits = rng.normal(1, 1, (10, 5))
    lately = rng.normal(1, 1, (10, 5))
    together = LevelPath(BOUNDS, (5,))
    alone = [LevelPath(BOUNDS, (1,)) for _ in range(5)]
    for week, recent in zip(logits, lately, strict=True):
        levels = together.step(
            (week, np.full(5, 0.1)),
            (recent, np.full(5, 0.3)),
            np.ones(5, dtype=bool),
            np.zeros(5, bool),
        )
        expected = [
            path.step(
                (week[cell : cell + 1], np.array([0.1])),
                (recent[cell : cell + 1], np.array([0.3])),
                ENOUGH,
                ~ENOUGH,
            ).item()
            for cell, path in enumerate(alone)
        ]
        assert levels.tolist() == expected
