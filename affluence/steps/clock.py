"""Which day counts as today for a platform: the clock's there, or the one after its records."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from affluence.config import Config
from affluence.store import Store

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def today_of(config: Config, store: Store, platform: str, now: datetime) -> date:
    """The day that counts as today: as the configuration's ``as_of`` says."""
    latest = last_record_at(store, platform)
    if config.run.as_of == "today" or latest is None:
        return clock_day(config, platform, now)
    return latest.astimezone(ZoneInfo(config.platform[platform].zone)).date() + timedelta(days=1)


def clock_day(config: Config, platform: str, now: datetime) -> date:
    """The clock's date where the platform is."""
    return now.astimezone(ZoneInfo(config.platform[platform].zone)).date()


def last_record_at(store: Store, platform: str) -> datetime | None:
    """The latest instant in the records of a platform that are kept; None without any."""
    last_us = max((part.last_us for part in store.ledger.days.parts(platform)), default=None)
    return None if last_us is None else EPOCH + timedelta(microseconds=last_us)
