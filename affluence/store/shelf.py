"""Releases as they were built, kept on this machine: to approve, to compare, to go back to."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

from affluence.store.atomic import sync_folder, write_bytes_atomically

_BUILDING = ".building"


class Shelf:
    """A folder with one folder a release."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, release: str, files: Mapping[str, bytes]) -> None:
        """Keep the files of a release; nothing happens if they are kept already."""
        final = self._folder / release
        if final.exists():
            return
        building = self._folder / f"{release}{_BUILDING}"
        shutil.rmtree(building, ignore_errors=True)
        for path, content in files.items():
            write_bytes_atomically(building / path, content)
        building.rename(final)
        sync_folder(self._folder)

    def get(self, release: str, within: str = "") -> dict[str, bytes] | None:
        """The files of a release, or of a folder of it, by relative path; None if not kept."""
        folder = self._folder / release / within
        if not folder.is_dir():
            return None
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    def read(self, release: str, path: str) -> bytes | None:
        """One file of a release; None if it is not kept."""
        file = self._folder / release / path
        return file.read_bytes() if file.is_file() else None

    def held(self) -> dict[str, int]:
        """Bytes of every release that is kept."""
        return {
            folder.name: sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
            for folder in sorted(self._folder.glob("*"))
        }

    def remove(self, release: str) -> None:
        """Delete a release."""
        shutil.rmtree(self._folder / release, ignore_errors=True)

    def keep_only(self, releases: Collection[str]) -> None:
        """Delete every other release, and what an interrupted run left."""
        for path in self._folder.glob("*"):
            if path.name not in releases:
                shutil.rmtree(path)
