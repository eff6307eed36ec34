"""The webmaster's side: look at what would change, approve it, go back, withdraw, see how it is.

Each function opens the state folder, does one thing and forgets that there was nothing left to do,
so that the next run looks again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from affluence.config import WEEKDAYS, Config
from affluence.connections import open_state
from affluence.errors import DecisionError
from affluence.pipeline import places_of
from affluence.steps.clock import days_of, last_record_at, today_of
from affluence.store import Store
from affluence.store.publications import Release
from affluence.store.runs import Run

if TYPE_CHECKING:
    from affluence.publication.changes import Changes
    from affluence.steps.release import Delivered

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


def diff(config: Config) -> tuple[str | None, str | None, Changes]:
    """The releases that are compared, and what changes from the first to the second.

    What waits for approval beside what stands; where nothing waits, what stands beside the release
    before it.
    """
    from affluence.publication.changes import changes_between

    with opened(config) as store:
        old, new = compared(store)
        files = [_kept(store, release) if release else {} for release in (old, new)]
        return old, new, changes_between(*files)


def compared(store: Store) -> tuple[str | None, str | None]:
    """The releases that `diff` compares; None where there is no such release."""
    log = store.ledger.publications
    waiting, standing = log.waiting(), log.standing()
    if waiting is not None:
        return standing, waiting.release
    return one_before(store), standing


def approve(config: Config, release: str, now: datetime) -> Delivered:
    """Publish the release that waits.

    Raises:
        DecisionError: another one waits, or none.
        DeliveryError: a target could not be reached.

    """
    with _changed(config) as store:
        waiting = store.ledger.publications.waiting()
        if waiting is None:
            raise DecisionError("no release waits for approval; `affluence run` builds the next.")
        if waiting.release != release:
            raise DecisionError(
                f"release {release} does not wait for approval, {waiting.release} does."
                " Look at it with `affluence diff`, then approve that one."
            )
        return _deliver(config, store, release, now, "approve")


def rollback(
    config: Config, steps: int, reason: str, now: datetime, *, seen: str | None = None
) -> Delivered:
    """Put an earlier release in the place of what stands, and hold its weeks back.

    Args:
        config: from `affluence.config.load`.
        steps: how many releases to go back.
        reason: why, to be written down.
        now: when it is done.
        seen: the release that was seen to stand; by default whichever does.

    Raises:
        DecisionError: there is no earlier release, it is no longer kept, or another one than the
            one seen stands.
        DeliveryError: a target could not be reached.

    """
    with _changed(config) as store:
        log = store.ledger.publications
        standing = log.standing()
        if seen is not None and seen != standing:
            raise DecisionError(
                f"release {seen} does not stand any more, {standing} does."
                " Look at it with `affluence diff` before going back."
            )
        earlier = _earlier(store, steps)
        try:
            return _deliver(config, store, earlier, now, "rollback", reason)
        finally:
            # Also where only some targets were reached: the next run then brings the others what
            # stands, instead of what was rejected.
            if standing is not None and log.standing() == earlier:
                log.hold_back(standing, earlier, now)


def withdraw(config: Config, platform: str | None, reason: str, now: datetime) -> Delivered:
    """Put number and hours in the place of the table of a platform, by default of all.

    Raises:
        DecisionError: there is no such platform.
        DeliveryError: a target could not be reached.

    """
    from affluence.steps.leaks import clear
    from affluence.steps.portal import join
    from affluence.steps.release import keep, site_that_stands
    from affluence.steps.site import withdrawn_site
    from affluence.steps.theme import theme_of

    if platform is not None and platform not in config.platform:
        known = ", ".join(config.platform)
        raise DecisionError(f"'{platform}' is not a configured platform; configured: {known}.")
    with _changed(config) as store:
        log = store.ledger.publications
        for name in config.platform if platform is None else (platform,):
            log.withdraw(name, reason, now)
        withdrawn = log.withdrawn()
        theme = theme_of(config.theme, config.state.folder)
        sites: dict[str, Mapping[str, bytes]] = {}
        weeks = {}
        for name in config.platform:
            if name in withdrawn:
                today = today_of(config, store, name, now)
                sites[name] = withdrawn_site(config, name, theme, today)
                continue
            files, week = site_that_stands(store, name), log.standing_week(name)
            if files is not None and week is not None:
                sites[name], weeks[name] = files, week
        joined = join(config, sites, theme)
        built = clear(config, store, joined.files, joined.release)
        keep(store, built, weeks, now)
        return _deliver(config, store, built.release, now, "withdraw", reason)


def status(config: Config, now: datetime) -> Status:
    """How everything stands."""
    with opened(config) as store:
        return status_of(config, store, now)


def status_of(config: Config, store: Store, now: datetime) -> Status:
    """The same of a state folder that is open already."""
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


@contextmanager
def opened(config: Config) -> Iterator[Store]:
    """The state folder of a configuration, locked while the block runs."""
    with open_state(config.state) as store:
        yield store


@contextmanager
def _changed(config: Config) -> Iterator[Store]:
    """An open store whose next run must look at everything again."""
    with opened(config) as store:
        store.ledger.unsettle()
        yield store


def _deliver(  # noqa: PLR0917  # what, when and why, as the commands give them
    config: Config, store: Store, release: str, now: datetime, action: str, reason: str = ""
) -> Delivered:
    from affluence.steps.leaks import clear
    from affluence.steps.release import deliver

    return deliver(
        store,
        places_of(config),
        clear(config, store, _kept(store, release), release),
        days=days_of(config, store, now),
        now=now,
        action=action,
        reason=reason,
    )


def _delivered(store: Store) -> list[str]:
    """Releases in the order in which they were first delivered."""
    publications = store.ledger.publications.publications()
    return list(dict.fromkeys(one.release for one in publications))


def one_before(store: Store) -> str | None:
    """The release delivered before the one that stands, None if that is the first."""
    before = _before_standing(store)
    return before[-1] if before else None


def _before_standing(store: Store) -> list[str]:
    """Releases that were delivered before the one that stands, oldest first."""
    delivered, standing = _delivered(store), store.ledger.publications.standing()
    return delivered[: delivered.index(standing)] if standing is not None else []


def _earlier(store: Store, steps: int) -> str:
    before = _before_standing(store)
    if not before:
        raise DecisionError("there is no release to go back to: none was published before.")
    if steps > len(before):
        there_are = f"before the one that stands there are {len(before)}"
        raise DecisionError(f"{steps} releases back is too far: {there_are}.")
    return before[-steps]


def _kept(store: Store, release: str) -> Mapping[str, bytes]:
    files = store.shelf.get(release)
    if files is None:
        raise DecisionError(
            f"release {release} is no longer kept; `keep_releases` says how many are."
        )
    return files
