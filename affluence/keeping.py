"""What is kept, for how long, and that it is sound.

Each function opens the state folder and does one thing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from affluence.config import Config
from affluence.connections import open_state, storage_of
from affluence.errors import NoRecordsError
from affluence.steps.clock import today_of
from affluence.steps.fetch import files_here
from affluence.store import Store
from affluence.store.retention import Deletion

if TYPE_CHECKING:
    from affluence.steps.forget import Overdue
    from affluence.steps.held import Held
    from affluence.steps.verify import Verification
    from affluence.store.backup import Archived


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """What is held, what should have gone by now, and what has gone."""

    held: Sequence[Held]
    overdue: Overdue
    deletions: Sequence[Deletion]


def forget(config: Config, now: datetime, *, dry_run: bool) -> Overdue:
    """Delete what is past its period, or only tell what would be deleted."""
    from affluence.steps.forget import find_overdue, forget

    with open_state(config.state) as store:
        days = _days(config, store, now)
        return (find_overdue if dry_run else forget)(config, store, days, now)


def privacy(config: Config, now: datetime) -> Privacy:
    """What is held of each kind of data, since when and until when, and the trace of deletions."""
    from affluence.steps.forget import find_overdue
    from affluence.steps.held import held

    with open_state(config.state) as store:
        return Privacy(
            held=held(config, store),
            overdue=find_overdue(config, store, _days(config, store, now), now),
            deletions=store.ledger.retention.deletions(),
        )


def verify(config: Config) -> Verification:
    """Compare every file of the state with what the ledger knows of it; change nothing."""
    from affluence.steps.verify import look

    with open_state(config.state) as store:
        return look(store, _present(config, store))


def repair(config: Config, now: datetime) -> Verification:
    """Let go of what is damaged, so that the next run makes it again; return what was found."""
    from affluence.steps.verify import look, repair

    with open_state(config.state) as store:
        found = look(store, _present(config, store))
        repair(store, found, min(_days(config, store, now).values()))
        return found


def backup(config: Config, path: Path, now: datetime) -> Archived:
    """Write the whole state into one file."""
    from affluence.store.backup import write_backup

    with open_state(config.state) as store:
        return write_backup(store, path, now)


def restore(config: Config, path: Path) -> Archived:
    """Make the state folder, which must be empty or missing, from a backup."""
    from affluence.store.backup import restore_backup

    state = config.state
    return restore_backup(path, state.folder, state.keys_folder, storage_of(state))


def _present(config: Config, store: Store) -> dict[str, Sequence[Path]]:
    """Files of records that are there now, by platform."""
    found: dict[str, Sequence[Path]] = {}
    for name, platform in config.platform.items():
        try:
            found[name] = files_here(store, name, platform.source)
        except NoRecordsError:
            found[name] = ()  # nothing can be read again then, and that is what will be said
    return found


def _days(config: Config, store: Store, now: datetime) -> dict[str, date]:
    return {name: today_of(config, store, name, now) for name in config.platform}
