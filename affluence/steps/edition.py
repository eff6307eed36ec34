"""Slots → typical week → edition → site of a platform: built whole and checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from affluence import typical_week
from affluence.doubts import find_doubts
from affluence.errors import (
    CHECK_ITS_SOURCE,
    NoRecordsError,
    Reason,
    RefusedPublicationError,
)
from affluence.publication import language
from affluence.publication.checked_site import check_site
from affluence.publication.dsfr import Theme
from affluence.publication.edition import (
    Bounds,
    Closure,
    Contact,
    DayAhead,
    Desk,
    Edition,
    Hours,
    LeftOut,
    OtherHours,
    PastForecasts,
)
from affluence.publication.site import build_site
from affluence.store import Store
from affluence.typical_week.calendar import Hours as OpeningHours
from affluence.typical_week.calendar import closed_days, instant, opening_by_day
from affluence.typical_week.calendar_effects import KINDS
from affluence.typical_week.grades import OURS, is_best

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_DOUBTFUL_WEEKS = 12  # the newest, in which records may contradict the number of lines
_DAYS_AHEAD = timedelta(days=60)  # of which it is told that they are unlike the others
_FEWEST_FORECASTS = 200  # counts that must have been graded before anything is said of them
_MOST_SILENT_DAYS = 9  # of opening, without a call at the end of the records
_WORTH_SAYING = 0.1  # of the calls of an ordinary day


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What the page of a platform says besides the figures, and how they are made."""

    platform: str
    service: str
    phone: str
    hours: OpeningHours
    settings: typical_week.Settings
    weeks: int
    contact: Contact
    demonstration: bool
    is_listed: bool  # among other platforms
    languages: tuple[str, ...]
    reviewed: tuple[str, ...]  # languages whose catalogue somebody has read
    valid_days: int


def slots_of_period(store: Store, page: Page, last: date) -> pl.DataFrame:
    """SLOTS of the platform, at least those of the weeks that a table up to a Sunday rests on."""
    doubtful = last - _DOUBTFUL_WEEKS * _WEEK + _DAY
    first = min(_first_of_period(page, last), doubtful)
    return store.lake.read_measured(page.platform, "slots", first)


def _first_of_period(page: Page, last: date) -> date:
    return last - page.weeks * _WEEK + _DAY


def records_of_platform(page: Page, slots: pl.DataFrame, last: date) -> typical_week.Records:
    """What is to be learned of a platform, from its weeks up to one.

    Args:
        page: how its figures are made.
        slots: SLOTS of the platform, at least those of `slots_of_period`.
        last: Sunday of the newest week.

    Raises:
        NoRecordsError: there are no slots at all.
        RefusedPublicationError: no week of them is complete yet.

    """
    if slots.is_empty():
        raise NoRecordsError(f"platform '{page.platform}'", CHECK_ITS_SOURCE)
    oldest = oldest_day(page, slots)
    # Weeks before the first record are no part of the period.
    first = max(_first_of_period(page, last), oldest - timedelta(days=oldest.weekday()))
    if first > last:
        reason = Reason(
            f"plateforme « {page.platform} » : les enregistrements commencent le {oldest}, aucune"
            " semaine n’en est encore complète ; le premier tableau viendra avec elle.",
            f"platform '{page.platform}': the records begin on {oldest}, and no week of them is"
            " complete yet; the first table comes when one is.",
        )
        raise RefusedPublicationError([str(reason)])
    return typical_week.records_of(
        slots,
        page.hours,
        page.settings,
        platform=page.platform,
        first=first,
        last=last,
        lines_believed=are_lines_believed(page, slots, last),
    )


def oldest_day(page: Page, slots: pl.DataFrame) -> date:
    """The local day of the first of some SLOTS."""
    oldest: date = (
        slots["slot_start"].head(1).dt.convert_time_zone(page.hours.zone).dt.date().item()
    )
    return oldest


def are_lines_believed(page: Page, slots: pl.DataFrame, last: date) -> bool:
    """Whether the records of the last weeks up to a day agree with the number of lines."""
    zone = ZoneInfo(page.hours.zone)
    begin = instant(last - _DOUBTFUL_WEEKS * _WEEK + _DAY, 0, zone)
    end = instant(last + _DAY, 0, zone)
    recent = slots.filter(pl.col("slot_start").is_between(begin, end, closed="left"))
    return not find_doubts(recent).lines_doubtful


