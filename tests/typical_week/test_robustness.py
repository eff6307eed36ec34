"""One accident, in whichever week, leaves the table as it was and is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import numpy as np
import polars as pl
import pytest

from affluence.tables import OUTCOMES, SLOTS
from affluence.typical_week import LeftOut, Settings, TypicalWeek, study
from affluence.typical_week.calendar import Closing, Hours
from tests.typical_week.desks import BOUNDS, FIRST, LAST, slots_of_a_clear_desk
from tests.typical_week.slots import HOURS, Figures, slots_of

pytestmark = pytest.mark.long

SETTINGS = Settings(row_minutes=60, minimum_days=3, minimum_calls=10, bounds=BOUNDS)
WEEKS = 8
FIGURES = [name for name in SLOTS.columns if name not in {"platform", "slot_start"}]
BY_THE_CLOCK = ("open_s", "line_s", "line_open_s")  # whatever happens

in_any_week = pytest.mark.parametrize("week", range(WEEKS))
Accident = Callable[[pl.DataFrame, date], pl.DataFrame]


@cache
def ordinary() -> pl.DataFrame:
    return slots_of_a_clear_desk()


def week_of(
    slots: pl.DataFrame, hours: Hours = HOURS, first: date = FIRST, last: date = LAST
) -> TypicalWeek:
    return study(slots, hours, SETTINGS, platform="desk", first=first, last=last).week()


@cache
def as_it_was() -> TypicalWeek:
    return week_of(ordinary())


def open_on(day: date, hours: range = range(24)) -> pl.Expr:
    """Quarters of some hours of a day in which the desk is open."""
    local = pl.col("slot_start").dt.convert_time_zone(HOURS.zone)
    within = local.dt.hour().is_between(hours.start, hours.stop - 1)
    return (local.dt.date() == day) & within & (pl.col("open_s") > 0)


def put(slots: pl.DataFrame, where: pl.Expr, figures: Mapping[str, pl.Expr | int]) -> pl.DataFrame:
    """The same with other figures in some quarters."""
    changed = slots.with_columns(
        pl.when(where).then(figure).otherwise(name).alias(name) for name, figure in figures.items()
    )
    return changed.with_columns(attempts=pl.sum_horizontal(OUTCOMES)).cast(slots.schema)


def lost_records(slots: pl.DataFrame, day: date) -> pl.DataFrame:
    """It is known that there are none of the day."""
    return put(slots, open_on(day), dict.fromkeys(set(FIGURES) - {*BY_THE_CLOCK}, 0))


def silent_records(slots: pl.DataFrame, day: date) -> pl.DataFrame:
    """There are records before and after, as if nobody had called."""
    return put(slots, open_on(day), dict.fromkeys(set(FIGURES) - {*BY_THE_CLOCK, "recorded_s"}, 0))


def robot(slots: pl.DataFrame, day: date) -> pl.DataFrame:
    """One caller calls 3,000 times between ten and eleven; nobody else gets through."""
    everybody = pl.col("answered") + pl.col("abandoned") + pl.col("busy")
    return put(
        slots,
        open_on(day, range(10, 11)),
        {
            "busy": everybody + 3000 // 4,
            "answered": 0,
            "abandoned": 0,
            "first_attempts": pl.col("first_attempts") + (pl.col("slot_start").dt.minute() == 0),
            "first_busy": pl.col("first_attempts") + (pl.col("slot_start").dt.minute() == 0),
            "full_s": 900,
            "full_open_s": 900,
        },
    )


def hurried_day(slots: pl.DataFrame, day: date) -> pl.DataFrame:
    """A rumour: three times as many call all day long, and most of them in vain."""
    three = {name: 3 * pl.col(name) for name in ("first_attempts",)}
    vain = 3 * pl.col("first_attempts") - pl.col("answered")
    return put(
        slots, open_on(day), {**three, "busy": 4 * vain, "first_busy": vain, "full_open_s": 600}
    )


def closed_day(slots: pl.DataFrame, day: date) -> pl.DataFrame:
    return put(slots, open_on(day), dict.fromkeys(set(FIGURES) - {"line_s", "recorded_s"}, 0))


def named(made: TypicalWeek) -> list[tuple[date, str]]:
    return [(out.day, out.reason) for out in made.left_out]


def assert_unchanged(made: TypicalWeek) -> None:
    before = as_it_was()
    assert made.week["state"].to_list() == before.week["state"].to_list()
    assert set(made.advice.recommended) == set(before.advice.recommended)
    assert set(made.advice.to_avoid) == set(before.advice.to_avoid)


def test_the_desk_shows_all_levels_and_leaves_no_day_out() -> None:
    assert set(as_it_was().week["state"]) == {"quiet", "fairly_quiet", "busy", "very_busy"}
    assert as_it_was().left_out == ()
    cells = as_it_was().week.select("weekday", "start_min").rows()
    assert {cells[cell] for cell in as_it_was().advice.recommended} == {
        (weekday, 60 * hour) for weekday in (2, 4) for hour in (15, 16)
    }
    assert {cells[cell] for cell in as_it_was().advice.to_avoid} == {
        (weekday, 540) for weekday in (1, 2, 3, 4)
    }


@in_any_week
@pytest.mark.parametrize(
    ("accident", "reason"),
    [
        (lost_records, "no_records"),
        (silent_records, "no_records"),
        (robot, "odd_day"),
        (hurried_day, "odd_day"),
    ],
)
def test_one_bad_day_leaves_the_table_as_it_was_and_is_named(
    accident: Accident, reason: str, week: int
) -> None:
    day = FIRST + timedelta(days=7 * week + week % 5)
    made = week_of(accident(ordinary(), day))
    assert_unchanged(made)
    assert named(made) == [(day, reason)]


@in_any_week
def test_a_closure_leaves_the_table_as_it_was_and_is_named(week: int) -> None:
    day = FIRST + timedelta(days=7 * week + 1)
    hours = replace(HOURS, closures=(Closing(first=day, last=day, label="Travaux"),))
    made = week_of(closed_day(ordinary(), day), hours)
    assert_unchanged(made)
    assert [out for out in made.left_out if out.day == day] == [
        LeftOut(day=day, reason="closure", label="Travaux")
    ]
    # The day before stands alone, on the day after more people call.
    around = {(day - timedelta(days=1), "bridge"), (day + timedelta(days=1), "after_closure")}
    assert set(named(made)) == {(day, "closure"), *around}


@pytest.mark.parametrize("week", range(7))
def test_a_public_holiday_leaves_the_table_as_it_was_and_is_named(week: int) -> None:
    """The fourteenth of July, the only one in seven weeks around it; the Monday is a bridge."""
    holiday = date(2026, 7, 14)
    first = holiday - timedelta(days=7 * week + 1)
    last = first + timedelta(days=7 * 7 - 1)
    slots = slots_of_a_clear_desk(first, last)
    without = week_of(slots, replace(HOURS, holidays_of=""), first, last)
    made = week_of(closed_day(slots, holiday), HOURS, first, last)
    assert made.week["state"].to_list() == without.week["state"].to_list()
    assert set(made.advice.recommended) == set(without.advice.recommended)
    assert set(made.advice.to_avoid) == set(without.advice.to_avoid)
    assert without.left_out == ()
    assert named(made) == [
        (date(2026, 7, 13), "bridge"),
        (holiday, "public_holiday"),
        (date(2026, 7, 15), "after_closure"),
    ]


@in_any_week
def test_the_figures_of_an_odd_day_count_no_more_than_those_of_a_lost_one(week: int) -> None:
    day = FIRST + timedelta(days=7 * week + 2)
    lost, odd = (week_of(accident(ordinary(), day)) for accident in (lost_records, robot))
    assert odd.week.equals(lost.week)
    assert odd.advice == lost.advice


def test_several_accidents_of_several_kinds_leave_the_table_as_it_was() -> None:
    slots = ordinary()
    accidents = (
        (robot, date(2026, 2, 5)),
        (lost_records, date(2026, 2, 18)),
        (hurried_day, date(2026, 3, 3)),
        (silent_records, date(2026, 3, 27)),
    )
    for accident, day in accidents:
        slots = accident(slots, day)
    made = week_of(slots)
    assert_unchanged(made)
    assert [day for day, _ in named(made)] == [day for _, day in accidents]


def test_an_hour_of_which_the_records_are_lost_is_named_and_leaves_the_table_as_it_was() -> None:
    day = date(2026, 3, 10)
    silence = dict.fromkeys(set(FIGURES) - {*BY_THE_CLOCK, "recorded_s"}, 0)
    made = week_of(put(ordinary(), open_on(day, range(9, 10)), silence))
    assert_unchanged(made)
    assert named(made) == [(day, "hole")]


# Small and calm desks


@pytest.mark.parametrize("answered", [1, 0])
def test_four_calls_a_day_are_not_enough_data(answered: int) -> None:
    """At random hours, for eight weeks."""

    def figures(day: date, minute: int) -> Figures:
        rng = np.random.default_rng((day.toordinal(), minute))
        calls = int(rng.random() < 4 / 24)
        return {
            "answered": calls * answered,
            "busy": calls * (1 - answered),
            "first_attempts": calls,
        }

    made = week_of(slots_of(FIRST, LAST, figures))
    assert set(made.week["state"]) == {"not_enough_data"}
    assert made.advice.recommended == made.advice.to_avoid == ()


@pytest.mark.parametrize("calls", [2.0, 5.0, 40.0])
def test_a_desk_that_is_never_busy_is_all_quiet(calls: float) -> None:
    """So many a quarter of an hour, all answered."""

    def figures(day: date, minute: int) -> Figures:
        rng = np.random.default_rng((day.toordinal(), minute))
        came = int(rng.poisson(calls))
        return {"answered": came, "first_attempts": came, "held_open_s": 60 * came}

    made = week_of(slots_of(FIRST, LAST, figures))
    assert set(made.week["state"]) == {"quiet"}
    assert made.advice.anything_quiet
    assert made.advice.to_avoid == ()
    assert made.left_out == ()
