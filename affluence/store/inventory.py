"""What the ledger knows of the files of the lake: their hashes, and what of them was lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from affluence.store.database import transaction
from affluence.store.retention import Retention


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Where the records of a part lie: rows of a file of the lake."""

    day: date
    file: str  # its name, without the ending
    first_row: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPart:
    """A part of the lake; ``sha256`` is None where an older version wrote it."""

    platform: str
    day: date
    name: str  # of the range that it comes from
    file: int  # the number of the file that gave it
    slice: Slice  # where it lies
    sha256: str | None  # of the file of the lake in which it lies


class Inventory:
    """The part of the ledger about the files of the lake. What writes is one transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def problems(self) -> list[str]:
        """What the database finds wrong with itself; none if it is sound."""
        found = [str(row[0]) for row in self._db.execute("PRAGMA integrity_check")]
        orphans = self._db.execute("PRAGMA foreign_key_check").fetchall()
        rows = f"{len(orphans)} rows belong to nothing"
        return [one for one in found if one != "ok"] + ([rows] if orphans else [])

    def parts(self) -> list[StoredPart]:
        """Every part that should be in the lake, by platform, day and name."""
        rows = self._db.execute(
            "SELECT platform, day, name, file, records, sha256, bundle, first_row FROM parts"
            " WHERE NOT deleted ORDER BY platform, day, name"
        )
        return [
            StoredPart(
                platform=platform,
                day=date.fromisoformat(day),
                name=name,
                file=file,
                slice=slice_of(day, name, records, bundle, first_row),
                sha256=sha256,
            )
            for platform, day, name, file, records, sha256, bundle, first_row in rows
        ]

    def months(self) -> dict[tuple[str, str, str], str]:
        """SHA-256 of the files of what was measured, by platform, month and kind.

        Those that an older version wrote are not among them.
        """
        rows = self._db.execute("SELECT platform, month, kind, sha256 FROM months ORDER BY 1, 2, 3")
        return {(platform, month, kind): sha256 for platform, month, kind, sha256 in rows}

    def measured_days(self) -> dict[tuple[str, str], dict[date, bool]]:
        """Measured days by platform and month ("2026-03"), and whether each is sealed."""
        found: dict[tuple[str, str], dict[date, bool]] = {}
        for platform, day, sealed in self._db.execute(
            "SELECT platform, day, sealed FROM days ORDER BY platform, day"
        ):
            found.setdefault((platform, day[:7]), {})[date.fromisoformat(day)] = bool(sealed)
        return found

    def files_with_range(self, platform: str, name: str) -> set[int]:
        """Numbers of the files that hold a range, those included that only repeat it."""
        rows = self._db.execute(
            "SELECT file FROM ranges JOIN files ON files.id = ranges.file"
            " WHERE platform = ? AND name = ?",
            (platform, name),
        )
        return {file for (file,) in rows}

    def set_part_hashes(self, parts: Iterable[StoredPart]) -> None:
        """Write down the hashes of parts."""
        with transaction(self._db):
            self._db.executemany(
                "UPDATE parts SET sha256 = ? WHERE platform = ? AND day = ? AND name = ?",
                [(part.sha256, part.platform, part.day.isoformat(), part.name) for part in parts],
            )

    def set_month_hashes(self, hashes: Mapping[tuple[str, str, str], str]) -> None:
        """Write down the hashes of files of what was measured."""
        with transaction(self._db):
            put_month_hashes(self._db, hashes)

    def forget_months(self, months: Iterable[tuple[str, str, str]]) -> None:
        """Drop files of what was measured: their days that are not sealed are measured again."""
        with transaction(self._db):
            for platform, month, kind in months:
                self._db.execute(
                    "DELETE FROM months WHERE platform = ? AND month = ? AND kind = ?",
                    (platform, month, kind),
                )
                self._db.execute(
                    "DELETE FROM days WHERE platform = ? AND substr(day, 1, 7) = ? AND NOT sealed",
                    (platform, month),
                )

    def read_again(self, files: Iterable[int]) -> None:
        """Drop files with their ranges and parts, and have their days measured again.

        What is read again has the same names: by these alone its days would not be dirty, and
        nothing would count what became of its records.
        """
        with transaction(self._db):
            for file in files:
                self._measure_again("file = ?", (file,))
                self._db.execute("DELETE FROM files WHERE id = ?", (file,))

    def _measure_again(self, of_parts: str, values: tuple[object, ...]) -> None:
        self._db.execute(
            "DELETE FROM days WHERE NOT sealed AND EXISTS (SELECT 1 FROM parts"
            f" WHERE parts.platform = days.platform AND parts.day = days.day AND {of_parts})",
            values,
        )

    def hand_over(self, platform: str, name: str) -> None:
        """Let a range count as one that only repeats: another file is about to give its records."""
        with transaction(self._db):
            self._measure_again("parts.platform = ? AND name = ?", (platform, name))
            self._db.execute(
                "UPDATE ranges SET repeated = (SELECT sum(records - of_agents) FROM parts"
                " WHERE parts.file = ranges.file AND parts.name = ranges.name)"
                " WHERE name = :name AND NOT repeated"
                " AND file IN (SELECT id FROM files WHERE platform = :platform)",
                {"platform": platform, "name": name},
            )
            self._db.execute("DELETE FROM parts WHERE platform = ? AND name = ?", (platform, name))

    def lose(self, parts: Iterable[StoredPart], today: date) -> None:
        """Give up parts that cannot be read again: their days keep the figures that they have."""
        with transaction(self._db):
            for part in parts:
                key = (part.platform, part.day.isoformat(), part.name)
                self._db.execute(
                    "UPDATE parts SET deleted = 1, sha256 = NULL,"
                    " calls = coalesce(calls, records - of_agents),"
                    " merged = coalesce(merged, 0), duplicates = coalesce(duplicates, 0)"
                    " WHERE platform = ? AND day = ? AND name = ?",
                    key,
                )
                self._db.execute(
                    "INSERT INTO days (platform, day, inputs, sealed) VALUES (?, ?, '', 1)"
                    " ON CONFLICT DO UPDATE SET sealed = 1",
                    key[:2],
                )
                trace = Retention(self._db).trace
                trace(part.platform, "lost", kept_from=key[1], today=today, count=1)


def slice_of(day: str, name: str, records: int, bundle: str | None, first_row: int) -> Slice:
    """Where a part lies, from its row of the table ``parts``."""
    file = name if bundle is None else bundle
    return Slice(day=date.fromisoformat(day), file=file, first_row=first_row, rows=records)


def put_month_hashes(db: sqlite3.Connection, hashes: Mapping[tuple[str, str, str], str]) -> None:
    """Write down the hashes of files of what was measured, within the transaction that is on."""
    db.executemany(
        "INSERT OR REPLACE INTO months (platform, month, kind, sha256) VALUES (?, ?, ?, ?)",
        [(*key, sha256) for key, sha256 in hashes.items()],
    )
