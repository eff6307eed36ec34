"""The site of one platform as it should stand now: a new table, the old one, or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from affluence.config import Config
from affluence.errors import RefusedPublicationError
from affluence.publication.checks import check_site
from affluence.publication.dsfr import Theme
from affluence.publication.site import build_suspended_site
from affluence.steps.edition import build_checked_site, desk_on
from affluence.steps.measure import lines_in_service
from affluence.steps.refusals import Limits
from affluence.steps.release import site_that_stands
from affluence.steps.settings import page_of, rules_of
from affluence.steps.weekly import Wish, judge
from affluence.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A platform's files, the Sunday of the week they show, and why there is no newer table."""

    files: Mapping[str, bytes] | None = None  # None: there has never been a table
    week: date | None = None  # None: they show no table
    frozen: bool = False  # the figures of that week are those that were published
    reasons: tuple[str, ...] = ()


def site_of(
    config: Config,
    store: Store,
    name: str,
    theme: Theme | None,
    *,
    account: Mapping[str, int],
    today: date,
    wish: Wish | None,
) -> Made:
    """The site of a platform.

    Args:
        config: the whole configuration.
        store: where its slots and what was published of it are.
        name: identifier of the platform.
        theme: of the whole site, None for the neutral one.
        account: what became of the lines of its files.
        today: the day that counts as today for it.
        wish: what a person asked for.

    """
    platform = config.platform[name]
    page = page_of(name, platform)
    publications = store.ledger.publications
    if wish is None and name in publications.withdrawn():
        return Made(files=withdrawn_site(config, name, theme, today))
    limits = config.publication
    verdict = judge(
        store,
        page,
        lines_in_service(store, rules_of(name, platform)),
        account,
        Limits(minimum_weeks=limits.minimum_weeks, most_rejected=limits.most_rejected_share),
        today=today,
        grace_days=limits.grace_days if config.run.as_of == "today" else None,
        wish=wish or Wish(),
    )
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
    if standing is not None and today > standing + timedelta(days=limits.suspend_after_days):
        return Made(files=withdrawn_site(config, name, theme, today), reasons=reasons)
    return Made(
        files=site_that_stands(store, name),
        week=standing,
        reasons=reasons,
    )


def withdrawn_site(config: Config, name: str, theme: Theme | None, today: date) -> dict[str, bytes]:
    """Number and hours of a platform in the place of its table, checked.

    Raises:
        RefusedPublicationError: a check of the built site failed.

    """
    desk = desk_on(page_of(name, config.platform[name]), today, today)
    site = build_suspended_site(desk, today, theme)
    problems = check_site(site, theme)
    if problems:
        raise RefusedPublicationError(problems)
    return site
