"""The bytes of a records file: decompressed, cut into blocks of whole lines, decoded to UTF-8.

Offsets count decompressed bytes, so that a log and its compressed copy have the same ranges.
A block always ends with a line; only the last may lack its line end (`Block.terminated`).
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Literal

import polars as pl

from affluence.cdr.compression import BROKEN, Bounded, NotRecordsError, compression_of
from affluence.errors import UnreadableFileError

# Large enough to keep every core busy in one parse, small enough for the allocator to hand the
# same memory out again (above 32 MiB glibc maps fresh pages for each block: three times slower).
BLOCK_BYTES = 16 << 20
_LONGEST_LINE_BYTES = 1 << 20
_SAMPLE_BYTES = 1 << 16
_HEADING_WITHIN_BYTES = 1 << 20
LARGEST_DOCUMENT_BYTES = 64 << 20
_ADVICE = "Give the call records themselves, as text, alone in an archive if they must be in one."

Encoding = Literal["utf-8", "utf-16-le", "utf-16-be"]

_MARKS: tuple[tuple[Encoding, bytes, str], ...] = (
    ("utf-16-le", b"\xff\xfe", "UTF-16"),
    ("utf-16-be", b"\xfe\xff", "UTF-16"),
    ("utf-8", b"\xef\xbb\xbf", "UTF-8"),
)

_NOT_RECORDS = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"\x7fELF": "a program",
    b"SQLite format 3": "an SQLite database",
    b"RIFF": "a sound or video file",
}


@dataclass(frozen=True, slots=True)
class TextForm:
    """How a file writes text, told from its first bytes."""

    encoding: Encoding
    mark: bytes  # before the text
    line_end: bytes  # in the file's own encoding; CRLF files end their lines with LF
    encoding_found: str  # and why
    line_end_found: str


@dataclass(frozen=True, slots=True)
class Block:
    """Some whole lines as UTF-8 with LF, and where they lie in the decompressed file."""

    text: bytes
    start: int
    end: int
    terminated: bool
    digest: bytes  # of the whole file up to `end`
    lines: int  # an unterminated last one included
    heading: str = ""  # the last line before it that holds for those that follow


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
                    raise UnreadableFileError(path, f"this is {what}, not call records", _ADVICE)
            compression = compression_of(start)
            if compression is None:
                yield raw
            else:
                with compression.open(raw) as content:
                    yield Bounded(content, path.stat().st_size)  # type: ignore[misc]  # reads only
    except NotRecordsError as error:
        raise UnreadableFileError(path, str(error), _ADVICE) from error
    except (OSError, EOFError, *BROKEN) as error:
        why = f"cannot be read ({error.__class__.__name__}: {_reason(error)})"
        raise UnreadableFileError(
            path, why, "Check that it is there, readable and complete."
        ) from error


def detect_form(path: Path, sample: bytes) -> TextForm:
    """Tell encoding and line ends from the first bytes of a file.

    Raises:
        UnreadableFileError: these bytes are not text.

    """
    encoding: Encoding = "utf-8"
    mark = b""
    for candidate, bom, name in _MARKS:
        if sample.startswith(bom):
            encoding, mark = candidate, bom
            found = f"{name}, by its byte order mark"
            break
    else:
        encoding, found = _guess(path, sample)
    text = sample[len(mark) :]
    line_feed, carriage_return = "\n".encode(encoding), "\r".encode(encoding)
    returns, feeds = carriage_return in text, line_feed in text
    line_end = carriage_return if returns and not feeds else line_feed
    ends = "CR" if line_end == carriage_return else "CR LF" if returns else "LF"
    return TextForm(encoding, mark, line_end, found, ends)


def _guess(path: Path, text: bytes) -> tuple[Encoding, str]:
    """The encoding of a text without mark, and why."""
    if len(text) >= 4 and text[1::2].count(0) > len(text) // 4:
        return "utf-16-le", "UTF-16, by its zero bytes"
    if len(text) >= 4 and text[0::2].count(0) > len(text) // 4:
        return "utf-16-be", "UTF-16, by its zero bytes"
    if text.strip(b"\0") and _looks_binary(text):
        raise UnreadableFileError(path, "this is a binary file, not call records", _ADVICE)
    if text.isascii():
        return "utf-8", "ASCII"
    try:
        # The sample may end within a character.
        codecs.getincrementaldecoder("utf-8")().decode(text)
    except UnicodeDecodeError:
        return "utf-8", "Windows-1252 (Latin-1), where lines are not UTF-8"
    return "utf-8", "UTF-8, by its bytes"


def first_lines(sample: bytes, form: TextForm) -> tuple[str, ...]:
    """The whole lines at the beginning of a file, without their ends."""
    text = as_utf8(sample[len(form.mark) :], form).decode()
    lines = text.split("\n")
    return tuple(lines[:-1] if len(lines) > 1 else lines)


def as_utf8(data: bytes, form: TextForm) -> bytes:
    """Some bytes of a file as UTF-8 with LF, whatever they hold."""
    if form.encoding != "utf-8":
        data = data.decode(form.encoding, errors="replace").encode()
    elif not data.isascii():
        data = _repaired(data)
    if form.line_end == "\r".encode(form.encoding):
        return data.replace(b"\r", b"\n")
    return data.replace(b"\r\n", b"\n") if b"\r" in data else data


def _repaired(data: bytes) -> bytes:
    """UTF-8 of lines that may each be in UTF-8 or, from older systems, in cp1252."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return b"\n".join(map(_repaired_line, data.split(b"\n")))
    return data


