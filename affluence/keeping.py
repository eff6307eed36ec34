"""What is kept, for how long, and that it is sound.

Each function opens the state folder and does one thing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from affluence.config import Config
from affluence.steps.clock import today_of
from affluence.store import Store, open_store

if TYPE_CHECKING:
    from affluence.steps.forget import Due
    from affluence.steps.held import Held


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """The trace of something that was deleted."""

    platform: str | None  # None: keys, which all platforms share
    what: str  # "calls", "keys" or "quarantine"
    kept_from: str  # day or month from which it was kept
    on: date  # the day of the run
    count: int  # parts of the lake, keys, or files


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """What is held, what should have gone by now, and what has gone."""

    held: Sequence[Held]
    overdue: Due
    deletions: Sequence[Deletion]


def forget(config: Config, now: datetime, *, dry_run: bool) -> Due:
    """Delete what is past its period, or only tell what would be deleted."""
    from affluence.steps.forget import due, forget

    with open_store(config.state.folder, config.state.keys_folder) as store:
        days = _days(config, store, now)
        return (due if dry_run else forget)(config, store, days)


def privacy(config: Config, now: datetime) -> Privacy:
    """What is held of each kind of data, since when and until when, and the trace of deletions."""
    from affluence.steps.forget import due
    from affluence.steps.held import held

    with open_store(config.state.folder, config.state.keys_folder) as store:
        return Privacy(
            held=held(config, store),
            overdue=due(config, store, _days(config, store, now)),
            deletions=[
                Deletion(
                    platform=platform,
                    what=what,
                    kept_from=kept_from,
                    on=date.fromisoformat(on_day),
                    count=count,
                )
                for platform, what, kept_from, on_day, count in store.ledger.deletions()
            ],
        )


def _days(config: Config, store: Store, now: datetime) -> dict[str, date]:
    return {name: today_of(config, store, name, now) for name in config.platform}
