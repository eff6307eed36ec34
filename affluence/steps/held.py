"""What is held of each kind of data, since when and until when: for the register of processing.

Files are counted where they lie, not where the ledger says that they should.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from affluence.config import Config
from affluence.store import Store

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One kind of data, of one platform or of all.

    ``kept_until`` is the last day on which the newest of it is held, ``first_goes_after`` the last
    day of the oldest; None for what is kept for good.
    """

    kind: str  # "calls", "keys", "fetched", "quarantine", "counts", "releases" or "ledger"
    platform: str | None
    is_personal: bool
    files: int
    size_bytes: int
    oldest: date | None = None
    newest: date | None = None
    period_days: int | None = None
    first_goes_after: date | None = None
    kept_until: date | None = None


def held(config: Config, store: Store) -> list[Held]:
    """Every kind of data in the state folder; another kind is one more line here."""
    return [
        *_calls(config, store),
        *_keys(config, store),
        *_fetched(config, store),
        *_quarantine(config, store),
        *_counts(store),
        _releases(store),
        Held(
            kind="ledger",
            platform=None,
            is_personal=False,
            files=1,
            size_bytes=store.ledger.size_bytes,
        ),
    ]


def _calls(config: Config, store: Store) -> Iterator[Held]:
    for platform, parts in store.lake.legs_held().items():
        days = [day for day, _ in parts]
        yield _dated(
            "calls",
            platform,
            days,
            sum(size for _, size in parts),
            config.state.legs_days,
            is_personal=True,
        )


def _keys(config: Config, store: Store) -> Iterator[Held]:
    """A key goes with the last call of its month."""
    sizes = store.keys.held()
    if not sizes:
        return
    firsts = [date.fromisoformat(f"{month}-01") for month in sizes]
    lasts = [_last_of_month(first) for first in firsts]
    period_days = config.state.legs_days
    yield Held(
        kind="keys",
        platform=None,
        is_personal=True,
        files=len(sizes),
        size_bytes=sum(sizes.values()),
        oldest=min(firsts),
        newest=max(lasts),
        period_days=period_days,
        first_goes_after=min(lasts) + period_days * _DAY,
        kept_until=max(lasts) + period_days * _DAY,
    )


def _fetched(config: Config, store: Store) -> Iterator[Held]:
    """Copies of files of a server, as they came: with numbers."""
    for platform in store.fetched.platforms():
        copies = [*store.fetched.of(platform), *store.fetched.unfinished(platform)]
        known = {entry.name: entry.fetched_on for entry in store.ledger.copies.of(platform)}
        if copies:
            yield _dated(
                "fetched",
                platform,
                [known[path.name] for path in copies if path.name in known],
                sum(path.stat().st_size for path in copies),
                config.state.fetched_days,
                files=len(copies),
                is_personal=True,
            )


def _quarantine(config: Config, store: Store) -> Iterator[Held]:
    sizes, since = store.quarantine.held(), store.ledger.retention.quarantined()
    for platform in sorted({platform for platform, _ in sizes}):
        files = [file for file in sizes if file[0] == platform]
        days = [since[file] for file in files if file in since]
        size_bytes = sum(sizes[file] for file in files)
        yield _dated(
            "quarantine",
            platform,
            days,
            size_bytes,
            config.state.quarantine_days,
            files=len(files),
            is_personal=False,
        )


def _dated(
    kind: str,
    platform: str,
    days: list[date],
    size_bytes: int,
    period_days: int,
    *,
    is_personal: bool,
    files: int | None = None,
) -> Held:
    period = timedelta(days=period_days)
    return Held(
        kind=kind,
        platform=platform,
        is_personal=is_personal,
        files=len(days) if files is None else files,
        size_bytes=size_bytes,
        oldest=min(days, default=None),
        newest=max(days, default=None),
        period_days=period_days,
        first_goes_after=min(days) + period if days else None,
        kept_until=max(days) + period if days else None,
    )


def _counts(store: Store) -> Iterator[Held]:
    for platform, months in store.lake.months_held().items():
        days = [date.fromisoformat(f"{month}-01") for month, _ in months]
        yield Held(
            kind="counts",
            platform=platform,
            is_personal=False,
            files=len(months),
            size_bytes=sum(size for _, size in months),
            oldest=min(days),
            newest=_last_of_month(max(days)),
        )


def _last_of_month(first: date) -> date:
    return (first + 31 * _DAY).replace(day=1) - _DAY


def _releases(store: Store) -> Held:
    sizes = store.shelf.held()
    return Held(
        kind="releases",
        platform=None,
        is_personal=False,
        files=len(sizes),
        size_bytes=sum(sizes.values()),
    )