def _repaired_line(line: bytes) -> bytes:
    try:
        line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace").encode()  # it leaves five bytes undefined
    return line


def read_blocks(
    content: IO[bytes],
    form: TextForm,
    hasher: hashlib._Hash,
    *,
    start: int,
    block_bytes: int = BLOCK_BYTES,
) -> Iterator[Block]:
    """Cut ``content``, which stands at ``start``, into blocks of whole lines.

    ``hasher`` has seen everything before ``start`` and sees everything that a block holds.
    """
    rest = b""
    # A block is decided by where it begins and by nothing before it: reading that goes on after an
    # interruption cuts the same blocks as reading that was never interrupted.
    while read := content.read(max(block_bytes - len(rest), _SAMPLE_BYTES)):
        if cut := len(rest) % len(form.line_end):  # a character of UTF-16, read in two halves
            rest, read = rest[:-cut], rest[-cut:] + read
        end = _last_line_end(read, form)
        if end == 0 and len(rest) + len(read) < max(block_bytes, _LONGEST_LINE_BYTES):
            rest += read
            continue
        # Blocks are large: what is left of the one before is put before them in one copy.
        whole = b"".join((rest, memoryview(read)[: end or None]))
        rest = read[end:] if end else b""
        hasher.update(whole)
        yield _block(whole, form, start, hasher, terminated=end > 0)
        start += len(whole)
    if rest:
        hasher.update(rest)
        yield _block(rest, form, start, hasher, terminated=False)


def read_document(
    content: IO[bytes],
    form: TextForm,
    hasher: hashlib._Hash,
    lines_of: Callable[[str], Iterator[str]],
    *,
    start: int = 0,
) -> Iterator[Block]:
    """What stands from ``start`` on in a file of documents, as a block of lines.

    See `layouts.Documents`; for the other arguments see `read_blocks`.

    Raises:
        NotRecordsError: it is larger than any document of records.

    """
    data = content.read(LARGEST_DOCUMENT_BYTES + 1)
    if len(data) > LARGEST_DOCUMENT_BYTES:
        raise NotRecordsError("this document is too large to be one of call records")
    hasher.update(data)
    text = as_utf8(data if start else data[len(form.mark) :], form).decode()
    lines = [f"{line}\n" for line in lines_of(text)]
    if data:
        content_lines = "".join(lines).encode()
        end = start + len(data)
        yield Block(content_lines, start, end, True, hasher.copy().digest(), len(lines))


def with_headings(
    blocks: Iterator[Block], pattern: re.Pattern[str], before: bytes
) -> Iterator[Block]:
    """Tell each block which heading holds where it begins; ``before`` is the text before them."""
    # A search for the line end before it goes four times as fast as one for the start of a line.
    heading = f"(?m-u)\n{pattern.pattern}"
    last = _last_heading(before, heading, "")
    for block in blocks:
        yield replace(block, heading=last)
        last = _last_heading(block.text, heading, last)


def _last_heading(text: bytes, heading: str, otherwise: str) -> str:
    # From the end, for most files have headings all over; by Polars, whose search takes a third of
    # the time and leaves Python to the other blocks.
    end = len(text)
    while end:
        start = text.rfind(b"\n", 0, max(end - _HEADING_WITHIN_BYTES, 0)) + 1
        lines = pl.Series(["\n" + text[start:end].decode(errors="replace")])
        found = lines.str.extract_all(heading).explode(empty_as_null=False)
        if not found.is_empty():
            return str(found[-1])[1:]
        end = start
    return otherwise


def _block(
    data: bytes, form: TextForm, start: int, hasher: hashlib._Hash, *, terminated: bool
) -> Block:
    text = data[len(form.mark) :] if start == 0 else data
    text = as_utf8(text, form)
    return Block(
        text, start, start + len(data), terminated, hasher.copy().digest(), _count_lines(text)
    )


def _count_lines(text: bytes) -> int:
    """Number of lines, blank ones and an unterminated last one included."""
    if not text:
        return 0
    # Four times as fast as `bytes.count`: one column that nothing separates and nothing quotes.
    one_column = pl.scan_csv(
        text, has_header=False, separator="\x01", quote_char=None, schema={"line": pl.String}
    )
    return int(one_column.select(pl.len()).collect().item())


def _last_line_end(data: bytes, form: TextForm) -> int:
    """Offset just behind the last line end, 0 if there is none."""
    width = len(form.line_end)
    at = data.rfind(form.line_end)
    while at >= 0 and at % width:  # in UTF-16 the same bytes may straddle two characters
        at = data.rfind(form.line_end, 0, at + width - 1)
    return at + width if at >= 0 else 0


def _looks_binary(text: bytes) -> bool:
    control = sum(text.count(byte) for byte in (*range(1, 9), *range(14, 32)))
    return control + text.count(0) > len(text) // 50


def _reason(error: BaseException) -> str:
    return str(getattr(error, "strerror", None) or error)


def packed_as(path: Path) -> str:
    """How a file is packed: "gz", "zip"…, empty if it is not."""
    with path.open("rb") as raw:
        compression = compression_of(raw.read(16))
    return compression.name if compression else ""


def read_sample(path: Path) -> bytes:
    """First bytes of the decompressed file, for `detect_form` and for recognising a dialect."""
    with open_content(path) as content:
        return content.read(_SAMPLE_BYTES)
