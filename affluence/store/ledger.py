"""The ledger: the only truth of what was seen, measured and published (SQLite, WAL).

Everything that a step did is committed in one transaction after its files are in place; what was
interrupted before that is simply done again, with the same result.
"""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager, closing
from datetime import date
from pathlib import Path

from affluence.store.accounts import Accounts
from affluence.store.database import connect, transaction
from affluence.store.days import Days
from affluence.store.inventory import Inventory
from affluence.store.publications import Publications
from affluence.store.read_files import ReadFiles
from affluence.store.remote_copies import RemoteCopies
from affluence.store.retention import Retention
from affluence.store.runs import Runs
from affluence.store.weeks import Weeks


class Ledger:
    """An open ledger, in parts that share a connection.

    Every method of theirs that writes is one transaction, or a part of `together`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = connect(path)
        self.copies = RemoteCopies(self._db)
        self.files = ReadFiles(self._db)
        self.accounts = Accounts(self._db)
        self.days = Days(self._db)
        self.inventory = Inventory(self._db)
        self.retention = Retention(self._db)
        self.weeks = Weeks(self._db)
        self.publications = Publications(self._db)
        self.runs = Runs(self._db)

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    @property
    def size_bytes(self) -> int:
        """Bytes of the database."""
        return self.path.stat().st_size

    def snapshot(self) -> bytes:
        """The whole database as one file would hold it."""
        with closing(sqlite3.connect(":memory:")) as copy:
            self._db.backup(copy)
            return copy.serialize()

    def together(self) -> AbstractContextManager[None]:
        """All that is written meanwhile is one transaction."""
        return transaction(self._db)

    def lacks_records(self, platform: str, last: date) -> bool:
        """Whether records have come that the published figures of a week do not hold.

        Of a week that an older version published this is not known: False.
        """
        week = self.weeks.at(platform, last)
        if week is None or week.state != "published" or not week.inputs:
            return False
        return week.inputs != self.days.inputs_up_to(platform, last)

    def settled(self) -> str | None:
        """The situation in which a run last ended with nothing left to do."""
        row = self._db.execute("SELECT situation FROM settled").fetchone()
        return str(row[0]) if row else None

    def unsettle(self) -> None:
        """A person changed something: the next run looks at everything again."""
        with transaction(self._db):
            self._db.execute("DELETE FROM settled")

    def settle(self, situation: str) -> None:
        """A run ended with nothing left to do while this situation holds."""
        with transaction(self._db):
            self._db.execute("DELETE FROM settled")
            self._db.execute("INSERT INTO settled VALUES (?)", (situation,))
