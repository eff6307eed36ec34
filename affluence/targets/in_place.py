"""A folder that is changed in place, for hosts without links: each page replaced by one rename.

Pages are self-contained, so a visitor never sees half of one. Data goes first, pages last,
``index.html`` the very last; what the old release had and the new has not is removed at the end.
"""

from __future__ import annotations

from pathlib import Path

from affluence.errors import DeliveryError
from affluence.targets import Site, holds_release, make_folder, read_manifest, write_whole

_TEMPORARY = ".affluence-tmp"


class InPlace:
    """A folder in which this program alone keeps the site."""

    def __init__(self, name: str, folder: Path) -> None:
        self._name = name
        self._folder = folder

    def deliver(self, site: Site, release: str) -> None:
        """Replace the site file by file; see `affluence.targets.Target`."""
        try:
            self._refuse_foreign_files(site)
            old = read_manifest(self._folder) or {}
            for path in sorted(site, key=_order):
                self._replace(path, site[path])
            self._remove_strays(set(old.get("files", {})) - set(site))
        except OSError as error:
            advice = "Give the folder to the user that runs affluence and check the disk's space."
            why = f"{error.filename or self._folder} cannot be written ({error.strerror})"
            raise DeliveryError(self._name, why, advice) from error
        if not self.is_intact(release):
            why = f"{self._folder} does not hold what was written to it"
            raise DeliveryError(self._name, why, "Does another program write there?")

    def is_intact(self, release: str) -> bool:
        """Whether exactly this release is there; see `affluence.targets.Target`."""
        return holds_release(self._folder, release) and not list(self._leftovers())

    def _refuse_foreign_files(self, site: Site) -> None:
        if read_manifest(self._folder) is not None:
            return
        for path, content in site.items():
            present = self._folder / path
            if present.exists() and present.read_bytes() != content:
                advice = "Choose another folder, or empty this one, if nothing in it is needed."
                why = f"{present} is already there and is not a page of affluence"
                raise DeliveryError(self._name, why, advice)

    def _replace(self, path: str, content: bytes) -> None:
        final = self._folder / path
        make_folder(final.parent)
        if final.exists() and final.read_bytes() == content:
            return
        temporary = final.with_name(f".{final.name}{_TEMPORARY}")
        write_whole(temporary, content)
        temporary.replace(final)

    def _remove_strays(self, old_paths: set[str]) -> None:
        for path in (*(self._folder / old for old in sorted(old_paths)), *self._leftovers()):
            path.unlink(missing_ok=True)
            if path.parent != self._folder and not any(path.parent.iterdir()):
                path.parent.rmdir()

    def _leftovers(self) -> list[Path]:
        """Temporary files of a delivery that was interrupted."""
        return sorted(self._folder.rglob(f".*{_TEMPORARY}"))


def _order(path: str) -> tuple[int, str]:
    """Data, then the manifest, then pages, then the first page."""
    rank = 3 if path == "index.html" else 2 if path.endswith(".html") else 1
    return (rank if path != "manifest.json" else 1, path)
