"""What the ledger knows of the files that were read: how far, and in which ranges."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from affluence.store.database import transaction


class SeenFile(NamedTuple):
    """What is known of a file that was read, wholly or in part.

    A tuple, as rows come from the database: there may be tens of thousands.
    """

    id: int
    path: str | None
    size: int
    mtime_ns: int
    offset: int
    digest: bytes
    head_bytes: int
    head_digest: bytes
    lines: int
    clock: str
    clock_found: str
    reader: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartEntry:
    """The records of one day out of a range, as they were put into the lake."""

    day: date
    records: int
    of_agents: int  # of the records, those that tell of no call
    last_us: int  # latest instant in them
    sha256: str  # of their file
    bundle: str | None = None  # the file, if it holds other parts too
    first_row: int = 0  # of them, in that file


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeEntry:
    """One range of a file: what became of its lines, and the parts that hold its records."""

    name: str
    start: int
    end: int
    digest: bytes
    first_line: int
    lines: int
    provisional: bool
    repeated: int
    ignored: Mapping[str, int]
    rejected: Mapping[str, int]
    parts: tuple[PartEntry, ...]


class ReadFiles:
    """The part of the ledger about files. Every method that writes is one transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def of(self, platform: str) -> list[SeenFile]:
        """Every file of a platform that was read."""
        names = ", ".join(SeenFile._fields)
        rows = self._db.execute(f"SELECT {names} FROM files WHERE platform = ?", (platform,))
        return [SeenFile._make(row) for row in rows]

    def add(self, platform: str, path: str, *, head: tuple[int, bytes], reader: str) -> int:
        """Begin a file; nothing of it is read yet. Any older content at its path loses its path."""
        with transaction(self._db):
            self._db.execute(
                "UPDATE files SET path = NULL WHERE platform = ? AND path = ?", (platform, path)
            )
            cursor = self._db.execute(
                "INSERT INTO files (platform, path, size, mtime_ns, offset, digest, head_bytes,"
                " head_digest, lines, clock, clock_found, reader)"
                " VALUES (?, ?, -1, -1, 0, x'', ?, ?, 0, '', '', ?)",
                (platform, path, *head, reader),
            )
        return int(cursor.lastrowid or 0)

    def move(self, file: int, path: str) -> None:
        """The content of a file is found at this path; what was there before loses its path."""
        with transaction(self._db):
            self._db.execute(
                "UPDATE files SET path = NULL WHERE path = :path AND id != :file"
                " AND platform = (SELECT platform FROM files WHERE id = :file)",
                {"path": path, "file": file},
            )
            self._db.execute("UPDATE files SET path = ? WHERE id = ?", (path, file))

    def forget(self, file: int) -> None:
        """Drop a file with its ranges and parts: it is about to be read again."""
        self._db.execute("DELETE FROM files WHERE id = ?", (file,))

    def drop_provisional(self, file: int) -> None:
        """Drop the range of an unfinished last line: the file has grown."""
        with transaction(self._db):
            self._db.execute(
                "DELETE FROM parts WHERE file = :f AND name IN"
                " (SELECT name FROM ranges WHERE file = :f AND provisional)",
                {"f": file},
            )
            self._db.execute("DELETE FROM ranges WHERE file = ? AND provisional", (file,))

    def add_range(
        self, platform: str, file: int, entry: RangeEntry, *, clock: tuple[str, str]
    ) -> None:
        """Record a range whose parts are in the lake, and how far the file was read."""
        with transaction(self._db):
            self._db.execute(
                "INSERT INTO ranges VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(file, entry.start, entry.name, entry.first_line, entry.lines),
                    *(entry.provisional, entry.repeated),
                    *(json.dumps(d, sort_keys=True) for d in (entry.ignored, entry.rejected)),
                ),
            )
            self._db.executemany(
                "INSERT INTO parts (platform, day, name, file, records, of_agents, last_us, sha256,"
                " bundle, first_row) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        *(platform, part.day.isoformat(), entry.name, file),
                        *(part.records, part.of_agents, part.last_us, part.sha256),
                        *(part.bundle, part.first_row),
                    )
                    for part in entry.parts
                ],
            )
            self._db.execute(
                "UPDATE files SET clock = ?, clock_found = ? WHERE id = ?", (*clock, file)
            )
            if not entry.provisional:
                self._db.execute(
                    "UPDATE files SET offset = ?, digest = ?, lines = ? WHERE id = ?",
                    (entry.end, entry.digest, entry.first_line + entry.lines - 1, file),
                )

    def finish(self, file: int, *, size: int, mtime_ns: int) -> None:
        """The file was read to its end."""
        self._db.execute(
            "UPDATE files SET size = ?, mtime_ns = ? WHERE id = ?", (size, mtime_ns, file)
        )

    def held_ranges(self, platform: str, names: Collection[str]) -> set[str]:
        """Those of some ranges whose content was already read from some file."""
        found = self._db.execute(
            "SELECT name FROM ranges JOIN files ON files.id = ranges.file"
            " WHERE platform = ? AND name IN (SELECT value FROM json_each(?)) AND NOT repeated",
            (platform, json.dumps([*names])),
        )
        return {name for (name,) in found}
