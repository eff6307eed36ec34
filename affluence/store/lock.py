"""The lock of a state folder: one run or command at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from affluence.disk import FILE_MODE, make_folder
from affluence.errors import AT_WORK, StateError

LOCK = "lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Make a state folder if it is missing, and have it for oneself until the end of the block.

    Raises:
        StateError: another run is on.
        OSError: the folder cannot be made or written.

    """
    make_folder(folder)
    path = folder / LOCK
    if not path.exists():
        path.touch()
        path.chmod(FILE_MODE)  # whatever the umask
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"{folder}: {AT_WORK}. Wait for it to end."
            raise StateError(message) from error
        yield
