"""The whole flow on one screen: records → legs → slots → typical week → site → delivered.

A newcomer starts here. Each step is a module of `affluence.steps`; the forms that the data takes
between them are the tables of `affluence.tables`. Polars is loaded only once there is something
to do, so that a run with nothing new is over at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from affluence.config import Config, Platform
from affluence.connections import engine_of, open_state
from affluence.engine import Engine, keep_memory, spread
from affluence.errors import AffluenceError, RecordsError, RefusedPublicationError, StateError
from affluence.steps.clock import clock_day, today_of
from affluence.store import Store
from affluence.store.troubles import in_plain_words

if TYPE_CHECKING:
    from polars import DataFrame as Frame

    from affluence.indicators import Indicators
    from affluence.publication.dsfr import Theme
    from affluence.staffing import Plan, Row, Target
    from affluence.steps.fetch import Fetched
    from affluence.steps.ingest import Ingested
    from affluence.steps.inspect import Account, Inspection
    from affluence.steps.rehearsal import Rehearsal
    from affluence.steps.staffing import WhatIf
    from affluence.steps.weekly import Wish
    from affluence.targets.places import Place
    from affluence.typical_week import Study
    from affluence.typical_week.effect import Effect

Progress = Callable[[str, int], None]  # what advanced ("bytes", "lines", "days"), by how much


@dataclass(kw_only=True)
class RunReport:
    """What one run did; ``release`` is None where nothing was new."""

    fetched: dict[str, Fetched] = field(default_factory=dict)
    ingested: dict[str, Ingested] = field(default_factory=dict)
    days_measured: dict[str, frozenset[date]] = field(default_factory=dict)
    accounts: dict[str, dict[str, int]] = field(default_factory=dict)
    parts_deleted: dict[str, int] = field(default_factory=dict)
    days: dict[str, date] = field(default_factory=dict)  # what counts as today for each platform
    refusals: dict[str, tuple[str, ...]] = field(default_factory=dict)  # why a table is not new
    late: list[str] = field(default_factory=list)  # platforms whose frozen week has changed
    release: str | None = None
    waits_for_approval: bool = False
    delivered_to: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)  # of targets, in words

    @property
    def problems(self) -> list[str]:
        """Sources that could not be reached and files that could not be read, in words."""
        return [problem for name in self.fetched for problem in self.problems_of(name)]

    def problems_of(self, platform: str) -> list[str]:
        """Those of one platform."""
        fetched, ingested = self.fetched[platform], self.ingested.get(platform)
        return [*fetched.problems, *(ingested.problems if ingested else ())]

    @property
    def reasons(self) -> list[str]:
        """Why there is no new table, of all platforms."""
        return [reason for each in self.refusals.values() for reason in each]

    @property
    def outcome(self) -> tuple[str, str]:
        """How it ended, for the log of runs: in one word, and what is wrong."""
        wrong = [*self.problems, *self.reasons]
        word = "nothing new" if self.release is None else "refused" if self.refusals else "done"
        return word, "\n".join(wrong)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Brought:
    """What became of the records of one platform."""

    ingested: Ingested
    days_measured: frozenset[date]
    account: dict[str, int]


def run(
    config: Config,
    now: datetime,
    progress: Progress = lambda *_: None,
    wish: Wish | None = None,
) -> RunReport:
    """Do whatever is new: fetch, ingest, measure, forget, model, build, check, deliver.

    Args:
        config: from `affluence.config.load`.
        now: the clock's time; ``as_of = "last-record"`` puts the records' own day in its place.
        progress: told how the work advances.
        wish: what a person asks for beyond that; by default nothing.

    Raises:
        AffluenceError: nothing could be published; the site in place is unchanged.

    """
    with open_state(config.state) as store:
        log = store.ledger.publications
        number = log.begin_run(now)
        try:
            with in_plain_words(store.folder):
                report = _run(config, store, now, progress, wish)
        except AffluenceError as error:
            _forget_all_the_same(config, store, now, error)
            refused = isinstance(error, RefusedPublicationError)
            log.end_run(number, "refused" if refused else "failed", str(error), now)
            raise
        log.end_run(number, *report.outcome, now)
        return report


def _run(
    config: Config, store: Store, now: datetime, progress: Progress, wish: Wish | None
) -> RunReport:
    report = RunReport(fetched=_fetch(config, store, now, progress))
    situation = _situation(config, now, report.fetched)
    if wish is None and store.ledger.settled() == situation and _is_delivered(config, store):
        return report
    keep_memory()
    _bring_up_to_date(config, store, report, now, progress)
    _publish(config, store, report, now, wish)
    unread = any(done.problems for done in report.ingested.values())
    if not (unread or report.refusals):
        store.ledger.settle(situation)
    if len(report.refusals) == len(config.platform):
        raise RefusedPublicationError(report.reasons)
    return report


def read_calls(
    paths: Sequence[Path | str],
    dialect: str | None = None,
    zone: str | None = None,
    *,
    trunks: Sequence[str] = (),
    platform: str = "platform",
    longest_call_hours: float = 6,
) -> tuple[Frame, Account]:
    """Read files of call records as one platform's calls, without storing anything.

    Args:
        paths: files, in any order; legs of one call may lie in different ones.
        dialect: how they are written; by default it is found for each file.
        zone: zone of the times in the records and of the platform; by default deduced from the
            records, with Europe/Paris for the platform.
        trunks: beginnings of the names of the channels that are the platform's lines.
        platform: identifier written in the table.
        longest_call_hours: longer calls are shortened to it, and marked.

    Returns:
        CALLS sorted by arrival, and the account of every line.

    Raises:
        RecordsError: a file cannot be read, or is not a file of call records.

    """
    from affluence.cdr.dialect import Reading
    from affluence.cdr.dialects import find_dialect
    from affluence.cdr.recipe import Recipe
    from affluence.steps.inspect import inspect_files

    recipe = Recipe(
        dialect=find_dialect(dialect),
        reading=Reading(trunks=tuple(trunks)),
        clock=zone or "auto",
        zone=zone or "Europe/Paris",
    )
    inspection = inspect_files(
        [Path(path) for path in paths],
        recipe,
        platform=platform,
        longest_call_s=round(longest_call_hours * 3600),
    )
    if inspection.unreadable:
        raise RecordsError("\n".join(inspection.unreadable))
    return inspection.calls, inspection.account


def inspect(
    paths: Sequence[Path],
    config: Config | None = None,
    platform: str | None = None,
    *,
    dialect: str | None = None,
    zone: str | None = None,
    now: datetime | None = None,
    progress: Progress = lambda *_: None,
) -> Inspection:
    """What is in some files, read as those of a configured platform or, without one, by default.

    Nothing is stored. ``dialect`` and ``zone`` (of the times in the records) go before what is
    configured; ``now`` tells how old the records are.
    """
    from affluence.cdr.dialect import Reading
    from affluence.cdr.dialects import find_dialect
    from affluence.cdr.recipe import Recipe
    from affluence.steps.inspect import inspect_files
    from affluence.steps.settings import recipe_of, rules_of

    name, longest_call_s, lines = "platform", 6 * 3600, None
    recipe = Recipe(dialect=None, reading=Reading(), clock="auto", zone=zone or "Europe/Paris")
    if config is not None:
        name, settings = _platform(config, platform)
        recipe, longest_call_s = recipe_of(settings), rules_of(name, settings).longest_call_s
        lines = max((lines.count for lines in settings.lines), default=None)
    if dialect is not None:
        recipe = replace(recipe, dialect=find_dialect(dialect))
    return inspect_files(
        paths,
        recipe if zone is None else replace(recipe, clock=zone),
        platform=name,
        longest_call_s=longest_call_s,
        lines=lines,
        now=now,
        or_another=dialect is None,
        on_lines=lambda lines: progress("lines", lines),
    )


def read_measured(config: Config, table: str = "slots", platform: str | None = None) -> Frame:
    """One table of `affluence.tables.MEASURED` of one platform, by the runs so far."""
    name, _ = _platform(config, platform)
    with open_state(config.state) as store:
        return store.lake.read_measured(name, table)


def study(config: Config, now: datetime, platform: str | None = None) -> Study:
    """What is learned of one platform from the slots measured so far.

    Its methods give the typical week, the weeks ahead, and the grades of past forecasts.
    """
    from affluence.steps.edition import records_of_platform, slots_of_period
    from affluence.steps.settings import page_of
    from affluence.typical_week import last_complete_week, study_together

    name, settings = _platform(config, platform)
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
    from affluence.steps.indicators import indicators_of, read_period

    name, settings = _platform(config, platform)
    with open_state(config.state) as store:
        period = read_period(store, name, settings, first, last)
    return settings.name, indicators_of(period)


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
    from affluence.steps.indicators import indicators_of, read_period
    from affluence.steps.staffing import plan_week

    learned = study(config, now, platform)
    name, settings = _platform(config, platform)
    with open_state(config.state) as store:
        period = read_period(store, name, settings, learned.first, learned.last)
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
    name, settings = _platform(config, platform)
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
    from affluence.steps.indicators import page_of, read_period

    name, settings = _platform(config, platform)
    with open_state(config.state) as store:
        period = read_period(store, name, settings, first, last)
    return page_of(period)


def effect(config: Config, now: datetime, platform: str | None = None) -> tuple[str, Effect]:
    """Name of a platform's service, and what its table has changed since it was first published."""
    from affluence.steps.effect import effect_of
    from affluence.steps.settings import page_of
    from affluence.typical_week.effect import Effect

    name, settings = _platform(config, platform)
    with open_state(config.state) as store:
        if not store.ledger.publications.recommended(name):
            return settings.name, Effect()
    learned = study(config, now, name)
    with open_state(config.state) as store:
        return settings.name, effect_of(store, page_of(name, settings), learned)


