"""A table of call records in a database, read on from where it was left.

The rows that are new become a file in the dialect ``asterisk-db``, with a header: the columns that
its records need, no name among them. Rows are read in the order of a column that grows with time;
those of the last hours are asked for again, since rows are written at the end of a call or later,
and what was among them already is known by its hash.

It is read by pages from a key on, ``>=`` and not ``>``: equal keys at the border of a page, late
rows and two rows of one second are then the same case. Hashes of rows that cannot be met again are
dropped.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from affluence.sources.remote import Change, Known, Mirror, Problem

BATCH_ROWS = 50_000
_TIME = "%Y-%m-%d %H:%M:%S"
Value = object  # of a column, as a driver gives it: text, number, time, None
Key = int | str  # of a row: a number, or a time in ISO form
Row = tuple[Value, ...]


class SqlError(Exception):
    """A database that cannot be read: why, in words, and whether trying again may help."""

    def __init__(self, why: str, *, transient: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.transient = transient


@dataclass(frozen=True, kw_only=True)
class Access:
    """A database, who asks, and how long an answer may take."""

    host: str
    port: int | None
    database: str
    user: str
    password: str = field(default="", repr=False)
    tls: bool
    ca_file: str | None
    timeout_s: float  # of the connection
    statement_timeout_s: float


class Reason(Enum):
    """Why a database cannot be read, whichever it is: in words, and whether to try again."""

    NO_TABLE = ("there is no such table", False)
    NO_COLUMN = ("the table has no such column; check 'key' and 'columns'", False)
    TABLE_FORBIDDEN = ("the user {user} may not read this table", False)
    DATABASE_FORBIDDEN = ("the user {user} may not read this database", False)
    NO_DATABASE = ("{host} knows no such database or user", False)
    REFUSED = ("{host} refuses the user {user} with this password", False)
    TOO_SLOW = ("{host} is too slow with this table; does the column 'key' have an index?", True)
    SILENT = ("{host} has not answered within {timeout_s:g} seconds", True)
    NO_LISTENER = ("{host} refuses the connection", True)
    NO_HOST = ("the name {host} is not known", True)
    NOT_TRUSTED = ("the certificate of {host} is not trusted, or there is none (tls = true)", False)
    BROKEN = ("the connection with {host} broke off", True)
    NOT_UNDERSTOOD = ("{host} does not understand what is asked", False)

    def error(self, access: Access) -> SqlError:
        """The error; it never holds the text of the driver's own, which may hold a row."""
        words, transient = self.value
        return SqlError(words.format(**asdict(access)), transient=transient)


@dataclass(frozen=True, kw_only=True)
class Rows:
    """What is asked for: some columns of a table, by a key that grows, from a value on."""

    table: Sequence[str]  # schema, where there is one, and name
    columns: Sequence[str]
    key: str
    since: Key | None
    at_most: int


class Database(Protocol):
    """An open connection that can only read; what goes wrong is an `SqlError`."""

    def columns(self, table: Sequence[str]) -> list[str]:
        """Names of the columns of a table."""

    def rows(self, wanted: Rows) -> list[Row]:
        """Rows in the order of their key."""

    def last_key(self, table: Sequence[str], key: str) -> Value:
        """The greatest key, None if the table is empty."""

    def close(self) -> None:
        """End the connection."""


class Connect(Protocol):
    """Opens a database; what goes wrong is an `SqlError`."""

    def __call__(self, access: Access) -> Database:
        """The open connection."""


