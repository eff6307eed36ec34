"""The whole model on lines as Erlang B takes them: calm, quick where it must be, not too rosy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from affluence.typical_week.cells import Floats
from affluence.typical_week.history import History
from affluence.typical_week.levels import NONE, Levels
from affluence.typical_week.reach import Reach
from affluence.typical_week.set_aside import SetAside
from tests.typical_week.desks import (
    LOWEST,
    Desk,
    cells_of,
    desk_of_lines,
    history_of,
    levels_after_every_week,
    model_of,
    of_cells,
    published,
)

SEEDS = 20
SIZES = (8.0, 30.0, 80.0)  # first attempts an hour: 2, 5 and 12 lines
WARM_UP_WEEKS = 8
STEP_WEEK = 16
VERY_BUSY = 3
CLEARLY = 0.03  # of the chance to reach an agent
ROSY = 0.02

of_every_size = pytest.mark.parametrize("mean", SIZES)


class Published(NamedTuple):
    """A simulated desk and the levels that were published after every week of it."""

    desk: Desk
    levels: Levels


def published_together(desks: Sequence[Desk]) -> tuple[Published, ...]:
    model = model_of(*[desk.history for desk in desks])
    levels = np.stack([after.levels.levels for after in model.run()])
    return tuple(
        Published(desk, model.grid.take_up(levels, platform)) for platform, desk in enumerate(desks)
    )


@cache
def steady_desks(mean: float) -> tuple[Published, ...]:
    desks = [desk_of_lines(seed, weeks=26, mean=mean, load=0.55) for seed in range(SEEDS)]
    return published_together(desks)


@cache
def stepping_desks(mean: float, seeds: int = SEEDS) -> tuple[Published, ...]:
    """From one week to the next 40 % more call, and stay."""
    desks = [
        desk_of_lines(100 + seed, weeks=24, mean=mean, load=0.6, step_week=STEP_WEEK)
        for seed in range(seeds)
    ]
    return published_together(desks)


def is_rosy(run: Published) -> NDArray[np.bool_]:
    """Where a level promises more than is true; weeks × cells."""
    promised = np.where(run.levels == NONE, 0.0, LOWEST[run.levels])
    return np.asarray(promised > run.desk.reach + ROSY)


# A platform that does not change


@of_every_size
def test_levels_of_a_steady_desk_hardly_change(mean: float) -> None:
    changed = [
        run.levels[WARM_UP_WEEKS + 1 :] != run.levels[WARM_UP_WEEKS:-1]
        for run in steady_desks(mean)
    ]
    assert np.mean(changed) <= 0.05


@of_every_size
def test_levels_of_a_steady_desk_are_seldom_rosier_than_the_truth(mean: float) -> None:
    assert np.mean([is_rosy(run)[run.levels != NONE].mean() for run in steady_desks(mean)]) <= 0.05


@of_every_size
def test_levels_of_a_steady_desk_are_the_true_ones_or_one_busier(mean: float) -> None:
    """In doubt the busier one: but not more than that, and mostly without doubt."""
    busier = np.concatenate(
        [(run.levels - run.desk.levels)[WARM_UP_WEEKS:].ravel() for run in steady_desks(mean)]
    )
    assert np.mean(busier == 0) >= 0.6
    assert np.mean((busier == 0) | (busier == 1)) >= 0.98


# A platform on which 40 % more call from one week to the next


@pytest.mark.long
@pytest.mark.parametrize("mean", [11.0, 14.4, 21.6, 25.0, 30.0, 80.0])
def test_what_is_saturated_is_shown_within_three_runs(mean: float) -> None:
    """On two lines, on two, three, three, four and eleven."""
    shown = []
    for desk, levels in stepping_desks(mean, seeds=60):
        saturated = (desk.reach[STEP_WEEK] <= LOWEST[VERY_BUSY - 1] - CLEARLY) & (
            desk.levels[STEP_WEEK - 1] < VERY_BUSY
        )
        shown += (levels[STEP_WEEK + 2, saturated] == VERY_BUSY).tolist()
    assert len(shown) >= 100
    assert np.mean(shown) >= 0.95


@of_every_size
def test_what_became_busier_is_shown_within_six_runs(mean: float) -> None:
    shown = []
    for desk, levels in stepping_desks(mean):
        before, after = desk.levels[STEP_WEEK - 1], desk.levels[STEP_WEEK]
        far = np.abs(desk.reach[STEP_WEEK][:, None] - LOWEST[:VERY_BUSY]).min(1) >= CLEARLY
        busier = (after > before) & (after < VERY_BUSY) & far
        shown += (levels[STEP_WEEK + 5] >= after)[busier].tolist()
    assert len(shown) >= 100
    assert np.mean(shown) >= 0.95


@of_every_size
def test_levels_are_seldom_rosier_than_the_truth_though_it_stepped(mean: float) -> None:
    assert (
        np.mean([is_rosy(run)[run.levels != NONE].mean() for run in stepping_desks(mean)]) <= 0.05
    )


# What a run knows

CELLS = cells_of(weekdays=5, rows=4)
USUAL = np.full((8, CELLS.count), 30.0)  # calls a week


def history_by(calls: Floats, answered: float = 0.95) -> History:
    """Of eight lines that are never full; some give up, equally everywhere."""
    got = np.round(answered * calls)
    hour = np.full(calls.shape, 3600.0)
    return history_of(
        CELLS,
        {
            "attempts": calls,
            "answered": got,
            "abandoned": calls - got,
            "first_attempts": calls,
            "open_s": hour,
            "line_open_s": 8 * hour,
            "held_open_s": 100 * calls,
        },
    )


def until(history: History, weeks: int) -> History:
    return replace(
        history,
        sums={name: found[:weeks] for name, found in history.sums.items()},
        exposure=history.exposure[:weeks],
    )


@pytest.mark.parametrize("weeks", [4, 5, 13, 25])
def test_a_past_run_is_what_it_was_then(weeks: int) -> None:
    desk, levels = steady_desks(SIZES[1])[0]
    assert published(until(desk.history, weeks)).tolist() == levels[:weeks].tolist()


def test_a_level_needs_enough_days() -> None:
    """Three, by the settings."""
    levels = published(history_by(USUAL))
    assert [bool(np.all(of_week == NONE)) for of_week in levels] == [True] * 2 + [False] * 6


def test_a_level_needs_enough_calls() -> None:
    """Ten, by the settings: after four weeks of three."""
    levels = published(history_by(USUAL / 10))
    assert [bool(np.all(of_week == NONE)) for of_week in levels] == [True] * 3 + [False] * 5


@pytest.mark.parametrize(("calls", "known"), [(1.0, False), (1.2, True)])
def test_calls_of_six_weeks_ago_count_half(calls: float, known: bool) -> None:
    """Of one a week never more than 1 + 0.89 + 0.79 + … = 9.2 count, of 1.2 as many as 11."""
    levels = published(history_by(np.full((60, CELLS.count), calls), answered=1.0))
    assert np.all((levels[-1] != NONE) == known)


def test_cells_that_are_never_seen_have_no_level() -> None:
    history = history_by(USUAL)
    seen = np.arange(CELLS.count) != 5
    history = replace(
        history,
        sums={name: found * seen for name, found in history.sums.items()},
        exposure=history.exposure * seen,
    )
    assert (published(history)[-1] == NONE).tolist() == (~seen).tolist()


def test_where_callers_are_not_known_attempts_stand_for_them() -> None:
    known = history_by(USUAL)
    unknown = replace(known, sums={**known.sums, "first_attempts": np.zeros_like(USUAL)})
    assert published(unknown).tolist() == published(known).tolist()


@pytest.mark.parametrize(
    ("lines_believed", "refusals_recorded", "known"),
    [(True, True, True), (True, False, True), (False, True, True), (False, False, False)],
)
def test_where_neither_lines_nor_refusals_tell_who_was_turned_away_there_is_no_level(
    lines_believed: bool, refusals_recorded: bool, known: bool
) -> None:
    """All who got a line were answered, but how many got none?"""
    reading = Reach(
        answers_known=True, lines_believed=lines_believed, refusals_recorded=refusals_recorded
    )
    model = model_of(history_by(USUAL), reading=reading)
    levels = levels_after_every_week(model)
    assert np.all((levels[-1] != NONE) == known)


def test_an_hour_without_any_call_where_twenty_were_to_be_expected_is_a_hole() -> None:
    calls = USUAL.copy()
    calls[5, 6] = 0  # Tuesday of the sixth week, third row
    with_hole, without = model_of(history_by(calls)), model_of(history_by(USUAL))
    levels = [levels_after_every_week(model).tolist() for model in (with_hole, without)]
    assert levels[0] == levels[1]
    history = history_by(calls)
    assert with_hole.set_aside.of(0, history) == (
        SetAside(day=history.day(5, 1), reason="hole", factor=None),
    )
    assert without.set_aside.of(0, history) == ()
    assert with_hole.demand.mean() == pytest.approx(without.demand.mean(), rel=0.01)


@pytest.mark.parametrize(("usual", "is_hole"), [(3.0, False), (18.0, False), (22.0, True)])
def test_an_hour_without_any_call_where_fewer_were_to_be_expected_is_none(
    usual: float, is_hole: bool
) -> None:
    calls = np.full_like(USUAL, usual)
    calls[5, 6] = 0
    history = history_by(calls)
    model = model_of(history)
    list(model.run())
    assert bool(model.set_aside.of(0, history)) is is_hole


@pytest.mark.parametrize(("usual", "is_silent"), [(1.5, False), (2.0, True)])
def test_a_day_without_a_call_is_one_like_others_where_few_people_call(
    usual: float, is_silent: bool
) -> None:
    """Six calls a day, or eight."""
    calls = np.full_like(USUAL, usual)
    calls[5, :4] = 0
    history = history_by(calls)
    model = model_of(history)
    list(model.run())
    silent = [history.day(5, 0)] if is_silent else []
    assert [aside.day for aside in model.set_aside.of(0, history)] == silent


def test_a_day_on_which_the_records_are_silent_is_set_aside() -> None:
    calls = USUAL.copy()
    calls[2, :4] = 0  # Monday of the third week
    history = history_by(calls)
    model = model_of(history)
    list(model.run())
    assert [(aside.day, aside.reason) for aside in model.set_aside.of(0, history)] == [
        (history.day(2, 0), "no_records")
    ]
    assert of_cells(model, model.demand.mean()) == pytest.approx(USUAL[0], rel=0.01)


@pytest.mark.parametrize(
    ("changed", "factor", "is_odd"),
    [
        ("first_attempts", 1.45, False),
        ("first_attempts", 1.55, True),
        ("first_attempts", 1 / 1.55, True),
        ("attempts", 1.75, False),
        ("attempts", 1.85, True),
        ("answered", 0.83 / 0.95, False),  # on the logit 1.36 less
        ("answered", 0.79 / 0.95, True),  # and 1.62
    ],
)
def test_a_day_of_a_large_calm_desk_is_odd_where_people_would_notice(
    changed: str, factor: float, is_odd: bool
) -> None:
    """Half as many people more, four fifths more calls, or 1.5 on the logit of reach."""
    history = history_by(np.full_like(USUAL, 1e5))
    figures = history.sums[changed].copy()
    figures[7, 4:8] *= factor
    abandoned = history.sums["attempts"] - history.sums["answered"]
    sums = {**history.sums, changed: figures}
    if changed == "answered":
        sums["abandoned"] = abandoned + history.sums["answered"] - figures
    model = model_of(replace(history, sums=sums))
    list(model.run())
    odd = [(history.day(7, 1), "odd_day")] if is_odd else []
    assert [(aside.day, aside.reason) for aside in model.set_aside.of(0, history)] == odd


def test_two_odd_days_in_a_row_are_learned_both() -> None:
    """From the sixth week on three times as many call on Tuesdays."""
    calls = USUAL.copy()
    calls[5:, 4:8] *= 3
    history = history_by(calls)
    model = model_of(history)
    kept = [[aside.reason for aside in after.set_aside.of(0, history)] for after in model.run()]
    assert kept[5:] == [["odd_day"], [], []]
    assert model.demand.mean()[4:8].mean() > 1.5 * 30


def test_no_day_is_odd_before_there_are_four_weeks() -> None:
    """On the Tuesday of the third week five times as many call."""
    tuesdays = []
    for weeks, odd_days in ((3, []), (4, [(2, 1)])):
        calls = USUAL[:weeks].copy()
        calls[2, 4:8] *= 5
        history = history_by(calls)
        model = model_of(history)
        list(model.run())
        assert [aside.day for aside in model.set_aside.of(0, history)] == [
            history.day(*odd) for odd in odd_days
        ]
        tuesdays.append(of_cells(model, model.demand.mean())[4:8].mean())
    assert tuesdays[0] > 1.5 * 30
    assert tuesdays[1] == pytest.approx(30, rel=0.05)


@pytest.mark.parametrize(("calls", "is_odd"), [(3000, False), (300, True)])
def test_fewer_call_on_a_day_that_is_seldom_recorded_and_get_through_as_well(
    calls: float, is_odd: bool
) -> None:
    """A tenth of one Tuesday is on record: of a tenth of the calls, or of far too few.

    Were the chance to reach an agent to grow with the time, it would have to be far lower as well.
    """
    usual = np.full((8, CELLS.count), 30000.0)
    usual[7, 4:8] = calls
    recorded = np.ones_like(usual)
    recorded[7, 4:8] = 0.1
    history = replace(history_by(usual), exposure=recorded)
    model = model_of(history)
    list(model.run())
    odd = [history.day(7, 1)] if is_odd else []
    assert [aside.day for aside in model.set_aside.of(0, history)] == odd


def test_the_same_history_gives_the_same_figures() -> None:
    history = steady_desks(SIZES[0])[1].desk.history
    one, other = model_of(history), model_of(history)
    for _ in zip(one.run(), other.run(), strict=True):
        assert one.levels.levels.tolist() == other.levels.levels.tolist()
    assert one.reach.logit.tolist() == other.reach.logit.tolist()
    assert one.demand.mean().tolist() == other.demand.mean().tolist()
