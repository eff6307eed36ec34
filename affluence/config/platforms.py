"""``[platform.X]``: one phone platform."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import pydantic
from pydantic import AfterValidator, BeforeValidator, Field

from affluence.config.opening import MinutesSpan, Opening, Weekday
from affluence.config.page import Levels, Page
from affluence.config.section import Section
from affluence.config.sources import Source
from affluence.config.values import Zone


def _phone(number: str) -> str:
    compact = re.sub(r"[ .-]", "", number)
    if not re.fullmatch(r"\+\d{8,15}", compact):
        message = 'write it in international form, such as "+33 1 99 00 12 34"'
        raise ValueError(message)
    return compact


def _languages(codes: tuple[str, ...]) -> tuple[str, ...]:
    if not codes or codes[0] != "fr":
        message = 'must begin with "fr"'
        raise ValueError(message)
    if len(set(codes)) < len(codes):
        message = "names a language twice"
        raise ValueError(message)
    return codes


def _lines(value: object) -> object:
    if isinstance(value, int) and value >= 1:
        return ({"since": date(1970, 1, 1), "count": value},)
    if isinstance(value, list | tuple) and value:
        return value
    message = "write the number of lines, such as 8, or [{ since = 2026-01-01, count = 8 }]"
    raise ValueError(message)


class Lines(Section):
    """A number of lines in service from a day on."""

    since: date
    count: int = Field(ge=1)


class Shift(Section):
    """Agents on duty at some hours of some weekdays; shifts that overlap add up."""

    weekdays: tuple[Weekday, ...] = Field(min_length=1)
    hours: tuple[MinutesSpan, ...] = Field(min_length=1)
    count: int = Field(ge=1)
    since: date = date(1970, 1, 1)
    until: date | None = None

    @pydantic.model_validator(mode="after")
    def _in_order(self) -> Shift:
        if self.until is not None and self.until < self.since:
            message = "'until' is before 'since'"
            raise ValueError(message)
        return self


class Agents(Section):
    """Who answers: the roster, where records tell nothing of it, and the work after a call."""

    wrap_up_s: float = Field(default=0, ge=0, le=3600)
    roster: tuple[Shift, ...] = ()


class Week(Section):
    """How the typical week is made from the slots."""

    weeks: int = Field(default=156, ge=1, le=520)
    row_minutes: Literal[30, 60] = 60
    minimum_days: int = Field(default=3, ge=1)
    minimum_calls: int = Field(default=10, ge=1)


class Indicators(Section):
    """How official formulas are read that are not public, or leave a choice; written messages."""

    fewer_than_5_rings_s: float = Field(default=20, gt=0, le=60)
    short_abandon_s: int = Field(default=5, ge=0, le=60)
    short_abandons_are_lost: bool = True
    agent_required: Literal["accepted", "refused-too"] = "accepted"
    answered_within_s: int = Field(default=20, ge=1, le=600)
    written: Path | None = None  # CSV of letters, e-mails and complaints


class Platform(Section):
    """One phone platform: its records, its lines, its hours, its page."""

    name: str = Field(min_length=1)
    group: str = ""
    phone: Annotated[str, AfterValidator(_phone)]
    zone: Zone = "Europe/Paris"
    lines: Annotated[tuple[Lines, ...], BeforeValidator(_lines)] = ()
    agents: Agents = Agents()
    refusals_hold_lines: bool = False
    longest_call_hours: float = Field(default=6, gt=0, le=24)
    demonstration: bool = False
    languages: Annotated[tuple[str, ...], AfterValidator(_languages)] = ("fr",)
    reviewed_by: dict[str, Annotated[str, Field(min_length=1)]] = Field(default_factory=dict)
    valid_days: int = Field(default=13, ge=7, le=60)
    source: Source
    opening: Opening
    page: Page = Page()
    week: Week = Week()
    levels: Levels = Levels()
    indicators: Indicators = Indicators()
