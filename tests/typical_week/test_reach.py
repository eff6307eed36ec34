"""The chance that a first call reaches an agent, worked out by hand from the sums of one cell."""

from __future__ import annotations

import math

import numpy as np
import pytest

from affluence.typical_week.reach import NAMES, Reach

# A tenth of the open time all lines are taken, a fifth of the first attempts is refused, and of
# those who are let in three quarters reach an agent.
CELL = {
    "full_open_s": 360,
    "open_s": 3600,
    "first_attempts": 50,
    "first_busy": 10,
    "answered": 60,
    "abandoned": 15,
    "unanswered": 5,
}


def reach(
    *,
    answers_known: bool = True,
    lines_believed: bool = True,
    refusals_recorded: bool = True,
    lasting: dict[str, int] | None = None,
    **changes: int,
) -> float:
    """What is read from the cell with some sums changed, and from those of the longest memory."""
    reading = Reach(
        answers_known=answers_known,
        lines_believed=lines_believed,
        refusals_recorded=refusals_recorded,
    )
    cell = CELL | changes
    sums, shape = (
        {name: np.array([float(said.get(name, 0))]) for name in NAMES}
        for said in (cell, cell | (lasting or {}))
    )
    return float(reading(sums, shape)[0])


def test_the_larger_share_of_the_two_is_what_keeps_callers_out() -> None:
    assert reach() == pytest.approx((1 - 10 / 50) * 60 / 80)
    assert reach(full_open_s=1800) == pytest.approx((1 - 1800 / 3600) * 60 / 80)


def test_the_longest_memory_tells_which_share_is_the_larger() -> None:
    assert reach(lasting={"full_open_s": 1800}) == pytest.approx((1 - 360 / 3600) * 60 / 80)


def test_lines_that_are_not_believed_say_nothing() -> None:
    alone = reach(lines_believed=False, full_open_s=1800)
    assert alone == pytest.approx((1 - 10 / 50) * 60 / 80)
    assert math.isnan(reach(lines_believed=False, first_attempts=0, first_busy=0))
    assert math.isnan(reach(lines_believed=False, refusals_recorded=False))


def test_refusals_that_are_not_recorded_are_not_none() -> None:
    assert reach(refusals_recorded=False) == pytest.approx((1 - 360 / 3600) * 60 / 80)


def test_where_nobody_is_known_to_be_answered_a_free_line_is_all_that_is_told() -> None:
    assert reach(answers_known=False) == pytest.approx(1 - 360 / 3600)
    assert math.isnan(reach(answers_known=False, lines_believed=False))


def test_what_did_not_happen_tells_nothing() -> None:
    assert reach(answered=0, abandoned=0, unanswered=0) == pytest.approx(1 - 10 / 50)
    assert reach(first_attempts=0, first_busy=0) == pytest.approx((1 - 360 / 3600) * 60 / 80)
    assert math.isnan(reach(open_s=0, full_open_s=0, first_attempts=0, first_busy=0))


def test_who_gave_up_and_who_was_let_ring_was_not_reached() -> None:
    assert reach(abandoned=60, unanswered=0) == pytest.approx((1 - 10 / 50) * 60 / 120)
    assert reach(abandoned=0, unanswered=60) == pytest.approx((1 - 10 / 50) * 60 / 120)
