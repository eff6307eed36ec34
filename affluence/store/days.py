"""What the ledger knows of days: their records, and what they were measured from."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from affluence.store.database import transaction
from affluence.store.inventory import Slice, put_month_hashes, slice_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The records of one day out of one range of a file."""

    day: date
    name: str
    records: int
    of_agents: int  # of the records, those that tell of no call
    last_us: int
    slice: Slice  # where they lie
    is_bundled: bool  # in a file with others


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFates:
    """What became of the records of a part that tell of calls: these are the sum of the counts."""

    day: date
    name: str
    calls: int
    merged: int
    duplicates: int
    ignored: int  # of calls that are not counted


class Days:
    """The part of the ledger about days. Every method that writes is one transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def platforms(self) -> list[str]:
        """Platforms with parts in the lake, those included that are no longer configured."""
        rows = self._db.execute("SELECT DISTINCT platform FROM parts WHERE NOT deleted ORDER BY 1")
        return [platform for (platform,) in rows]

    def parts(self, platform: str) -> list[Part]:
        """Parts in the lake, by day and name."""
        rows = self._db.execute(
            "SELECT day, name, records, of_agents, last_us, bundle, first_row FROM parts"
            " WHERE platform = ? AND NOT deleted ORDER BY day, name",
            (platform,),
        )
        return [
            Part(
                day=date.fromisoformat(day),
                name=name,
                records=records,
                of_agents=of_agents,
                last_us=last_us,
                slice=slice_of(day, name, records, bundle, first_row),
                is_bundled=bundle is not None,
            )
            for day, name, records, of_agents, last_us, bundle, first_row in rows
        ]

    def bundle(self, platform: str, bundle: str, parts: Sequence[Part], sha256: str) -> None:
        """Remember that some parts of a day now lie in one file, one after the other."""
        with transaction(self._db):
            first_row = 0
            for part in parts:
                self._db.execute(
                    "UPDATE parts SET bundle = ?, first_row = ?, sha256 = ?"
                    " WHERE platform = ? AND day = ? AND name = ?",
                    (bundle, first_row, sha256, platform, part.day.isoformat(), part.name),
                )
                first_row += part.records

    def measured(self, platform: str) -> dict[date, tuple[str, bool]]:
        """Measured days: hash of what their slots were made from, and whether they are sealed."""
        rows = self._db.execute(
            "SELECT day, inputs, sealed FROM days WHERE platform = ? ORDER BY day", (platform,)
        )
        return {date.fromisoformat(day): (inputs, bool(sealed)) for day, inputs, sealed in rows}

    def set_measured(
        self,
        platform: str,
        days: Mapping[date, str],
        fates: Iterable[PartFates],
        months: Mapping[tuple[str, str], str],
    ) -> None:
        """Record what was measured.

        Args:
            platform: identifier of the platform.
            days: hash of the inputs of each measured day.
            fates: what became of the records of each part.
            months: SHA-256 of each file that holds them now, by month and kind.

        """
        with transaction(self._db):
            self._db.executemany(
                "INSERT INTO days (platform, day, inputs) VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET inputs = excluded.inputs",
                [(platform, day.isoformat(), inputs) for day, inputs in days.items()],
            )
            self._db.executemany(
                "UPDATE parts SET calls = ?, merged = ?, duplicates = ?, ignored = ?"
                " WHERE platform = ? AND day = ? AND name = ?",
                [
                    (
                        *(part.calls, part.merged, part.duplicates, part.ignored),
                        *(platform, part.day.isoformat(), part.name),
                    )
                    for part in fates
                ],
            )
            hashes = {(platform, *month): sha256 for month, sha256 in months.items()}
            put_month_hashes(self._db, hashes)

    def inputs_up_to(self, platform: str, last: date) -> str:
        """Hash of the records of every day up to one, deleted ones included.

        Not of what the days were measured from: a Sunday is measured again when the records of its
        Monday come, and no record of it is late for that.
        """
        rows = self._db.execute(
            "SELECT day, name FROM parts WHERE platform = ? AND day <= ? ORDER BY day, name",
            (platform, last.isoformat()),
        )
        inputs = hashlib.sha256()
        for day, name in rows:
            inputs.update(f"{day} {name}\n".encode())
        return inputs.hexdigest()
