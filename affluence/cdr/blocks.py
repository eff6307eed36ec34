"""The text of a file in blocks of whole lines.

Offsets count decompressed bytes, so that a log and its compressed copy have the same blocks. A
block always ends with a line; only the last may lack its line end (`Block.terminated`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import IO

import polars as pl

from affluence.cdr.compression import NotRecordsError
from affluence.cdr.encoding import TextForm, as_utf8
from affluence.cdr.lines import scan_lines

# Large enough to keep every core busy in one parse, small enough for the allocator to hand the
# same memory out again (above 32 MiB glibc maps fresh pages for each block: three times slower).
BLOCK_BYTES = 16 << 20
# Of wide lines so few fill a block that what each costs by itself weighs, and memory less.
BLOCK_OF_WIDE_LINES_BYTES = 26 << 20
_LEAST_READ_BYTES = 1 << 16
_LONGEST_LINE_BYTES = 1 << 20
_HEADING_WITHIN_BYTES = 1 << 20
_LARGEST_DOCUMENT_BYTES = 64 << 20
# Records that are equal in all that they say have come within a second, or a minute.
BEFORE_BYTES = 1 << 16


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
    before: bytes = b""  # some whole lines before it, where records are told apart by those


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
    while read := content.read(max(block_bytes - len(rest), _LEAST_READ_BYTES)):
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

    See `affluence.cdr.documents.Documents`; for the other arguments see `read_blocks`.

    Raises:
        NotRecordsError: it is larger than any document of records.

    """
    data = content.read(_LARGEST_DOCUMENT_BYTES + 1)
    if len(data) > _LARGEST_DOCUMENT_BYTES:
        raise NotRecordsError("this document is too large to be one of call records")
    hasher.update(data)
    text = as_utf8(data if start else data[len(form.mark) :], form).decode()
    lines = [f"{line}\n" for line in lines_of(text)]
    if data:
        content_lines = "".join(lines).encode()
        end = start + len(data)
        yield Block(content_lines, start, end, True, hasher.copy().digest(), len(lines))


def texts_before(content: IO[bytes], form: TextForm, offset: int) -> Iterator[bytes]:
    """The text of a file up to the line that begins at an offset, in pieces of whole lines."""
    left, rest = offset - len(content.read(len(form.mark))), b""
    while left > 0 and (read := content.read(min(left, BLOCK_BYTES))):
        left -= len(read)
        rest += read
        end = _last_line_end(rest, form)
        yield as_utf8(rest[:end], form)
        rest = rest[end:]


def with_headings(
    blocks: Iterator[Block], pattern: re.Pattern[str], before: Iterable[bytes]
) -> Iterator[Block]:
    """Tell each block which heading holds where it begins; ``before`` is the text before them."""
    # A search for the line end before it goes four times as fast as one for the start of a line.
    heading = f"(?m-u)\n{pattern.pattern}"
    last = ""
    for text in before:
        last = _last_heading(text, heading, last)
    for block in blocks:
        yield replace(block, heading=last)
        last = _last_heading(block.text, heading, last)


def with_lines_before(blocks: Iterator[Block], before: bytes) -> Iterator[Block]:
    """Tell each block which lines stand before it, at most `BEFORE_BYTES` of them.

    ``before`` are the lines before the first, or the last of them.
    """
    last = _last_lines(before)
    for block in blocks:
        yield replace(block, before=last)
        last = _last_lines(last + block.text[-BEFORE_BYTES:])


def _last_lines(text: bytes) -> bytes:
    if len(text) <= BEFORE_BYTES:
        return text
    # Where the last bytes begin with a line cannot be seen: it is given up with the broken ones.
    return text[-BEFORE_BYTES:].partition(b"\n")[2]


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
    # Four times as fast as `bytes.count`.
    return int(scan_lines(text).select(pl.len()).collect().item())


def _last_line_end(data: bytes, form: TextForm) -> int:
    """Offset just behind the last line end, 0 if there is none."""
    width = len(form.line_end)
    at = data.rfind(form.line_end)
    while at >= 0 and at % width:  # in UTF-16 the same bytes may straddle two characters
        at = data.rfind(form.line_end, 0, at + width - 1)
    return at + width if at >= 0 else 0
