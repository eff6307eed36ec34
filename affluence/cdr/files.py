"""A file of records, read range by range from where it was left.

A range is a run of blocks; its name is a hash of the file's content up to its end, of where it
begins and of what decides how it is read. The same content read in the same way therefore gives
the same names, under whatever path and compression it comes.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from affluence import engine
from affluence.cdr import clock, reader
from affluence.cdr.content import (
    BLOCK_BYTES,
    Block,
    TextForm,
    as_utf8,
    detect_form,
    first_lines,
    open_content,
    packed_as,
    read_blocks,
    read_document,
    read_sample,
    with_headings,
)
from affluence.cdr.dialect import (
    Dialect,
    MissingColumnsError,
    Reading,
    Sample,
    UntellingFormatError,
)
from affluence.cdr.dialects import DIALECTS, find_dialect
from affluence.cdr.layouts import Documents
from affluence.cdr.lines import is_blank, read_few, split
from affluence.cdr.reader import BlockRead, DayKey, clock_evidence, concat_reads, read_block
from affluence.cdr.recognise import LINES, Recognised, recognise
from affluence.errors import UnknownClockError, UnreadableFileError

RANGE_BLOCKS = 8  # parts of some hundred thousand records: few files, bounded memory
HEAD_BYTES = 4096
_LARGEST_OF_MANY_BYTES = 1 << 20  # of a file that is read with others
VERSION = 1  # raised when the same bytes are read differently: files are then read again


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The clock by which records were written, and how it is known."""

    zone: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Everything that decides how the records of a platform are read."""

    dialect: Dialect | None  # None: found for each file
    reading: Reading
    clock: str  # a zone, or "auto"
    zone: str

    def __reduce__(self) -> tuple[object, ...]:
        """A dialect is code: to another process goes its name."""
        name = self.dialect.name if self.dialect else None
        return _recipe, (name, self.reading, self.clock, self.zone)

    @property
    def fingerprint(self) -> str:
        """Hash of the recipe: files read by another one are read again."""
        dialects = [self.dialect] if self.dialect else DIALECTS.values()
        versions = ([(dialect.name, dialect.version) for dialect in dialects], VERSION)
        text = repr((versions, self.reading, self.clock, self.zone))
        return hashlib.sha256(text.encode()).hexdigest()


def _recipe(dialect: str | None, reading: Reading, clock: str, zone: str) -> Recipe:
    return Recipe(dialect=find_dialect(dialect), reading=reading, clock=clock, zone=zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where reading goes on: what is known of the bytes before ``offset``."""

    offset: int = 0
    lines: int = 0
    clock: Clock | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """How a file was understood, and why."""

    dialect: Recognised
    clock: Clock
    form: TextForm
    packed_as: str  # empty: it is not packed


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Some consecutive lines of a file, read."""

    name: str
    start: int
    end: int
    digest: bytes
    first_line: int
    provisional: bool  # a last line without its line end: it may still grow
    understood: Understood
    read: BlockRead

    @property
    def clock(self) -> Clock:
        """The clock of the records."""
        return self.understood.clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A small file that is a document, taken apart but not yet read.

    ``size`` and ``mtime_ns`` are those of before it was opened.
    """

    path: Path
    size: int
    mtime_ns: int
    sample: Sample
    understood: Understood
    block: Block


def head_digest(path: Path, length: int = HEAD_BYTES) -> tuple[int, bytes]:
    """Number and hash of the first bytes of a file, at most ``length``."""
    head = read_sample(path)[:length]
    return len(head), hashlib.sha256(head).digest()


def head_digests(path: Path, lengths: Iterable[int]) -> dict[int, bytes]:
    """Hashes of the first bytes of a file, for each number of bytes that it has."""
    head = read_sample(path)[:HEAD_BYTES]
    return {n: hashlib.sha256(head[:n]).digest() for n in lengths if n <= len(head)}


