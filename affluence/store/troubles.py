"""What the machine refuses, in plain words: a full disk, a folder without rights, a fault."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from affluence.errors import StateError

_ROOM_BYTES = 1 << 20  # less is as good as none
_GOES_ON = "Nothing is lost: the next run goes on from here."
_FULL = f"the disk is full. Make room on it. {_GOES_ON}"
_NO_RIGHT = (
    "it cannot be read or written by this user ({why}). Give it to the user that runs affluence,"
    f" and run as that user. {_GOES_ON}"
)
_NO_FOLDER = "there is a file where a folder should be. Move it away."
_FAULT = "the disk does not do what it should ({why}). Have it looked at before the next run."
_DAMAGED = (
    "the ledger cannot be used ({why}). Restore the last backup with `affluence restore`, or move"
    " the state folder away to start afresh."
)
_BY_ERRNO = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), _FULL),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), _NO_RIGHT),
    **dict.fromkeys((errno.EEXIST, errno.ENOTDIR), _NO_FOLDER),
    errno.EIO: _FAULT,
}
_BY_SQLITE_CODE = {
    sqlite3.SQLITE_FULL: _FULL,
    **dict.fromkeys((sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN), _NO_RIGHT),
    sqlite3.SQLITE_IOERR: _FAULT,
}


def of_system(folder: Path, error: OSError) -> StateError:
    """The error for a refusal of the system; without a file of its own it is about ``folder``."""
    why = error.strerror or str(error)
    said = _BY_ERRNO.get(error.errno or 0, f"it cannot be used ({why}). {_GOES_ON}")
    return StateError(f"{error.filename or folder}: {said.format(why=why)}")


def of_database(path: Path, error: sqlite3.Error) -> StateError:
    """The error for a refusal of the database at ``path``."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without what only refines it
    said = _BY_SQLITE_CODE.get(code, _DAMAGED)
    # Where it cannot make its files as large as it wants it calls that a fault.
    if said is _FAULT and shutil.disk_usage(path.parent).free < _ROOM_BYTES:
        said = _FULL
    return StateError(f"{path}: {said.format(why=error)}")


@contextmanager
def in_plain_words(folder: Path) -> Iterator[None]:
    """Within the block what the machine refuses is an error that a user can read.

    Raises:
        StateError: instead of the error of the system or of the database.

    """
    try:
        yield
    except sqlite3.Error as error:
        raise of_database(folder / "ledger.sqlite", error) from error
    except OSError as error:
        raise of_system(folder, error) from error