def _platform(config: Config, name: str | None) -> tuple[str, Platform]:
    if name is None:
        return next(iter(config.platform.items()))
    if name not in config.platform:
        known = ", ".join(config.platform)
        raise RecordsError(f"'{name}' is not a configured platform; configured: {known}.")
    return name, config.platform[name]


def _fetch(config: Config, store: Store, now: datetime, progress: Progress) -> dict[str, Fetched]:
    from affluence.steps.fetch import fetch

    return {
        name: fetch(
            store,
            name,
            platform.source,
            config.network,
            clock_day(config, name, now),
            kept_days=config.state.fetched_days,
            on_bytes=lambda n: progress("bytes", n),
        )
        for name, platform in config.platform.items()
    }


def _bring_up_to_date(
    config: Config, store: Store, report: RunReport, now: datetime, progress: Progress
) -> None:
    """Records → slots, several platforms at once as far as there is memory."""
    from affluence.steps.forget import forget
    from affluence.steps.memory import platforms_at_once

    with engine_of(config.engine, store) as on:

        def bring(name: str, own: Store = store) -> _Brought:
            files = report.fetched[name].files
            return _bring_platform(config, own, name, files, progress, on=on)

        def bring_beside(name: str) -> _Brought:
            with store.for_a_thread() as own:
                return bring(name, own)

        at_once = min(len(config.platform), platforms_at_once(config.run.memory_gib))
        every = spread(bring_beside, config.platform, at_once)
        for name, brought in zip(
            config.platform, every if at_once > 1 else map(bring, config.platform), strict=True
        ):
            report.ingested[name] = brought.ingested
            report.days_measured[name] = brought.days_measured
            report.accounts[name] = brought.account
            report.days[name] = today_of(config, store, name, now)
    gone = forget(config, store, report.days)
    report.parts_deleted |= {name: len(parts) for name, parts in gone.calls.items()}
    if report.problems and not any(account["calls"] for account in report.accounts.values()):
        raise RecordsError("no file could be read:\n" + "\n".join(report.problems))


