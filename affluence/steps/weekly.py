"""Which week of a platform may be published now, and with which figures: fresh, frozen or none."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from affluence.errors import RefusedPublicationError
from affluence.publication.edition import Edition
from affluence.publication.edition_file import edition_as_json, edition_from_json
from affluence.steps.clock import last_record_at
from affluence.steps.edition import (
    Page,
    desk_on,
    make_edition,
    records_of_platform,
    slots_of_period,
)
from affluence.steps.effect import effect_of
from affluence.steps.refusals import (
    MOST_CHANGED,
    Limits,
    clock_behind,
    levels_of,
    no_records,
    reasons_against,
    share_changed,
    too_many_changes,
)
from affluence.store import Store
from affluence.store.weeks import Week
from affluence.typical_week import last_complete_week
from affluence.typical_week.calendar import instant, opening_by_day

if TYPE_CHECKING:
    import polars as pl

    from affluence.typical_week import Records, Study

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person asked for beyond what happens by itself."""

    correction: bool = False  # make the figures of a published week anew
    force: bool = False  # whatever speaks against it
    reason: str = ""  # given with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The edition that may be published; without it the reasons why there is none."""

    last: date  # Sunday of the week
    edition: Edition | None = None
    frozen: bool = False  # its figures are those that were published
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A week of which an edition is to be made, once its ``records`` have been learned."""

    page: Page
    last: date  # its Sunday
    settings: str  # hash of those that shape its figures
    records: Records


def what_is_due(
    store: Store, page: Page, *, today: date, grace_days: int | None, wish: Wish
) -> Verdict | Due:
    """What is to be made of a platform's newest complete week, or what is already known of it.

    Args:
        store: where its slots and what was published of it are.
        page: how its figures are made.
        today: the day that counts as today for it.
        grace_days: for so long records are waited for that a week still lacks; None: not at all.
        wish: what a person asked for.

    Raises:
        NoRecordsError: there are no slots at all.

    """
    weeks = store.ledger.weeks
    last = newest_complete_week(store, page, today, grace_days)
    newest = weeks.newest_published(page.platform)
    if newest is not None and last < newest.last and not wish.force:
        return Verdict(last=last, reasons=(str(clock_behind(today, newest.last)),))
    settings = _settings_hash(page, last)
    known = weeks.at(page.platform, last)
    frozen = known is not None and known.state == "published" and known.settings == settings
    if known is not None and frozen and not wish.correction:
        return Verdict(last=last, edition=thaw(known, page, today), frozen=True)
    if not _has_records(store, page, last):
        return Verdict(last=last, reasons=(str(no_records(last)),))
    slots = slots_of_period(store, page, last)
    try:
        records = records_of_platform(page, slots, last)
    except RefusedPublicationError as error:
        return Verdict(last=last, reasons=error.reasons)
    return Due(page=page, last=last, settings=settings, records=records)


def judge(
    store: Store,
    due: Due,
    learned: Study,
    *,
    lines: pl.DataFrame,
    account: Mapping[str, int],
    limits: Limits,
    today: date,
    wish: Wish,
) -> Verdict:
    """The edition of a platform's newest complete week, or why it must not be published.

    Args:
        store: where what was published of it is.
        due: the week.
        learned: from its records.
        lines: CAPACITY of its lines.
        account: what became of the lines of its files.
        limits: from where on a table is refused.
        today: the day that counts as today for it.
        wish: what a person asked for.

    """
    weeks, page, last = store.ledger.weeks, due.page, due.last
    known = weeks.at(page.platform, last)
    if effect_of(store, page, learned).alarm:
        learned = learned.widened()
    try:
        edition = make_edition(page, learned, lines, today=today)
    except RefusedPublicationError as error:
        return Verdict(last=last, reasons=error.reasons)
    figures = edition_as_json(edition)
    # A correction that corrects nothing is not delivered again: its figures stay frozen. They are
    # written anew to be compared: an older version may have written more with them.
    stands = (
        known is not None
        and known.state == "published"
        and edition_as_json(edition_from_json(known.figures, edition.desk)) == figures
    )
    week = Week(
        platform=page.platform,
        last=last,
        state="published" if stands else "built",
        settings=due.settings,
        inputs=store.ledger.days.inputs_up_to(page.platform, last),
        figures=figures,
    )
    if not wish.force:
        reasons = reasons_against(edition, account, limits)
        share = 0 if reasons else _share_changed_unconfirmed(store, page, edition, week)
        if share > MOST_CHANGED:
            weeks.put(replace(week, state="held"))
            reasons = [too_many_changes(share)]
        if reasons:
            return Verdict(last=last, reasons=tuple(map(str, reasons)))
    weeks.put(week)
    return Verdict(last=last, edition=edition)


def newest_complete_week(store: Store, page: Page, today: date, grace_days: int | None) -> date:
    """Sunday of the newest week that is over and whose records have come.

    They have come once every opening day has some and one is later than the last opening, or once
    ``grace_days`` have passed.
    """
    last = last_complete_week(page.hours, today)
    if today <= last and not _open_days(page, last):
        last -= _WEEK  # a week without an opening day is over when it is over
    if (
        grace_days is None
        or today > last + timedelta(days=grace_days)
        or _records_have_come(store, page, last)
    ):
        return last
    return last - _WEEK


def _has_records(store: Store, page: Page, last: date) -> bool:
    """Whether a week in which the desk was open has any record, once there are any at all."""
    open_days, days = _open_days(page, last), _days_with_calls(store, page)
    return not open_days or min(days, default=date.max) > last or not open_days.isdisjoint(days)


def _records_have_come(store: Store, page: Page, last: date) -> bool:
    open_days = _open_days(page, last)
    if not open_days:
        return True
    last_spans = opening_by_day(page.hours, max(open_days), max(open_days))[max(open_days)]
    end = instant(max(open_days), last_spans[-1][1], ZoneInfo(page.hours.zone))
    latest = last_record_at(store, page.platform)
    come = open_days <= _days_with_calls(store, page)
    return come and latest is not None and latest >= end


def _open_days(page: Page, last: date) -> set[date]:
    opening = opening_by_day(page.hours, last - _WEEK + _DAY, last)
    return {day for day, spans in opening.items() if spans}


def _days_with_calls(store: Store, page: Page) -> set[date]:
    parts = store.ledger.days.parts(page.platform)
    return {part.day for part in parts if part.records > part.of_agents}


def thaw(week: Week, page: Page, today: date) -> Edition:
    """The figures as they were published, for the desk as it is now."""
    edition = edition_from_json(week.figures, desk_on(page, week.last + _DAY, today))
    # Nobody calls more or less than usually on a day that has been closed since.
    ahead = [each for each in edition.days_ahead if not edition.desk.is_closed_on(each.day)]
    return replace(edition, days_ahead=tuple(ahead))


def _share_changed_unconfirmed(store: Store, page: Page, edition: Edition, new: Week) -> float:
    """Share of the levels that change against what stands, 0 if the week before said the same."""
    weeks = store.ledger.weeks
    standing = store.ledger.publications.standing_week(page.platform)
    before = weeks.at(page.platform, standing) if standing else None
    if before is None or before.last >= new.last or before.settings != new.settings:
        return 0
    desk = edition.desk
    levels = levels_of(edition)
    share = share_changed(levels, levels_of(edition_from_json(before.figures, desk)))
    held = weeks.at(page.platform, new.last - _WEEK)
    if held is not None and held.state == "held":
        seen = levels_of(edition_from_json(held.figures, desk))
        if share_changed(levels, seen) <= MOST_CHANGED:
            return 0
    return share


def _settings_hash(page: Page, last: date) -> str:
    """Hash of the configuration that shapes the figures of a week: not of closures to come."""
    hours = page.hours
    shaping = (hours.zone, hours.weekly_on(last + _DAY), hours.changes, page.settings, page.weeks)
    return hashlib.sha256(repr(shaping).encode()).hexdigest()[:16]
