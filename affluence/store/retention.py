"""What the ledger knows of what must go: days that are sealed, and the trace of every deletion."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from affluence.store.database import transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """The trace of something that was deleted."""

    platform: str | None  # None: keys, which all platforms share
    what: str  # "calls", "keys", "copies", "quarantine" or "lost"
    kept_from: str  # day or month from which it was kept; the day that is lost
    on: date  # the day of the run
    count: int  # parts of the lake, keys, or files


class Retention:
    """The part of the ledger about deletions. Every method that writes is one transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def seal(self, platform: str, *, oldest_kept: date, today: date) -> int:
        """Seal the days up to ``oldest_kept``, drop the calls before it; return how many parts.

        The day ``oldest_kept`` keeps its calls because the day after needs them. A trace remains.
        """
        with transaction(self._db):
            self._db.execute(
                "UPDATE days SET sealed = 1 WHERE platform = ? AND day <= ? AND NOT sealed",
                (platform, oldest_kept.isoformat()),
            )
            cursor = self._db.execute(
                "UPDATE parts SET deleted = 1, sha256 = NULL"
                " WHERE platform = ? AND day < ? AND NOT deleted",
                (platform, oldest_kept.isoformat()),
            )
            if count := cursor.rowcount:
                kept_from = oldest_kept.isoformat()
                self.trace(platform, "calls", kept_from=kept_from, today=today, count=count)
        return count

    def trace(
        self, platform: str | None, what: str, *, kept_from: str, today: date, count: int
    ) -> None:
        """Remember that something is deleted; see `Deletion`."""
        with transaction(self._db):
            self._db.execute(
                "INSERT INTO deletions (platform, what, before, on_day, count)"
                " VALUES (?, ?, ?, ?, ?)",
                (platform, what, kept_from, today.isoformat(), count),
            )

    def deletions(self) -> list[Deletion]:
        """Every deletion, oldest first."""
        rows = self._db.execute(
            "SELECT platform, what, before, on_day, count FROM deletions ORDER BY id"
        )
        return [
            Deletion(
                platform=platform,
                what=what,
                kept_from=kept_from,
                on=date.fromisoformat(on_day),
                count=count,
            )
            for platform, what, kept_from, on_day, count in rows
        ]

    def quarantined(self) -> dict[tuple[str, str], date]:
        """Platform and name of what is in quarantine, and since when."""
        rows = self._db.execute("SELECT platform, name, since FROM quarantined")
        return {(platform, name): date.fromisoformat(since) for platform, name, since in rows}

    def set_quarantined(self, held: Mapping[tuple[str, str], date]) -> None:
        """Replace what is known to be in quarantine, and since when."""
        with transaction(self._db):
            self._db.execute("DELETE FROM quarantined")
            self._db.executemany(
                "INSERT INTO quarantined (platform, name, since) VALUES (?, ?, ?)",
                [(platform, name, since.isoformat()) for (platform, name), since in held.items()],
            )
