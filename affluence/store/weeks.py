"""What the ledger knows of weeks: their figures, frozen once they are published.

The page may be put right, its figures not.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, timedelta

from affluence.store.database import transaction

_COLUMNS = "platform, week, state, settings, inputs, figures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """The figures of a platform's week; ``figures`` is JSON, "" for a week that was superseded."""

    platform: str
    last: date  # its Sunday
    state: str  # "built", "held", "published" or "superseded"
    settings: str
    inputs: str  # hash of the records that there were when the figures were made
    figures: str


class Weeks:
    """The part of the ledger about weeks. Every method that writes is one transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def at(self, platform: str, last: date) -> Week | None:
        """What is known of a platform's week."""
        found = self._db.execute(
            f"SELECT {_COLUMNS} FROM weeks WHERE platform = ? AND week = ?",
            (platform, last.isoformat()),
        )
        return next(map(_week, found), None)

    def of(self, platform: str) -> list[Week]:
        """Every week of a platform, oldest first: the figures of years are megabytes."""
        found = self._db.execute(
            f"SELECT {_COLUMNS} FROM weeks WHERE platform = ? ORDER BY week",
            (platform,),
        )
        return [*map(_week, found)]

    def newest_published(self, platform: str) -> Week | None:
        """The newest week of a platform whose table was published."""
        found = self._db.execute(
            f"SELECT {_COLUMNS} FROM weeks WHERE platform = ? AND state = 'published'"
            " ORDER BY week DESC LIMIT 1",
            (platform,),
        )
        return next(map(_week, found), None)

    def put(self, week: Week) -> None:
        """Write down a week, in the place of what was known of it."""
        with transaction(self._db):
            self._db.execute(
                f"INSERT OR REPLACE INTO weeks ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",
                (
                    week.platform,
                    week.last.isoformat(),
                    week.state,
                    week.settings,
                    week.inputs,
                    week.figures,
                ),
            )

    def publish(self, platform: str, last: date) -> None:
        """A week is published; those between it and the one before are superseded.

        Within the transaction that is on: with the publication itself, or not at all.
        """
        before = self.newest_published(platform)
        if before is not None:
            weeks_between = range(7, (last - before.last).days, 7)
            self._db.executemany(
                "INSERT OR REPLACE INTO weeks (platform, week, state, settings, figures)"
                " VALUES (?, ?, 'superseded', '', '')",
                [(platform, (before.last + timedelta(days=n)).isoformat()) for n in weeks_between],
            )
        self._db.execute(
            "UPDATE weeks SET state = 'published' WHERE platform = ? AND week = ?",
            (platform, last.isoformat()),
        )


def _week(row: tuple[str, ...]) -> Week:
    platform, last, state, settings, inputs, figures = row
    return Week(
        platform=platform,
        last=date.fromisoformat(last),
        state=state,
        settings=settings,
        inputs=inputs,
        figures=figures,
    )
