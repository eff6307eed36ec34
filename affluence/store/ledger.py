"""The ledger: the only truth of what was seen, measured and published (SQLite, WAL).

Everything that a step did is committed in one transaction after its files are in place; what was
interrupted before that is simply done again, with the same result.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from affluence.remote_copy import Copy
from affluence.store.database import connect, transaction
from affluence.store.inventory import Inventory, Slice, put_month_hashes, slice_of
from affluence.store.publications import Publications

NOT_COUNTED = "call that is not counted"  # why records of a part are ignored


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What became of the lines of all files of a platform.

    Attributes:
        counts: ``lines``, ``calls``, ``merged``, ``duplicates``, ``ignored``, ``rejected``.
        is_balanced: whether for every file the first is the sum of the others.

    """

    counts: Mapping[str, int]
    is_balanced: bool


class Ledger:
    """An open ledger. Every method that writes is one transaction, or a part of `together`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = connect(path)
        self.publications = Publications(self._db)
        self.inventory = Inventory(self._db)

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

    # Files

    def files(self, platform: str) -> list[SeenFile]:
        """Every file of a platform that was read."""
        names = ", ".join(SeenFile._fields)
        rows = self._db.execute(f"SELECT {names} FROM files WHERE platform = ?", (platform,))
        return [SeenFile._make(row) for row in rows]

    def add_file(self, platform: str, path: str, *, head: tuple[int, bytes], reader: str) -> int:
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

    def move_file(self, file: int, path: str) -> None:
        """The content of a file is found at this path; what was there before loses its path."""
        with transaction(self._db):
            self._db.execute(
                "UPDATE files SET path = NULL WHERE path = :path AND id != :file"
                " AND platform = (SELECT platform FROM files WHERE id = :file)",
                {"path": path, "file": file},
            )
            self._db.execute("UPDATE files SET path = ? WHERE id = ?", (path, file))

    def forget_file(self, file: int) -> None:
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

    def finish_file(self, file: int, *, size: int, mtime_ns: int) -> None:
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

    def account(self, platform: str) -> list[dict[str, Any]]:
        """What became of the lines of every file: lines = the sum of the rest."""
        accounts = {}
        for file, path in self._db.execute(
            "SELECT id, path FROM files WHERE platform = ? ORDER BY path, id", (platform,)
        ):
            accounts[file] = {
                "path": path,
                "lines": 0,
                "calls": 0,
                "merged": 0,
                "duplicates": 0,
                "ignored": {},
                "rejected": {},
            }
        for file, lines, repeated, *reasons in self._db.execute(
            "SELECT file, ranges.lines, repeated, ignored, rejected FROM ranges JOIN files ON"
            " files.id = ranges.file WHERE platform = ?",
            (platform,),
        ):
            account = accounts[file]
            account["lines"] += lines
            account["duplicates"] += repeated
            for kind, text in zip(("ignored", "rejected"), reasons, strict=True):
                for reason, count in json.loads(text).items():
                    account[kind][reason] = account[kind].get(reason, 0) + count
        for file, ignored, *counts in self._db.execute(
            "SELECT file, sum(ignored), sum(calls), sum(merged), sum(duplicates) FROM parts"
            " WHERE platform = ? GROUP BY file",
            (platform,),
        ):
            for name, count in zip(("calls", "merged", "duplicates"), counts, strict=True):
                accounts[file][name] += count or 0
            if ignored:
                accounts[file]["ignored"][NOT_COUNTED] = ignored
        return list(accounts.values())

    def totals(self, platform: str) -> Totals:
        """The same of all files together, added up by the database: there may be thousands."""
        row = self._db.execute(
            """
            WITH read AS (
                SELECT files.id AS file, sum(ranges.lines) AS lines, sum(repeated) AS repeated,
                    sum(CASE ignored WHEN '{}' THEN 0
                        ELSE (SELECT sum(value) FROM json_each(ignored)) END) AS ignored,
                    sum(CASE rejected WHEN '{}' THEN 0
                        ELSE (SELECT sum(value) FROM json_each(rejected)) END) AS rejected
                FROM files JOIN ranges ON ranges.file = files.id
                WHERE platform = :platform GROUP BY files.id
            ), kept AS (
                SELECT file, total(calls) AS calls, total(merged) AS merged,
                    total(duplicates) AS duplicates, total(ignored) AS ignored
                FROM parts WHERE platform = :platform GROUP BY file
            ), accounts AS MATERIALIZED (
                SELECT read.file, lines, ifnull(calls, 0) AS calls, ifnull(merged, 0) AS merged,
                    repeated + ifnull(duplicates, 0) AS duplicates,
                    read.ignored + ifnull(kept.ignored, 0) AS ignored, rejected
                FROM read LEFT JOIN kept ON kept.file = read.file
            )
            SELECT total(lines), total(calls), total(merged), total(duplicates), total(ignored),
                total(rejected), (SELECT file FROM accounts WHERE lines <>
                    calls + merged + duplicates + ignored + rejected LIMIT 1)
            FROM accounts
            """,
            {"platform": platform},
        ).fetchone()
        *counts, unbalanced = row
        names = ("lines", "calls", "merged", "duplicates", "ignored", "rejected")
        counted = dict(zip(names, map(int, counts), strict=True))
        return Totals(counts=counted, is_balanced=unbalanced is None)

    # Copies of the files of servers

    def copies(self, platform: str) -> list[Copy]:
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

    def add_copy(self, platform: str, copy: Copy, position: str = "") -> None:
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

    # Parts and days

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

    def platforms(self) -> list[str]:
        """Platforms with parts in the lake, those included that are no longer configured."""
        rows = self._db.execute("SELECT DISTINCT platform FROM parts WHERE NOT deleted ORDER BY 1")
        return [platform for (platform,) in rows]

    def days(self, platform: str) -> dict[date, tuple[str, bool]]:
        """Measured days: hash of what their slots were made from, and whether they are sealed."""
        rows = self._db.execute(
            "SELECT day, inputs, sealed FROM days WHERE platform = ? ORDER BY day", (platform,)
        )
        return {date.fromisoformat(day): (inputs, bool(sealed)) for day, inputs, sealed in rows}

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

    def lacks_records(self, platform: str, last: date) -> bool:
        """Whether records have come that the published figures of a week do not hold.

        Of a week that an older version published this is not known: False.
        """
        week = self.publications.week(platform, last)
        if week is None or week.state != "published" or not week.inputs:
            return False
        return week.inputs != self.inputs_up_to(platform, last)

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
            if cursor.rowcount:
                self._trace(platform, "calls", oldest_kept.isoformat(), today, cursor.rowcount)
        return cursor.rowcount

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

    def trace(
        self, platform: str | None, what: str, *, kept_from: str, today: date, count: int
    ) -> None:
        """Remember that something is deleted; see `deletions`."""
        with transaction(self._db):
            self._trace(platform, what, kept_from, today, count)

    def deletions(self) -> list[tuple[str | None, str, str, str, int]]:
        """Every deletion, oldest first.

        Platform (None: keys, which all platforms share), what ("calls", "keys", "copies",
        "quarantine" or "lost"), day or month from which it was kept or the day that is lost, day of
        the run, and how many.
        """
        rows = self._db.execute(
            "SELECT platform, what, before, on_day, count FROM deletions ORDER BY id"
        )
        return rows.fetchall()

    def _trace(self, platform: str | None, what: str, before: str, today: date, count: int) -> None:
        self._db.execute(
            "INSERT INTO deletions (platform, what, before, on_day, count) VALUES (?, ?, ?, ?, ?)",
            (platform, what, before, today.isoformat(), count),
        )

    # Whether anything is left to do

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
