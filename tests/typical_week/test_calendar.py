"""When a desk is open: changes of the weekly hours, exceptions, closures, holidays by region."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from affluence.config import load
from affluence.manager import study
from affluence.typical_week import last_complete_week
from affluence.typical_week.calendar import (
    Change,
    ClosedDay,
    Closing,
    ExceptionalDay,
    Hours,
    closed_days,
    opening_by_day,
    opening_spans,
    public_holidays,
)
from affluence.typical_week.rows import row_spans
from tests.conftest import ConfigWriter
from tests.records import day_of_records
from tests.runs import noon, run, slots

MORNING, AFTERNOON = (9 * 60, 12 * 60), (13 * 60, 17 * 60)
WEEKDAYS = ((MORNING,),) * 5 + ((),) * 2


def hours(
    *,
    closures: tuple[Closing, ...] = (),
    changes: tuple[Change, ...] = (),
    exceptions: tuple[ExceptionalDay, ...] = (),
) -> Hours:
    """A desk that is open in the morning from Monday to Friday."""
    return Hours(
        zone="Europe/Paris",
        weekly=WEEKDAYS,
        holidays_of="FR",
        closures=closures,
        changes=changes,
        exceptions=exceptions,
    )


def exception(day: date, *spans: tuple[int, int]) -> ExceptionalDay:
    return ExceptionalDay(day=day, spans=spans, label="exception")


def on(desk: Hours, day: date) -> tuple[tuple[int, int], ...]:
    return opening_by_day(desk, day, day)[day]


# Changes of the weekly hours

TUESDAYS, FRIDAYS = (((), (AFTERNOON,), *((),) * 5)), ((*((),) * 4, (MORNING,), (), ()))


def test_each_weekly_hours_hold_from_their_day_until_the_next_change() -> None:
    first = Change(since=date(2026, 9, 1), weekly=TUESDAYS)
    second = Change(since=date(2026, 9, 11), weekly=FRIDAYS)
    desk = hours(changes=(second, first))  # in whatever order they are written
    assert [day for day, spans in weeks(desk).items() if spans] == [
        *(date(2026, 8, day) for day in (24, 25, 26, 27, 28, 31)),
        *(date(2026, 9, day) for day in (1, 8, 11, 18)),
    ]
    assert on(desk, date(2026, 9, 8)) == (AFTERNOON,)


def weeks(desk: Hours) -> dict[date, tuple[tuple[int, int], ...]]:
    return opening_by_day(desk, date(2026, 8, 24), date(2026, 9, 20))


def test_a_holiday_on_a_day_that_is_no_longer_of_the_weekly_hours_closes_nothing() -> None:
    desk = hours(changes=(Change(since=date(2026, 9, 1), weekly=TUESDAYS),))
    assert closed_days(desk, date(2026, 11, 1), date(2026, 11, 30)) == ()  # Armistice: Wednesday
    (closed,) = closed_days(desk, date(2026, 7, 1), date(2026, 7, 31))
    assert closed.day == date(2026, 7, 14)


def test_rows_are_those_of_the_weekly_hours_in_force() -> None:
    desk = hours(changes=(Change(since=date(2026, 9, 1), weekly=TUESDAYS),))
    assert set(row_spans(desk, 60, date(2026, 8, 31))["weekday"]) == {1, 2, 3, 4, 5}
    assert row_spans(desk, 60, date(2026, 9, 1)).rows() == [
        (2, hour * 60, (hour + 1) * 60) for hour in (13, 14, 15, 16)
    ]


# Exception > closure > public holiday > weekly hours

CHRISTMAS = date(2026, 12, 25)  # a Friday
SATURDAY = date(2026, 12, 26)


def test_an_exception_comes_first_then_a_closure_then_the_holiday() -> None:
    works = Closing(first=CHRISTMAS, last=CHRISTMAS, label="travaux")
    opened, shut = exception(CHRISTMAS, AFTERNOON), exception(CHRISTMAS)

    def what(desk: Hours) -> tuple[ClosedDay, ...]:
        return closed_days(desk, CHRISTMAS, CHRISTMAS)

    assert what(hours()) == (ClosedDay(day=CHRISTMAS, reason="public_holiday", label="Noël"),)
    assert what(hours(closures=(works,))) == (
        ClosedDay(day=CHRISTMAS, reason="closure", label="travaux"),
    )
    assert what(hours(closures=(works,), exceptions=(shut,))) == (
        ClosedDay(day=CHRISTMAS, reason="closure", label="exception"),
    )
    open_all_the_same = hours(closures=(works,), exceptions=(opened,))
    assert what(open_all_the_same) == ()
    assert on(open_all_the_same, CHRISTMAS) == (AFTERNOON,)


def test_an_exception_opens_a_day_on_which_the_weekly_hours_are_closed() -> None:
    desk = hours(exceptions=(exception(SATURDAY, MORNING),))
    assert opening_spans(desk, CHRISTMAS, SATURDAY + timedelta(days=1)).rows() == [
        (datetime(2026, 12, 26, 8, tzinfo=UTC), datetime(2026, 12, 26, 11, tzinfo=UTC))
    ]
    assert on(hours(), SATURDAY) == ()


def test_no_day_is_closed_by_exception_that_the_weekly_hours_do_not_open() -> None:
    assert closed_days(hours(exceptions=(exception(SATURDAY),)), SATURDAY, SATURDAY) == ()


def test_other_hours_take_the_place_of_the_weekly_ones_of_their_day_alone() -> None:
    desk = hours(exceptions=(exception(date(2026, 12, 24), (600, 660)),))
    found = opening_by_day(desk, date(2026, 12, 23), date(2026, 12, 24))
    assert list(found.values()) == [(MORNING,), ((600, 660),)]


def test_a_week_is_complete_when_no_opening_is_left_in_it() -> None:
    monday, sunday = date(2026, 12, 21), date(2026, 12, 27)
    before = monday - timedelta(days=1)
    assert last_complete_week(hours(), date(2026, 12, 24)) == before
    assert last_complete_week(hours(), CHRISTMAS) == sunday  # closed, as is the weekend
    saturday_too = hours(exceptions=(exception(SATURDAY, MORNING),))
    assert last_complete_week(saturday_too, SATURDAY) == before
    assert last_complete_week(saturday_too, sunday) == sunday


def test_an_exception_measures_again_no_more_than_its_day_and_its_neighbours(
    small_platform: ConfigWriter, tmp_path: Path
) -> None:
    config = small_platform()
    records = "".join(
        day_of_records(f"2026-03-{day:02}", 20, first=100 * day) for day in range(2, 14)
    )
    (tmp_path / "records" / "w10.csv").write_text(records)
    run(config)
    before = slots(config)
    exceptions = (
        'exceptions = [{ day = 2026-03-04, hours = ["14:00-15:00"] }]\n[platform.desk.week]'
    )
    config.write_text(config.read_text().replace("[platform.desk.week]", exceptions))
    # The durations of the neighbours' calls may be counted from an opening or closing of that day.
    assert 1 <= len(run(config).days_measured["desk"]) <= 3
    changed = before.join(slots(config), on=before.columns, how="anti", nulls_equal=True)
    assert set(changed["slot_start"].dt.date()) == {date(2026, 3, 4)}


def test_the_table_has_the_hours_of_the_coming_week(
    small_platform: ConfigWriter, tmp_path: Path
) -> None:
    config = small_platform()
    records = "".join(
        day_of_records(f"2026-03-{day:02}", 20, first=100 * day) for day in range(2, 14)
    )
    (tmp_path / "records" / "w10.csv").write_text(records)
    changes = """
