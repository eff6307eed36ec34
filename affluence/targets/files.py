"""What a delivery needs of the place it goes to, be it a folder, a WebDAV or an SFTP server.

Paths are relative to the place and parted by ``/``. Every method raises `DeliveryError`, which
names the file and says what to do.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

MANIFEST = "manifest.json"
FIRST_PAGE = "index.html"
# No dot in front: many servers neither show nor accept files with one.
_TEMPORARY = ".affluence-tmp"


class Files(Protocol):
    """The files of a place, while it is open."""

    @property
    def warnings(self) -> list[str]:
        """What this place could not do as it should be done, in words."""

    def read(self, path: str) -> bytes | None:
        """Content of a file, None if there is none."""

    def write(self, path: str, content: bytes) -> None:
        """Write a file, its folders included; it may be left half-written."""

    def replace(self, source: str, path: str) -> None:
        """Give a file another name, in the place of the file that is there."""

    def move_new(self, source: str, path: str) -> bool:
        """Give a file another name; False, and nothing done, if something of that name is there."""

    def remove(self, path: str) -> None:
        """Remove a file if it is there, and its folder if that is empty then."""

    def modified_s(self, path: str) -> float | None:
        """When a file was written, by the clock of the place; None if it does not tell."""


class LinkingFiles(Files, Protocol):
    """The files of a place that has links between folders."""

    def names(self, path: str) -> list[str]:
        """Names of what is in a folder, the newest first."""

    def move_folder(self, source: str, path: str) -> None:
        """Give a folder another name, which nothing has."""

    def remove_folder(self, path: str) -> None:
        """Remove a folder with all that is in it, if it is there."""

    def link_of(self, path: str) -> str | None:
        """Where a link leads, None if there is nothing; what is no link is an error."""

    def switch_link(self, path: str, folder: str) -> None:
        """Make a link lead to a folder, at once."""


Opening = Callable[[], AbstractContextManager[Files]]
LinkingOpening = Callable[[], AbstractContextManager[LinkingFiles]]


def sha256(content: bytes) -> str:
    """Hash of a file, as manifests have it."""
    return hashlib.sha256(content).hexdigest()


def temporary(path: str) -> str:
    """Name of a file until it is whole."""
    return f"{path}{_TEMPORARY}"


def order(path: str) -> tuple[int, str]:
    """Key of the order in which files are replaced: data, then pages, then the first page."""
    return (3 if path == FIRST_PAGE else 2 if path.endswith(".html") else 1, path)


def is_within(path: str) -> bool:
    """Whether a path leads nowhere but into the place: others may have written it there."""
    return ":" not in path and not {"", ".", ".."} & {*path.split("/")}


def listed(manifest: bytes | None) -> tuple[str | None, dict[str, str]]:
    """Release and hashes by path of a manifest.

    Nothing where it is none, cannot be read, or lists what is not in the place.
    """
    try:
        found = json.loads(manifest or b"")
        hashes = {str(path): str(entry["sha256"]) for path, entry in found["files"].items()}
        release = str(found["release"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None, {}
    return (release, hashes) if all(map(is_within, hashes)) else (None, {})


def holds_release(files: Files, release: str, folder: str = "") -> bool:
    """Whether the files of a place, or of a folder in it, are those of a release."""
    found, hashes = listed(files.read(f"{folder}{MANIFEST}"))
    return found == release and all(
        sha256(content) == expected
        for path, expected in hashes.items()
        for content in [files.read(f"{folder}{path}") or b""]
    )