def _bring_platform(
    config: Config,
    store: Store,
    name: str,
    files: Sequence[Path],
    progress: Progress,
    *,
    on: Engine,
) -> _Brought:
    """Records → slots of one platform."""
    from affluence.steps.account import add_up
    from affluence.steps.bundle import bundle_small_parts
    from affluence.steps.ingest import ingest
    from affluence.steps.measure import measure_changed_days
    from affluence.steps.settings import recipe_of, rules_of

    platform = config.platform[name]
    ingested = ingest(
        store, name, recipe_of(platform), files, lambda lines: progress("lines", lines), on=on
    )
    bundle_small_parts(store, name)
    days = measure_changed_days(
        store, rules_of(name, platform), lambda days: progress("days", days), on=on
    )
    return _Brought(ingested=ingested, days_measured=days, account=add_up(store, name))


def _publish(
    config: Config, store: Store, report: RunReport, now: datetime, wish: Wish | None
) -> None:
    """Site of every platform → one release, delivered or waiting."""
    from affluence.steps.leaks import clear
    from affluence.steps.portal import join
    from affluence.steps.release import deliver, keep
    from affluence.steps.theme import theme_of

    theme = theme_of(config.theme, config.state.folder)
    sites, weeks = _sites(config, store, report, theme=theme, wish=wish)
    if not sites:
        raise RefusedPublicationError(report.reasons)
    log = store.ledger.publications
    joined = join(config, sites, theme)
    built = clear(config, store, joined.files, joined.release)
    keep(store, built, weeks, now)
    report.release = built.release
    if config.publication.mode == "approve" and wish is None and log.standing() != built.release:
        log.wait_for_approval(built.release)
        report.waits_for_approval = True
    else:
        delivered = deliver(
            store,
            places_of(config),
            built,
            days=report.days,
            now=now,
            action="run" if wish is None else "publish",
            reason="" if wish is None else wish.reason,
        )
        report.delivered_to.extend(delivered.targets)
        report.warnings.extend(delivered.warnings)
    if wish is not None:
        log.lift()
    store.shelf.keep_only(log.releases_to_keep(config.publication.keep_releases))


