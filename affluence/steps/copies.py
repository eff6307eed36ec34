"""Retention of what was fetched: copies whose days are over are deleted, with a trace.

Apart from the rest of what is kept, for every run does it, also one that has nothing else to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from affluence.config import Config, FolderSource
from affluence.steps.clock import clock_day
from affluence.store import Store


def old_copies(config: Config, store: Store, now: datetime) -> dict[str, Sequence[Path]]:
    """Copies past their days by platform, those without any left out."""
    oldest = _oldest_kept(config, store, now)
    found = {name: [*_old(config, store, name, day)] for name, day in oldest.items()}
    return {name: paths for name, paths in found.items() if paths}


def forget_copies(config: Config, store: Store, now: datetime) -> None:
    """Delete the copies past their days; what is known of them stays: none is fetched again."""
    oldest = _oldest_kept(config, store, now)
    for name, paths in old_copies(config, store, now).items():
        # First the trace: rather one too many than a copy that is gone without any.
        today, kept_from = oldest[name] + _period(config), oldest[name].isoformat()
        store.ledger.retention.trace(
            name, "copies", kept_from=kept_from, today=today, count=len(paths)
        )
        for path in paths:
            path.unlink()


def _period(config: Config) -> timedelta:
    return timedelta(days=config.state.fetched_days)


def _oldest_kept(config: Config, store: Store, now: datetime) -> Mapping[str, date]:
    """The oldest day whose copies stay, by platform: by the clock, which dates copies."""
    days = {name: clock_day(config, name, now) for name in config.platform}
    earliest = min(days.values())
    return {name: days.get(name, earliest) - _period(config) for name in store.fetched.platforms()}


def _old(config: Config, store: Store, platform: str, oldest_kept: date) -> Iterator[Path]:
    fetched_on = {entry.name: entry.fetched_on for entry in store.ledger.copies.of(platform)}
    read = {file.path for file in store.ledger.files.of(platform)}
    is_awaited = _is_awaited(config, platform)
    for path in store.fetched.of(platform):
        # A run that died has left copies that the ledger does not know.
        day = fetched_on.get(path.name) or _written_on(path)
        if day < oldest_kept and (str(path) in read or not is_awaited):
            yield path
    yield from (
        path for path in store.fetched.unfinished(platform) if _written_on(path) < oldest_kept
    )


def _is_awaited(config: Config, platform: str) -> bool:
    """Whether copies that were never read may still be: then they stay until they are."""
    if platform in config.misconfigured:
        return True
    configured = config.platform.get(platform)
    return configured is not None and not isinstance(configured.source, FolderSource)


def _written_on(path: Path) -> date:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
