"""Pieces of work for the workers of a cluster under test."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from affluence.errors import UnreadableFileError


@dataclass(frozen=True, kw_only=True)
class Read:
    """A file to read."""

    path: Path
    size_bytes: int = 0

    def __str__(self) -> str:
        return self.path.name


def lines_of(item: Read) -> Iterator[str]:
    """Its lines, until one that cannot be read."""
    for line in item.path.read_text(encoding="utf-8").splitlines():
        if line == "damaged":
            raise UnreadableFileError(item.path, "it is damaged", "Fetch it again.")
        yield line


def squared(number: int) -> int:
    return number * number


def die(_: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def everywhere() -> bool:
    return True


def nowhere() -> bool:
    return False
