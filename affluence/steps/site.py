"""The sites of platforms as they should stand now: a new table, the old one, or none."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from affluence.config import Config
from affluence.errors import RefusedPublicationError
from affluence.publication.checked_site import check_site
from affluence.publication.dsfr import Theme
from affluence.publication.edition import Hours
from affluence.publication.paths import JSON
from affluence.publication.site import build_suspended_site
from affluence.publication.spans import by_weekday
from affluence.steps.edition import build_checked_site, desk_on
from affluence.steps.measure import lines_in_service
from affluence.steps.refusals import Limits
from affluence.steps.release import site_that_stands
from affluence.steps.settings import page_of, rules_of
from affluence.steps.weekly import Due, Verdict, Wish, judge, thaw, what_is_due
from affluence.store import Store
from affluence.typical_week import Study, study_together
from affluence.typical_week.runs import TOGETHER


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A platform's files, the Sunday of the week they show, and why there is no newer table."""

    files: Mapping[str, bytes] | None = None  # None: there has never been a table
    week: date | None = None  # None: they show no table
    frozen: bool = False  # the figures of that week are those that were published
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A platform whose site is to be made.

    Attributes:
        name: its identifier.
        account: what became of the lines of its files.
        today: the day that counts as today for it.

    """

    name: str
    account: Mapping[str, int]
    today: date


def sites_of(
    config: Config,
    store: Store,
    wanted: Sequence[Wanted],
    theme: Theme | None,
    *,
    wish: Wish | None,
) -> Iterator[tuple[Wanted, Made]]:
    """The sites of platforms, in their order; some at a time are learned together.

    Args:
        config: the whole configuration.
        store: where their slots and what was published of them are.
        wanted: the platforms.
        theme: of the whole site, None for the neutral one.
        wish: what a person asked for.

    Raises:
        NoRecordsError: a platform has no slots at all.
        RefusedPublicationError: a check of a page without a table failed.

    """
    for start in range(0, len(wanted), TOGETHER):
        some = wanted[start : start + TOGETHER]
        asked = [_ask(config, store, each, theme, wish) for each in some]
        due = [each for each in asked if isinstance(each, Due)]
        learned = iter(study_together([each.records for each in due]))
        for each, answer in zip(some, asked, strict=True):
            verdict = (
                _judge(config, store, each, answer, next(learned), wish=wish)
                if isinstance(answer, Due)
                else answer
            )
            made = (
                _make(config, store, each, verdict, theme, wish=wish)
                if isinstance(verdict, Verdict)
                else verdict
            )
            yield each, made


def _ask(
    config: Config, store: Store, wanted: Wanted, theme: Theme | None, wish: Wish | None
) -> Made | Verdict | Due:
    """What is to be learned, unless it is known already."""
    name = wanted.name
    if wish is None and name in store.ledger.publications.withdrawn():
        return Made(files=withdrawn_site(config, name, theme, wanted.today))
    return what_is_due(
        store,
        page_of(name, config.platform[name], is_listed=config.has_list),
        today=wanted.today,
        grace_days=config.publication.grace_days if config.run.as_of == "today" else None,
        wish=wish or Wish(),
    )


def _judge(
    config: Config, store: Store, wanted: Wanted, due: Due, learned: Study, *, wish: Wish | None
) -> Verdict:
    limits, rules = config.publication, rules_of(wanted.name, config.platform[wanted.name])
    return judge(
        store,
        due,
        learned,
        lines=lines_in_service(store, rules),
        account=wanted.account,
        limits=Limits(minimum_weeks=limits.minimum_weeks, most_rejected=limits.most_rejected_share),
        today=wanted.today,
        wish=wish or Wish(),
    )


def _make(
    config: Config,
    store: Store,
    wanted: Wanted,
    verdict: Verdict,
    theme: Theme | None,
    *,
    wish: Wish | None,
) -> Made:
    publications, name, today = store.ledger.publications, wanted.name, wanted.today
    rejected = None if wish is not None else publications.held_back().get(name)
    if verdict.edition is not None and (rejected is None or verdict.last > rejected):
        try:
            files = build_checked_site(verdict.edition, theme)
            return Made(files=files, week=verdict.last, frozen=verdict.frozen)
        except RefusedPublicationError as error:
            reasons = error.reasons
    else:
        reasons = verdict.reasons
    standing = publications.standing_week(name)
    if standing is not None and _is_too_old(config, standing, today):
        return Made(files=withdrawn_site(config, name, theme, today), reasons=reasons)
    stands = site_that_stands(store, name)
    if stands is None:
        return Made(week=standing, reasons=reasons)
    if standing is None:  # without a table already
        return Made(files=withdrawn_site(config, name, theme, today), reasons=reasons)
    # What a person has put back stays as it is.
    if rejected is None or standing > rejected:
        stands = _put_right(config, store, name, stands, standing, theme=theme, today=today)
    return Made(files=stands, week=standing, reasons=reasons)


def _is_too_old(config: Config, week: date, today: date) -> bool:
    """Whether the table of a week, by its Sunday, must not be shown any more."""
    return today > week + timedelta(days=config.publication.suspend_after_days)


def _put_right(
    config: Config,
    store: Store,
    name: str,
    files: Mapping[str, bytes],
    standing: date,
    *,
    theme: Theme | None,
    today: date,
) -> Mapping[str, bytes]:
    """The table that stands for the desk as it is now: number, notice, closures, way to the list.

    As it is where that cannot be: its figures are not those that the ledger has of that week, it
    is still valid though the desk is open at other hours by now, or a check refuses it.
    """
    week = store.ledger.weeks.at(name, standing)
    if week is None or not week.figures:
        return files
    edition = thaw(week, page_of(name, config.platform[name], is_listed=config.has_list), today)
    cells = edition.week.select("weekday", "start_min", "end_min").rows()
    hours = [Hours(weekday=day, start_min=start, end_min=end) for day, start, end in cells]
    if by_weekday(hours) != by_weekday(edition.desk.opening) and today <= edition.valid_until:
        return files
    try:
        made = build_checked_site(edition, theme)
    except RefusedPublicationError:
        return files
    return made if _figures(made) == _figures(files) else files


def _figures(files: Mapping[str, bytes]) -> dict[str, Any]:
    told = json.loads(files[JSON])
    return {key: told.get(key) for key in ("period", "cells", "recommended", "to_avoid")}


def what_stays(config: Config, store: Store, name: str, today: date) -> Made:
    """The site of a platform whose section is wrong: the one that stands, until it is too old."""
    publications = store.ledger.publications
    standing = publications.standing_week(name)
    is_fit = standing is not None and not _is_too_old(config, standing, today)
    if not is_fit and name not in publications.withdrawn():
        return Made()
    return Made(files=site_that_stands(store, name), week=standing)


def withdrawn_site(config: Config, name: str, theme: Theme | None, today: date) -> dict[str, bytes]:
    """Number and hours of a platform in the place of its table, checked.

    Raises:
        RefusedPublicationError: a check of the built site failed.

    """
    page = page_of(name, config.platform[name], is_listed=config.has_list)
    desk = desk_on(page, today, today)
    site = build_suspended_site(desk, today, theme)
    problems = check_site(site, theme, is_listed=desk.is_listed)
    if problems:
        raise RefusedPublicationError(problems)
    return site
