"""Files that appear whole or not at all, with the rights that are meant, whatever the umask."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal

FOLDER_MODE, FILE_MODE = 0o750, 0o640


def make_folder(folder: Path, mode: int = FOLDER_MODE) -> None:
    """Make a folder and those above it, as far as they are missing, with this mode exactly."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        path.chmod(mode)


def write_atomically(
    path: Path, write: Callable[[IO[bytes]], None], *, mode: int = FILE_MODE, by: str = ""
) -> None:
    """Have ``write`` fill a file that takes the name ``path`` only once it is complete on disk.

    ``by`` tells those who may write it at the same time apart.
    """
    make_folder(path.parent)
    temporary = path.with_name(f".{path.name}{by}.tmp")
    try:
        with open_with_mode(temporary, "wb", mode) as stream:
            write(stream)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)  # on a full disk it would take the place of the next
        raise
    sync_folder(path.parent)


@contextmanager
def open_with_mode(path: Path, how: Literal["wb", "ab"], mode: int) -> Iterator[IO[bytes]]:
    """A file to write, which is on disk when the block has ended well."""
    with open(path, how, opener=lambda name, flags: os.open(name, flags, mode)) as stream:
        os.fchmod(stream.fileno(), mode)
        yield stream
        stream.flush()
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on disk too, not only what the files hold."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_bytes_atomically(
    path: Path, content: bytes | memoryview, *, mode: int = FILE_MODE, by: str = ""
) -> None:
    """Give ``path`` this content, whole or not at all; see `write_atomically`."""

    def write(stream: IO[bytes]) -> None:
        stream.write(content)

    write_atomically(path, write, mode=mode, by=by)
