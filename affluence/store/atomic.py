"""Files that appear whole or not at all: written under a temporary name, flushed, renamed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import IO

TEMPORARY_SUFFIX = ".tmp"


def write_atomically(path: Path, write: Callable[[IO[bytes]], None], *, mode: int = 0o640) -> None:
    """Have ``write`` fill a file that takes the name ``path`` only once it is complete on disk."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    temporary = path.with_name(f".{path.name}{TEMPORARY_SUFFIX}")
    with open(temporary, "wb", opener=lambda name, flags: os.open(name, flags, mode)) as stream:
        write(stream)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on disk too, not only what the files hold."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_bytes_atomically(path: Path, content: bytes, *, mode: int = 0o640) -> None:
    """Give ``path`` this content, whole or not at all."""

    def write(stream: IO[bytes]) -> None:
        stream.write(content)

    write_atomically(path, write, mode=mode)
