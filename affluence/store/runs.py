"""What the ledger knows of the runs of the program: when each began, and how it ended."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from affluence.store.database import transaction

RUNS_KEPT = 5000  # seven weeks of a run each quarter of an hour


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of the program."""

    began_at: datetime
    outcome: str  # "": it is at work, or was killed
    message: str


class Runs:
    """The part of the ledger about runs. Every method that writes is one transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def begin(self, now: datetime) -> int:
        """Write down that a run begins; return its number."""
        with transaction(self._db):
            begun = self._db.execute("INSERT INTO runs (began_at) VALUES (?)", (now.isoformat(),))
            number = int(begun.lastrowid or 0)
            self._db.execute("DELETE FROM runs WHERE id <= ?", (number - RUNS_KEPT,))
        return number

    def end(self, run: int, outcome: str, message: str) -> None:
        """Write down how a run ended."""
        with transaction(self._db):
            self._db.execute(
                "UPDATE runs SET outcome = ?, message = ? WHERE id = ?", (outcome, message, run)
            )

    def last(self) -> Run | None:
        """The newest run."""
        return next(iter(self.newest(1)), None)

    def newest(self, count: int) -> list[Run]:
        """The newest runs, the newest first."""
        rows = self._db.execute(
            "SELECT began_at, outcome, message FROM runs ORDER BY id DESC LIMIT ?",
            (count,),
        )
        return [
            Run(
                began_at=datetime.fromisoformat(began_at),
                outcome=outcome or "",
                message=message,
            )
            for began_at, outcome, message in rows
        ]
