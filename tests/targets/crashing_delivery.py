"""A delivery for `tests.killing`, with steps at which it may be killed.

They are the borders at which a crash could leave something half done: before, in the middle of
and after each file that is written, before and after each name that is given or taken.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import paramiko

from affluence.config import load
from affluence.targets.folder import Folder
from affluence.targets.places import place_of
from affluence.targets.sftp import SftpFolder
from affluence.targets.webdav import WebDav
from affluence.web import Web
from tests.killing import step, with_steps
from tests.targets.sites import NEW


def _in_halves(owner: type) -> None:
    original: Callable[..., None] = getattr(owner, "write")  # noqa: B009  # its type is the owner's

    def halved(self: object, path: str, content: bytes) -> None:
        step()
        original(self, path, content[: len(content) // 2])
        step()
        original(self, path, content)

    setattr(owner, "write", halved)  # noqa: B010  # see above


def crashing_delivery(path: Path) -> None:
    """Deliver `NEW` once, in a process that is this delivery's alone."""
    with_steps(Path, ("replace", "rename", "unlink", "symlink_to", "rmdir"))
    with_steps(
        paramiko.SFTPClient, ("posix_rename", "rename", "remove", "symlink", "mkdir", "rmdir")
    )
    with_steps(Web, ("request",))
    for owner in (Folder, WebDav, SftpFolder):
        _in_halves(owner)
    config = load(path)
    place_of("there", config.target["there"], config).target.deliver(NEW, "W2")
