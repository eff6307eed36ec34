"""Advice: several hours, spread over days, that stay as long as they are about as good."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from affluence.typical_week.advice import Advice, advise
from affluence.typical_week.cells import Floats
from affluence.typical_week.levels import NONE, Levels
from tests.typical_week.desks import cells_of, levels_of

CELLS = cells_of(weekdays=5, rows=8)  # an eighth of them is five
MONDAY, FRIDAY = 0, 4
NOTHING = Advice()


def cell(weekday: int, row: int) -> int:
    return 8 * weekday + row


def reach_of(usual: float, **rows_of_days: dict[int, float]) -> Floats:
    """The same chance everywhere, but for some rows of some days."""
    days = ("monday", "tuesday", "wednesday", "thursday", "friday")
    reach = np.full(CELLS.count, usual)
    for day, rows in rows_of_days.items():
        for row, value in rows.items():
            reach[cell(days.index(day), row)] = value
    return reach


def advise_by(
    reach: Floats, before: Advice = NOTHING, levels: Levels | None = None, *, widened: bool = False
) -> Advice:
    """Advice where the interval of reach is 0.02 on either side."""
    levels = levels_of(reach) if levels is None else levels
    return advise(CELLS, levels, reach - 0.02, reach + 0.02, before=before, widened=widened)


def rising(step: float = 0.001, lowest: float = 0.3) -> Floats:
    """Each cell a little better than the one before."""
    return np.linspace(lowest, lowest + step * (CELLS.count - 1), CELLS.count)


def test_an_eighth_of_the_hours_is_recommended_and_an_eighth_to_avoid() -> None:
    advice = advise_by(rising(step=0.015))
    assert len(advice.recommended) == len(advice.to_avoid) == 40 // 8


def test_at_least_three_are_recommended() -> None:
    levels = np.full(CELLS.count, NONE)
    levels[:8] = 0
    assert len(advise_by(np.full(CELLS.count, 0.95), levels=levels).recommended) == 3


def test_twice_as_many_where_those_named_before_fill_up() -> None:
    assert len(advise_by(np.full(CELLS.count, 0.95), widened=True).recommended) == 10


def test_the_best_come_first_and_so_do_the_worst() -> None:
    reach = reach_of(0.8, monday={0: 0.92, 1: 0.95}, tuesday={0: 0.93}, friday={0: 0.4, 1: 0.3})
    advice = advise_by(reach)
    best = (cell(0, 1), cell(1, 0), cell(0, 0))
    assert advice.recommended[:3] == best
    assert advice.to_avoid == (cell(4, 1), cell(4, 0))


def test_equal_hours_are_named_in_the_order_of_the_week() -> None:
    recommended = advise_by(np.full(CELLS.count, 0.95)).recommended
    assert recommended == (cell(0, 0), cell(0, 1), cell(1, 0), cell(1, 1), cell(2, 0))


def test_hours_are_compared_by_the_careful_end_of_their_interval() -> None:
    reach = np.full(CELLS.count, 0.95)
    low = reach - 0.05
    low[cell(MONDAY, 0)] = 0.50  # may be as good, but hardly anything is known of it
    recommended = advise(CELLS, levels_of(reach), low, reach + 0.02).recommended
    assert cell(MONDAY, 0) not in recommended


def test_at_most_two_of_a_weekday_as_long_as_others_are_left() -> None:
    reach = reach_of(0.91, monday=dict.fromkeys(range(8), 0.97))
    by_day = Counter(CELLS.day[each] for each in advise_by(reach).recommended)
    assert by_day[MONDAY] == 2
    assert max(by_day.values()) == 2


def test_more_of_a_weekday_where_no_others_are_left() -> None:
    reach = reach_of(0.4, monday={0: 0.97, 1: 0.96, 2: 0.95, 3: 0.94})
    assert advise_by(reach).recommended == tuple(cell(MONDAY, row) for row in range(4))


def test_what_is_recommended_stays_as_long_as_it_is_about_as_good() -> None:
    before = Advice(recommended=tuple(cell(FRIDAY, row) for row in (0, 1)))
    reach = reach_of(0.93, friday={0: 0.915, 1: 0.905})
    recommended = advise_by(reach, before).recommended
    assert cell(FRIDAY, 0) in recommended  # 0.015 less than others
    assert cell(FRIDAY, 1) not in recommended  # 0.025 less


def test_what_is_published_of_the_interval_is_not_what_was_added_to_compare() -> None:
    reach = reach_of(0.93)
    low = reach - 0.02
    advise(CELLS, levels_of(reach), low, reach, before=Advice(recommended=(cell(FRIDAY, 0),)))
    assert low.tolist() == (reach - 0.02).tolist()


def test_what_was_recommended_goes_when_it_is_no_longer_quiet() -> None:
    before = Advice(recommended=(cell(FRIDAY, 0),))
    reach = reach_of(0.76, friday={0: 0.745})
    assert cell(FRIDAY, 0) not in advise_by(reach, before).recommended


def test_small_changes_from_week_to_week_change_no_advice() -> None:
    rng = np.random.default_rng(1)
    usual = 0.85 + rng.uniform(-0.1, 0.1, CELLS.count)
    advice = advise_by(usual)
    for _ in range(20):
        after = advise_by(usual + rng.uniform(-0.01, 0.01, CELLS.count), advice)
        assert set(after.recommended) == set(advice.recommended)


def test_the_least_busy_hours_are_named_where_nothing_is_quiet() -> None:
    advice = advise_by(rising(step=0.008))  # up to 0.61
    assert not advice.anything_quiet
    assert advice.recommended == tuple(
        cell(weekday, row) for weekday, row in ((4, 7), (4, 6), (3, 7), (3, 6), (2, 7))
    )
    assert advice.to_avoid == tuple(cell(MONDAY, row) for row in range(5))


def test_only_quiet_hours_are_recommended_where_there_are_any() -> None:
    reach = reach_of(0.6, tuesday={3: 0.8})
    advice = advise_by(reach)
    assert advice.anything_quiet
    assert advice.recommended == (cell(1, 3),)


def test_nothing_is_to_be_avoided_where_everything_is_quiet() -> None:
    assert advise_by(rising(lowest=0.80)).to_avoid == ()


@pytest.mark.parametrize("usual", [0.3, 0.6, 0.8])
def test_no_hour_is_recommended_and_to_be_avoided(usual: float) -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        advice = advise_by(usual + rng.uniform(-0.15, 0.15, CELLS.count))
        assert advice.recommended
        assert not set(advice.recommended) & set(advice.to_avoid)


def test_hours_of_which_not_enough_is_known_are_not_named() -> None:
    reach = reach_of(0.6, monday={0: 0.99, 1: 0.01})
    levels = levels_of(reach)
    levels[[cell(MONDAY, 0), cell(MONDAY, 1)]] = NONE
    named = advise_by(reach, levels=levels)
    assert not {cell(MONDAY, 0), cell(MONDAY, 1)} & {*named.recommended, *named.to_avoid}


def test_where_nothing_is_known_nothing_is_said() -> None:
    levels = np.full(CELLS.count, NONE)
    assert advise_by(np.full(CELLS.count, 0.9), levels=levels) == NOTHING
