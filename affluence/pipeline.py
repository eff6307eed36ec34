"""The whole flow on one screen: records → legs → slots → typical week → site → delivered.

A newcomer starts here. Each step is a module of `affluence.steps`; the forms that the data takes
between them are the tables of `affluence.tables`. Polars is loaded only once there is something
to do, so that a run with nothing new is over at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from affluence import engine
from affluence.config import Config, Platform
from affluence.errors import RecordsError
from affluence.store import Store, open_store

if TYPE_CHECKING:
    from polars import DataFrame as Frame

    from affluence.indicators import Indicators
    from affluence.steps.fetch import Fetched
    from affluence.steps.ingest import Ingested
    from affluence.steps.inspect import Account, Inspection
    from affluence.typical_week import Study
    from affluence.typical_week.effect import Effect

Progress = Callable[[str, int], None]  # what advanced ("bytes", "lines", "days"), by how much


@dataclass(kw_only=True)
class RunReport:
    """What one run did; ``release`` is None where nothing was new."""

    fetched: dict[str, Fetched] = field(default_factory=dict)
    ingested: dict[str, Ingested] = field(default_factory=dict)
    days_measured: dict[str, int] = field(default_factory=dict)
    accounts: dict[str, dict[str, int]] = field(default_factory=dict)
    parts_deleted: dict[str, int] = field(default_factory=dict)
    release: str | None = None
    delivered_to: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """Sources that could not be reached and files that could not be read, in words."""
        return [problem for name in self.fetched for problem in self.problems_of(name)]

    def problems_of(self, platform: str) -> list[str]:
        """Those of one platform."""
        fetched, ingested = self.fetched[platform], self.ingested.get(platform)
        return [*fetched.problems, *(ingested.problems if ingested else ())]


def run(config: Config, today: date, progress: Progress = lambda *_: None) -> RunReport:
    """Do whatever is new: fetch, ingest, measure, forget, model, build, check, deliver.

    Args:
        config: from `affluence.config.load`.
        today: the clock's date; ``as_of = "last-record"`` puts the records' own in its place.
        progress: told how the work advances.

    Raises:
        AffluenceError: nothing could be published; the site in place is unchanged.

    """
    with open_store(config.state.folder, config.state.keys_folder) as store:
        report = RunReport(fetched=_fetch(config, store, today, progress))
        situation = _situation(config, today, report.fetched)
        if store.ledger.settled() == situation and _is_delivered(config, store):
            return report
        engine.keep_memory()
        _bring_up_to_date(config, store, report, today, progress)
        if not any(done.problems for done in report.ingested.values()):
            store.ledger.settle(situation)
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
        dialect: how they are written; by default as Asterisk's own files are.
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
    from affluence.cdr.files import Recipe
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
    progress: Progress = lambda *_: None,
) -> Inspection:
    """What is in some files, read as those of a configured platform or, without one, by default.

    Nothing is stored.
    """
    from affluence.cdr.dialect import Reading
    from affluence.cdr.dialects import find_dialect
    from affluence.cdr.files import Recipe
    from affluence.steps.inspect import inspect_files
    from affluence.steps.settings import recipe_of, rules_of

    if config is None:
        name, longest_call_s = "platform", 6 * 3600
        recipe = Recipe(
            dialect=find_dialect(None), reading=Reading(), clock="auto", zone="Europe/Paris"
        )
    else:
        name, settings = _platform(config, platform)
        recipe, longest_call_s = recipe_of(settings), rules_of(name, settings).longest_call_s
    return inspect_files(
        paths,
        recipe,
        platform=name,
        longest_call_s=longest_call_s,
        on_lines=lambda lines: progress("lines", lines),
    )


def read_measured(config: Config, table: str = "slots", platform: str | None = None) -> Frame:
    """One table of `affluence.tables.MEASURED` of one platform, by the runs so far."""
    name, _ = _platform(config, platform)
    with open_store(config.state.folder, config.state.keys_folder) as store:
        return store.lake.read_measured(name, table)


def study(config: Config, today: date, platform: str | None = None) -> Study:
    """What is learned of one platform from the slots measured so far.

    Its methods give the typical week, the weeks ahead, and the grades of past forecasts.
    """
    from affluence.steps.publish import study_platform
    from affluence.steps.settings import page_of

    name, settings = _platform(config, platform)
    with open_store(config.state.folder, config.state.keys_folder) as store:
        as_of = _as_of(config, store, name, today)
        slots = store.lake.read_measured(name, "slots")
    return study_platform(page_of(name, settings), slots, as_of)


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
    with open_store(config.state.folder, config.state.keys_folder) as store:
        period = read_period(store, name, settings, first, last)
    return settings.name, indicators_of(period)


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
    with open_store(config.state.folder, config.state.keys_folder) as store:
        period = read_period(store, name, settings, first, last)
    return page_of(period)


def effect(config: Config, today: date, platform: str | None = None) -> tuple[str, Effect]:
    """Name of a platform's service, and what its table has changed since it was first published."""
    from affluence.steps.effect import effect_of
    from affluence.steps.settings import page_of

    name, settings = _platform(config, platform)
    with open_store(config.state.folder, config.state.keys_folder) as store:
        as_of = _as_of(config, store, name, today)
        return settings.name, effect_of(store, page_of(name, settings), as_of)


