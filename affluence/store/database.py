"""The database of the ledger: SQLite in WAL mode, its schema, and how old ones come forward."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from affluence.disk import FILE_MODE
from affluence.errors import StateError
from affluence.store.troubles import of_database

SCHEMA_VERSION = 13
_PATIENCE_S = 60  # of a connection, while another one writes

# What each version added; a ledger is brought forward through all that it has not seen. The
# statements are told apart by their semicolons: none within a comment.
_ADDED = {
    1: """
CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    platform TEXT NOT NULL,
    path TEXT,                  -- null once other content took its place
    size INTEGER NOT NULL,      -- with mtime_ns: unchanged since, then nothing is read
    mtime_ns INTEGER NOT NULL,
    offset INTEGER NOT NULL,    -- decompressed bytes read up to the last complete line
    digest BLOB NOT NULL,       -- of these bytes
    head_bytes INTEGER NOT NULL,
    head_digest BLOB NOT NULL,  -- of the first head_bytes: tells quickly that a file is another
    lines INTEGER NOT NULL,
    clock TEXT NOT NULL,
    clock_found TEXT NOT NULL,
    reader TEXT NOT NULL,       -- what decided how it was read
    UNIQUE (platform, path)
);
CREATE TABLE ranges (
    file INTEGER NOT NULL REFERENCES files ON DELETE CASCADE,
    start INTEGER NOT NULL,
    name TEXT NOT NULL,
    first_line INTEGER NOT NULL,
    lines INTEGER NOT NULL,
    provisional INTEGER NOT NULL,  -- the last line has no end yet: read again when the file grows
    repeated INTEGER NOT NULL,     -- records of a range that another file already gave
    ignored TEXT NOT NULL,
    rejected TEXT NOT NULL,
    PRIMARY KEY (file, start)
);
CREATE TABLE parts (
    platform TEXT NOT NULL,
    day TEXT NOT NULL,
    name TEXT NOT NULL,
    file INTEGER NOT NULL REFERENCES files ON DELETE CASCADE,
    records INTEGER NOT NULL,
    last_us INTEGER NOT NULL,   -- latest instant in its records
    calls INTEGER,              -- null until its day is measured
    merged INTEGER,
    duplicates INTEGER,
    deleted INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (platform, day, name)
);
CREATE TABLE days (
    platform TEXT NOT NULL,
    day TEXT NOT NULL,
    inputs TEXT NOT NULL,       -- hash of what its slots were made from
    sealed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (platform, day)
);
CREATE TABLE publications (
    id INTEGER PRIMARY KEY,
    target TEXT NOT NULL,
    release TEXT NOT NULL
);
CREATE TABLE settled (situation TEXT NOT NULL);  -- at most one row: nothing to do while it holds
""",
    2: """
CREATE TABLE deletions (
    id INTEGER PRIMARY KEY,
    platform TEXT,              -- null: keys, which all platforms share
    what TEXT NOT NULL,         -- "calls", "keys", "quarantine" or "lost"
    before TEXT NOT NULL,       -- day or month from which they are kept, or the day that is lost
    on_day TEXT NOT NULL,       -- the day of the run
    count INTEGER NOT NULL      -- parts of the lake, keys, or files
);
""",
    3: """
CREATE TABLE recommended (
    id INTEGER PRIMARY KEY,
    platform TEXT NOT NULL,
    period_last TEXT NOT NULL,  -- last day of the period that was published
    published_on TEXT NOT NULL, -- the day of the run
    hours TEXT NOT NULL         -- weekday, start and end in minutes of each, in their order
);
-- What was published before is not known, only that something was.
INSERT INTO recommended (platform, period_last, published_on, hours)
    SELECT DISTINCT platform, '0001-01-01', '0001-01-01', '[]' FROM files
    WHERE EXISTS (SELECT 1 FROM publications);
""",
    4: """
CREATE TABLE weeks (
    platform TEXT NOT NULL,
    week TEXT NOT NULL,         -- its Sunday
    state TEXT NOT NULL,        -- "built", "held", "published" or "superseded"
    settings TEXT NOT NULL,     -- hash of the configuration that shaped the figures
    figures TEXT NOT NULL,      -- the edition, JSON, frozen once it is published
    PRIMARY KEY (platform, week)
);
CREATE TABLE releases (
    release TEXT PRIMARY KEY,
    built_at TEXT NOT NULL,
    weeks TEXT NOT NULL,        -- Sunday of the week that each platform shows, JSON
    state TEXT NOT NULL         -- "built", "waiting", "lapsed", "published" or "rejected"
);
CREATE TABLE held_back (        -- after a rollback: nothing of these weeks is published by itself
    platform TEXT PRIMARY KEY,
    week TEXT NOT NULL,
    since TEXT NOT NULL
);
CREATE TABLE withdrawn (
    platform TEXT PRIMARY KEY,
    since TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    began_at TEXT NOT NULL,
    ended_at TEXT,              -- null: it is at work, or was killed
    outcome TEXT,               -- "done", "nothing new", "refused" or "failed"
    message TEXT NOT NULL DEFAULT ''
);
ALTER TABLE publications ADD COLUMN at TEXT NOT NULL DEFAULT '';
ALTER TABLE publications ADD COLUMN action TEXT NOT NULL DEFAULT 'run';
ALTER TABLE publications ADD COLUMN reason TEXT NOT NULL DEFAULT '';
""",
    5: """
