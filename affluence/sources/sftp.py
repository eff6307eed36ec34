"""A folder of record files on a server that is reached by SFTP."""

from __future__ import annotations

import posixpath
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from affluence.sources.remote import (
    Change,
    ChangedMeanwhileError,
    Found,
    Known,
    Mirror,
    Problem,
    choose,
)
from affluence.ssh import Sftp, SshError, SshServer, open_sftp


@dataclass(frozen=True, kw_only=True)
class SftpSource:
    """Files of a folder that match one of the patterns."""

    server: SshServer
    folder: str
    patterns: Sequence[str]

    def fetch(self, mirror: Mirror, known: Known) -> Iterator[Change | Problem]:
        """See `affluence.sources.remote.Source`."""
        where = self._shown(self.folder)
        try:
            with open_sftp(self.server) as sftp:
                listed = self._listed(sftp)
                if not listed:
                    why = f"no file there matches {', '.join(self.patterns)}"
                    yield Problem(where=where, why=why, transient=False)
                for name in choose(listed, self.patterns):
                    yield from self._fetch_file(sftp, listed[name], mirror, known)
        except SshError as error:
            yield Problem(where=where, why=error.why, transient=error.transient)

    def _shown(self, path: str) -> str:
        return f"sftp://{self.server.host}/{path.removeprefix('.').lstrip('/')}"

    def _listed(self, sftp: Sftp) -> dict[str, Found]:
        """Files that match, with modification time and size as their stamp."""
        files = {}
        with sftp.asking(self.folder) as remote:
            for entry in remote.listdir_attr(self.folder):
                if not choose([entry.filename], self.patterns):
                    continue
                status = entry
                if stat.S_ISLNK(entry.st_mode or 0):
                    with suppress(FileNotFoundError):  # what leads nowhere stays a link
                        status = remote.stat(posixpath.join(self.folder, entry.filename))
                if stat.S_ISREG(status.st_mode or 0):
                    files[entry.filename] = Found(
                        name=entry.filename,
                        stamp=f"{status.st_mtime} {status.st_size}",
                        size=status.st_size,
                    )
        return files

    def _fetch_file(
        self, sftp: Sftp, found: Found, mirror: Mirror, known: Known
    ) -> Iterator[Change | Problem]:
        before = known.copies.get(found.name)
        if before is not None and before.stamp == found.stamp:
            return
        path = posixpath.join(self.folder, found.name)

        def read(start: int, length: int | None = None) -> Iterator[bytes]:
            # Up to the size that was found: what is appended meanwhile is for the next time.
            end = found.size or 0
            return sftp.pieces(path, start, max(end - start, 0) if length is None else length)

        where = self._shown(path)
        try:
            yield mirror.bring(found, known.copies, read)
        except ChangedMeanwhileError as error:
            yield Problem(where=where, why=error.why, transient=True)
        except SshError as error:
            if error.transient:
                raise  # the connection is gone, for the other files too
            yield Problem(where=where, why=error.why, transient=False)
