"""What files of records come packed in: gz, bz2, xz, zst, Z, and zip with one file in it.

Everything is unpacked as it is read, within fixed memory; what swells beyond belief is refused.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import IO

import ncompress
from backports import zstd

BROKEN = (zlib.error, lzma.LZMAError, zipfile.BadZipFile, zstd.ZstdError)
"""What the libraries raise where an archive is broken, beside OSError and EOFError."""

# Records shrink to a tenth, to a thirtieth at most.
_MOST_SWELLING = 500
_ALWAYS_ALLOWED_BYTES = 64 << 20
_LARGEST_UNPACKED_BYTES = 4 << 30  # on the disk


class NotRecordsError(Exception):
    """What is in an archive is not records; the message says what it is."""


@dataclass(frozen=True, slots=True)
class Compression:
    """A way to pack a file: its first bytes, its name, and how to read what is in it."""

    signature: bytes
    name: str
    open: Callable[[IO[bytes]], AbstractContextManager[IO[bytes]]]


class Bounded:
    """The content of an archive, refused once it has swollen beyond belief."""

    def __init__(self, content: IO[bytes], packed_bytes: int) -> None:
        self._content = content
        self._left = max(packed_bytes * _MOST_SWELLING, _ALWAYS_ALLOWED_BYTES)

    def read(self, size: int) -> bytes:
        """Read at most ``size`` bytes.

        Raises:
            NotRecordsError: there is far more in the archive than records could be.

        """
        data = self._content.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise NotRecordsError(
                f"this archive swells to more than {_MOST_SWELLING} times its size"
            )
        return data


@contextmanager
def _zip(raw: IO[bytes]) -> Iterator[IO[bytes]]:
    with zipfile.ZipFile(raw) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        if "[Content_Types].xml" in names:
            raise NotRecordsError("this is an Excel workbook; save it as CSV")
        if len(names) != 1:
            raise NotRecordsError(f"this is a zip archive of {len(names)} files; unpack it")
        if archive.getinfo(names[0]).flag_bits & 1:
            raise NotRecordsError("this is a zip archive with a password; unpack it")
        with archive.open(names[0]) as content:
            yield content


@contextmanager
def _compress(raw: IO[bytes]) -> Iterator[IO[bytes]]:
    # The library unpacks as a whole: into a file, for memory is bounded.
    with tempfile.TemporaryFile() as content:
        try:
            ncompress.decompress(raw, _Limited(content))
        except ValueError as error:
            raise EOFError(str(error)) from error
        content.seek(0)
        yield content


class _Limited:
    """A file that takes so much and no more."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, data: bytes) -> int:
        if self._file.tell() > _LARGEST_UNPACKED_BYTES:
            raise NotRecordsError("this archive swells beyond what records could be")
        return self._file.write(data)


_COMPRESSIONS = (
    Compression(b"\x1f\x8b", "gz", gzip.open),  # type: ignore[arg-type]  # not declared IO
    Compression(b"BZh", "bz2", bz2.open),
    Compression(b"\xfd7zXZ", "xz", lzma.open),
    Compression(b"\x28\xb5\x2f\xfd", "zst", zstd.open),  # type: ignore[arg-type]  # likewise
    Compression(b"PK\x03\x04", "zip", _zip),
    Compression(b"\x1f\x9d", "Z", _compress),
)


def compression_of(start: bytes) -> Compression | None:
    """How a file is packed that begins with these bytes; None if it is not."""
    return next((each for each in _COMPRESSIONS if start.startswith(each.signature)), None)
