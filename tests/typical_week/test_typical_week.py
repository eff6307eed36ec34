"""The typical week: rates as ratios of sums, days left out, levels that answer the caller."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from affluence.typical_week import (
    Settings,
    TypicalWeek,
    last_complete_week,
    records_of,
    study,
    study_together,
)
from affluence.typical_week.calendar import Closing, Hours
from affluence.typical_week.levels import Bounds
from tests.typical_week.slots import HOURS, Figures, slots_of

BOUNDS = Bounds(quiet=0.90, fairly_quiet=0.75, busy=0.50)
SETTINGS = Settings(row_minutes=60, minimum_days=3, minimum_calls=10, bounds=BOUNDS)
FIRST, LAST = date(2026, 2, 2), date(2026, 3, 1)  # four whole weeks without a holiday


def week_of(slots: pl.DataFrame, hours: Hours = HOURS, **period: date) -> TypicalWeek:
    first, last = period.get("first", FIRST), period.get("last", LAST)
    return study(slots, hours, SETTINGS, platform="desk", first=first, last=last).week()


def cell(made: TypicalWeek, weekday: int, start_min: int) -> dict[str, Any]:
    found = (pl.col("weekday") == weekday) & (pl.col("start_min") == start_min)
    return made.week.row(by_predicate=found, named=True)


def quiet(_day: date, _minute: int) -> Figures:
    return {"answered": 10, "first_attempts": 10, "held_open_s": 1800, "held_s": 1800}


def test_rows_are_cut_at_the_opening_bounds() -> None:
    made = week_of(slots_of(FIRST, LAST, quiet))
    monday = made.week.filter(weekday=1).select("start_min", "end_min").rows()
    hours = ((9, 10), (10, 11), (11, 12), (13.5, 14), (14, 15), (15, 16), (16, 16.5))
    assert monday == [(start * 60, end * 60) for start, end in hours]
    assert made.week.height == 5 * 7


def test_counts_are_sums_and_the_refused_share_is_their_ratio() -> None:
    def figures(day: date, minute: int) -> Figures:
        if day == FIRST and 540 <= minute < 600:  # one bad hour among four Mondays
            return {
                "answered": 10,
                "abandoned": 2,
                "busy": 6,
                "first_attempts": 14,
                "first_busy": 3,
                "full_open_s": 300,
                "held_open_s": 7000,
            }
        return quiet(day, minute)

    monday = cell(week_of(slots_of(FIRST, LAST, figures)), 1, 540)
    assert monday["attempts"] == 4 * (10 + 2 + 6) + 3 * 4 * 10
    assert monday["full_open_s"] == 4 * 300
    assert monday["open_s"] == 4 * 4 * 900
    assert monday["held_open_s"] == 4 * 7000 + 12 * 1800
    assert monday["line_open_s"] == 16 * 8 * 900
    assert monday["refused_share"] == 4 * 3 / (4 * 14 + 12 * 10)
    assert monday["days"] == 4


def test_many_free_lines_are_not_calm_where_nobody_answers() -> None:
    """30 lines, 6 agents: the lines are never full, and 36 % of the callers give up."""

    def figures(_day: date, _minute: int) -> Figures:
        return {
            "answered": 64,
            "abandoned": 36,
            "first_attempts": 90,
            "held_open_s": 10 * 900,
            "line_open_s": 30 * 900,
        }

    made = week_of(slots_of(FIRST, LAST, figures))
    assert set(made.week["state"]) == {"busy"}
    assert made.week["busy_line_rate"].to_list() == [pytest.approx(0, abs=1e-3)] * 35
    assert not made.advice.anything_quiet


def test_redials_do_not_make_an_hour_worse_than_it_is() -> None:
    """Few callers who redial ten times: most attempts are refused, most callers are not."""

    def figures(_day: date, _minute: int) -> Figures:
        return {"answered": 95, "busy": 400, "first_attempts": 100, "first_busy": 5}

    assert set(week_of(slots_of(FIRST, LAST, figures)).week["state"]) == {"quiet"}


def test_unknown_answers_leave_the_busy_line_rate_alone() -> None:
    def figures(_day: date, _minute: int) -> Figures:
        return {"unknown": 20, "full_open_s": 360}

    made = week_of(slots_of(FIRST, LAST, figures))
    assert not made.answers_known
    assert made.week["reach"].to_list() == [pytest.approx(1 - 360 / 900)] * 35


def test_between_two_levels_the_busier_is_published() -> None:
    def figures(day: date, _minute: int) -> Figures:
        got = 100 if day.isocalendar().week % 2 else 82  # 0.91 on average, but how surely?
        return {"answered": got, "abandoned": 100 - got, "first_attempts": 100}

    made = week_of(slots_of(FIRST, LAST, figures))
    assert (made.week["reach"] > BOUNDS.quiet).all()
    assert set(made.week["state"]) == {"fairly_quiet"}


def test_holidays_closures_and_lost_days_are_left_out_and_listed() -> None:
    first, last = date(2026, 4, 6), date(2026, 5, 3)  # Easter Monday and the first of May
    closure = Closing(first=date(2026, 4, 15), last=date(2026, 4, 16), label="Travaux")
    hours = Hours(zone=HOURS.zone, weekly=HOURS.weekly, holidays_of="FR", closures=(closure,))
    lost = date(2026, 4, 21)

    def figures(day: date, minute: int) -> Figures:
        return {} if day == lost else quiet(day, minute)

    made = week_of(slots_of(first, last, figures), hours, first=first, last=last)
    assert [(out.day, out.reason, out.label) for out in made.left_out] == [
        (date(2026, 4, 6), "public_holiday", "Lundi de Pâques"),
        (date(2026, 4, 7), "after_closure", ""),
        (date(2026, 4, 15), "closure", "Travaux"),
        (date(2026, 4, 16), "closure", "Travaux"),
        (date(2026, 4, 17), "after_closure", ""),
        (date(2026, 4, 21), "no_records", ""),
        (date(2026, 5, 1), "public_holiday", "Fête du Travail"),
    ]
    days = dict(made.week.group_by("weekday").agg(pl.col("days").first()).iter_rows())
    assert days == {1: 3, 2: 2, 3: 3, 4: 3, 5: 2}


def test_one_odd_day_is_left_out_two_in_a_row_are_a_change() -> None:
    def rumour(*odd: date) -> TypicalWeek:
        def figures(day: date, _minute: int) -> Figures:
            calls = 10 + day.toordinal() % 3 + (20 if day in odd else 0)
            return {"answered": calls, "first_attempts": calls}

        first = FIRST - timedelta(days=14)
        return week_of(slots_of(first, LAST, figures), first=first)

    third, fourth = date(2026, 2, 17), date(2026, 2, 24)
    assert [(out.day, out.reason) for out in rumour(third).left_out] == [(third, "odd_day")]
    assert rumour(third, fourth).left_out == ()
    assert rumour().left_out == ()


def test_a_half_recorded_slot_does_not_count() -> None:
    slots = slots_of(FIRST, LAST, quiet).with_columns(
        recorded_s=pl.when(pl.col("slot_start").dt.date() == FIRST).then(400.0).otherwise(900.0)
    )
    assert cell(week_of(slots), 1, 540)["days"] == 3


@pytest.mark.long
def test_few_calls_are_not_enough_data() -> None:
    def four_a_day(_day: date, minute: int) -> Figures:
        return {"answered": 1, "first_attempts": 1} if minute in {540, 600, 660, 840} else {}

    for weeks in (4, 30, 104):
        first = LAST - timedelta(days=7 * weeks - 1)
        made = week_of(slots_of(first, LAST, four_a_day), first=first)
        assert set(made.week["state"]) == {"not_enough_data"}
        assert made.advice.recommended == ()


def test_few_days_are_not_enough_data() -> None:
    made = week_of(slots_of(date(2026, 2, 16), LAST, quiet), first=date(2026, 2, 16))
    assert set(made.week["state"]) == {"not_enough_data"}


def test_a_service_that_is_never_busy_is_all_quiet() -> None:
    made = week_of(slots_of(FIRST, LAST, quiet))
    assert set(made.week["state"]) == {"quiet"}
    assert made.advice.to_avoid == ()


def test_advice_names_the_best_and_the_worst() -> None:
    def figures(day: date, minute: int) -> Figures:
        lost = 60 if day.weekday() == 0 and minute < 600 else 2 * (minute // 60) - 14
        return {"answered": 100 - lost, "abandoned": lost, "first_attempts": 100}

    made = week_of(slots_of(FIRST, LAST, figures))
    advice = made.advice
    assert advice.anything_quiet
    cells = made.week.select("weekday", "start_min", "end_min").rows()
    assert cells[advice.to_avoid[0]] == (1, 540, 600)
    named = [cells[row] for row in advice.recommended]
    assert {(start, end) for _, start, end in named} <= {(540, 600), (600, 660)}
    assert len({weekday for weekday, _, _ in named}) >= len(named) / 2
    assert not set(advice.recommended) & set(advice.to_avoid)


def test_what_is_asked_of_a_platform_learned_with_others_is_what_it_would_be_alone() -> None:
    """One has three times as many calls, on fewer days and in more rows of the day."""

    def busier(day: date, minute: int) -> Figures:
        calls = 20 + 7 * (day.toordinal() % 3) + minute // 100
        return {"answered": calls, "first_attempts": calls, "held_open_s": 900}

    early_closing = (((8 * 60, 16 * 60),),) * 4 + ((), (), ())
    others = Hours(zone=HOURS.zone, weekly=early_closing, holidays_of="FR", closures=())
    desks = [(HOURS, slots_of(FIRST, LAST, quiet)), (others, slots_of(FIRST, LAST, busier, others))]
    records = [
        records_of(slots, hours, SETTINGS, platform="desk", first=FIRST, last=LAST)
        for hours, slots in desks
    ]
    an_hour_later = (((10 * 60, 17 * 60),),) * 4 + ((), (), ())
    for learned, of_one, (_, slots) in zip(study_together(records), records, desks, strict=True):
        (alone,) = study_together([of_one])
        assert_frame_equal(learned.week().week, alone.week().week)
        assert learned.week().advice == alone.week().advice
        assert_frame_equal(learned.forecast(), alone.forecast())
        assert learned.grade() == alone.grade()
        persons = alone.demand_to_come(0.75)
        assert_frame_equal(learned.demand_to_come(0.75), persons)
        called = slots.with_columns(closed=pl.when(pl.col("open_s") == 0).then(2).otherwise(0))
        at_once, by_itself = (
            each.at_other_hours(persons, an_hour_later, called.cast(slots.schema), 0.75)
            for each in (learned, alone)
        )
        assert by_itself.turned_away > 0
        assert at_once.turned_away == by_itself.turned_away
        assert_frame_equal(at_once.rows, by_itself.rows)


@pytest.mark.parametrize(
    ("today", "sunday"),
    [
        (date(2026, 11, 20), date(2026, 11, 15)),  # Friday is not over
        (date(2026, 11, 21), date(2026, 11, 22)),  # on Saturday no opening day is left
        (date(2026, 11, 22), date(2026, 11, 22)),
        (date(2026, 11, 23), date(2026, 11, 22)),
        (date(2026, 12, 31), date(2026, 12, 27)),
        (date(2027, 1, 1), date(2027, 1, 3)),  # Friday is a holiday
    ],
)
def test_newest_complete_week(today: date, sunday: date) -> None:
    assert last_complete_week(HOURS, today) == sunday


def test_clock_change_weeks_count_like_others() -> None:
    first, last = date(2026, 10, 12), date(2026, 11, 8)
    made = week_of(slots_of(first, last, quiet), first=first, last=last)
    assert cell(made, 2, 540)["open_s"] == 4 * 3600
