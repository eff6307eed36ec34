"""Two years of weeks by a clock of our own: every newest complete week is published once.

Both clock changes of two years, week 53, 1 January, Christmas weeks without an opening day, and
outages of an hour, three days and three weeks.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from affluence import pipeline, webmaster
from affluence.config import load
from affluence.errors import RefusedPublicationError
from affluence.store import open_store
from affluence.store.publications import Publication
from tests.conftest import ConfigWriter
from tests.records import fictional_number, record

PARIS = ZoneInfo("Europe/Paris")
FIRST = date(2026, 1, 5)  # a Monday; 2026 has 53 weeks
WEEKS = 104
CLOSED = {date(2026, 12, 21), date(2026, 12, 28)}  # Mondays of weeks without an opening day

# When the program is started again where it was off at its hour, by the Monday of that hour.
ONE_HOUR = {date(2026, 3, 30): timedelta(hours=1), date(2026, 10, 26): timedelta(hours=1)}
THREE_DAYS = {date(2026, 5, 25): timedelta(days=3), date(2027, 3, 29): timedelta(days=3)}
THREE_WEEKS = {date(2027, 6, 7), date(2027, 6, 14), date(2027, 6, 21)}
# After them the week before the newest is the newest complete one; these two never are.
MISSED = {date(2027, 6, 6), date(2027, 6, 13)}
NOTABLE = {*ONE_HOUR, *THREE_DAYS, *CLOSED, date(2027, 6, 28), date(2027, 1, 4)}
ROLLED_BACK = date(2027, 9, 6)


def six_o_clock(day: date) -> datetime:
    return datetime.combine(day, time(6), PARIS)


def write_week(folder: Path, monday: date) -> None:
    lines = [
        record(
            index * 100 + nth,
            f"{monday + timedelta(days=weekday)} {9 + nth // 4:02}:{nth % 4 * 15:02}:00",
            60 + 97 * (index + nth) % 240,
            answered_after_s=5 + nth,
            caller=fictional_number(nth),
        )
        for index, weekday in enumerate((0, 1))
        for nth in range(12)
    ]
    (folder / f"{monday}.csv").write_text("\n".join(lines) + "\n")


@pytest.fixture
def desk(small_platform: ConfigWriter) -> Path:
    """Open on Monday and Tuesday mornings."""
    config = small_platform(weekdays="mon tue")
    text = config.read_text().replace('"last-record"', '"today"').replace(', "13:30-16:30"', "")
    # As many as the effect compares: of fewer it learns all weeks since the first besides.
    text = text.replace("minimum_calls = 1", "minimum_calls = 1\nweeks = 26")
    closures = "closures = [{ first = 2026-12-21, last = 2027-01-03 }]"
    config.write_text(text.replace("[platform.desk.week]", f"{closures}\n[platform.desk.week]"))
    return config


def publications(config: Path) -> list[Publication]:
    state = load(config).state
    with open_store(state.folder, state.keys_folder) as store:
        return store.ledger.publications.publications()


def weeks_of(config: Path) -> dict[date, str]:
    state = load(config).state
    with open_store(state.folder, state.keys_folder) as store:
        return {week.last: week.state for week in store.ledger.weeks.of("desk")}


@pytest.mark.long
def test_two_years_without_a_hand(desk: Path) -> None:
    settings = load(desk)
    records = desk.parent / "records"
    published: list[date] = []  # Sundays, as they were published by themselves
    for number in range(WEEKS):
        monday = FIRST + timedelta(weeks=number)
        if monday not in CLOSED:
            write_week(records, monday)
        hour = monday + timedelta(days=7)  # of the run that publishes this week
        if hour in THREE_WEEKS:
            continue
        late = {**ONE_HOUR, **THREE_DAYS}.get(hour, timedelta())
        # Tuesday's last call ends before the desk closes: the week is waited for until Thursday.
        moments = [six_o_clock(hour) + late, six_o_clock(hour + timedelta(days=3)) + late]
        if number % 4 and hour not in NOTABLE:
            del moments[0]  # in most weeks only the run that can publish, for the time it takes
        for moment in moments:
            before = len(publications(desk))
            try:
                pipeline.run(settings, moment)
            except RefusedPublicationError as error:
                assert number == 0 and "no week of them is" in str(error)  # noqa: PT017
            new = publications(desk)[before:]
            published += [date.fromisoformat(_week(one)) for one in new]
        if hour == ROLLED_BACK:
            webmaster.rollback(settings, 1, "", six_o_clock(hour + timedelta(days=3)))
            before = len(publications(desk))
            for sweep in range(3):
                pipeline.run(settings, six_o_clock(hour + timedelta(days=4, hours=sweep)))
            assert len(publications(desk)) == before
    sundays = [FIRST + timedelta(days=7 * number + 6) for number in range(WEEKS)]
    assert [week for week, times in Counter(published).items() if times > 1] == []
    assert published == [sunday for sunday in sundays if sunday not in MISSED]
    states = weeks_of(desk)
    assert {week for week, state in states.items() if state == "superseded"} == MISSED
    assert {state for week, state in states.items() if week not in MISSED} == {"published"}


def _week(one: Publication) -> str:
    year, week = one.release.split("-")[:2]
    return str(date.fromisocalendar(int(year), int(week[1:]), 7))
