"""The whole flow on one screen: records → legs → slots → typical week → site → delivered.

A newcomer starts here. Each step is a module of `affluence.steps`; the forms that the data takes
between them are the tables of `affluence.tables`. Polars is loaded only once there is something
to do, so that a run with nothing new is over at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from affluence.config import Config
from affluence.connections import engine_of, open_state
from affluence.engine import Engine, keep_memory, spread
from affluence.errors import (
    CHECK_ITS_SOURCE,
    AffluenceError,
    NoRecordsError,
    RecordsError,
    RefusedPublicationError,
    StateError,
)
from affluence.reading import read_calls
from affluence.run_report import Progress, RunReport
from affluence.steps.clock import clock_day, today_of
from affluence.store import Store
from affluence.store.shelf import Drafts
from affluence.store.troubles import in_plain_words

__all__ = ["places_of", "read_calls", "run"]

if TYPE_CHECKING:
    from affluence.publication.dsfr import Theme
    from affluence.steps.fetch import Fetched
    from affluence.steps.ingest import Ingested
    from affluence.steps.weekly import Wish
    from affluence.targets.places import Place


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
        log = store.ledger.runs
        number = log.begin(now)
        try:
            with in_plain_words(store.folder):
                report = _run(config, store, now, progress, wish)
        except AffluenceError as error:
            refused = isinstance(error, RefusedPublicationError)
            log.end(number, "refused" if refused else "failed", str(error))
            _forget_all_the_same(config, store, now, error)
            raise
        log.end(number, *report.outcome)
        return report


def _run(
    config: Config, store: Store, now: datetime, progress: Progress, wish: Wish | None
) -> RunReport:
    report = RunReport(
        fetched=_fetch(config, store, now, progress),
        misconfigured={name: each.problems for name, each in config.misconfigured.items()},
    )
    situation = _situation(config, now, report.fetched)
    if wish is None and store.ledger.settled() == situation and _is_delivered(config, store):
        return report
    keep_memory()
    _bring_up_to_date(config, store, report, now, progress)
    with store.shelf.drafts() as drafts:
        _publish(config, store, report, drafts, now, wish=wish)
    unread = any(done.problems for done in report.ingested.values())
    if not (unread or report.refusals):
        store.ledger.settle(situation)
    if len(report.refusals) == len(config.platform):
        raise report.refusal()
    return report


def _fetch(config: Config, store: Store, now: datetime, progress: Progress) -> dict[str, Fetched]:
    from affluence.steps.copies import forget_copies
    from affluence.steps.fetch import fetch

    forget_copies(config, store, now)
    return {
        name: fetch(
            store,
            name,
            platform.source,
            config.network,
            clock_day(config, name, now),
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
            if not (brought.account["calls"] or report.problems_of(name)):
                # A log that was begun anew a moment ago, or lines that are no calls of this desk.
                nothing = NoRecordsError(f"platform '{name}'", CHECK_ITS_SOURCE)
                report.ingested[name] = replace(brought.ingested, problems=(str(nothing),))
            report.days[name] = today_of(config, store, name, now)
    gone = forget(config, store, report.days, now)
    report.parts_deleted |= {name: len(parts) for name, parts in gone.calls.items()}
    if report.problems and not any(account["calls"] for account in report.accounts.values()):
        raise RecordsError("no call could be read:\n" + "\n".join(report.problems))


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
    config: Config,
    store: Store,
    report: RunReport,
    drafts: Drafts,
    now: datetime,
    *,
    wish: Wish | None,
) -> None:
    """Site of every platform → one release, delivered or waiting."""
    from affluence.steps.leaks import clear
    from affluence.steps.portal import join
    from affluence.steps.release import deliver, keep
    from affluence.steps.theme import theme_of

    theme = theme_of(config.theme, config.state.folder)
    sites, weeks = _sites(config, store, report, drafts, theme=theme, wish=wish)
    if not sites:
        raise report.refusal()
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
    drafts: Drafts,
    *,
    theme: Theme | None,
    wish: Wish | None,
) -> tuple[dict[str, Mapping[str, bytes]], dict[str, date]]:
    """Slots → typical week → site, of every platform; and the Sundays of the weeks they show."""
    from affluence.steps.site import Wanted, sites_of, what_stays

    sites: dict[str, Mapping[str, bytes]] = {}
    weeks = {}
    wanted = [
        Wanted(name=name, account=report.accounts[name], today=report.days[name])
        for name in config.platform
        # A platform of which nothing could ever be read does not stop the others.
        if not report.problems_of(name) or report.accounts[name]["calls"]
    ]
    for platform, made in sites_of(config, store, wanted, theme, wish=wish):
        name = platform.name
        if made.files is not None:
            # Of all platforms together they may be more than fits into memory.
            sites[name] = drafts.put(name, made.files)
        if made.week is not None:
            weeks[name] = made.week
        shown = made.week if made.frozen else None
        touched = shown is not None and any(day <= shown for day in report.days_measured[name])
        # After a repair days are measured again from the same records: then nothing is late.
        if shown is not None and touched and store.ledger.lacks_records(name, shown):
            read_again = report.ingested[name].files_read_again > 0
            (report.read_otherwise if read_again else report.late).append(name)
        if made.reasons:
            report.refusals[name] = made.reasons
    for name in config.misconfigured:
        made = what_stays(config, store, name, min(report.days.values()))
        if made.files is not None:
            sites[name] = made.files
        if made.week is not None:
            weeks[name] = made.week
    return sites, weeks


def _forget_all_the_same(
    config: Config, store: Store, now: datetime, error: AffluenceError
) -> None:
    """Nothing is kept for longer because records do not come or a site is refused."""
    from affluence.steps.forget import forget

    if not isinstance(error, StateError):
        days = {name: today_of(config, store, name, now) for name in config.platform}
        forget(config, store, days, now)


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
    stamps = [(str(path), *_size_and_time(path)) for path in watched]
    days = {name: clock_day(config, name, now) for name in config.platform}
    day = days if config.run.as_of == "today" else None
    return hashlib.sha256(repr((config.model_dump(), day, stamps)).encode()).hexdigest()


def _size_and_time(path: Path) -> tuple[int, ...]:
    """Bytes and time of the last change; of a file that was moved away since it was listed none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return ()
    return status.st_size, status.st_mtime_ns


def _is_delivered(config: Config, store: Store) -> bool:
    for name, place in places_of(config).items():
        release = store.ledger.publications.published(name)
        if release is None or not place.target.is_intact(release):
            return False
    return True