def make_edition(
    page: Page, learned: typical_week.Study, lines: pl.DataFrame, *, today: date
) -> Edition:
    """The edition of a week.

    Args:
        page: what it says besides the figures.
        learned: of the platform, up to the Sunday of the week.
        lines: CAPACITY of its lines.
        today: the day on which it is made.

    Raises:
        RefusedPublicationError: the records are so old that the page would be out of date.

    """
    made = learned.week()
    period_first, period_last = learned.first, learned.last
    end = instant(period_last + _DAY, 0, ZoneInfo(page.hours.zone))
    in_service = lines.filter(pl.col("from") < end).sort("from").tail(1)
    advised = made.advice
    expires = period_last + timedelta(days=1 + page.valid_days)
    nothing_seen = made.week["days"].sum() == 0 or learned.silent_days > _MOST_SILENT_DAYS
    if nothing_seen or expires < today:
        reason = Reason(
            f"plateforme « {page.platform} » : aucun appel enregistré les {learned.silent_days}"
            f" derniers jours d’ouverture jusqu’au {period_last} ; les enregistrements arrivent-ils"
            " encore ?",
            f"platform '{page.platform}': no call on record on the last {learned.silent_days} days"
            f" of opening up to {period_last}; do new records still arrive?",
        )
        raise RefusedPublicationError([str(reason)])
    changed_on = _next_change(page.hours, period_last + _DAY)
    if changed_on is not None and changed_on <= today:
        reason = Reason(
            f"plateforme « {page.platform} » : les heures d’ouverture ont changé le {changed_on} ;"
            f" le tableau de la semaine qui finit le {period_last} serait celui des anciennes",
            f"platform '{page.platform}': the opening hours changed on {changed_on}, the table of"
            f" the week up to {period_last} would be one of the former hours",
        )
        raise RefusedPublicationError([str(reason)])
    valid_until = min(expires, changed_on - _DAY) if changed_on is not None else expires
    bounds = page.settings.bounds
    past = _past_forecasts(learned)
    return Edition(
        desk=desk_on(page, period_last + timedelta(days=1), today),
        week=made.week,
        recommended=_named(made.week, advised.recommended),
        to_avoid=_named(made.week, advised.to_avoid),
        anything_quiet=advised.anything_quiet,
        answers_known=made.answers_known,
        refusals_recorded=made.refusals_recorded,
        lines=int(in_service["count"].sum()),
        lines_inferred=(in_service["source"] == "inferred").any(),
        lines_believed=learned.lines_believed,
        bounds=Bounds(quiet=bounds.quiet, fairly_quiet=bounds.fairly_quiet, busy=bounds.busy),
        minimum_days=page.settings.minimum_days,
        minimum_calls=page.settings.minimum_calls,
        period_first=period_first,
        period_last=period_last,
        weeks=((period_last - period_first).days + 1) // 7,
        left_out=tuple(
            LeftOut(day=out.day, reason=out.reason, label=out.label, factor=out.factor)
            for out in made.left_out
        ),
        next_update=period_last + timedelta(days=8),
        valid_until=valid_until,
        days_ahead=_days_ahead(learned, valid_until) if past and past.are_better else (),
        past_forecasts=past,
    )


def _next_change(hours: OpeningHours, day: date) -> date | None:
    """From when on other weekly hours than those of a day hold."""
    changes = [
        change.since
        for change in hours.changes
        if change.since > day and change.weekly != hours.weekly_on(day)
    ]
    return min(changes, default=None)


