"""State → how everything stands: records, tables, releases, runs, and what needs attention."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from affluence.config import WEEKDAYS, Config
from affluence.steps.clock import last_record_at
from affluence.store import Store
from affluence.store.publications import Release
from affluence.store.runs import Run

_OLD_RECORDS = timedelta(days=4)  # a long weekend with a day more
_WARN_BEFORE = timedelta(days=60)
_ENDED = {"failed": "the last run failed", "refused": "the last run was refused"}
_IN_PART = "the last run could not do everything"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformStatus:
    """How one platform stands."""

    service: str
    last_record_at: datetime | None  # in the zone of the platform
    week: date | None  # Sunday of the week that its table shows; None: there is no table
    valid_until: date | None
    withdrawn: str | None  # the reason; None: it is not withdrawn
    held_back: bool  # by a rollback


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How everything stands; ``warnings`` are in plain words, empty when all is well."""

    platforms: Mapping[str, PlatformStatus]
    release: str | None
    published_at: datetime | None
    waiting: Release | None
    last_run: Run | None
    next_weekly_run: datetime  # of the worker
    warnings: tuple[str, ...]


def status_of(config: Config, store: Store, now: datetime) -> Status:
    """How everything stands, by an open state folder.

    Args:
        config: from `affluence.config.load`.
        store: its state.
        now: the present.

    """
    from affluence.publication.edition_file import valid_until

    log = store.ledger.publications
    withdrawn, held_back = log.withdrawn(), log.held_back()
    platforms = {}
    for name, platform in config.platform.items():
        week = log.standing_week(name)
        figures = store.ledger.weeks.at(name, week) if week else None
        rejected = held_back.get(name)
        last_at = last_record_at(store, name)
        platforms[name] = PlatformStatus(
            service=platform.name,
            last_record_at=last_at and last_at.astimezone(ZoneInfo(platform.zone)),
            week=week,
            valid_until=valid_until(figures.figures) if figures else None,
            withdrawn=withdrawn.get(name),
            held_back=rejected is not None,
        )
    dated = [one for one in log.publications() if one.at is not None]
    last_runs = store.ledger.runs.newest(2)
    last_run = last_runs[0] if last_runs else None
    waiting = log.waiting()
    return Status(
        platforms=platforms,
        release=log.standing(),
        published_at=dated[-1].at if dated else None,
        waiting=waiting,
        last_run=last_run,
        next_weekly_run=next_weekly_run(config, now),
        warnings=(
            *_warnings(config, platforms, waiting, last_run, now),
            *_clock(last_runs, now),
        ),
    )


def next_weekly_run(config: Config, now: datetime) -> datetime:
    """When the worker runs next at its weekly hour, in the zone of the first platform."""
    worker = config.worker
    local = now.astimezone(ZoneInfo(next(iter(config.platform.values())).zone))
    hour = time(*divmod(worker.at, 60))
    days = (WEEKDAYS.index(worker.weekday) - local.weekday()) % 7
    coming = datetime.combine(local.date() + timedelta(days=days), hour, local.tzinfo)
    return coming if coming > local else coming + timedelta(days=7)


def _warnings(
    config: Config,
    platforms: Mapping[str, PlatformStatus],
    waiting: Release | None,
    last_run: Run | None,
    now: datetime,
) -> Iterator[str]:
    # With "last-record" nothing grows old: it is a demonstration.
    by_clock = now if config.run.as_of == "today" else None
    if by_clock is None and not all(each.demonstration for each in config.platform.values()):
        yield (
            'as_of = "last-record" is for demonstrations: nobody is told that records have stopped'
            ' or that the table is old; write as_of = "today" in [run]'
        )
    for name, platform in platforms.items():
        for warning in (*_records(platform, by_clock), *_table(platform, by_clock)):
            yield f"{name}: {warning}"
    yield from _calendar(config, now)
    if waiting is not None:
        yield f"release {waiting.release} waits for approval since {waiting.built_at:%Y-%m-%d}"
    if last_run is None:
        yield "nothing has ever run: `affluence run`"
    elif not last_run.outcome:
        yield f"the run of {last_run.began_at:%Y-%m-%d %H:%M} did not end; the next one finishes it"
    elif last_run.message:
        yield f"{_ENDED.get(last_run.outcome, _IN_PART)}: {last_run.message}"


def _records(platform: PlatformStatus, now: datetime | None) -> Iterator[str]:
    last = platform.last_record_at
    if last is None:
        yield "no call is on record; `affluence inspect FILE` tells what is in a file"
    elif now is not None and now - last > _OLD_RECORDS:
        yield f"the last call on record is of {last:%Y-%m-%d}; do new records still arrive?"


def _table(platform: PlatformStatus, now: datetime | None) -> Iterator[str]:
    if platform.withdrawn is not None:
        yield f"its table is withdrawn ({platform.withdrawn or 'no reason was given'})"
    elif platform.valid_until is None:
        yield "no table is published"
    elif now is not None and now.date() > platform.valid_until:
        yield f"the published table was valid until {platform.valid_until}"
    if platform.held_back:
        yield "held back since a rollback, until `affluence publish` or a new week"


def _clock(last_runs: Sequence[Run], now: datetime) -> Iterator[str]:
    """Whether the clock has gone back since the newest runs."""
    moments = [now, *(run.began_at for run in last_runs)]
    for later, earlier in pairwise(moments):
        if later < earlier:
            yield (
                f"the clock of this machine has gone back, from {earlier:%Y-%m-%d %H:%M} to"
                f" {later:%Y-%m-%d %H:%M}; is it right?"
            )


def _calendar(config: Config, now: datetime) -> Iterator[str]:
    """School holidays are decreed some years ahead: the library that knows them needs updates."""
    from affluence.typical_week.special_days import school_holidays_known_until

    zones = {each.opening.school_holidays for each in config.platform.values()} - {""}
    for zone in sorted(zones):
        known_until = school_holidays_known_until(zone)
        if known_until is not None and known_until < now.date() + _WARN_BEFORE:
            advice = "update affluence and its libraries"
            yield f"school holidays of zone {zone} are known until {known_until} only; {advice}"