def prefix_digest(path: Path, length: int) -> bytes | None:
    """Hash of the first ``length`` decompressed bytes of a file, None if it is shorter."""
    with open_content(path) as content:
        hasher = _hash_prefix(content, length)
    return hasher.digest() if hasher else None


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
    sample = read_sample(path)
    form = detect_form(path, sample)
    begins = _sample(path, first_lines(sample, form), recipe.zone)
    known = _recognise(path, recipe, begins)
    dialect, layout = known.dialect, known.dialect.layout
    with open_content(path) as content:
        hasher = _hash_prefix(content, position.offset) or hashlib.sha256()
        blocks = read_blocks(content, form, hasher, start=position.offset)
        if isinstance(layout, Documents):
            start = position.offset
            blocks = read_document(content, form, hasher, layout.lines_of, start=start)
        elif layout.heading is not None:
            before = _text_before(path, form, position.offset)
            blocks = with_headings(blocks, layout.heading, before)
        blocks = engine.ahead(blocks)
        first = next(blocks, None)
        if first is None:
            return
        known_clock = position.clock
        if known_clock is None:
            if recipe.dialect is not None:
                _check_dialect(path, first, dialect, begins, recipe.reading)
            known_clock = _find_clock(path, first, dialect, recipe)
        understood = Understood(
            dialect=known, clock=known_clock, form=form, packed_as=packed_as(path)
        )
        clock_zone, line = known_clock.zone, position.lines + 1

        def read(block: Block, number: int) -> BlockRead:
            return read_block(
                block,
                dialect,
                recipe.reading,
                clock_zone=clock_zone,
                zone=recipe.zone,
                day_key=day_key,
                first_line=number,
            )

        every = itertools.chain([first], blocks)
        # Blocks of all ranges go through one pool: between two ranges no core has to wait.
        for run in _runs(_read_all(every, line, read, threads)):
            whole = concat_reads(block_read for _, block_read in run)
            start, last = run[0][0].start, run[-1][0]
            yield Range(
                name=_name(last.digest, start, recipe, known_clock, dialect.variant),
                start=start,
                end=last.end,
                digest=last.digest,
                first_line=line,
                provisional=not last.terminated,
                understood=understood,
                read=whole,
            )
            line += whole.lines


def open_document(path: Path, recipe: Recipe) -> Document | None:
    """A small file that is a document of records; None if it is another kind of file.

    Raises:
        UnreadableFileError: it cannot be read, or is not a file of such records.
        UnknownClockError: no clock is given and the records do not tell it.

    """
    dialects = [recipe.dialect] if recipe.dialect else DIALECTS.values()
    of_documents = [each.layout for each in dialects if isinstance(each.layout, Documents)]
    if not of_documents:
        return None
    sample = read_sample(path)
    status = path.stat()
    if status.st_size > _LARGEST_OF_MANY_BYTES:
        return None
    form = detect_form(path, sample)
    begins = _sample(path, first_lines(sample, form), recipe.zone)
    if recipe.dialect is None and not any(layout.begins(begins.lines) for layout in of_documents):
        return None
    known = _recognise(path, recipe, begins)
    layout = known.dialect.layout
    if not isinstance(layout, Documents):
        return None
    with open_content(path) as content:
        block = next(read_document(content, form, hashlib.sha256(), layout.lines_of), None)
    if block is None:
        return None
    known_clock = _find_clock(path, block, known.dialect, recipe)
    understood = Understood(dialect=known, clock=known_clock, form=form, packed_as=packed_as(path))
    return Document(
        path=path,
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
        sample=begins,
        understood=understood,
        block=block,
    )


def read_documents(
    documents: Sequence[Document], recipe: Recipe, day_key: DayKey
) -> Iterator[tuple[Document, Range | UnreadableFileError]]:
    """Read many documents at once: each gives what `read_ranges` would give, or raise."""

    def alike(document: Document) -> tuple[str, str]:
        return document.understood.dialect.dialect.name, document.understood.clock.zone

    for _, group in itertools.groupby(sorted(documents, key=alike), alike):
        together = list(group)
        known = together[0].understood
        reads = reader.read_documents(
            [document.block for document in together],
            known.dialect.dialect,
            recipe.reading,
            clock_zone=known.clock.zone,
            zone=recipe.zone,
            day_key=day_key,
        )
        for document, read in zip(together, reads, strict=True):
            yield document, _range_of(document, read, recipe)


def _range_of(document: Document, read: BlockRead, recipe: Recipe) -> Range | UnreadableFileError:
    block, understood = document.block, document.understood
    dialect = understood.dialect.dialect
    # Where nothing is rejected no line can be of another kind: to look again takes long.
    if recipe.dialect is not None and read.rejects.height:
        try:
            _check_dialect(document.path, block, dialect, document.sample, recipe.reading)
        except UnreadableFileError as error:
            return error
    return Range(
        name=_name(block.digest, block.start, recipe, understood.clock, dialect.variant),
        start=block.start,
        end=block.end,
        digest=block.digest,
        first_line=1,
        provisional=not block.terminated,
        understood=understood,
        read=read,
    )