@dataclass(frozen=True, kw_only=True)
class SqlSource:
    """Rows of a table.

    Attributes:
        connect: to this kind of database.
        access: which one.
        table: its name, behind that of its schema where that is needed.
        names: Asterisk's name of a column → the table's own, where they differ.
        used: Asterisk's names of the columns that records may use.
        needed: those without which there is no record.
        key: Asterisk's name, or the table's own, of the column that grows.
        look_back: how much earlier than the last row is asked for again, where the key is a time.
        look_back_rows: the same where it is a number.

    """

    connect: Connect
    access: Access
    table: Sequence[str]
    names: Mapping[str, str]
    used: Sequence[str]
    needed: Sequence[str]
    key: str
    look_back: timedelta
    look_back_rows: int
    batch_rows: int = BATCH_ROWS

    def fetch(self, mirror: Mirror, known: Known) -> Iterator[Change | Problem]:
        """See `affluence.sources.remote.Source`."""
        table = ".".join(self.table)
        where = f"table {table} of database {self.access.database} on {self.access.host}"
        try:
            database = self.connect(self.access)
            try:
                yield from self._fetch_rows(database, mirror, known)
            finally:
                database.close()
        except SqlError as error:
            yield Problem(where=where, why=error.why, transient=error.transient)

    def _fetch_rows(self, database: Database, mirror: Mirror, known: Known) -> Iterator[Change]:
        columns = self._columns(database)
        key = columns.get(self.key, self.key)
        position = self._position(known, database, key)
        wanted = Rows(
            table=self.table,
            columns=[key, *columns.values()],
            key=key,
            since=self._earlier(position.last),
            at_most=self.batch_rows,
        )
        number = len(known.copies)
        while True:
            rows = database.rows(wanted)
            new, position = self._new(rows, position)
            if new:
                number += 1
                copy = mirror.write(f"cdr-{number:06}.csv", _as_csv(list(columns), new))
                yield Change(copy=copy, is_news=True, position=position.as_text())
            if len(rows) < wanted.at_most:
                return
            last = position.last
            # More rows of one key than are asked for at once: the next of them need a larger batch.
            larger = wanted.at_most * 2 if last == wanted.since else self.batch_rows
            wanted = replace(wanted, since=last, at_most=larger)

    def _columns(self, database: Database) -> dict[str, str]:
        """The table's own name of every column that is there, by Asterisk's name."""
        there = {name.lower(): name for name in database.columns(self.table)}
        renamed = {name: self.names.get(name, name) for name in self.used}
        if "calldate" not in self.names and "calldate" not in there:
            renamed["calldate"] = "start"  # of tables that hold the three times of a call
        found = {name: there[own.lower()] for name, own in renamed.items() if own.lower() in there}
        wrong = [own for name, own in self.names.items() if own.lower() not in there]
        missing = [name for name in self.needed if name not in found]
        if wrong or missing:
            names = ", ".join(wrong or missing)
            raise SqlError(f"the table has no column {names}; name them with 'columns'")
        return found

    def _position(self, known: Known, database: Database, key: str) -> _Position:
        position = _Position.of_text(known.position, self._place)
        if isinstance(position.last, int):
            greatest = database.last_key(self.table, key)
            if not isinstance(greatest, int) or greatest < position.last:
                # The table was emptied, or made anew: its numbers begin again.
                return _Position(place=self._place)
        return position

    @property
    def _place(self) -> str:
        return f"{self.access.host} {self.access.database} {'.'.join(self.table)} {self.key}"

    def _new(self, rows: Sequence[Row], position: _Position) -> tuple[list[Row], _Position]:
        """The rows that were never read, without their key, and how far they reach."""
        recent = dict(position.recent)
        new = []
        for key, *values in rows:
            digest = hashlib.sha256(repr(values).encode()).hexdigest()[:16]
            if digest not in recent:
                new.append(tuple(values))
            if (of_row := _key(key)) is not None:
                recent[digest] = of_row
        last = _key(rows[-1][0]) if rows else position.last
        if rows and last is None:
            raise SqlError("the key is neither a time nor a whole number; write another 'key'")
        since = self._earlier(last)
        if since is not None:
            recent = {digest: key for digest, key in recent.items() if _is_from(key, since)}
        return new, _Position(place=position.place, last=last, recent=recent)

    def _earlier(self, key: Key | None) -> Key | None:
        if key is None:
            return None
        if isinstance(key, int):
            return key - self.look_back_rows
        return (datetime.fromisoformat(key) - self.look_back).isoformat(sep=" ")


@dataclass(frozen=True, kw_only=True)
class _Position:
    """How far a table was read; ``recent`` holds the key of each row that may be met again."""

    place: str
    last: Key | None = None
    recent: Mapping[str, Key] = field(default_factory=dict)

    @classmethod
    def of_text(cls, text: str, place: str) -> _Position:
        """The position that was kept, the beginning if it is of another table."""
        kept = json.loads(text) if text else {}
        return cls(**kept) if kept.get("place") == place else cls(place=place)

    def as_text(self) -> str:
        return json.dumps({"place": self.place, "last": self.last, "recent": dict(self.recent)})


def _key(value: Value) -> Key | None:
    """The key of a row; None for what is none, such as MySQL's zero dates, which come first."""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return value if isinstance(value, int) else None


def _is_from(key: Key, since: Key) -> bool:
    if isinstance(key, int) or isinstance(since, int):
        return int(key) >= int(since)
    return datetime.fromisoformat(key) >= datetime.fromisoformat(since)


def _as_csv(columns: Sequence[str], rows: Sequence[Row]) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_as_text(value) for value in row] for row in rows)
    yield text.getvalue().encode()


def _as_text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime(_TIME)
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    # One record is one line.
    return " ".join(str(value).splitlines())
