"""Rejected lines: where they are and why; of the lines themselves only the shape."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from affluence.disk import write_bytes_atomically


class Quarantine:
    """A folder with one CSV file a range of a file that had rejected lines."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, platform: str, name: str, table: bytes) -> None:
        """Set the rejected lines of a range aside."""
        write_bytes_atomically(self._path(platform, name), table)

    def held(self) -> dict[tuple[str, str], int]:
        """Platform and name of each file, in order, and its bytes."""
        return {
            (path.parent.name, path.stem): path.stat().st_size
            for path in sorted(self._folder.glob("*/*.csv"))
        }

    def remove(self, files: Iterable[tuple[str, str]]) -> None:
        """Delete some files."""
        for platform, name in files:
            self._path(platform, name).unlink(missing_ok=True)

    def _path(self, platform: str, name: str) -> Path:
        return self._folder / platform / f"{name}.csv"