def _read_all(
    blocks: Iterator[Block],
    first: int,
    read: Callable[[Block, int], BlockRead],
    threads: int | None,
) -> Iterator[tuple[Block, BlockRead]]:
    """Every block without its text, and the records in it; ``first`` is the number of a line."""

    def numbered() -> Iterator[tuple[int, Block]]:
        line = first
        for block in blocks:
            yield line, block
            line += block.lines

    def read_one(item: tuple[int, Block]) -> tuple[Block, BlockRead]:
        line, block = item
        return replace(block, text=b""), read(block, line)

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


def _text_before(path: Path, form: TextForm, offset: int) -> bytes:
    with open_content(path) as content:
        return as_utf8(content.read(offset), form)


def _sample(path: Path, lines: tuple[str, ...], zone: str) -> Sample:
    modified = datetime.fromtimestamp(path.stat().st_mtime, ZoneInfo(zone))
    return Sample(lines=lines, modified_on=modified.date())


def _recognise(path: Path, recipe: Recipe, sample: Sample) -> Recognised:
    """The dialect as this very file has it."""
    if all(map(is_blank, sample.lines)):
        any_dialect = recipe.dialect or next(iter(DIALECTS.values()))
        return Recognised(dialect=any_dialect, found="assumed: it is empty")
    if recipe.dialect is None:
        return recognise(path, sample, recipe.reading, DIALECTS.values())
    stated = "stated in the configuration"
    if recipe.dialect.fit is None:
        return Recognised(dialect=recipe.dialect, found=stated)
    try:
        return Recognised(dialect=recipe.dialect.fit(sample, recipe.reading), found=stated)
    except UntellingFormatError as error:
        raise UnreadableFileError(path, str(error), error.advice) from error
    except MissingColumnsError as error:
        why, advice = f"its header does not name the columns {error}", "Export these columns too"
        if error.titles:
            why += f"; it names {', '.join(error.titles)}"
            advice += ", or write which of those they are in [platform.<id>.source.format] columns"
        else:
            advice += ", under their usual names"
        raise UnreadableFileError(path, why, f"{advice}.") from error


def _check_dialect(
    path: Path, block: Block, dialect: Dialect, sample: Sample, reading: Reading
) -> None:
    """Refuse a file whose first lines are mostly not records: it is another kind of file."""
    start = block.text[: 1 << 16]
    lines = split(start[: start.rfind(b"\n") + 1] or block.text)[:LINES]
    titles = dialect.titles if block.start == 0 else 0
    accepted, rejects = read_few(lines, dialect, titles=titles)
    rejected = rejects.height
    if rejected > accepted and not (accepted == 0 and rejected == 1 and not block.terminated):
        why = f"its lines are not call records of the dialect {dialect.name}"
        example = rejects.row(0)
        try:
            seems = recognise(path, sample, reading, DIALECTS.values()).dialect.name
            other = f"; it seems to be in the dialect {seems}"
        except UnreadableFileError:
            other = ""
        raise UnreadableFileError(
            path,
            f"{why} (line {example[0]}: {example[1]}; its shape begins {example[2][:60]!r}){other}",
            "Check the file, and 'dialect' in the [platform.<id>.source] section.",
        )


def _find_clock(path: Path, block: Block, dialect: Dialect, recipe: Recipe) -> Clock:
    if dialect.instants:
        return Clock(zone="UTC", found="the times themselves tell their distance from UTC")
    if recipe.clock != "auto":
        return Clock(zone=recipe.clock, found="stated in the configuration")
    if dialect.clock:
        return Clock(zone=dialect.clock, found=f"what {dialect.name} writes")
    wall_us, epoch_s = clock_evidence(block, dialect)
    if epoch_s.null_count() == len(epoch_s):
        found = "assumed: the platform's own zone, for the records hold no epoch"
        return Clock(zone=recipe.zone, found=found)
    deduced = clock.deduce(wall_us, epoch_s, recipe.zone)
    if deduced is None:
        raise UnknownClockError(path, "the starts of the calls do not fit their identifiers")
    return Clock(
        zone=deduced.zone,
        found=f"{deduced.found}, {deduced.agreeing_share:.1%} of the calls agree",
    )


def _name(digest: bytes, start: int, recipe: Recipe, known_clock: Clock, variant: str) -> str:
    how = (recipe.fingerprint, known_clock.zone, variant)
    text = "\0".join((digest.hex(), str(start), *how))
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _hash_prefix(content: IO[bytes], length: int) -> hashlib._Hash | None:
    hasher = hashlib.sha256()
    while length:
        read = content.read(min(length, BLOCK_BYTES))
        if not read:
            return None
        hasher.update(read)
        length -= len(read)
    return hasher
