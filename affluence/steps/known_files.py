"""Files of records beside those that were read before: unchanged, grown, renamed, or new."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from affluence.cdr.files import Position
from affluence.cdr.identity import head_digest, head_digests, prefix_digest
from affluence.cdr.understanding import Clock
from affluence.store.read_files import SeenFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What to do with a file: nothing, go on with what was seen of it, or read it all."""

    action: Literal["skip", "continue", "begin"]
    seen: SeenFile | None = None  # what to go on with, or to read afresh

    @property
    def position(self) -> Position:
        """Where reading goes on in the file."""
        if self.action != "continue" or self.seen is None:
            return Position()
        seen = self.seen
        clock = Clock(zone=seen.clock, found=seen.clock_found) if seen.clock else None
        return Position(offset=seen.offset, lines=seen.lines, clock=clock)

    @property
    def is_again(self) -> bool:
        """Whether the file was read before, by other settings or another version."""
        return self.action == "begin" and self.seen is not None


class KnownFiles:
    """The files that were read before, found by their path or, once that is free, by their head."""

    def __init__(self, files: Sequence[SeenFile], present: Collection[str]) -> None:
        self._here = {seen.path: seen for seen in files if seen.path is not None}
        self._free: dict[int, dict[bytes, list[SeenFile]]] = {}
        for seen in files:
            if seen.path is None or seen.path not in present:
                self._release(seen)

    def at(self, path: Path) -> SeenFile | None:
        """What was last read at a path."""
        return self._here.get(str(path))

    def beginning_like(self, path: Path) -> list[SeenFile]:
        """Files without a place whose first bytes are those of the file at a path."""
        if not self._free:
            return []
        return [
            seen
            for length, digest in head_digests(path, self._free).items()
            for seen in self._free[length].get(digest, ())
        ]

    def settle(self, path: Path, intent: Intent) -> None:
        """A file was read: what it goes on with is there now, what was there has no place."""
        before = self._here.pop(str(path), None)
        if intent.action == "continue" and intent.seen is not None:
            for by_digest in self._free.values():
                for seen in by_digest.values():
                    if intent.seen in seen:
                        seen.remove(intent.seen)
        if before is not None and before != intent.seen:
            self._release(before)

    def _release(self, seen: SeenFile) -> None:
        if seen.offset:
            by_digest = self._free.setdefault(seen.head_bytes, {})
            by_digest.setdefault(seen.head_digest, []).append(seen)


def decide(path: Path, known: KnownFiles, reader: str) -> Intent:
    """Whether a file is unchanged, has grown, was renamed, or is new."""
    try:
        status = path.stat()
    except OSError:
        return Intent(action="begin")  # reading it tells what is wrong
    here = known.at(path)
    if here is not None:
        if here.reader != reader:
            return Intent(action="begin", seen=here)
        if (here.size, here.mtime_ns) == (status.st_size, status.st_mtime_ns):
            return Intent(action="skip")
        if continues(path, here):
            return Intent(action="continue", seen=here)
    # Rotation renames a log that was read under another name: it goes on from where it was left.
    for other in known.beginning_like(path):
        if other.reader == reader and continues(path, other):
            return Intent(action="continue", seen=other)
    return Intent(action="begin")


def continues(path: Path, seen: SeenFile) -> bool:
    """Whether the file begins with everything that was read of ``seen``."""
    if not seen.offset:
        return True
    same_head = head_digest(path, seen.head_bytes)[1] == seen.head_digest
    return same_head and prefix_digest(path, seen.offset) == seen.digest
