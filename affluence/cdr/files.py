"""A file of records, read range by range from where it was left.

A range is a run of blocks; its name is a hash of the file's content up to its end, of where it
begins and of what decides how it is read. The same content read in the same way therefore gives
the same names, under whatever path and compression it comes.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from affluence import engine
from affluence.cdr.blocks import (
    BEFORE_BYTES,
    BLOCK_BYTES,
    BLOCK_OF_WIDE_LINES_BYTES,
    Block,
    read_blocks,
    read_document,
    texts_before,
    with_headings,
    with_lines_before,
)
from affluence.cdr.content import open_content
from affluence.cdr.dialect import Dialect
from affluence.cdr.documents import Documents
from affluence.cdr.encoding import TextForm, as_utf8
from affluence.cdr.fixed_width import FixedWidth
from affluence.cdr.identity import Prefix, read_prefix
from affluence.cdr.pseudonyms import DayKey
from affluence.cdr.reader import BlockRead, Reader, concat_reads
from affluence.cdr.recipe import Recipe
from affluence.cdr.recognise import check_stated
from affluence.cdr.records import numbers_equal_ones
from affluence.cdr.understanding import (
    Clock,
    Understood,
    find_clock,
    find_dialect_of,
    read_beginning,
)

_WIDE_LINE = 400  # characters
RANGE_BLOCKS = 8  # parts of some hundred thousand records: few files, bounded memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where reading goes on: what is known of the bytes before ``offset``."""

    offset: int = 0
    lines: int = 0
    clock: Clock | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Some consecutive lines of a file, read."""

    name: str
    start: int  # offsets of decompressed bytes
    end: int
    digest: bytes  # of the whole file up to `end`
    first_line: int
    provisional: bool  # a last line without its line end: it may still grow
    understood: Understood
    read: BlockRead

    @property
    def clock(self) -> Clock:
        """The clock of the records."""
        return self.understood.clock


def read_ranges(
    path: Path,
    recipe: Recipe,
    day_key: DayKey,
    position: Position = Position(),
    threads: int | None = None,
) -> Iterator[Range]:
    """Read a file from a position to its end, on some threads, by default as many as cores.

    Raises:
        UnreadableFileError: it cannot be read, or is not a file of such records.
        UnknownClockError: no clock is given and the records do not tell it.

    """
    begins = read_beginning(path, recipe.zone)
    known = find_dialect_of(begins, recipe)
    dialect = known.dialect
    with open_content(path) as content:
        blocks = engine.ahead(_blocks(path, content, begins.form, dialect, position.offset))
        first = next(blocks, None)
        if first is None:
            return
        known_clock = position.clock
        if known_clock is None:
            if recipe.dialect is not None:
                check_stated(path, begins.sample, recipe.reading, dialect, first)
            known_clock = find_clock(path, first, dialect, recipe)
        understood = begins.understood(known, known_clock)
        reader = Reader(
            dialect=dialect,
            reading=recipe.reading,
            clock_zone=known_clock.zone,
            zone=recipe.zone,
            day_key=day_key,
        )
        line = position.lines + 1
        every = itertools.chain([first], blocks)
        # Blocks of all ranges go through one pool: between two ranges no core has to wait.
        for run in _runs(_read_all(every, line, reader, threads)):
            whole = concat_reads(block_read for _, block_read in run)
            yield range_of([block for block, _ in run], whole, understood, recipe, line)
            line += whole.lines


def range_of(
    blocks: Sequence[Block], read: BlockRead, understood: Understood, recipe: Recipe, line: int
) -> Range:
    """Some consecutive blocks as a range, once they are read; ``line`` is its first."""
    start, last = blocks[0].start, blocks[-1]
    how = (recipe.fingerprint, understood.clock.zone, understood.dialect.variant)
    text = "\0".join((last.digest.hex(), str(start), *how))
    return Range(
        name=hashlib.sha256(text.encode()).hexdigest()[:24],
        start=start,
        end=last.end,
        digest=last.digest,
        first_line=line,
        provisional=not last.terminated,
        understood=understood,
        read=read,
    )


def _blocks(
    path: Path, content: IO[bytes], form: TextForm, dialect: Dialect, offset: int
) -> Iterator[Block]:
    """The content of a file from an offset on."""
    layout = dialect.layout
    prefix = read_prefix(content, offset, BEFORE_BYTES) or Prefix(hashlib.sha256(), b"")
    if isinstance(layout, Documents):
        return read_document(content, form, prefix.hasher, layout.lines_of, start=offset)
    is_wide = isinstance(layout, FixedWidth) and layout.shortest >= _WIDE_LINE
    block_bytes = BLOCK_OF_WIDE_LINES_BYTES if is_wide else BLOCK_BYTES
    blocks = read_blocks(content, form, prefix.hasher, start=offset, block_bytes=block_bytes)
    if layout.heading is not None:
        blocks = with_headings(blocks, layout.heading, _texts_before(path, form, offset))
    if numbers_equal_ones(dialect):
        before = as_utf8(prefix.last, form)
        if offset > len(prefix.last):  # its first line may be cut
            before = before.partition(b"\n")[2]
        blocks = with_lines_before(blocks, before)
    return blocks


def _texts_before(path: Path, form: TextForm, offset: int) -> Iterator[bytes]:
    with open_content(path) as beginning:
        yield from texts_before(beginning, form, offset)


def _read_all(
    blocks: Iterator[Block], first: int, reader: Reader, threads: int | None
) -> Iterator[tuple[Block, BlockRead]]:
    """Every block without its text, and the records in it; ``first`` is the number of a line."""

    def numbered() -> Iterator[tuple[int, Block]]:
        line = first
        for block in blocks:
            yield line, block
            line += block.lines

    def read_one(item: tuple[int, Block]) -> tuple[Block, BlockRead]:
        line, block = item
        return replace(block, text=b"", before=b""), reader.read_block(block, line)

    return engine.spread(read_one, numbered(), threads)


def _runs(
    reads: Iterator[tuple[Block, BlockRead]],
) -> Iterator[list[tuple[Block, BlockRead]]]:
    """The blocks of each range; a last line without end is a range of its own: it may grow."""

    def key(item: tuple[int, tuple[Block, BlockRead]]) -> tuple[int, bool]:
        index, (block, _) = item
        return (index // RANGE_BLOCKS if block.terminated else index, block.terminated)

    for _, numbered in itertools.groupby(enumerate(reads), key):
        yield [read for _, read in numbered]