CREATE TABLE copies (
    platform TEXT NOT NULL,
    name TEXT NOT NULL,         -- of the file on its server, and of its copy
    stamp TEXT NOT NULL,        -- what the server told of its state
    size INTEGER NOT NULL,
    digest TEXT NOT NULL,
    ends TEXT NOT NULL,         -- digest of its first and last bytes
    fetched_on TEXT NOT NULL,   -- the day of the run: the copy is deleted some days later
    PRIMARY KEY (platform, name)
);
CREATE TABLE positions (
    platform TEXT PRIMARY KEY,
    position TEXT NOT NULL      -- where a table was left
);
""",
    6: """
CREATE TABLE late (             -- records came after the figures of a week were frozen
    platform TEXT PRIMARY KEY,
    week TEXT NOT NULL,         -- the Sunday of that week
    since TEXT NOT NULL
);
""",
    7: """
ALTER TABLE parts ADD COLUMN sha256 TEXT;  -- of its file, null where that is gone or older
CREATE TABLE months (           -- the files of what was measured
    platform TEXT NOT NULL,
    month TEXT NOT NULL,
    kind TEXT NOT NULL,         -- which of the measured tables
    sha256 TEXT NOT NULL,
    PRIMARY KEY (platform, month, kind)
);
CREATE TABLE quarantined (
    platform TEXT NOT NULL,
    name TEXT NOT NULL,
    since TEXT NOT NULL,        -- the day of the run that first saw it
    PRIMARY KEY (platform, name)
);
""",
    8: """
ALTER TABLE weeks ADD COLUMN inputs TEXT NOT NULL DEFAULT '';  -- hash of what it was made from
""",
    9: """
DROP TABLE late;                -- the inputs of a week tell whether records came later
""",
    10: """
ALTER TABLE parts ADD COLUMN bundle TEXT;  -- the file that holds it with others, null: its own
ALTER TABLE parts ADD COLUMN first_row INTEGER NOT NULL DEFAULT 0;  -- of it, in its file
ALTER TABLE parts ADD COLUMN ignored INTEGER;  -- records of calls that are not counted
""",
    11: """
ALTER TABLE parts ADD COLUMN of_agents INTEGER NOT NULL DEFAULT 0;  -- records of no call
""",
    12: """
CREATE INDEX ranges_by_name ON ranges (name);  -- asked for before every range is read
CREATE INDEX parts_by_file ON parts (file);
""",
    13: """
UPDATE weeks SET inputs = '';   -- it was made from days, and is now from their records
ALTER TABLE runs DROP COLUMN ended_at;  -- it told when a run began: its outcome tells that it ended
""",
}


def connect(path: Path) -> sqlite3.Connection:
    """Open the database, made or brought forward to this version's schema.

    Raises:
        StateError: it cannot be used, or a newer version wrote it.

    """
    try:
        if not path.exists():
            path.touch()
            path.chmod(FILE_MODE)  # before anything is in it, whatever the umask
        _give_back_rights(path)
        with ExitStack() as unless_sound:
            db = sqlite3.connect(path, isolation_level=None, timeout=_PATIENCE_S)
            unless_sound.callback(db.close)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA foreign_keys = ON")
            _bring_forward(db, path)
            unless_sound.pop_all()
    except sqlite3.Error as error:
        raise of_database(path, error) from error
    return db


def _give_back_rights(path: Path) -> None:
    """Files beside the database have the mode that it had when they were made."""
    if os.access(path, os.W_OK):
        for name in (f"{path.name}-wal", f"{path.name}-shm"):
            beside = path.with_name(name)
            if beside.exists() and not os.access(beside, os.R_OK | os.W_OK):
                beside.chmod(FILE_MODE)


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All that the block writes, or nothing of it; within another one it is a part of that."""
    if db.in_transaction:
        yield
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # on a full disk it has been rolled back already
            db.execute("ROLLBACK")
        raise


def _bring_forward(db: sqlite3.Connection, path: Path) -> None:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA_VERSION:
        message = (
            f"{path}: the state was written by a newer version of affluence (schema {version},"
            f" this one knows {SCHEMA_VERSION}). Install that version, or move the folder away."
        )
        raise StateError(message)
    if version == SCHEMA_VERSION:
        return
    with transaction(db):
        for added in range(version + 1, SCHEMA_VERSION + 1):
            for statement in _ADDED[added].split(";"):
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
