"""``python -m tests.targets.crashing_delivery CONFIG N``: a delivery killed at its N-th step.

Steps are the borders at which a crash could leave something half done: before, in the middle of
and after each file that is written, before and after each name that is given or taken. Without N
the delivery ends by itself and prints how many steps it had.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import paramiko

from affluence.config import load
from affluence.targets.folder import Folder
from affluence.targets.places import place_of
from affluence.targets.sftp import SftpFolder
from affluence.targets.webdav import WebDav
from affluence.web import Web
from tests.targets.sites import NEW

_steps = itertools.count(1)
_fatal = int(sys.argv[2]) if len(sys.argv) > 2 else 0


def _step() -> None:
    if next(_steps) == _fatal:
        os.kill(os.getpid(), signal.SIGKILL)


def _with_steps(owner: type, name: str) -> None:
    original: Callable[..., Any] = getattr(owner, name)

    def stepped(*args: Any, **kwargs: Any) -> Any:
        _step()
        result = original(*args, **kwargs)
        _step()
        return result

    setattr(owner, name, stepped)


def _in_halves(owner: type) -> None:
    original: Callable[..., None] = getattr(owner, "write")  # noqa: B009  # its type is the owner's

    def halved(self: object, path: str, content: bytes) -> None:
        _step()
        original(self, path, content[: len(content) // 2])
        _step()
        original(self, path, content)

    setattr(owner, "write", halved)  # noqa: B010  # see above


def main() -> None:
    """Deliver once, and be killed on the way."""
    for name in ("replace", "rename", "unlink", "symlink_to", "rmdir"):
        _with_steps(Path, name)
    for name in ("posix_rename", "rename", "remove", "symlink", "mkdir", "rmdir"):
        _with_steps(paramiko.SFTPClient, name)
    _with_steps(Web, "request")
    for owner in (Folder, WebDav, SftpFolder):
        _in_halves(owner)
    config = load(Path(sys.argv[1]))
    place_of("there", config.target["there"], config).target.deliver(NEW, "W2")
    print(next(_steps) - 1)


if __name__ == "__main__":
    main()
