"""Files of a server, and their copies on this machine.

A copy appears whole or not at all: it is written under another name, flushed and renamed. What
broke off is gone on with, what has grown is continued, and what was only renamed is not fetched
again; each only where the first and the last bytes are those that are known.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Protocol

from affluence.disk import make_folder, open_with_mode, sync_folder
from affluence.remote_copy import Copy

END_BYTES = 4096  # records tell their time: so many bytes are of no other file
_UNFINISHED = ".unfinished"
_LONGEST_NAME_BYTES = 255  # that file systems take


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file of a server as it is now.

    ``stamp`` is what the server tells of its state, empty if nothing; equal stamps are equal files.
    ``size`` is None where the server does not tell it.
    """

    name: str
    stamp: str
    size: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was fetched so far, by name, and where a source without files was left."""

    copies: Mapping[str, Copy]
    position: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is new: a copy to remember, whether there are bytes to read in it, the position."""

    copy: Copy
    is_news: bool
    position: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What could not be fetched, why, in words, and whether trying again may help."""

    where: str
    why: str
    transient: bool

    def __str__(self) -> str:
        advice = (
            "The next run tries again."
            if self.transient
            else "Check the [platform.<id>.source] section."
        )
        return f"{self.where}: {self.why}. {advice}"


class Source(Protocol):
    """Where records come from that are not on this machine."""

    def fetch(self, mirror: Mirror, known: Known) -> Iterator[Change | Problem]:
        """Bring the mirror up to date, file by file; a file that fails does not stop the others."""


class Read(Protocol):
    """The bytes of one file of a server."""

    def __call__(self, start: int, length: int | None = None) -> Iterator[bytes]:
        """From ``start`` to the end or, with ``length``, at most so many."""


class ChangedMeanwhileError(Exception):
    """The file of the server is no longer the one that was found."""

    why = "it changed while it was fetched"


class Mirror:
    """Copies of the files of one source, in a folder that nobody else may read."""

    def __init__(
        self, folder: Path, today: date, on_bytes: Callable[[int], None] = lambda _: None
    ) -> None:
        self._folder = folder
        self._today = today
        self._on_bytes = on_bytes
        self.received = 0  # bytes

    def path(self, name: str) -> Path:
        """Where the copy of a file lies."""
        return self._folder / name

    def write(self, name: str, content: Iterable[bytes]) -> Copy:
        """A new copy, of bytes that no file of a server holds."""
        unfinished = self._unfinished(name, "")
        self._remove_unfinished(name)
        self._append(unfinished, content)
        return self._finish(unfinished, Found(name=name, stamp="", size=None))

    def bring(self, found: Found, known: Mapping[str, Copy], read: Read) -> Change:
        """Copy a file of the server that is not the one that is known, or is new.

        Raises:
            ChangedMeanwhileError: another file has taken its place; nothing of it is kept.

        """
        before = known.get(found.name)
        renamed = self._renamed(found, known, read)
        if renamed is not None:
            return Change(copy=replace(renamed, name=found.name), is_news=False)
        unfinished = self._unfinished(found.name, found.stamp)
        if not (found.stamp and unfinished.exists()):
            self._remove_unfinished(found.name)
            if before is not None and self._goes_on(before, found, read):
                self._make_folders()
                shutil.copyfile(self.path(found.name), unfinished)
        self._append(unfinished, read(unfinished.stat().st_size if unfinished.exists() else 0))
        return self._settle(unfinished, found, before)

    def _settle(self, unfinished: Path, found: Found, before: Copy | None) -> Change:
        if found.size is not None and unfinished.stat().st_size != found.size:
            unfinished.unlink()
            raise ChangedMeanwhileError
        if before is not None and _digest(unfinished) == before.digest:
            unfinished.unlink()
            return Change(copy=replace(before, stamp=found.stamp), is_news=False)
        return Change(copy=self._finish(unfinished, found), is_news=True)

    def _renamed(self, found: Found, known: Mapping[str, Copy], read: Read) -> Copy | None:
        """The copy of this very file that has another name; it is then here under both."""
        for other in known.values():
            alike = other.name != found.name and (other.stamp, other.size) == (
                found.stamp,
                found.size,
            )
            if not (alike and found.stamp) or _ends(read, other.size) != other.ends:
                continue
            path = self.path(other.name)
            if not path.exists():
                return other  # past its days: known, and gone for good
            if path.stat().st_size == other.size and _digest(path) == other.digest:
                self.path(found.name).unlink(missing_ok=True)
                os.link(path, self.path(found.name))
                sync_folder(self._folder)
                return other
        return None

    def _goes_on(self, before: Copy, found: Found, read: Read) -> bool:
        path = self.path(before.name)
        return (
            found.size is not None
            and found.size > before.size
            and path.exists()
            and path.stat().st_size == before.size
            and _ends(read, before.size) == before.ends
        )

    def _unfinished(self, name: str, stamp: str) -> Path:
        # Named by the stamp, too: only the very same file is gone on with.
        return self._folder / _UNFINISHED / f"{_short(name)}.{_short(stamp)}"

    def _remove_unfinished(self, name: str) -> None:
        for path in (self._folder / _UNFINISHED).glob(f"{_short(name)}.*"):
            path.unlink()

    def _make_folders(self) -> None:
        make_folder(self._folder / _UNFINISHED, 0o700)

    def _append(self, unfinished: Path, content: Iterable[bytes]) -> None:
        self._make_folders()
        with open_with_mode(unfinished, "ab", 0o600) as stream:
            for piece in content:
                stream.write(piece)
                self.received += len(piece)
                self._on_bytes(len(piece))

    def _finish(self, unfinished: Path, found: Found) -> Copy:
        size, path = unfinished.stat().st_size, self.path(found.name)
        with unfinished.open("rb") as stream:

            def read(start: int, length: int | None = None) -> Iterator[bytes]:
                stream.seek(start)
                yield stream.read(-1 if length is None else length)

            ends = _ends(read, size)
        digest = _digest(unfinished)
        unfinished.replace(path)
        sync_folder(self._folder)  # the name must be on disk before anybody remembers it
        return Copy(
            name=found.name,
            stamp=found.stamp,
            size=size,
            digest=digest,
            ends=ends,
            fetched_on=self._today,
        )


def choose(names: Iterable[str], patterns: Sequence[str]) -> list[str]:
    """The names that match one of the patterns, in the order in which to fetch them.

    Rotation renames the newest first: from the oldest on, no copy is replaced before it is known
    under its new name.
    """
    chosen = {
        name
        for name in names
        if _is_plain(name) and any(fnmatchcase(name, pattern) for pattern in patterns)
    }
    return sorted(chosen, key=_natural, reverse=True)


def _is_plain(name: str) -> bool:
    """Whether a server's name for a file may be one here: no path, not hidden, not too long."""
    is_short = len(name.encode(errors="replace")) <= _LONGEST_NAME_BYTES
    return is_short and bool(re.fullmatch(r"[^./\0][^/\0]*", name))


def _short(text: str) -> str:
    """A name for what may be longer than names can be."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]


def _natural(name: str) -> list[tuple[int, str]]:
    """Numbers within names in their order: ``.9`` before ``.10``."""
    return [
        (int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)
    ]


def _ends(read: Read, size: int) -> str:
    hasher = hashlib.sha256()
    for start in (0, max(size - END_BYTES, 0)):
        for piece in read(start, min(END_BYTES, size)):
            hasher.update(piece)
    return hasher.hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
