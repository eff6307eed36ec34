"""Where the lake lies: a folder, on this machine or shared with others; or a bucket.

Names are relative, with ``/`` between their parts. A file appears whole or not at all.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from affluence.disk import write_bytes_atomically


class Storage(Protocol):
    """A place for files that several machines can have before them; it can be pickled."""

    @property
    def options(self) -> dict[str, str] | None:
        """What Polars needs to know to read there."""

    def location(self, name: str) -> str:
        """Where Polars finds a file."""

    def write(self, name: str, content: bytes | memoryview) -> None:
        """Give a file this content; several may do so at once if it is the same."""

    def read(self, name: str) -> bytes | None:
        """The content of a file, None if it is missing."""

    def has(self, name: str) -> bool:
        """Whether a file is there."""

    def sha256(self, name: str) -> str | None:
        """The hash of a file as it lies there, None if it is missing."""

    def sizes(self, under: str = "") -> dict[str, int]:
        """Bytes of every file under a beginning of names that ends with ``/``, by name, in order.

        What an interrupted writing has left is among them.
        """

    def remove(self, names: Iterable[str]) -> None:
        """Delete files, as far as they are there."""


@dataclass(frozen=True, slots=True)
class Folder:
    """See `Storage`."""

    root: Path
    options = None

    def location(self, name: str) -> str:
        """See `Storage`."""
        return str(self.root / name)

    def write(self, name: str, content: bytes | memoryview) -> None:
        """See `Storage`."""
        write_bytes_atomically(self.root / name, content, by=secrets.token_hex(4))

    def read(self, name: str) -> bytes | None:
        """See `Storage`."""
        path = self.root / name
        return path.read_bytes() if path.exists() else None

    def has(self, name: str) -> bool:
        """See `Storage`."""
        return (self.root / name).exists()

    def sha256(self, name: str) -> str | None:
        """See `Storage`."""
        path = self.root / name
        if not path.exists():
            return None
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def sizes(self, under: str = "") -> dict[str, int]:
        """See `Storage`."""
        return {
            path.relative_to(self.root).as_posix(): path.stat().st_size
            for path in sorted((self.root / under).rglob("*"))
            if path.is_file()
        }

    def remove(self, names: Iterable[str]) -> None:
        """See `Storage`; a folder without any file goes with its last one."""
        for name in names:
            path = self.root / name
            path.unlink(missing_ok=True)
            with suppress(OSError):  # others are in it
                path.parent.rmdir()
