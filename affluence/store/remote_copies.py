"""What the ledger knows of servers: files as they were fetched, and where tables were left."""

from __future__ import annotations

import sqlite3
from datetime import date

from affluence.remote_copy import Copy
from affluence.store.database import transaction


class RemoteCopies:
    """The part of the ledger about copies. Every method that writes is one transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def of(self, platform: str) -> list[Copy]:
        """Everything that was ever fetched for a platform, deleted copies included."""
        rows = self._db.execute(
            "SELECT name, stamp, size, digest, ends, fetched_on FROM copies WHERE platform = ?"
            " ORDER BY name",
            (platform,),
        )
        return [
            Copy(
                name=name,
                stamp=stamp,
                size=size,
                digest=digest,
                ends=ends,
                fetched_on=date.fromisoformat(fetched_on),
            )
            for name, stamp, size, digest, ends, fetched_on in rows
        ]

    def position(self, platform: str) -> str:
        """Where the table of a platform was left, empty at the beginning."""
        found = self._db.execute("SELECT position FROM positions WHERE platform = ?", (platform,))
        row = found.fetchone()
        return str(row[0]) if row else ""

    def add(self, platform: str, copy: Copy, position: str = "") -> None:
        """Remember a copy that is in place and, of a table, how far it goes."""
        with transaction(self._db):
            self._db.execute(
                "INSERT OR REPLACE INTO copies (platform, name, stamp, size, digest, ends,"
                " fetched_on) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    *(platform, copy.name, copy.stamp, copy.size, copy.digest, copy.ends),
                    copy.fetched_on.isoformat(),
                ),
            )
            if position:
                self._db.execute(
                    "INSERT OR REPLACE INTO positions (platform, position) VALUES (?, ?)",
                    (platform, position),
                )
