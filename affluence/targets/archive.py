"""A folder of archives, one a release, to hand over to whoever publishes it by hand."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from affluence.errors import DeliveryError
from affluence.targets import Site
from affluence.targets.files import MANIFEST, listed, sha256, temporary
from affluence.targets.folder import Folder

_EARLIEST = (1980, 1, 1, 0, 0, 0)  # that an archive can tell: the same bytes for the same site
# What zipfile says of an archive that is damaged, or that another program made in another way.
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)


class Archive:
    """A folder that keeps the newest archives."""

    def __init__(self, name: str, folder: Path, keep: int) -> None:
        self._name = name
        self._files = Folder(name, folder)
        self._keep = keep

    def deliver(self, site: Site, release: str) -> list[str]:
        """Write the archive of this release; see `affluence.targets.Target`."""
        path = _path_of(release)
        self._remove(temporary(_path_of("*")))  # never finished; it may have filled the disk
        self._files.write(temporary(path), _packed(site))
        written = {entry: sha256(body) for entry, body in self._unpacked(temporary(path))}
        if written != {entry: sha256(body) for entry, body in site.items()}:
            why = f"{path} does not hold what was written to it"
            raise DeliveryError(self._name, why, "Does another program write there?")
        self._files.replace(temporary(path), path)
        self._remove(_path_of("*"), keep=self._keep)
        return self._files.warnings

    def is_intact(self, release: str) -> bool:
        """Whether the archive of this release is whole; see `affluence.targets.Target`."""
        manifest, found = None, {}
        for entry, body in self._unpacked(_path_of(release)):
            if entry == MANIFEST:
                manifest = body
            else:
                found[entry] = sha256(body)
        return listed(manifest) == (release, found)

    def _unpacked(self, path: str) -> Iterator[tuple[str, bytes]]:
        """The files of an archive, none if it is not there, and none after what is broken."""
        content = self._files.read(path)
        try:
            with zipfile.ZipFile(io.BytesIO(content or b"")) as archive:
                for entry in archive.namelist():
                    yield entry, archive.read(entry)
        except _BROKEN:
            return

    def _remove(self, pattern: str, keep: int = 0) -> None:
        found = [name for name in self._files.names("") if fnmatch(name, pattern)]
        for name in found[keep:]:
            self._files.remove(name)


def _path_of(release: str) -> str:
    return f"affluence-{release}.zip"


def _packed(site: Site) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(site):
            entry = zipfile.ZipInfo(path, _EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, wherever it is made
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, site[path])
    return content.getvalue()