def desk_on(page: Page, day: date, today: date) -> Desk:
    """Who is called, when and how.

    Args:
        page: the platform's.
        day: from which on closures and days with other hours are told.
        today: what is over by then is left out: a notice, weekly hours that have changed since.

    """
    return Desk(
        platform=page.platform,
        service=page.service,
        phone=page.phone,
        zone=page.hours.zone,
        opening=tuple(
            Hours(weekday=weekday, start_min=start, end_min=end)
            for weekday, spans in enumerate(page.hours.weekly_on(max(day, today)), 1)
            for start, end in spans
        ),
        demonstration=page.demonstration,
        closures=_closures_from(page.hours, day),
        other_hours=_other_hours_from(page.hours, day),
        languages=page.languages,
        reviewed=page.reviewed,
        contact=_without_past_notice(page.contact, today),
        is_listed=page.is_listed,
    )


def _without_past_notice(contact: Contact, today: date) -> Contact:
    if contact.notice is None or contact.notice.until >= today:
        return contact
    return replace(contact, notice=None)


def _past_forecasts(learned: typical_week.Study) -> PastForecasts | None:
    errors = learned.errors()
    others = [error for name, error in errors.items() if name != OURS]
    if not others or errors[OURS].forecasts < _FEWEST_FORECASTS:
        return None
    return PastForecasts(
        error=errors[OURS].wape,
        error_of_mean=min(others, key=lambda error: error.poisson_deviance).wape,
        are_better=is_best(errors),
    )


def _days_ahead(learned: typical_week.Study, until: date) -> tuple[DayAhead, ...]:
    """Days until the table expires on which clearly more or fewer calls are to be expected."""
    days = (
        learned.forecast()
        .filter(pl.col("day") <= until, pl.col("state") != "closed")
        .group_by("day", maintain_order=True)
        .agg(pl.col("demand_factor", *KINDS).first())
        .filter((pl.col("demand_factor") - 1).abs() >= _WORTH_SAYING)
    )
    return tuple(
        DayAhead(
            day=row["day"],
            kinds=tuple(kind for kind in KINDS if row[kind]),
            demand_factor=row["demand_factor"],
        )
        for row in days.iter_rows(named=True)
    )


def build_checked_site(edition: Edition, theme: Theme | None = None) -> dict[str, bytes]:
    """The site of one platform, fit to be delivered; neutral without a theme.

    Raises:
        RefusedPublicationError: a language is not fit to be published, or a check of the built
            site failed; nothing is delivered.

    """
    desk = edition.desk
    unfit = [
        str(problem)
        for code in desk.languages
        for problem in language.problems(code, reviewed=code in desk.reviewed)
    ]
    if unfit:
        raise RefusedPublicationError(unfit)
    site = build_site(edition, theme)
    problems = check_site(site, theme, is_listed=desk.is_listed)
    if problems:
        raise RefusedPublicationError(problems)
    return site


def _named(week: pl.DataFrame, rows: Sequence[int]) -> tuple[Hours, ...]:
    cells = week.select("weekday", "start_min", "end_min").rows()
    return tuple(
        Hours(weekday=weekday, start_min=start, end_min=end)
        for weekday, start, end in (cells[row] for row in rows)
    )


def _closures_from(hours: OpeningHours, first: date) -> tuple[Closure, ...]:
    """Closed days of the weeks from a day on; neighbours with the same label are one closure."""
    closures: list[Closure] = []
    last = first + _DAYS_AHEAD
    opening = opening_by_day(hours, first, last)
    for closed in closed_days(hours, first, last):
        previous = closures[-1] if closures else None
        adjoins = previous is not None and not any(
            opening[previous.last + timedelta(days=offset)]
            for offset in range(1, (closed.day - previous.last).days)
        )
        if previous is not None and adjoins and previous.label == closed.label:
            closures[-1] = Closure(first=previous.first, last=closed.day, label=closed.label)
        else:
            closures.append(Closure(first=closed.day, last=closed.day, label=closed.label))
    return tuple(closures)


def _other_hours_from(hours: OpeningHours, first: date) -> tuple[OtherHours, ...]:
    """Days of the weeks from a day on on which the desk is open at other hours than usually."""
    days = sorted(
        (each for each in hours.exceptions if first <= each.day <= first + _DAYS_AHEAD),
        key=lambda each: each.day,
    )
    return tuple(
        OtherHours(day=each.day, spans=tuple(sorted(each.spans)), label=each.label)
        for each in days
        if each.spans and set(each.spans) != set(hours.weekly_on(each.day)[each.day.weekday()])
    )
