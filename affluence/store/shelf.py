"""Releases as they were built, kept on this machine: to approve, to compare, to go back to.

A release of many platforms is large: its files are read one by one, when they are asked for.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from affluence.disk import make_folder, sync_folder, write_bytes_atomically

_BUILDING = ".building"


class Kept(Mapping[str, bytes]):
    """The files below a folder, by relative path; each is read anew whenever it is asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
        self._paths = dict.fromkeys(path.relative_to(folder).as_posix() for path in paths)

    def __getitem__(self, path: str) -> bytes:
        if path not in self._paths:
            raise KeyError(path)
        return (self._folder / path).read_bytes()

    def __contains__(self, path: object) -> bool:
        return path in self._paths

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


class Drafts:
    """A folder for the sites of platforms until the release that they are part of is kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, files: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """Write the files of a site; nothing needs to survive a crash."""
        folder = self._folder / name
        for path, content in files.items():
            make_folder((folder / path).parent)
            (folder / path).write_bytes(content)
        return Kept(folder)


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
        _remove(building)
        for path, content in files.items():
            write_bytes_atomically(building / path, content)
        building.rename(final)
        sync_folder(self._folder)

    @contextmanager
    def drafts(self) -> Iterator[Drafts]:
        """Room for the sites of a release that is being made, empty before and after."""
        folder = self._folder / f"drafts{_BUILDING}"
        _remove(folder)
        try:
            yield Drafts(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)  # what stays is in the way of the next alone

    def get(self, release: str, within: str = "") -> Mapping[str, bytes] | None:
        """The files of a release, or of a folder of it, by relative path; None if not kept."""
        folder = self._folder / release / within
        return Kept(folder) if folder.is_dir() else None

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
        _remove(self._folder / release)

    def keep_only(self, releases: Collection[str]) -> None:
        """Delete every other release, and what an interrupted run left."""
        for path in self._folder.glob("*"):
            if path.name not in releases:
                shutil.rmtree(path)


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
