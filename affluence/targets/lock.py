"""A note beside the site while it is being changed: one publisher at a time, nothing forgotten.

It says who is at work, and the hash of every file that an unfinished delivery may have left, so
that the next one can tell its own leftovers from what somebody else has written.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

from affluence.errors import DeliveryError
from affluence.targets.files import Files, is_within, sha256, temporary

NOTE = "affluence-delivery.json"
_CANDIDATE = temporary(NOTE)
# Longer than any delivery; then the publisher has died on a machine that nobody can ask.
_HOLDS_S = 3600

Hashes = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Note:
    host: str
    process: int
    hashes: Hashes

    def written(self) -> bytes:
        files = {path: sorted(hashes) for path, hashes in sorted(self.hashes.items())}
        note = {"host": self.host, "process": self.process, "files": files}
        return (json.dumps(note, indent=2) + "\n").encode()


def joined(*known: Hashes) -> Hashes:
    """All hashes that are known of each path."""
    none: frozenset[str] = frozenset()
    return {
        path: none.union(*(hashes.get(path, none) for hashes in known)) for path in {*chain(*known)}
    }


def left_behind(files: Files, target: str) -> Hashes | None:
    """Hashes of the files that unfinished deliveries may have left; None: there was none.

    What they have not finished should be removed first of all: it may be what has filled the disk.

    Raises:
        DeliveryError: somebody else is delivering there.

    """
    found = files.read(NOTE)
    if found is None:
        return None
    note = _read(found)
    if note is None:
        return {}
    if not _is_over(note) and not _is_old(files):
        raise _held(target)
    return note.hashes


def begin(files: Files, target: str, hashes: Hashes, left: Hashes | None) -> None:
    """Take the place for a delivery.

    Args:
        files: of the place.
        target: its name.
        hashes: of the files that are there, and of those that will be, by path.
        left: what `left_behind` has found.

    Raises:
        DeliveryError: somebody else has begun meanwhile.

    """
    note = _Note(host=_this_host(), process=os.getpid(), hashes=joined(hashes, left or {}))
    files.write(_CANDIDATE, note.written())
    if left is not None:
        files.replace(_CANDIDATE, NOTE)
    elif not files.move_new(_CANDIDATE, NOTE):
        raise _held(target)
    if files.read(NOTE) != note.written():  # two have begun in the same moment
        raise _held(target)


def end(files: Files) -> None:
    """Leave the place: nothing is unfinished any more."""
    files.remove(NOTE)


def _held(target: str) -> DeliveryError:
    why = "another delivery is under way"
    advice = f"Try again later; if there is none, delete {NOTE} beside the site."
    return DeliveryError(target, why, advice, transient=True)


def _read(content: bytes) -> _Note | None:
    """A note, None if it was never finished, or is none of ours: it tells of other places."""
    try:
        found = json.loads(content)
        note = _Note(
            host=found["host"],
            process=int(found["process"]),
            hashes={path: frozenset(hashes) for path, hashes in found["files"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return note if all(map(is_within, note.hashes)) else None


def _is_over(note: _Note) -> bool:
    """Whether its process, on this machine, has ended, or is this one."""
    if note.host != _this_host():
        return False
    if note.process == os.getpid():
        return True
    try:
        os.kill(note.process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass  # it is there, another user's
    return False


def _is_old(files: Files) -> bool:
    """Whether the note has been there for too long, by the clock of the place alone."""
    files.write(_CANDIDATE, b"")
    now_s, taken_s = files.modified_s(_CANDIDATE), files.modified_s(NOTE)
    files.remove(_CANDIDATE)
    return now_s is not None and taken_s is not None and now_s - taken_s > _HOLDS_S


def _this_host() -> str:
    """A name of this machine that tells outsiders nothing."""
    return sha256(platform.node().encode())[:16]
