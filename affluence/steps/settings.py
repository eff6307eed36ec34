"""Configuration → what each stage needs to know; the stages themselves never see a `Config`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from affluence.cdr.dialect import NotCounted, Reading, Stated
from affluence.cdr.dialects import find_dialect
from affluence.cdr.recipe import Recipe
from affluence.config import WEEKDAYS, Platform
from affluence.publication.edition import Contact, Notice
from affluence.steps.capacity import Shift
from affluence.steps.edition import Page
from affluence.steps.measure import Rules
from affluence.typical_week import Settings
from affluence.typical_week.calendar import Change, Closing, ExceptionalDay, Hours
from affluence.typical_week.levels import Bounds

if TYPE_CHECKING:
    from affluence.indicators import Readings


def recipe_of(platform: Platform) -> Recipe:
    """How the records of a platform are read."""
    source = platform.source
    return Recipe(
        dialect=find_dialect(source.dialect),
        reading=Reading(
            trunks=source.trunks,
            closed_announcements=source.announcements.closed,
            busy_announcements=source.announcements.busy,
            machine_answers_first=source.machine_answers_first,
            stated=Stated(
                columns=tuple(
                    (name, str(column)) for name, column in source.format.columns.items()
                ),
                outcomes=tuple(
                    (word.lower(), outcome) for word, outcome in source.format.outcomes.items()
                ),
                directions=tuple(
                    (word.lower(), direction)
                    for word, direction in source.format.directions.items()
                ),
                separator=source.format.separator,
                time_format=source.format.time_format,
            ),
            not_counted=NotCounted(**source.not_counted.model_dump()),
        ),
        clock=source.clock,
        zone=platform.zone,
    )


def hours_of(platform: Platform) -> Hours:
    """When a platform is open."""
    opening = platform.opening
    return Hours(
        zone=platform.zone,
        weekly=opening.weekly,
        holidays_of=opening.public_holidays,
        closures=tuple(
            Closing(first=c.first, last=c.last or c.first, label=c.reason) for c in opening.closures
        ),
        changes=tuple(Change(since=c.since, weekly=c.weekly) for c in opening.changes),
        exceptions=tuple(
            ExceptionalDay(day=e.day, spans=e.hours, label=e.reason) for e in opening.exceptions
        ),
        school_zone=opening.school_holidays,
    )


def rules_of(name: str, platform: Platform) -> Rules:
    """How a platform's calls are measured."""
    return Rules(
        platform=name,
        hours=hours_of(platform),
        lines=[(lines.since, lines.count) for lines in platform.lines],
        roster=[
            Shift(
                weekdays=tuple(WEEKDAYS.index(day) for day in shift.weekdays),
                hours=shift.hours,
                agents=shift.count,
                since=shift.since,
                until=shift.until,
            )
            for shift in platform.agents.roster
        ],
        refusals_hold_lines=platform.refusals_hold_lines,
        longest_call_s=round(platform.longest_call_hours * 3600),
        wrap_up_s=platform.agents.wrap_up_s,
    )


def readings_of(platform: Platform) -> Readings:
    """How the official indicators of a platform are read."""
    from affluence.indicators import Readings  # not needed by a run

    return Readings(**platform.indicators.model_dump(exclude={"written"}))


def _contact_of(platform: Platform) -> Contact:
    page = platform.page
    notice = None
    if page.notice is not None:
        notice = Notice(texts=tuple(page.notice.text.items()), until=page.notice.until)
    return Contact(
        price=page.price,
        relay_url=page.relay_url,
        appointment_url=page.appointment_url,
        online_url=page.online_url,
        public_url=page.public_url,
        embedded_in=page.embedded_in,
        notice=notice,
    )


def page_of(name: str, platform: Platform, *, is_listed: bool = False) -> Page:
    """What a platform's page says; ``is_listed``: among other platforms."""
    week, levels = platform.week, platform.levels
    return Page(
        platform=name,
        service=platform.name,
        phone=platform.phone,
        hours=hours_of(platform),
        settings=Settings(
            row_minutes=week.row_minutes,
            minimum_days=week.minimum_days,
            minimum_calls=week.minimum_calls,
            bounds=Bounds(quiet=levels.quiet, fairly_quiet=levels.fairly_quiet, busy=levels.busy),
        ),
        weeks=week.weeks,
        contact=_contact_of(platform),
        demonstration=platform.demonstration,
        is_listed=is_listed,
        languages=platform.languages,
        reviewed=tuple(platform.reviewed_by),
        valid_days=platform.valid_days,
    )