def _platform(config: Config, name: str | None) -> tuple[str, Platform]:
    if name is None:
        return next(iter(config.platform.items()))
    if name not in config.platform:
        known = ", ".join(config.platform)
        raise RecordsError(f"'{name}' is not a configured platform; configured: {known}.")
    return name, config.platform[name]


def _fetch(config: Config, store: Store, today: date, progress: Progress) -> dict[str, Fetched]:
    from affluence.steps.fetch import fetch

    return {
        name: fetch(
            store,
            name,
            platform.source,
            config.network,
            today,
            kept_days=config.state.fetched_days,
            on_bytes=lambda n: progress("bytes", n),
        )
        for name, platform in config.platform.items()
    }


def _bring_up_to_date(
    config: Config, store: Store, report: RunReport, today: date, progress: Progress
) -> None:
    from affluence.publication.portal import join_sites
    from affluence.steps.account import add_up
    from affluence.steps.effect import effect_of, recommended_by
    from affluence.steps.forget import clean_up, forget
    from affluence.steps.ingest import ingest
    from affluence.steps.measure import lines_in_service, measure_changed_days
    from affluence.steps.publish import build_checked_site, make_edition
    from affluence.steps.settings import page_of, recipe_of, rules_of
    from affluence.targets.places import place_of

    days = {}
    for name, platform in config.platform.items():
        report.ingested[name] = ingest(
            store,
            name,
            recipe_of(platform),
            report.fetched[name].files,
            lambda n: progress("lines", n),
        )
        report.days_measured[name] = measure_changed_days(
            store, rules_of(name, platform), lambda n: progress("days", n)
        )
        report.accounts[name] = add_up(store, name)
        days[name] = _as_of(config, store, name, today)
        report.parts_deleted[name] = forget(store, name, days[name], config.state.legs_days)
    clean_up(store, min(days.values()), config.state.legs_days)
    if report.problems and not any(account["calls"] for account in report.accounts.values()):
        raise RecordsError("no file could be read:\n" + "\n".join(report.problems))

    editions = {
        name: make_edition(
            page_of(name, platform),
            store.lake.read_measured(name, "slots"),
            lines_in_service(store, rules_of(name, platform)),
            days[name],
            widened=effect_of(store, page_of(name, platform), days[name]).alarm,
        )
        for name, platform in config.platform.items()
        # A platform of which nothing could ever be read does not stop the others.
        if report.accounts[name]["calls"] or not report.problems_of(name)
    }
    sites = {name: build_checked_site(edition) for name, edition in editions.items()}
    site = join_sites(editions, sites, is_only=len(config.platform) == 1)
    for name, target in config.target.items():
        place = place_of(name, target)
        if store.ledger.published(name) != site.release or not place.is_intact(site.release):
            place.deliver(site.files, site.release)
            store.ledger.add_publication(name, site.release, recommended_by(editions, days))
            report.delivered_to.append(name)
    report.release = site.release


def _situation(config: Config, today: date, fetched: Mapping[str, Fetched]) -> str:
    """Hash of all that a run depends on: configuration, date, program, and state of the files."""
    package = [p for p in Path(__file__).parent.rglob("*.*") if "__pycache__" not in p.parts]
    files = (path for found in fetched.values() for path in found.files)
    watched = [*files, *sorted(package)]
    stamps = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in watched]
    day = today if config.run.as_of == "today" else None
    return hashlib.sha256(repr((config.model_dump(), day, stamps)).encode()).hexdigest()


def _is_delivered(config: Config, store: Store) -> bool:
    from affluence.targets.places import place_of

    for name, target in config.target.items():
        release = store.ledger.published(name)
        if release is None or not place_of(name, target).is_intact(release):
            return False
    return True


def _as_of(config: Config, store: Store, platform: str, today: date) -> date:
    """The day that counts as today for a platform: the clock's, or the one after its records."""
    last_us = max((part.last_us for part in store.ledger.parts(platform)), default=None)
    if config.run.as_of == "today" or last_us is None:
        return today
    last = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=last_us)
    zone = ZoneInfo(config.platform[platform].zone)
    return last.astimezone(zone).date() + timedelta(days=1)
