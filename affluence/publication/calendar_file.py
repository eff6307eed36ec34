"""The quiet hours as an iCalendar that people may subscribe to.

One weekly event for the quiet hours of a weekday, until the table expires. Its identifier stays
the same from one edition to the next, so that a subscription is brought up to date instead of
growing. Days on which the desk is closed at these hours are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vDuration

from affluence.publication import wording
from affluence.publication.edition import Desk, Edition, Hours
from affluence.publication.figures import Figure
from affluence.publication.spans import by_weekday


def ics_file(edition: Edition, figures: Sequence[Figure]) -> bytes:
    """The calendar of an edition, the same bytes for the same edition."""
    calendar = Calendar()
    calendar.add("prodid", "-// affluence // heures creuses // FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", f"{edition.desk.service}\u00a0: heures creuses au téléphone")
    calendar.add("refresh-interval", vDuration(timedelta(days=1)), parameters={"VALUE": "DURATION"})
    quiet = [
        Hours(weekday=figure.weekday, start_min=figure.start_min, end_min=figure.end_min)
        for figure in figures
        if figure.state == "quiet"
    ]
    begins = edition.period_last + timedelta(days=1)
    for weekday, spans in by_weekday(quiet).items():
        first = begins + timedelta(days=(weekday - 1 - begins.weekday()) % 7)
        if first > edition.valid_until:
            continue  # a rule that ends before its event begins would still be shown once
        for start_min, end_min in spans:
            calendar.add_component(_event(edition, first, start_min, end_min))
    calendar.add_missing_timezones()
    written: bytes = calendar.to_ical()
    return written


def _event(edition: Edition, first: date, start_min: int, end_min: int) -> Event:
    """Every week from a day on."""
    zone = ZoneInfo(edition.desk.zone)
    weeks = range((edition.valid_until - first).days // 7 + 1)
    occurrences = (first + timedelta(weeks=n) for n in weeks)
    closed = [day for day in occurrences if not _is_open(edition.desk, day, start_min, end_min)]
    event = Event()
    event.add("uid", f"{edition.desk.platform}-{first.isoweekday()}-{start_min}@affluence")
    event.add("dtstamp", datetime.combine(edition.period_last, time(), UTC))
    event.add("dtstart", _at(first, start_min, zone))
    event.add("dtend", _at(first, end_min, zone))
    until = datetime.combine(edition.valid_until, time(23, 59, 59), zone).astimezone(UTC)
    event.add("rrule", {"freq": "weekly", "until": until})
    for day in closed:
        event.add("exdate", _at(day, start_min, zone))
    event.add("summary", f"{edition.desk.service}\u00a0: heure creuse")
    event.add("description", f"Téléphone\u00a0: {wording.phone(edition.desk.phone)}")
    event.add("transp", "TRANSPARENT")
    return event


def _is_open(desk: Desk, day: date, start_min: int, end_min: int) -> bool:
    """Whether the desk is open on a day from one minute to another that its weekly hours hold."""
    on_the_day = [other.spans for other in desk.other_hours if other.day == day]
    return not desk.is_closed_on(day) and all(
        any(first <= start_min and end_min <= last for first, last in spans) for spans in on_the_day
    )


def _at(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(minutes // 60 % 24, minutes % 60), zone) + timedelta(
        days=minutes // 1440
    )
