"""Releases beside each other and one link that the web server follows: the switch is one rename."""

from __future__ import annotations

import shutil
from pathlib import Path

from affluence.errors import DeliveryError
from affluence.targets import Site, holds_release, make_folder, write_whole


class Releases:
    """A folder with ``releases/<release>/…`` and a link ``current`` to one of them."""

    def __init__(self, name: str, folder: Path, keep: int) -> None:
        self._name = name
        self._folder = folder
        self._keep = keep

    @property
    def current(self) -> Path:
        """The link that the web server follows."""
        return self._folder / "current"

    def deliver(self, site: Site, release: str) -> None:
        """Write the release, check it, switch the link; see `affluence.targets.Target`."""
        final = self._folder / "releases" / release
        try:
            if not holds_release(final, release):
                self._write(site, final)
            if not holds_release(final, release):
                why = f"{final} does not hold what was written to it"
                raise DeliveryError(self._name, why, "Does another program write there?")
            self._switch(final)
            self._prune()
        except OSError as error:
            advice = "Give the folder to the user that runs affluence and check the disk's space."
            why = f"{error.filename or self._folder} cannot be written ({error.strerror})"
            raise DeliveryError(self._name, why, advice) from error

    def is_intact(self, release: str) -> bool:
        """Whether exactly this release is linked; see `affluence.targets.Target`."""
        try:
            linked = self.current.is_symlink() and self.current.readlink().name == release
        except OSError:
            return False  # what cannot be looked at is delivered again, which says what is wrong
        return linked and holds_release(self.current, release)

    def _write(self, site: Site, final: Path) -> None:
        building = final.with_name(f".{final.name}.building")
        shutil.rmtree(building, ignore_errors=True)
        for path, content in sorted(site.items()):
            make_folder((building / path).parent)
            write_whole(building / path, content)
        shutil.rmtree(final, ignore_errors=True)
        building.rename(final)

    def _switch(self, final: Path) -> None:
        if self.current.exists() and not self.current.is_symlink():
            advice = "Move it away: affluence makes a link of that name."
            raise DeliveryError(self._name, f"{self.current} is not a link", advice)
        link = self._folder / ".current.new"
        link.unlink(missing_ok=True)
        link.symlink_to(final.relative_to(self._folder))
        link.replace(self.current)

    def _prune(self) -> None:
        """Keep the newest releases; the linked one and unfinished leftovers are told apart."""
        releases = self._folder / "releases"
        for leftover in releases.glob(".*.building"):
            shutil.rmtree(leftover)
        linked = self.current.resolve()
        others = [path for path in releases.iterdir() if path.resolve() != linked]
        others.sort(key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)
        for old in others[self._keep - 1 :]:
            shutil.rmtree(old)
