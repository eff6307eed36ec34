"""Calendar, schemas and server samples, read by other programs than ours."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import jsonschema
import pytest

from affluence.publication.edition import (
    Closure,
    Contact,
    DayAhead,
    LeftOut,
    OtherHours,
    PastForecasts,
)
from affluence.publication.site import build_site
from tests.browser import NEEDS_CHROMIUM, chromium

from .editions import DRAWN, HOURS, STATES, drawn, edition, hours
from .reading import csv_rows, json_data
from .serving import headers_of, served

PARIS = ZoneInfo("Europe/Paris")
FULL = edition(
    left_out=(LeftOut(day=date(2026, 2, 4), reason="odd_day", factor=2.5),),
    days_ahead=(DayAhead(day=date(2026, 3, 11), kinds=("month_start",), demand_factor=1.2),),
    past_forecasts=PastForecasts(error=0.15, error_of_mean=0.18, are_better=True),
    languages=("fr", "ar"),
)


# Calendar


def occurrences(event: Any) -> list[datetime]:
    """Instants at which an event begins, by the rule that RFC 5545 gives."""
    rule = event["rrule"]
    (until,) = rule["UNTIL"]
    excluded = event.get("exdate", [])
    excluded = excluded if isinstance(excluded, list) else [excluded]
    left_out = {each.dt for dates in excluded for each in dates.dts}
    begins = event["dtstart"].dt
    found = []
    while begins <= until:
        if begins not in left_out:
            found.append(begins)
        begins += timedelta(days=7)
    return found


def events(**changes: Any) -> list[Any]:
    calendar = icalendar.Calendar.from_ical(build_site(edition(**changes))["affluence.ics"])
    return list(calendar.walk("VEVENT"))


def test_every_quiet_hour_is_an_event_and_nothing_else() -> None:
    quiet = {
        (weekday, start, end)
        for (start, end), line in zip(HOURS, DRAWN, strict=True)
        for weekday, letter in enumerate(line, start=1)
        if STATES[letter] == "quiet"
    }
    covered = set()
    for event in events():
        begins, ends = event["dtstart"].dt, event["dtend"].dt
        assert date(2026, 3, 1) < begins.date() <= date(2026, 3, 8)
        for weekday, start, end in quiet:
            of_day = begins.isoweekday() == weekday
            from_min, to_min = (t.hour * 60 + t.minute for t in (begins, ends))
            if of_day and from_min <= start and end <= to_min:
                covered.add((weekday, start, end))
    assert covered == quiet
    minutes = sum((e["dtend"].dt - e["dtstart"].dt).total_seconds() / 60 for e in events())
    assert minutes == sum(end - start for _, start, end in quiet)


def test_events_end_with_the_table_and_leave_closures_out() -> None:
    week = drawn(["ccccc"], [(540, 600)])
    closed = Closure(first=date(2026, 3, 10), last=date(2026, 3, 11), label="Travaux")
    found = events(week=week, opening=hours(*((d, 540, 600) for d in range(1, 6))),
                   closures=(closed,))  # fmt: skip
    days = sorted(moment.date() for event in found for moment in occurrences(event))
    assert days == [
        *(date(2026, 3, day) for day in (2, 3, 4, 5, 6)),
        *(date(2026, 3, day) for day in (9, 12, 13)),
    ]
    assert all(event["dtstart"].dt.utcoffset() == timedelta(hours=1) for event in found)


def test_events_are_left_out_on_days_with_other_hours_that_do_not_hold_them() -> None:
    """9 h to 10 h is quiet: on the 10th the desk opens at 9.30, on the 12th at 8."""
    week = drawn(["ccccc"], [(540, 600)])
    other = (
        OtherHours(day=date(2026, 3, 10), spans=((570, 720),)),
        OtherHours(day=date(2026, 3, 12), spans=((480, 720),)),
    )
    found = events(week=week, opening=hours(*((d, 540, 600) for d in range(1, 6))),
                   other_hours=other)  # fmt: skip
    days = sorted(moment.date().day for event in found for moment in occurrences(event))
    assert days == [2, 3, 4, 5, 6, 9, 11, 12, 13]


def test_a_table_that_expires_within_its_week_has_no_event_after_that() -> None:
    """From Wednesday on other weekly hours hold."""
    week = drawn(["ccccc"], [(540, 600)])
    found = events(week=week, valid_until=date(2026, 3, 3))
    assert sorted(event["dtstart"].dt.day for event in found) == [2, 3]


def test_an_event_keeps_its_identifier_from_week_to_week() -> None:
    later = {"period_last": date(2026, 3, 8), "valid_until": date(2026, 3, 22)}
    names = [[str(event["uid"]) for event in events(**changes)] for changes in ({}, later)]
    assert names[0] == names[1]
    assert len(set(names[0])) == len(names[0])


def test_the_calendar_and_its_events_say_whose_they_are() -> None:
    site = build_site(edition(service="Étrangers"))
    calendar = icalendar.Calendar.from_ical(site["affluence.ics"])
    assert str(calendar["name"]) == "Étrangers\u00a0: heures creuses au téléphone"
    (event, *_) = calendar.walk("VEVENT")
    assert str(event["summary"]) == "Étrangers\u00a0: heure creuse"
    assert str(event["description"]).endswith("01\u00a099\u00a000\u00a012\u00a034")


def test_nothing_quiet_is_an_empty_calendar() -> None:
    assert events(week=drawn(["ttttt"] * 7)) == []


# Addresses


def test_the_json_names_the_configured_addresses_and_no_other() -> None:
    appointments = "https://rdv.example.gouv.fr/"
    site = build_site(edition(contact=Contact(appointment_url=appointments)))
    assert json_data(site)["links"] == [appointments]


# Schemas


def test_the_json_is_as_its_schema_says() -> None:
    for shown in (FULL, edition()):
        site = build_site(shown)
        schema = json.loads(site["affluence.schema.json"])
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.Draft202012Validator(schema).validate(json_data(site))


def test_the_schema_of_the_json_refuses_what_is_wrong() -> None:
    site = build_site(FULL)
    data = json_data(site)
    data["cells"][0]["niveau"] = "bof"
    with pytest.raises(jsonschema.ValidationError, match="bof"):
        jsonschema.validate(data, json.loads(site["affluence.schema.json"]))


def test_the_csv_is_as_its_table_schema_says() -> None:
    site = build_site(FULL)
    schema = json.loads(site["schema.json"])
    rows = csv_rows(site)
    reader = csv.reader(io.StringIO(site["affluence.csv"].decode()))
    assert [field["name"] for field in schema["fields"]] == next(reader)
    keys = [tuple(row[name] for name in schema["primaryKey"]) for row in rows]
    assert len(set(keys)) == len(keys)
    read: dict[str, Callable[[str], Any]] = {
        "string": str,
        "number": float,
        "integer": int,
        "date": date.fromisoformat,
    }
    for row in rows:
        for field in schema["fields"]:
            text, rules = row[field["name"]], field.get("constraints", {})
            if text == "":
                assert not rules.get("required")
                continue
            value = read[field["type"]](text)
            assert text in rules.get("enum", [text])
            assert re.fullmatch(rules.get("pattern", ".*"), text)
            if "minimum" in rules:
                assert isinstance(value, float | int)
                assert rules["minimum"] <= value <= rules.get("maximum", value)


# Samples of headers


def test_both_samples_say_the_same_and_allow_nothing_unsafe() -> None:
    site = build_site(FULL)
    apache, nginx = (
        headers_of(site[name].decode()) for name in ("entetes-apache.txt", "entetes-nginx.txt")
    )
    assert apache == nginx
    assert "unsafe" not in apache["Content-Security-Policy"]
    assert apache["Cache-Control"] == "no-cache"


class TestInChromium:
    pytestmark = NEEDS_CHROMIUM

    @pytest.mark.parametrize("name", ["index.html", "ar.html"])
    def test_the_page_works_under_its_own_policy(self, name: str) -> None:
        site = build_site(FULL)
        headers = headers_of(site["entetes-nginx.txt"].decode())
        with served(site, headers) as address, chromium() as browser:
            page = browser.new_page()
            refused: list[str] = []
            page.on("console", lambda message: refused.append(message.text))
            page.clock.set_fixed_time("2026-03-10T14:30:00+01:00")
            page.goto(f"{address}/{name}")
            assert page.locator("[aria-current=time]").count() == 1
            style = "getComputedStyle(document.querySelector('td.charge')).backgroundColor"
            assert page.evaluate(style) == "rgb(204, 76, 2)"
            assert [text for text in refused if "Content Security Policy" in text] == []
