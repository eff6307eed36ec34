"""The files of a folder of an SSH server.

SFTP itself cannot rename a file over another one; nearly every server has OpenSSH's
``posix-rename`` for it. Where it is missing the old file is deleted first: for a moment there is
none, and the delivery warns of it.
"""

from __future__ import annotations

import io
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath

from affluence.errors import DeliveryError
from affluence.ssh import Sftp, SshError, SshServer, open_sftp

_NOT_ATOMIC = "the server has no posix-rename: each page was missing for a moment"


@contextmanager
def open_folder(target: str, server: SshServer, folder: str) -> Iterator[SftpFolder]:
    """The folder of a server, until the end of the block.

    Raises:
        DeliveryError: the server is not reached, not known, or does not let in.

    """
    try:
        with open_sftp(server) as sftp:
            yield SftpFolder(target, sftp, folder)
    except SshError as error:
        advice = "Check host, user, key and known_hosts."
        if error.transient:
            advice = "The next run tries again."
        raise DeliveryError(target, error.why, advice, transient=error.transient) from error


class SftpFolder:
    """A folder of a server; see `affluence.targets.files.LinkingFiles`."""

    def __init__(self, target: str, sftp: Sftp, folder: str) -> None:
        self._target = target
        self._sftp = sftp
        self._folder = PurePosixPath(folder)
        self._warnings: set[str] = set()
        self._has_posix_rename: bool | None = None

    @property
    def warnings(self) -> list[str]:
        """See `affluence.targets.files.Files`."""
        return sorted(self._warnings)

    def read(self, path: str) -> bytes | None:
        """See `affluence.targets.files.Files`."""
        place = self._place(path)
        try:
            return b"".join(self._sftp.pieces(place))
        except SshError as error:
            if error.missing:
                return None
            raise self._error(error) from error

    def write(self, path: str, content: bytes) -> None:
        """See `affluence.targets.files.Files`."""
        try:
            self._put(path, content)
        except SshError as error:
            if not error.missing:
                raise self._error(error) from error
            with self._in_words():
                self._make_folders(path)
                self._put(path, content)

    def replace(self, source: str, path: str) -> None:
        """See `affluence.targets.files.Files`."""
        old, new = self._place(source), self._place(path)
        with self._in_words():
            if self._can_rename_over(old):
                with self._sftp.asking(new) as remote:
                    remote.posix_rename(old, new)
                return
            self._warnings.add(_NOT_ATOMIC)
            self._remove(new)
            with self._sftp.asking(new) as remote:
                remote.rename(old, new)

    def move_new(self, source: str, path: str) -> bool:
        """See `affluence.targets.files.Files`."""
        old, new = self._place(source), self._place(path)
        try:
            with self._sftp.asking(new) as remote:
                remote.rename(old, new)  # of SFTP itself: never over a file
        except SshError as error:
            with self._in_words():
                if self._kind(new) is not None:
                    return False
            raise self._error(error) from error
        return True

    def remove(self, path: str) -> None:
        """See `affluence.targets.files.Files`."""
        file = PurePosixPath(self._place(path))
        with self._in_words():
            self._remove(str(file))
            if file.parent == self._folder or self._kind(str(file.parent)) is None:
                return
            with self._sftp.asking(str(file.parent)) as remote:
                if not remote.listdir(str(file.parent)):
                    remote.rmdir(str(file.parent))

    def modified_s(self, path: str) -> float | None:
        """See `affluence.targets.files.Files`."""
        place = self._place(path)
        with self._in_words(), self._sftp.asking(place) as remote:
            return remote.stat(place).st_mtime

    def names(self, path: str) -> list[str]:
        """See `affluence.targets.files.LinkingFiles`."""
        place = self._place(path)
        try:
            with self._sftp.asking(place) as remote:
                found = [
                    (entry.st_mtime or 0, entry.filename) for entry in remote.listdir_attr(place)
                ]
        except SshError as error:
            if error.missing:
                return []
            raise self._error(error) from error
        return [name for _, name in sorted(found, reverse=True)]

    def move_folder(self, source: str, path: str) -> None:
        """See `affluence.targets.files.LinkingFiles`."""
        old, new = self._place(source), self._place(path)
        with self._in_words(), self._sftp.asking(new) as remote:
            remote.rename(old, new)

    def remove_folder(self, path: str) -> None:
        """See `affluence.targets.files.LinkingFiles`."""
        place = self._place(path)
        with self._in_words():
            if self._kind(place) is not None:
                self._remove_tree(place)

    def link_of(self, path: str) -> str | None:
        """See `affluence.targets.files.LinkingFiles`."""
        place = self._place(path)
        with self._in_words():
            kind = self._kind(place)
            if kind is None:
                return None
            if kind != stat.S_IFLNK:
                advice = "Move it away: affluence makes a link of that name."
                raise DeliveryError(self._target, f"{place} is not a link", advice)
            with self._sftp.asking(place) as remote:
                return remote.readlink(place)

    def switch_link(self, path: str, folder: str) -> None:
        """See `affluence.targets.files.LinkingFiles`."""
        new = f"{path}.new"
        place = self._place(new)
        with self._in_words():
            self._remove(place)
        try:
            with self._sftp.asking(place) as remote:
                remote.symlink(folder, place)
        except SshError as error:
            advice = 'If the server allows no links, write layout = "in-place".'
            raise DeliveryError(
                self._target, error.why, advice, transient=error.transient
            ) from error
        self.replace(new, path)

    def _put(self, path: str, content: bytes) -> None:
        place = self._place(path)
        with self._sftp.asking(place) as remote:
            remote.putfo(io.BytesIO(content), place)  # compares the size in the end

    def _make_folders(self, path: str) -> None:
        for folder in reversed(PurePosixPath(self._place(path)).parents):
            if self._kind(str(folder)) is None:
                with self._sftp.asking(str(folder)) as remote:
                    remote.mkdir(str(folder))

    def _kind(self, place: str) -> int | None:
        """Whether it is a file, a folder or a link, as `stat` numbers them; None: not there."""
        try:
            with self._sftp.asking(place) as remote:
                return stat.S_IFMT(remote.lstat(place).st_mode or 0)
        except SshError as error:
            if error.missing:
                return None
            raise

    def _remove(self, place: str) -> None:
        try:
            with self._sftp.asking(place) as remote:
                remote.remove(place)
        except SshError as error:
            if not error.missing:
                raise

    def _remove_tree(self, place: str) -> None:
        with self._sftp.asking(place) as remote:
            entries = remote.listdir_attr(place)
        for entry in entries:
            inner = f"{place}/{entry.filename}"
            if stat.S_ISDIR(entry.st_mode or 0):
                self._remove_tree(inner)
            else:
                self._remove(inner)
        with self._sftp.asking(place) as remote:
            remote.rmdir(place)

    def _can_rename_over(self, place: str) -> bool:
        """Whether the server has posix-rename: asked with a file that keeps its name."""
        if self._has_posix_rename is None:
            try:
                with self._sftp.asking(place) as remote:
                    remote.posix_rename(place, place)
            except SshError as error:
                if error.transient or error.missing:
                    raise
                self._has_posix_rename = False
            else:
                self._has_posix_rename = True
        return self._has_posix_rename

    def _place(self, path: str) -> str:
        return str(self._folder / path)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except SshError as error:
            raise self._error(error) from error

    def _error(self, error: SshError) -> DeliveryError:
        advice = "Check that the user may write there, and that the disk of the server is not full."
        if error.transient:
            advice = "The next run tries again."
        return DeliveryError(self._target, error.why, advice, transient=error.transient)
