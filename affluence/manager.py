"""What the managers ask of the runs so far: what was measured, learned and advised.

Nothing is read anew and nothing is published.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from affluence.config import Config
from affluence.connections import open_state
from affluence.run_report import Progress
from affluence.steps.clock import today_of

if TYPE_CHECKING:
    from polars import DataFrame as Frame

    from affluence.indicators import Indicators
    from affluence.staffing import Plan, Row, Target
    from affluence.steps.indicators import Period
    from affluence.steps.rehearsal import Rehearsal
    from affluence.steps.staffing import WhatIf
    from affluence.typical_week import Study
    from affluence.typical_week.effect import Effect


def read_measured(config: Config, table: str = "slots", platform: str | None = None) -> Frame:
    """One table of `affluence.tables.MEASURED` of one platform, by the runs so far."""
    name, _ = config.platform_called(platform)
    with open_state(config.state) as store:
        return store.lake.read_measured(name, table)


def study(config: Config, now: datetime, platform: str | None = None) -> Study:
    """What is learned of one platform from the slots measured so far.

    Its methods give the typical week, the weeks ahead, and the grades of past forecasts.

    Raises:
        NoRecordsError: there are no records at all.
        RefusedPublicationError: no week is complete yet.

    """
    from affluence.steps.edition import records_of_platform, slots_of_period
    from affluence.steps.settings import page_of
    from affluence.typical_week import last_complete_week, study_together

    name, settings = config.platform_called(platform)
    page = page_of(name, settings)
    with open_state(config.state) as store:
        last = last_complete_week(page.hours, today_of(config, store, name, now))
        records = records_of_platform(page, slots_of_period(store, page, last), last)
    (learned,) = study_together([records])
    return learned


def indicators(
    config: Config,
    platform: str | None = None,
    *,
    first: date | None = None,
    last: date | None = None,
) -> tuple[str, Indicators]:
    """Name of a platform's service, and its indicators over some days of what was measured.

    Args:
        config: from `affluence.config.load`.
        platform: identifier; by default the first.
        first: first local day; by default the first with records.
        last: last local day; by default the last with records.

    Raises:
        RecordsError: nothing is measured for these days.
        MessagesError: the file of letters, e-mails and complaints has problems.

    """
    from affluence.steps.indicators import indicators_of

    _, settings = config.platform_called(platform)
    return settings.name, indicators_of(_period(config, platform, first, last))


def staffing(
    config: Config,
    now: datetime,
    platform: str | None = None,
    *,
    target: Target,
    quantile: float,
    what_if: WhatIf,
) -> tuple[str, Plan]:
    """Name of a platform's service, and the agents and lines that an ordinary week needs.

    Raises:
        NoRecordsError: there are no records at all.
        RecordsError: how long calls last is not known, or who would call at other hours.
        RefusedPublicationError: no week is complete yet.
        NeverOpenError: hours are tried that leave the desk closed all week.
        TargetError: a thousand agents or lines do not meet the target.

    """
    from affluence.steps.indicators import indicators_of
    from affluence.steps.staffing import plan_week

    learned = study(config, now, platform)
    _, settings = config.platform_called(platform)
    period = _period(config, platform, learned.first, learned.last)
    plan = plan_week(
        learned,
        indicators_of(period),
        period.of_days("slots"),
        period.of_days("redials"),
        wrap_up_s=settings.agents.wrap_up_s,
        target=target,
        quantile=quantile,
        what_if=what_if,
    )
    return settings.name, plan


def rehearse(plan: Plan) -> Iterator[tuple[Row, Rehearsal]]:
    """The advice of a plan tried on simulated callers, row after row."""
    from affluence.steps.rehearsal import rehearse_plan

    return rehearse_plan(plan)


def report(
    config: Config,
    now: datetime,
    platform: str | None = None,
    *,
    weeks: int,
    language: str,
    target: Target,
    quantile: float,
    progress: Progress = lambda *_: None,
) -> dict[str, bytes]:
    """The managers' report of one platform: its files by their paths. It is never published.

    Args:
        config: from `affluence.config.load`.
        now: the present.
        platform: identifier; by default the first.
        weeks: how many of the newest complete weeks it tells of.
        language: "fr" or "en".
        target: what is asked of the advice on staffing.
        quantile: of the load that is planned for, 0-1.
        progress: told of "changes" of staffing that were tried.

    Raises:
        NoRecordsError: there are no records at all.
        RecordsError: nothing is measured for these weeks.
        RefusedPublicationError: no week is complete yet.
        MessagesError: the file of letters, e-mails and complaints has problems.

    """
    from affluence.report import build_report
    from affluence.steps.effect import effect_of
    from affluence.steps.indicators import read_period
    from affluence.steps.report import days_of_publication, facts_of, files_of
    from affluence.steps.settings import page_of

    learned = study(config, now, platform)
    name, settings = config.platform_called(platform)
    first = max(learned.first, learned.last - timedelta(days=7 * weeks - 1))
    with open_state(config.state) as store:
        period = read_period(store, name, settings, first, learned.last)
        files, published = files_of(store, name), days_of_publication(store, name)
        changed = effect_of(store, page_of(name, settings), learned)
    # The store is free again for a run while changes of staffing are tried.
    facts = facts_of(
        learned,
        period,
        changed,
        files=files,
        published=published,
        target=target,
        quantile=quantile,
        progress=lambda changes: progress("changes", changes),
    )
    return build_report(facts, language)


def committee_page(
    config: Config,
    platform: str | None = None,
    *,
    first: date | None = None,
    last: date | None = None,
) -> bytes:
    """The page for the user committee, HTML, of the same days as `indicators`.

    Raises:
        RecordsError: nothing is measured for these days.
        MessagesError: the file of letters, e-mails and complaints has problems.

    """
    from affluence.steps.indicators import committee_page_of

    return committee_page_of(_period(config, platform, first, last))


def _period(config: Config, platform: str | None, first: date | None, last: date | None) -> Period:
    from affluence.steps.indicators import read_period

    name, settings = config.platform_called(platform)
    with open_state(config.state) as store:
        return read_period(store, name, settings, first, last)


def effect(config: Config, now: datetime, platform: str | None = None) -> tuple[str, Effect]:
    """Name of a platform's service, and what its table has changed since it was first published.

    Raises:
        NoRecordsError: there are no records at all.
        RefusedPublicationError: no week is complete yet.

    """
    from affluence.steps.effect import effect_of
    from affluence.steps.settings import page_of
    from affluence.typical_week.effect import Effect

    name, settings = config.platform_called(platform)
    with open_state(config.state) as store:
        if not store.ledger.publications.recommended(name):
            return settings.name, Effect()
    learned = study(config, now, name)
    with open_state(config.state) as store:
        return settings.name, effect_of(store, page_of(name, settings), learned)
