"""Effects of the calendar, computed by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from affluence.typical_week.calendar_effects import KINDS, CalendarEffects, Flags, flags_of
from affluence.typical_week.cells import Cells, Floats
from affluence.typical_week.rows import row_spans
from affluence.typical_week.special_days import special_days
from tests.typical_week.slots import HOURS

AFTER_CLOSURE, BRIDGE, MONTH_START, SCHOOL_HOLIDAYS = range(len(KINDS))
USUAL = np.full((5, 1), 100.0)  # first attempts of an ordinary day, Monday to Friday


def days(*kinds: tuple[int, int]) -> Flags:
    """The kinds of the five days of a week: (weekday, kind), Monday = 0; of one platform."""
    flags = np.zeros((len(KINDS), 5, 1), dtype=bool)
    for weekday, kind in kinds:
        flags[kind, weekday] = True
    return flags


def calls(*of_days: float) -> Floats:
    """Of the days of a week of one platform."""
    return np.array(of_days)[:, None]


def factors_of(effects: CalendarEffects) -> Floats:
    """Of the only platform."""
    return effects.factors[:, 0]


def test_without_any_such_day_there_is_no_effect() -> None:
    effects = CalendarEffects(1)
    effects.learn(1.5 * USUAL, USUAL, days())
    assert factors_of(effects).tolist() == [1, 1, 1, 1]
    assert effects.of(days((0, BRIDGE), (1, MONTH_START)))[:, 0].tolist() == [1] * 5


def test_an_effect_is_drawn_towards_none_as_if_four_ordinary_days_had_been_seen() -> None:
    effects = CalendarEffects(1)
    effects.learn(calls(150.0, 100, 100, 100, 100), USUAL, days((0, AFTER_CLOSURE)))
    assert factors_of(effects)[AFTER_CLOSURE] == pytest.approx((150 + 4 * 100) / (100 + 4 * 100))
    assert factors_of(effects)[[BRIDGE, MONTH_START, SCHOOL_HOLIDAYS]].tolist() == [1, 1, 1]


def test_days_of_several_weeks_add_up() -> None:
    effects = CalendarEffects(1)
    for came in (120.0, 130.0, 110.0, 140.0):
        effects.learn(calls(came, 100, 100, 100, 100), USUAL, days((0, MONTH_START)))
    expected = (120 + 130 + 110 + 140 + 4 * 100) / (4 * 100 + 4 * 100)
    assert factors_of(effects)[MONTH_START] == pytest.approx(expected)


def test_a_day_has_the_product_of_its_effects() -> None:
    effects = CalendarEffects(1)
    effects.learn(
        calls(150.0, 80, 100, 100, 100), USUAL, days((0, MONTH_START), (1, SCHOOL_HOLIDAYS))
    )
    busy, calm = (150 + 400) / (100 + 400), (80 + 400) / (100 + 400)
    of_days = effects.of(days((0, MONTH_START), (0, SCHOOL_HOLIDAYS), (3, SCHOOL_HOLIDAYS)))
    assert of_days[:, 0] == pytest.approx([busy * calm, 1, 1, calm, 1])


def test_what_another_effect_explains_is_not_learned_twice() -> None:
    """A school holiday is known to have 0.9; a month's start within it that has 0.9 has none."""
    effects = CalendarEffects(1)
    for _ in range(1000):
        effects.learn(0.9 * USUAL, USUAL, days(*((day, SCHOOL_HOLIDAYS) for day in range(5))))
    known = float(factors_of(effects)[SCHOOL_HOLIDAYS])
    assert known == pytest.approx(0.9, abs=1e-3)
    holidays = days(*((day, SCHOOL_HOLIDAYS) for day in range(5)), (0, MONTH_START))
    effects.learn(known * USUAL, USUAL, holidays)
    assert factors_of(effects)[MONTH_START] == pytest.approx(1)


def test_days_of_which_nothing_is_known_teach_nothing() -> None:
    effects = CalendarEffects(1)
    closed = calls(0.0, 100, 100, 100, 100)
    effects.learn(closed, closed, days((0, BRIDGE)))
    assert factors_of(effects)[BRIDGE] == 1


def test_a_rumour_on_a_special_day_is_no_effect_of_the_calendar() -> None:
    """At most two and a half times what was expected is learned."""
    effects = CalendarEffects(1)
    effects.learn(calls(9000.0, 100, 100, 100, 100), USUAL, days((0, MONTH_START)))
    assert factors_of(effects)[MONTH_START] == pytest.approx((250 + 400) / (100 + 400))


# Flags


def test_flags_are_those_of_the_calendar_by_week_and_weekday_of_the_table() -> None:
    hours = replace(HOURS, weekly=(*HOURS.weekly[:4], (), (), ()))  # not on Fridays
    cells = Cells(row_spans(hours, 60, date(2026, 4, 1)))
    monday = date(2026, 3, 30)
    special = special_days(hours, monday, monday + timedelta(days=13))
    flags = flags_of(special, cells, monday, weeks=2)
    assert flags.shape == (2, 4, len(KINDS))
    assert [(int(w), int(d), KINDS[k]) for w, d, k in np.argwhere(flags)] == [
        (0, 2, "month_start"),  # Wednesday 1 April
        (0, 3, "month_start"),
        (1, 1, "after_closure"),  # Tuesday after Easter Monday
        (1, 1, "month_start"),
    ]


def test_days_beyond_the_weeks_asked_are_not_flagged() -> None:
    cells = Cells(row_spans(HOURS, 60, date(2026, 4, 1)))
    monday = date(2026, 4, 6)
    special = special_days(HOURS, monday - timedelta(days=7), monday + timedelta(days=20))
    flags = flags_of(special, cells, monday, weeks=1)
    assert np.argwhere(flags).tolist() == [[0, 1, AFTER_CLOSURE]]


def test_school_holidays_that_are_not_known_are_none() -> None:
    cells = Cells(row_spans(HOURS, 60, date(2026, 4, 1)))
    special = special_days(HOURS, date(2026, 7, 6), date(2026, 7, 10))
    assert special["school_holidays"].null_count() == 5
    assert not flags_of(special, cells, date(2026, 7, 6), weeks=1)[..., SCHOOL_HOLIDAYS].any()
