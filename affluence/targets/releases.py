"""Releases beside each other and one link that the web server follows: the switch is one rename."""

from __future__ import annotations

from affluence.errors import DeliveryError
from affluence.targets import Site
from affluence.targets.files import (
    MANIFEST,
    LinkingFiles,
    LinkingOpening,
    holds_release,
    listed,
)
from affluence.targets.lock import NOTE, begin, end, left_behind

CURRENT = "current"
_RELEASES = "releases"
_BUILDING = ".building"


class Releases:
    """A place with ``releases/<release>/…`` and a link ``current`` to one of them."""

    def __init__(self, name: str, opening: LinkingOpening, keep: int) -> None:
        self._name = name
        self._opening = opening
        self._keep = keep

    def deliver(self, site: Site, release: str) -> list[str]:
        """Write the release, check it, switch the link; see `affluence.targets.Target`."""
        final = f"{_RELEASES}/{release}"
        with self._opening() as files:
            left = left_behind(files, self._name)
            for name in files.names(_RELEASES):
                if name.endswith(_BUILDING):
                    files.remove_folder(f"{_RELEASES}/{name}")
            begin(files, self._name, {}, left)
            files.link_of(CURRENT)  # which is an error where it is no link
            if not holds_release(files, release, f"{final}/"):
                _write(files, site, final)
            if not holds_release(files, release, f"{final}/"):
                why = f"{final} does not hold what was written to it"
                raise DeliveryError(self._name, why, "Does another program write there?")
            files.switch_link(CURRENT, final)
            self._prune(files, release)
            end(files)
            return files.warnings

    def is_intact(self, release: str) -> bool:
        """Whether exactly this release is linked; see `affluence.targets.Target`."""
        final = f"{_RELEASES}/{release}"
        with self._opening() as files:
            return (
                files.link_of(CURRENT) == final
                and holds_release(files, release, f"{final}/")
                and files.read(NOTE) is None
            )

    def _prune(self, files: LinkingFiles, release: str) -> None:
        """Keep the linked release, the newest of our others, and what other programs put there."""
        others = [
            name
            for name in files.names(_RELEASES)
            if name != release and listed(files.read(f"{_RELEASES}/{name}/{MANIFEST}"))[0] == name
        ]
        for name in others[self._keep - 1 :]:
            files.remove_folder(f"{_RELEASES}/{name}")


def _write(files: LinkingFiles, site: Site, final: str) -> None:
    """Write a release; one of its name that is damaged may stand, and goes out of the way."""
    building, damaged = f"{final}{_BUILDING}", f"{final}.damaged{_BUILDING}"
    for path in sorted(site):
        files.write(f"{building}/{path}", site[path])
    if files.names(final):
        # At once: to remove its files one by one may take a server minutes.
        files.move_folder(final, damaged)
    else:
        files.remove_folder(final)
    files.move_folder(building, final)
    files.remove_folder(damaged)
