"""The bytes of a records file, unpacked where it is packed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from affluence.cdr.compression import BROKEN, Bounded, NotRecordsError, compression_of
from affluence.errors import UnreadableFileError

ADVICE = "Give the call records themselves, as text, alone in an archive if they must be in one."
_SAMPLE_BYTES = 1 << 16

_NOT_RECORDS = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"\x7fELF": "a program",
    b"SQLite format 3": "an SQLite database",
    b"RIFF": "a sound or video file",
}


@contextmanager
def open_content(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for reading its decompressed bytes.

    Raises:
        UnreadableFileError: the file is missing, forbidden, not text, or its compression is broken.

    """
    try:
        with path.open("rb") as raw:
            start = raw.read(16)
            raw.seek(0)
            for signature, what in _NOT_RECORDS.items():
                if start.startswith(signature):
                    raise UnreadableFileError(path, f"this is {what}, not call records", ADVICE)
            compression = compression_of(start)
            if compression is None:
                yield raw
            else:
                with compression.open(raw) as content:
                    yield Bounded(content, path.stat().st_size)  # type: ignore[misc]  # reads only
    except NotRecordsError as error:
        raise UnreadableFileError(path, str(error), ADVICE) from error
    except (OSError, EOFError, *BROKEN) as error:
        why = f"cannot be read ({error.__class__.__name__}: {_reason(error)})"
        raise UnreadableFileError(
            path, why, "Check that it is there, readable and complete."
        ) from error


def packed_as(path: Path) -> str:
    """How a file is packed: "gz", "zip"…, empty if it is not."""
    with path.open("rb") as raw:
        compression = compression_of(raw.read(16))
    return compression.name if compression else ""


def read_sample(path: Path) -> bytes:
    """First bytes of the decompressed file: enough to tell how it is written, and its dialect."""
    with open_content(path) as content:
        return content.read(_SAMPLE_BYTES)


def _reason(error: BaseException) -> str:
    return str(getattr(error, "strerror", None) or error)