def _sites(
    config: Config,
    store: Store,
    report: RunReport,
    *,
    theme: Theme | None,
    wish: Wish | None,
) -> tuple[dict[str, Mapping[str, bytes]], dict[str, date]]:
    """Slots → typical week → site, of every platform; and the Sundays of the weeks they show."""
    from affluence.steps.site import Wanted, sites_of

    sites, weeks = {}, {}
    wanted = [
        Wanted(name=name, account=report.accounts[name], today=report.days[name])
        for name in config.platform
        # A platform of which nothing could ever be read does not stop the others.
        if not report.problems_of(name) or report.accounts[name]["calls"]
    ]
    for platform, made in sites_of(config, store, wanted, theme, wish=wish):
        name = platform.name
        if made.files is not None:
            sites[name] = made.files
        if made.week is not None:
            weeks[name] = made.week
        shown = made.week if made.frozen else None
        touched = shown is not None and any(day <= shown for day in report.days_measured[name])
        # After a repair days are measured again from the same records: then nothing is late.
        if shown is not None and touched and store.ledger.lacks_records(name, shown):
            report.late.append(name)
        if made.reasons:
            report.refusals[name] = made.reasons
    return sites, weeks


def _forget_all_the_same(
    config: Config, store: Store, now: datetime, error: AffluenceError
) -> None:
    """Nothing is kept for longer because records do not come or a site is refused."""
    from affluence.steps.forget import forget

    if not isinstance(error, StateError):
        days = {name: today_of(config, store, name, now) for name in config.platform}
        forget(config, store, days)


def places_of(config: Config) -> dict[str, Place]:
    """The targets of a configuration, by their names."""
    from affluence.targets.places import place_of

    return {name: place_of(name, target, config) for name, target in config.target.items()}


def _situation(config: Config, now: datetime, fetched: Mapping[str, Fetched]) -> str:
    """Hash of all that a run depends on: configuration, date, program, and state of the files."""
    from affluence.steps.theme import watched_files

    package = [p for p in Path(__file__).parent.rglob("*.*") if "__pycache__" not in p.parts]
    records = [path for found in fetched.values() for path in found.files]
    watched = [*records, *sorted(package), *watched_files(config.theme)]
    stamps = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in watched]
    days = {name: clock_day(config, name, now) for name in config.platform}
    day = days if config.run.as_of == "today" else None
    return hashlib.sha256(repr((config.model_dump(), day, stamps)).encode()).hexdigest()


def _is_delivered(config: Config, store: Store) -> bool:
    for name, place in places_of(config).items():
        release = store.ledger.publications.published(name)
        if release is None or not place.target.is_intact(release):
            return False
    return True
