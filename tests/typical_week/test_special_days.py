"""Days on which people call otherwise, told by the calendar alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affluence.typical_week.calendar import (
    Change,
    Closing,
    ExceptionalDay,
    Hours,
    MinutesSpan,
    Weekly,
    each_day,
)
from affluence.typical_week.special_days import school_holidays, special_days

MORNING = (9 * 60, 12 * 60)


def open_on(*weekdays: int) -> Weekly:
    """Weekly hours that open in the morning of some weekdays (0 = Monday)."""
    return tuple((MORNING,) if day in weekdays else () for day in range(7))


DESK = Hours(
    zone="Europe/Paris",
    weekly=open_on(0, 1, 2, 3, 4),
    holidays_of="FR",
    closures=(),
    school_zone="C",
)


def exception(day: date, *spans: MinutesSpan) -> ExceptionalDay:
    return ExceptionalDay(day=day, spans=spans, label="")


def marked(column: str, hours: Hours, first: date, last: date) -> list[date]:
    return special_days(hours, first, last).filter(pl.col(column))["day"].to_list()


def in_2026(column: str, hours: Hours, *months: int) -> list[tuple[int, int]]:
    """Month and day of the days of some months of 2026 that a column marks."""
    found = marked(column, hours, date(2026, 1, 1), date(2026, 12, 31))
    return [(day.month, day.day) for day in found if day.month in months]


def test_one_row_a_day_with_its_opening() -> None:
    # Labour Day 2026 is a Friday.
    found = special_days(DESK, date(2026, 4, 30), date(2026, 5, 4))
    assert found["day"].to_list() == list(each_day(date(2026, 4, 30), date(2026, 5, 4)))
    assert found["is_open"].to_list() == [True, False, False, False, True]
    assert special_days(DESK, date(2026, 5, 1), date(2026, 4, 30)).schema == found.schema


# After a closure


def test_after_a_holiday_the_next_open_day_whatever_weekend_lies_between() -> None:
    # 1 and 8 May 2026 are Fridays, Ascension is Thursday the 14th, Whit Monday the 25th.
    assert in_2026("after_closure", DESK, 5) == [(5, 4), (5, 11), (5, 15), (5, 26)]


def test_after_a_closure_its_first_day_only() -> None:
    closed = Closing(first=date(2026, 2, 4), last=date(2026, 2, 6), label="déménagement")
    assert in_2026("after_closure", replace(DESK, closures=(closed,)), 2) == [(2, 9)]


def test_after_a_day_closed_by_exception_even_an_exceptional_saturday() -> None:
    shut = exception(date(2026, 2, 6))  # a Friday
    opened = exception(date(2026, 2, 7), MORNING)
    assert in_2026("after_closure", replace(DESK, exceptions=(shut,)), 2) == [(2, 9)]
    assert in_2026("after_closure", replace(DESK, exceptions=(shut, opened)), 2) == [(2, 7)]


def test_a_closed_weekend_or_a_holiday_on_it_is_no_closure() -> None:
    # Assumption Day 2026 is a Saturday, All Saints' Day a Sunday.
    assert in_2026("after_closure", DESK, 8, 10) == []
    assert (11, 2) not in in_2026("after_closure", DESK, 11)


def test_a_closure_of_months_is_seen_from_its_end() -> None:
    closed = Closing(first=date(2026, 1, 1), last=date(2026, 6, 30), label="travaux")
    reopening = date(2026, 7, 1)
    hours = replace(DESK, closures=(closed,))
    assert marked("after_closure", hours, reopening, reopening) == [reopening]


# Bridges


def test_a_working_day_between_a_holiday_and_a_weekend_is_a_bridge() -> None:
    # Friday after Ascension Day; Monday before Bastille Day, a Tuesday.
    assert in_2026("bridge", DESK, *range(1, 13)) == [(1, 2), (5, 15), (7, 13)]


def test_two_working_days_between_days_off_are_no_bridge() -> None:
    monday_to_saturday = replace(DESK, weekly=open_on(0, 1, 2, 3, 4, 5))
    assert in_2026("bridge", monday_to_saturday, 5) == [(5, 2), (5, 9)]  # Saturdays after holidays
    open_on_saturday = replace(DESK, exceptions=(exception(date(2026, 5, 16), MORNING),))
    assert in_2026("bridge", open_on_saturday, 5) == []


def test_a_working_day_between_two_closures_is_a_bridge() -> None:
    closures = tuple(
        Closing(first=date(2026, 3, day), last=date(2026, 3, day), label="") for day in (10, 12)
    )
    # The Tuesday and the Thursday also cut off the Monday and the Friday.
    assert in_2026("bridge", replace(DESK, closures=closures), 3) == [(3, 9), (3, 11), (3, 13)]


def test_a_day_that_is_closed_on_a_bridge_is_none() -> None:
    closed = Closing(first=date(2026, 5, 15), last=date(2026, 5, 15), label="pont")
    assert in_2026("bridge", replace(DESK, closures=(closed,)), 5) == []


def test_days_that_always_stand_alone_are_no_bridges() -> None:
    every_other_day = replace(DESK, weekly=open_on(0, 2, 4))
    # Friday after Ascension Day and Monday before Bastille Day are long weekends all the same.
    assert in_2026("bridge", every_other_day, 2, 3, 5, 7) == [(5, 15), (7, 13)]
    assert in_2026("bridge", replace(DESK, weekly=open_on(2)), *range(1, 13)) == []


def test_where_the_desk_works_on_holidays_there_are_no_bridges() -> None:
    assert in_2026("bridge", replace(DESK, holidays_of=""), *range(1, 13)) == []


# Start of the month


def test_the_month_starts_with_its_first_three_open_days() -> None:
    assert in_2026("month_start", DESK, 5, 6) == [
        *((5, day) for day in (4, 5, 6)),  # the 1st is a holiday, the 2nd and 3rd a weekend
        *((6, day) for day in (1, 2, 3)),
    ]
    saturday = exception(date(2026, 5, 2), MORNING)
    assert in_2026("month_start", replace(DESK, exceptions=(saturday,)), 5) == [
        (5, day) for day in (2, 4, 5)
    ]


# School holidays, as they were published


@pytest.mark.parametrize(
    ("zone", "first", "last"),
    [
        ("A", date(2026, 2, 7), date(2026, 2, 22)),
        ("B", date(2026, 2, 14), date(2026, 3, 1)),
        ("C", date(2026, 2, 21), date(2026, 3, 8)),
        ("A", date(2026, 4, 4), date(2026, 4, 19)),
        ("B", date(2026, 4, 11), date(2026, 4, 26)),
        ("C", date(2026, 4, 18), date(2026, 5, 3)),
        ("A", date(2026, 7, 4), date(2026, 8, 31)),
        ("B", date(2026, 10, 17), date(2026, 11, 1)),
        ("C", date(2026, 12, 19), date(2027, 1, 3)),
        ("A", date(2027, 2, 13), date(2027, 2, 28)),
        ("C", date(2027, 2, 6), date(2027, 2, 21)),
    ],
)
def test_school_holidays_of_a_zone(zone: str, first: date, last: date) -> None:
    day = timedelta(days=1)
    around = school_holidays(zone, first - day, last + day)
    assert list(around) == list(each_day(first - day, last + day))
    assert [day for day, off in around.items() if off] == list(each_day(first, last))


def school_column(zone: str, first: date, last: date) -> list[bool | None]:
    found = special_days(replace(DESK, school_zone=zone), first, last)
    return found["school_holidays"].to_list()


def test_school_holidays_that_are_not_published_are_unknown() -> None:
    assert school_column("C", date(2028, 8, 31), date(2028, 9, 2)) == [True, None, None]
    assert school_column("C", date(1990, 10, 25), date(1990, 10, 27)) == [None, None, True]
    assert school_column("C", date(2050, 8, 1), date(2050, 8, 1)) == [None]


def test_without_a_zone_and_in_corse_they_are_unknown() -> None:
    for zone in ("", "Corse"):
        assert school_column(zone, date(2026, 8, 1), date(2026, 8, 2)) == [None, None]


# Laws

DAYS = st.dates(date(2026, 3, 1), date(2026, 6, 30))
WEEKLY = st.sets(st.integers(0, 6), min_size=1).map(lambda days: open_on(*days))
HOURS = st.builds(
    Hours,
    zone=st.just("Europe/Paris"),
    weekly=WEEKLY,
    holidays_of=st.sampled_from(["", "FR", "FR-57"]),
    closures=st.lists(
        st.builds(
            lambda first, length: Closing(
                first=first, last=first + timedelta(days=length), label=""
            ),
            DAYS,
            st.integers(0, 40),
        ),
        max_size=3,
    ).map(tuple),
    changes=st.lists(
        st.builds(Change, since=DAYS, weekly=WEEKLY), max_size=4, unique_by=lambda c: c.since
    ).map(tuple),
    exceptions=st.lists(
        st.builds(
            ExceptionalDay, day=DAYS, spans=st.sampled_from([(), (MORNING,)]), label=st.just("")
        ),
        max_size=4,
        unique_by=lambda e: e.day,
    ).map(tuple),
    school_zone=st.sampled_from(["", "A"]),
)


@given(hours=HOURS, one=DAYS, other=DAYS)
def test_what_is_said_of_a_day_does_not_depend_on_the_days_asked(
    hours: Hours, one: date, other: date
) -> None:
    first, last = min(one, other), max(one, other)
    whole = special_days(hours, date(2026, 1, 1), date(2026, 9, 30))
    assert special_days(hours, first, last).equals(
        whole.filter(pl.col("day").is_between(first, last))
    )


@given(hours=HOURS, one=DAYS, other=DAYS)
def test_only_open_days_are_special(hours: Hours, one: date, other: date) -> None:
    found = special_days(hours, min(one, other), max(one, other))
    closed = found.filter(~pl.col("is_open"))
    assert not closed.select(
        pl.any_horizontal("after_closure", "bridge", "month_start").any()
    ).item()


def test_ten_years_have_every_day() -> None:
    assert special_days(DESK, date(2018, 1, 1), date(2027, 12, 31)).height == 3652
