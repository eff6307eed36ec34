"""Platforms that are learned together: what is learned of each is what it would be alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from affluence.typical_week.cells import Cells, Floats
from affluence.typical_week.grid import Grid
from affluence.typical_week.history import History
from affluence.typical_week.model import Settings
from affluence.typical_week.reach import Reach
from affluence.typical_week.runs import Past, Runs, run_platforms
from affluence.typical_week.shown_shares import SHOWN
from tests.typical_week.desks import BOUNDS, cells_of, desk_of_lines, no_flags

SETTINGS = Settings(
    minimum_days=3,
    minimum_calls=10,
    bounds=BOUNDS,
    reach=Reach(answers_known=True, lines_believed=True),
)


def past_of(history: History, settings: Settings = SETTINGS) -> Past:
    flags = no_flags(history)
    flags[::9, 0, 0] = True  # now and then a Monday after a closure
    return Past(history=history, flags=flags, settings=settings)


def desk(seed: int, weeks: int = 16) -> History:
    return desk_of_lines(seed, weeks=weeks, mean=20.0, load=0.6, step_week=10).history


def with_part(history: History, seen: Callable[[int, int], bool]) -> History:
    """Seen only at some weeks and cells."""
    at = np.array([[seen(w, c) for c in range(history.cells.count)] for w in range(history.weeks)])
    return replace(
        history,
        sums={name: found * at for name, found in history.sums.items()},
        exposure=history.exposure * at,
    )


def of_first_cells(history: History, count: int) -> History:
    """A table of fewer rows and weekdays."""
    return replace(
        history,
        cells=Cells(history.cells.spans[:count]),
        sums={name: found[:, :count] for name, found in history.sums.items()},
        exposure=history.exposure[:, :count],
    )


def figures(runs: Runs) -> list[Floats]:
    """All that anybody asks of runs."""
    model, of_cells = runs.model, runs.of_cells
    return [
        runs.mean,
        runs.variance,
        runs.levels.astype(np.float64),
        of_cells(model.demand.mean()),
        of_cells(model.demand.mean_variance()),
        of_cells(model.learned).astype(np.float64),
        *(of_cells(each) for each in model.reach.interval()),
        *(of_cells(each) for name in SHOWN for each in model.shown.interval(name)[1]),
        *(of_cells(model.shown.interval(name)[0]).astype(np.float64) for name in SHOWN),
        model.reach.clustering[[runs.platform]],
        model.load.slope[[runs.platform]],
        model.effects.factors[:, runs.platform],
        model.demand.half_lives_weeks[:, runs.platform],
    ]


def test_platforms_together_say_what_each_says_alone() -> None:
    """Of unequal tables, histories and settings; some are closed for a week, or begin later."""
    wide = desk(1)
    late, closed = with_part(desk(2), lambda w, _: w > 2), with_part(desk(3), lambda w, _: w != 7)
    pasts = [
        past_of(wide),
        past_of(late),
        past_of(closed),
        past_of(of_first_cells(desk(4), 17)),
        past_of(desk(5, weeks=3)),
        past_of(with_part(desk(6), lambda w, c: (w, c // 7) != (11, 2))),
        past_of(desk(7), replace(SETTINGS, minimum_calls=50)),
        past_of(with_part(desk(8), lambda *_: False)),
    ]
    for past, together in zip(pasts, run_platforms(pasts), strict=True):
        (alone,) = run_platforms([past])
        for one, other in zip(figures(together), figures(alone), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)
        assert together.advice == alone.advice
        assert together.set_aside == alone.set_aside


def test_more_platforms_than_are_learned_at_a_time_are_all_learned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("affluence.typical_week.runs.TOGETHER", 2)
    pasts = [past_of(desk(seed, weeks=6)) for seed in range(5)]
    found = [runs.mean[-1, 0].sum() for runs in run_platforms(pasts)]
    assert found == pytest.approx([run_platforms([past])[0].mean[-1, 0].sum() for past in pasts])


def test_cells_lie_on_the_grid_by_weekday_and_row() -> None:
    """Two weekdays of two rows; and three of one row."""
    grid = Grid([cells_of(2, 2), cells_of(3, 1)])
    laid = grid.lay([np.array([1.0, 2, 3, 4]), np.array([5.0, 6, 7])])
    assert grid.table(laid)[..., 0].tolist() == [[1, 2], [3, 4], [0, 0]]
    assert grid.table(laid)[..., 1].tolist() == [[5, 0], [6, 0], [7, 0]]
    assert grid.by_day(laid).T.tolist() == [[3, 7, 0], [5, 6, 7]]
    assert grid.by_row(laid).T.tolist() == [[4, 6], [18, 0]]
    assert grid.of_days(grid.by_day(laid))[:, 0].tolist() == [3, 3, 7, 7, 0, 0]
    assert grid.of_rows(grid.by_row(laid))[:, 0].tolist() == [4, 6, 4, 6, 4, 6]
    assert [grid.take_up(laid, of).tolist() for of in range(2)] == [[1, 2, 3, 4], [5, 6, 7]]