[[platform.desk.opening.changes]]
since = 2026-03-16
monday = ["09:00-12:00"]
thursday = ["08:00-10:00"]
[platform.desk.week]"""
    config.write_text(config.read_text().replace("[platform.desk.week]", changes))
    run(config)
    learned = study(load(config), noon(date(2026, 3, 16)))
    assert learned.weekly == (((540, 720),), (), (), ((480, 600),), (), (), ())
    rows = learned.week().week.select("weekday", "start_min", "days")
    assert rows.rows() == [
        *((1, hour * 60, 2) for hour in (9, 10, 11)),
        *((4, 8 * 60, 0), (4, 9 * 60, 2)),  # it was never open at eight before
    ]
    site = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "appels non enregistrés" not in site


# Public holidays, as they were published

FRANCE = {
    2025: "01-01 04-21 05-01 05-08 05-29 06-09 07-14 08-15 11-01 11-11 12-25",
    2026: "01-01 04-06 05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-25",
    2027: "01-01 03-29 05-01 05-06 05-08 05-17 07-14 08-15 11-01 11-11 12-25",
}
GOOD_FRIDAY = {2025: "04-18", 2026: "04-03", 2027: "03-26"}


def days(year: int, written: str) -> set[date]:
    return {date.fromisoformat(f"{year}-{day}") for day in written.split()}


def holidays_in(region: str, year: int) -> set[date]:
    return set(public_holidays(region, date(year, 1, 1), date(year, 12, 31)))


@pytest.mark.parametrize("year", FRANCE)
def test_public_holidays_of_metropolitan_france(year: int) -> None:
    assert holidays_in("FR", year) == days(year, FRANCE[year])


@pytest.mark.parametrize("year", FRANCE)
@pytest.mark.parametrize("region", ["FR-57", "FR-67", "FR-68", "FR-6AE"])
def test_moselle_and_alsace_add_good_friday_and_saint_stephen_s_day(region: str, year: int) -> None:
    assert holidays_in(region, year) == days(year, f"{FRANCE[year]} {GOOD_FRIDAY[year]} 12-26")


@pytest.mark.parametrize("year", FRANCE)
@pytest.mark.parametrize(
    ("region", "day"),
    [
        ("FR-972", "05-22"),
        ("FR-973", "06-10"),
        ("FR-974", "12-20"),
        ("FR-976", "04-27"),
        ("FR-977", "10-09"),
        ("FR-BL", "10-09"),
        ("FR-988", "09-24"),
        ("FR-NC", "09-24"),
    ],
)
def test_overseas_regions_add_a_day_of_their_own(region: str, day: str, year: int) -> None:
    schoelcher = " 07-21" if region == "FR-972" else ""
    assert holidays_in(region, year) == days(year, f"{FRANCE[year]} {day}{schoelcher}")


@pytest.mark.parametrize("year", FRANCE)
@pytest.mark.parametrize(
    ("region", "of_their_own"),
    [
        ("FR-971", "05-27 07-21"),
        ("FR-978", "05-28 07-21"),
        ("FR-MF", "05-28 07-21"),
        ("FR-986", "04-28 06-29 07-29"),
        ("FR-WF", "04-28 06-29 07-29"),
        ("FR-987", "03-05 11-20"),
        ("FR-PF", "03-05 11-20"),
    ],
)
def test_some_regions_add_several_days(region: str, of_their_own: str, year: int) -> None:
    assert holidays_in(region, year) >= days(year, f"{FRANCE[year]} {of_their_own}")


def test_without_a_region_there_are_no_holidays() -> None:
    assert holidays_in("", 2026) == set()


def test_ten_years_have_every_day() -> None:
    assert len(opening_by_day(hours(), date(2020, 1, 1), date(2029, 12, 31))) == 3653
