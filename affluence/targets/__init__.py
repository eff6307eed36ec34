"""SITE → where visitors read it: delivered whole, verified by reading it back."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

Site = Mapping[str, bytes]


class Target(Protocol):
    """A place that visitors read."""

    def deliver(self, site: Site, release: str) -> None:
        """Put this site in the place of the one before.

        Raises:
            DeliveryError: the old site stays up; says what to do.

        """

    def is_intact(self, release: str) -> bool:
        """Whether exactly this release is there, every file as its manifest says."""


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, as far as they are missing, for every user to read."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        path.chmod(0o755)  # whatever the umask: the web server is another user


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that every user can read, flushed to the disk."""
    with path.open("wb") as stream:
        os.fchmod(stream.fileno(), 0o644)
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def holds_release(folder: Path, release: str) -> bool:
    """Whether the files of a folder are those of a release, by its own manifest."""
    manifest = read_manifest(folder)
    if manifest is None or manifest.get("release") != release:
        return False
    files = manifest.get("files", {})
    return all(_matches(folder / path, entry["sha256"]) for path, entry in files.items())


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of the site in a folder, None if there is none that can be read."""
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) else None


def _matches(path: Path, sha256: str) -> bool:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == sha256
    except OSError:
        return False
