"""Copies of files of servers, as they came, numbers and all, until their days are over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


class FetchedFiles:
    """A folder with one folder a platform; `affluence.sources.remote.Mirror` writes there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def folder_of(self, platform: str) -> Path:
        """Where the copies of a platform lie."""
        return self._folder / platform

    def of(self, platform: str) -> list[Path]:
        """The copies of a platform, in the order of their names."""
        return sorted(path for path in self.folder_of(platform).glob("*") if path.is_file())

    def unfinished(self, platform: str) -> Iterator[Path]:
        """What a transfer has left that broke off, in folders beside the copies."""
        return (path for path in self.folder_of(platform).glob("*/*") if path.is_file())

    def platforms(self) -> list[str]:
        """Platforms that files were fetched for, those included that are no longer configured."""
        return sorted(path.name for path in self._folder.glob("*"))
