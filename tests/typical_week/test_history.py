"""Slots become sums of cells and weeks: which count, where they belong, what they add up to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

from affluence.typical_week.calendar import Hours, instant
from affluence.typical_week.cells import Cells
from affluence.typical_week.history import SUMS, History, make_history
from affluence.typical_week.rows import row_spans
from tests.typical_week.slots import HOURS, Figures, slots_of

MONDAY, SUNDAY = date(2026, 2, 2), date(2026, 2, 15)
NINE, TEN, AFTER_LUNCH = 0, 1, 3  # rows of a day: 9-10, 10-11, 11-12, 13:30-14, 14-15 …


def five_calls(_day: date, _minute: int) -> Figures:
    return {"answered": 3, "abandoned": 1, "busy": 1, "first_attempts": 4, "first_busy": 1}


def history_of(
    slots: pl.DataFrame, hours: Hours = HOURS, first: date = MONDAY, last: date = SUNDAY
) -> History:
    cells = Cells(row_spans(hours, 60, last))
    return make_history(slots, cells, zone=hours.zone, first_monday=first, last=last)


@pytest.fixture(scope="module")
def two_weeks() -> pl.DataFrame:
    return slots_of(MONDAY, SUNDAY, five_calls)


def at(slots: pl.DataFrame, day: date, minute: int) -> pl.Expr:
    """The slot of a minute of a day."""
    start = instant(day, minute, ZoneInfo(HOURS.zone))
    assert slots.filter(slot_start=start).height == 1
    return pl.col("slot_start") == start


def test_a_cell_has_the_sums_of_its_quarters(two_weeks: pl.DataFrame) -> None:
    history = history_of(two_weeks)
    assert history.weeks == 2
    assert history.cells.count == 5 * 7
    assert set(history.sums) == set(SUMS)
    quarters = np.tile([4, 4, 4, 2, 4, 4, 2], 5)
    for name, of_quarter in {
        "attempts": 5,
        "answered": 3,
        "first_busy": 1,
        "open_s": 900,
        "line_open_s": 8 * 900,
        "waits": 3,
        "full_open_s": 0,
    }.items():
        assert history.sums[name].tolist() == [(of_quarter * quarters).tolist()] * 2, name
    assert (history.exposure == 1).all()


def test_sums_of_a_day_are_those_of_its_cells(two_weeks: pl.DataFrame) -> None:
    assert history_of(two_weeks).by_day("answered").tolist() == [[3 * 24] * 5] * 2


def test_weeks_begin_on_mondays(two_weeks: pl.DataFrame) -> None:
    busy_friday = two_weeks.with_columns(
        busy=pl.when(at(two_weeks, date(2026, 2, 13), 540)).then(70).otherwise("busy")
    )
    added = history_of(busy_friday).sums["busy"] - history_of(two_weeks).sums["busy"]
    assert [(int(w), int(c)) for w, c in np.argwhere(added)] == [(1, 4 * 7 + NINE)]
    assert added.max() == 70 - 1


def test_slots_outside_the_weeks_count_nowhere(two_weeks: pl.DataFrame) -> None:
    second = history_of(two_weeks, first=MONDAY + timedelta(days=7))
    assert second.weeks == 1
    assert second.sums["attempts"].tolist() == history_of(two_weeks).sums["attempts"][1:].tolist()


def test_calls_while_closed_are_no_attempts_of_the_row(two_weeks: pl.DataFrame) -> None:
    """An exceptional closing in the middle of a quarter."""
    late = two_weeks.with_columns(
        pl.when(at(two_weeks, MONDAY, 540)).then(pl.col(name) + 2).otherwise(name).alias(name)
        for name in ("attempts", "closed")
    )
    history = history_of(late)
    assert history.sums["attempts"][0, NINE] == 4 * 5


def test_calls_that_are_answered_while_closed_say_nothing_of_the_row(
    two_weeks: pl.DataFrame,
) -> None:
    late_opening = two_weeks.with_columns(
        pl.when(at(two_weeks, MONDAY, 540)).then(0.0).otherwise(name).alias(name)
        for name in ("open_s", "line_open_s")
    )
    history = history_of(late_opening)
    assert history.sums["answered"][0, NINE] == 3 * 3
    assert history.exposure[0, NINE] == 3 / 4


@pytest.mark.parametrize(("recorded_s", "quarters"), [(900, 4), (899, 3), (0, 3)])
def test_a_quarter_counts_only_where_it_is_recorded_whole(
    two_weeks: pl.DataFrame, recorded_s: int, quarters: int
) -> None:
    slots = two_weeks.with_columns(
        recorded_s=pl.when(at(two_weeks, MONDAY, 540))
        .then(float(recorded_s))
        .otherwise("recorded_s")
    )
    history = history_of(slots)
    assert history.exposure[0, NINE] == quarters / 4
    assert history.sums["attempts"][0, NINE] == 5 * quarters
    assert history.exposure[0, TEN] == 1


def test_a_quarter_that_is_half_open_counts_as_half(two_weeks: pl.DataFrame) -> None:
    slots = two_weeks.with_columns(
        pl.when(at(two_weeks, MONDAY, 540)).then(450.0).otherwise(name).alias(name)
        for name in ("open_s", "recorded_s")
    )
    history = history_of(slots)
    assert history.exposure[0, NINE] == 3.5 / 4
    assert history.sums["attempts"][0, NINE] == 4 * 5


def test_a_day_without_slots_is_not_exposed(two_weeks: pl.DataFrame) -> None:
    tuesday = date(2026, 2, 10)
    local = pl.col("slot_start").dt.convert_time_zone(HOURS.zone).dt.date()
    history = history_of(two_weeks.filter(local != tuesday))
    assert not history.is_exposed(tuesday)
    assert history.is_exposed(tuesday - timedelta(days=7))
    assert history.exposure.sum(1).tolist() == [35, 28]


def test_a_quarter_that_opening_cuts_belongs_to_the_row_of_its_open_part() -> None:
    """Open from 9:10: the quarter of 9:00 is open for five minutes."""
    weekly = ((((9 * 60 + 10), 10 * 60),),) * 5 + ((), ())
    hours = replace(HOURS, weekly=weekly)
    slots = slots_of(
        MONDAY, MONDAY, five_calls, replace(HOURS, weekly=((((9 * 60), 10 * 60),),) * 7)
    )
    first = at(slots, MONDAY, 540)
    slots = slots.with_columns(open_s=pl.when(first).then(300.0).otherwise("open_s"))
    history = history_of(slots, hours, last=MONDAY)
    assert history.sums["attempts"][0].tolist() == [4 * 5, 0, 0, 0, 0]
    assert history.exposure[0].tolist() == [1, 0, 0, 0, 0]


def test_waits_are_of_the_answered_whose_answer_has_a_time(two_weeks: pl.DataFrame) -> None:
    slots = two_weeks.with_columns(
        answer_unrecorded=pl.when(at(two_weeks, MONDAY, 540)).then(2).otherwise(None)
    ).cast({"answer_unrecorded": two_weeks.schema["answer_unrecorded"]})
    assert history_of(slots).sums["waits"][0, :2].tolist() == [4 * 3 - 2, 4 * 3]


@pytest.mark.parametrize("sunday", [date(2026, 3, 29), date(2026, 10, 25)])
def test_the_day_of_a_clock_change_is_as_long_as_it_is(sunday: date) -> None:
    """Open from midnight to six: 5 or 7 hours, of which the row of 2:00 has none or two."""
    hours = replace(HOURS, weekly=((),) * 6 + (((0, 6 * 60),),))
    night = datetime.combine(sunday, time(), ZoneInfo(HOURS.zone))
    until = night.replace(hour=6)
    starts = pl.datetime_range(
        night, until, "15m", time_zone="UTC", closed="left", eager=True
    ).cast(pl.Datetime("us", "UTC"))
    row = slots_of(MONDAY, MONDAY, five_calls).filter(pl.col("open_s") > 0).head(1)
    slots = row.drop("slot_start").join(pl.DataFrame({"slot_start": starts}), how="cross")
    slots = slots.select(row.columns)
    monday = sunday - timedelta(days=6)
    history = history_of(slots, hours, first=monday, last=sunday)
    long = 0 if sunday.month == 3 else 2
    assert history.sums["open_s"][0].tolist() == [3600, 3600, long * 3600, 3600, 3600, 3600]
    assert history.sums["attempts"].sum() == 5 * 4 * (5 + long)


def test_a_history_names_its_days(two_weeks: pl.DataFrame) -> None:
    history = history_of(two_weeks)
    assert history.day(0, 0) == MONDAY
    assert history.day(1, 4) == date(2026, 2, 13)
    wednesday = date(2026, 2, 4)
    among = history.days_among({wednesday, date(2026, 2, 13), SUNDAY})
    assert [(int(w), int(d)) for w, d in np.argwhere(among)] == [(0, 2), (1, 4)]


def test_without_some_days_they_are_as_if_closed(two_weeks: pl.DataFrame) -> None:
    whole = history_of(two_weeks)
    wednesday = date(2026, 2, 4)
    left = whole.without(whole.days_among({wednesday}))
    assert not left.is_exposed(wednesday)
    assert left.by_day("attempts").tolist() == [[120, 120, 0, 120, 120], [120] * 5]
    assert left.exposure.sum() == whole.exposure.sum() - 7
    assert whole.is_exposed(wednesday)


def test_the_order_of_the_slots_does_not_matter_to_the_last_digit(two_weeks: pl.DataFrame) -> None:
    """Seconds are fractions, and sums of fractions depend on their order."""
    seconds = pl.Series(np.random.default_rng(1).uniform(0, 900, two_weeks.height))
    slots = two_weeks.with_columns(full_open_s=seconds)
    whole = history_of(slots).sums["full_open_s"]
    for seed in range(20):
        shuffled = history_of(slots.sample(fraction=1, shuffle=True, seed=seed))
        assert shuffled.sums["full_open_s"].tolist() == whole.tolist()
