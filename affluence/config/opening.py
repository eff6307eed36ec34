"""``[platform.X.opening]``: when the desk is open."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, Self

import pydantic
from pydantic import AfterValidator, BeforeValidator

from affluence.config.regions import known_region
from affluence.config.section import Section

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SchoolZone = Literal["", "A", "B", "C", "Corse"]


def _span(text: object) -> object:
    if not isinstance(text, str):
        return text
    found = re.fullmatch(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})", text.replace(" ", ""))
    if not found:
        message = 'write hours as "09:00-12:00"'
        raise ValueError(message)
    hours = [int(group) for group in found.groups()]
    start_min, end_min = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
    if not 0 <= start_min < end_min <= 24 * 60 or max(hours[1], hours[3]) > 59:
        message = "must begin before it ends, within one day (00:00 to 24:00)"
        raise ValueError(message)
    return (start_min, end_min)


def _apart(spans: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    if any(later[0] < earlier[1] for earlier, later in pairwise(sorted(spans))):
        message = "has hours that overlap"
        raise ValueError(message)
    return spans


def _given_once(days: Iterable[date]) -> None:
    twice = sorted(day for day, times in Counter(days).items() if times > 1)
    if twice:
        message = f"{' and '.join(map(str, twice))}: given more than once"
        raise ValueError(message)


MinutesSpan = Annotated[tuple[int, int], BeforeValidator(_span)]
DayHours = Annotated[tuple[MinutesSpan, ...], AfterValidator(_apart)]


class Closing(Section):
    """Days on which the desk is closed although its weekly hours say open; both included."""

    first: date
    last: date | None = None
    reason: str = ""

    @pydantic.model_validator(mode="after")
    def _in_order(self) -> Closing:
        if self.last is not None and self.last < self.first:
            message = "'last' is before 'first'"
            raise ValueError(message)
        return self


class ExceptionalDay(Section):
    """A day with opening hours of its own, or closed without any, whatever the rest says."""

    day: date
    hours: DayHours
    reason: str = ""


class _WeeklyHours(Section):
    monday: DayHours = ()
    tuesday: DayHours = ()
    wednesday: DayHours = ()
    thursday: DayHours = ()
    friday: DayHours = ()
    saturday: DayHours = ()
    sunday: DayHours = ()

    @property
    def weekly(self) -> tuple[DayHours, ...]:
        """The hours of each weekday, Monday first."""
        return tuple(getattr(self, day) for day in WEEKDAYS)

    @pydantic.model_validator(mode="after")
    def _open_at_all(self) -> Self:
        if not any(self.weekly):
            message = 'no opening hours; write for instance monday = ["09:00-12:00"]'
            raise ValueError(message)
        return self


class OpeningChange(_WeeklyHours):
    """Weekly opening hours that hold from a day on; closed on weekdays that are not given."""

    since: date


class Opening(_WeeklyHours):
    """Weekly opening hours, how they change, and when they do not hold."""

    changes: tuple[OpeningChange, ...] = ()
    public_holidays: Annotated[str, AfterValidator(known_region)] = "FR"
    closures: tuple[Closing, ...] = ()
    exceptions: tuple[ExceptionalDay, ...] = ()
    school_holidays: SchoolZone = ""

    @pydantic.field_validator("changes")
    @classmethod
    def _one_change_a_day(cls, changes: tuple[OpeningChange, ...]) -> tuple[OpeningChange, ...]:
        _given_once(change.since for change in changes)
        return changes

    @pydantic.field_validator("exceptions")
    @classmethod
    def _one_exception_a_day(
        cls, exceptions: tuple[ExceptionalDay, ...]
    ) -> tuple[ExceptionalDay, ...]:
        _given_once(exception.day for exception in exceptions)
        return exceptions


def read_day_hours(texts: Iterable[str]) -> dict[int, tuple[tuple[int, int], ...]]:
    """Opening hours of some weekdays (ISO), minutes after local midnight, as the file has them.

    ``friday=09:00-12:00``, ``monday-friday=08:30-12:00,13:30-16:30``, and ``friday=`` for a day
    that is closed; a line of the file, ``friday = ["09:00-12:00"]``, will do too.

    Raises:
        ValueError: one is not written so, or names a weekday again.

    """
    found: dict[int, tuple[tuple[int, int], ...]] = {}
    for text in texts:
        days, equals, hours = re.sub(r"[\s\[\]\"']", "", text).lower().partition("=")
        first, _, last = days.partition("-")
        last = last or first
        if not equals or first not in WEEKDAYS or last not in WEEKDAYS[WEEKDAYS.index(first) :]:
            raise ValueError(
                f"'{text}': write one weekday or the first and the last, and their hours, such as"
                " monday-friday=08:30-12:00,13:30-16:30, or friday= for a day that is closed"
            )
        try:
            spans = pydantic.TypeAdapter[tuple[tuple[int, int], ...]](DayHours).validate_python(
                [span for span in hours.split(",") if span]
            )
        except pydantic.ValidationError as error:
            reasons = "; ".join(str(problem["ctx"]["error"]) for problem in error.errors())
            raise ValueError(f"'{text}': {reasons}") from None
        for day in range(WEEKDAYS.index(first) + 1, WEEKDAYS.index(last) + 2):
            if day in found:
                raise ValueError(f"{WEEKDAYS[day - 1]} is given twice; leave one out")
            found[day] = spans
    return found
