"""The files of a folder of this machine."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from affluence.disk import make_folder, open_with_mode
from affluence.errors import DeliveryError

_TRY_LATER = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ESTALE, errno.ETIMEDOUT)


class Folder:
    """A folder; see `affluence.targets.files.LinkingFiles`."""

    def __init__(self, target: str, folder: Path) -> None:
        self._target = target
        self._folder = folder

    @property
    def warnings(self) -> list[str]:
        """None: see `affluence.targets.files.Files`."""
        return []

    def read(self, path: str) -> bytes | None:
        """See `affluence.targets.files.Files`."""
        file = self._folder / path
        try:
            return file.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise self._error(error, file, "read") from error

    def write(self, path: str, content: bytes) -> None:
        """See `affluence.targets.files.Files`."""
        file = self._folder / path
        with self._writing(file):
            # The web server is another user.
            make_folder(file.parent, 0o755)
            with open_with_mode(file, "wb", 0o644) as stream:
                stream.write(content)

    def replace(self, source: str, path: str) -> None:
        """See `affluence.targets.files.Files`."""
        with self._writing(self._folder / path):
            (self._folder / source).replace(self._folder / path)

    def move_new(self, source: str, path: str) -> bool:
        """See `affluence.targets.files.Files`.

        Nothing can come between the look and the rename that matters: the lock of the state
        folder keeps other runs away, and who edits a page does not make one.
        """
        if os.path.lexists(self._folder / path):
            return False
        self.replace(source, path)
        return True

    def remove(self, path: str) -> None:
        """See `affluence.targets.files.Files`."""
        file = self._folder / path
        with self._writing(file):
            file.unlink(missing_ok=True)
            within = file.parent != self._folder and file.parent.is_dir()
            if within and not any(file.parent.iterdir()):
                file.parent.rmdir()

    def modified_s(self, path: str) -> float | None:
        """See `affluence.targets.files.Files`."""
        file = self._folder / path
        try:
            return file.stat().st_mtime
        except OSError as error:
            raise self._error(error, file, "read") from error

    def names(self, path: str) -> list[str]:
        """See `affluence.targets.files.LinkingFiles`."""
        folder = self._folder / path
        try:
            found = [(inner.lstat().st_mtime_ns, inner.name) for inner in folder.iterdir()]
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise self._error(error, folder, "read") from error
        return [name for _, name in sorted(found, reverse=True)]

    def move_folder(self, source: str, path: str) -> None:
        """See `affluence.targets.files.LinkingFiles`."""
        with self._writing(self._folder / path):
            (self._folder / source).rename(self._folder / path)

    def remove_folder(self, path: str) -> None:
        """See `affluence.targets.files.LinkingFiles`."""
        folder = self._folder / path
        with self._writing(folder):
            if folder.is_dir():
                shutil.rmtree(folder)

    def link_of(self, path: str) -> str | None:
        """See `affluence.targets.files.LinkingFiles`."""
        link = self._folder / path
        if link.is_symlink():
            return str(link.readlink())
        if link.exists():
            advice = "Move it away: affluence makes a link of that name."
            raise DeliveryError(self._target, f"{link} is not a link", advice)
        return None

    def switch_link(self, path: str, folder: str) -> None:
        """See `affluence.targets.files.LinkingFiles`."""
        new = self._folder / f".{path}.new"
        with self._writing(self._folder / path):
            new.unlink(missing_ok=True)
            new.symlink_to(folder)
            new.replace(self._folder / path)

    @contextmanager
    def _writing(self, path: Path) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._error(error, path, "written") from error

    def _error(self, error: OSError, path: Path, done: str) -> DeliveryError:
        advice = "Give the folder to the user that runs affluence and check the disk's space."
        why = f"{error.filename or path} cannot be {done} ({error.strerror})"
        return DeliveryError(self._target, why, advice, transient=error.errno in _TRY_LATER)
