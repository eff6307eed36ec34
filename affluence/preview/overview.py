"""Everything that the page shows, read from the state folder in one go."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from affluence.config import Config
from affluence.connections import open_state
from affluence.publication.changes import Changes, changes_between
from affluence.steps.account import add_up
from affluence.steps.status import Status, status_of
from affluence.store import Store
from affluence.webmaster import compared, one_before


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two releases that are shown side by side."""

    release: str
    weeks: Mapping[str, date]  # Sunday of the week that each platform shows
    files: Mapping[str, bytes]  # by relative path; none: the release is no longer kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """How everything stands, and what would change.

    ``old`` and ``new`` are what stands and what waits; where nothing waits, the release before and
    what stands.
    """

    status: Status
    old: Side | None
    new: Side | None
    changes: Changes
    earlier: str | None  # what a rollback puts back; None: there is none, or it is not kept
    zones: Mapping[str, str]  # the time zone of each platform
    accounts: Mapping[str, Mapping[str, int]]  # what became of the lines of each platform's files
    late: Collection[str]  # platforms whose published figures lack records that came later


def look(config: Config, now: datetime) -> Overview:
    """How everything stands now.

    Raises:
        StateError: the state folder cannot be used, or a run is at work.

    """
    with open_state(config.state) as store:
        log = store.ledger.publications
        old, new = (_side(store, release) for release in compared(store))
        before = one_before(store)
        return Overview(
            status=status_of(config, store, now),
            old=old,
            new=new,
            changes=changes_between(old.files if old else {}, new.files if new else {}),
            earlier=before if before is not None and store.shelf.get(before) else None,
            zones={name: platform.zone for name, platform in config.platform.items()},
            accounts={name: add_up(store, name) for name in config.platform},
            late=[
                name
                for name in config.platform
                if (last := log.standing_week(name)) and store.ledger.lacks_records(name, last)
            ],
        )


def _side(store: Store, release: str | None) -> Side | None:
    if release is None:
        return None
    known = store.ledger.publications.release(release)
    return Side(
        release=release,
        weeks=known.weeks if known else {},
        # Held: another run may put it away while it is looked at.
        files=dict(store.shelf.get(release) or {}),
    )
