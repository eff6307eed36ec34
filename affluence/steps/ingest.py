"""Files → lake: what is new in the files of a platform is read, and nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import cast

from affluence import engine
from affluence.cdr.document_files import DOCUMENTS, Document, open_document, read_documents
from affluence.cdr.files import Position, Range, read_ranges
from affluence.cdr.identity import head_digest
from affluence.cdr.recipe import Recipe
from affluence.cdr.understanding import Clock
from affluence.errors import RecordsError
from affluence.steps.keep_ranges import as_repeated, keep_ranges, rejects_of
from affluence.steps.known_files import Intent, KnownFiles, decide
from affluence.store import Store
from affluence.store.keyring import LentKeys
from affluence.store.lake import Lake
from affluence.store.read_files import RangeEntry, SeenFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """What an ingestion did: files looked at, lines read now, files that could not be read."""

    files: int = 0
    files_read: int = 0
    files_read_again: int = 0  # of these, read before by other settings or another version
    lines: int = 0
    rejected: int = 0
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """What one ingestion is done with, and who is told of it."""

    store: Store
    platform: str
    recipe: Recipe
    sealed: Collection[date]
    on_lines: Callable[[int], None]
    on: engine.Engine
    lent: LentKeys

    def day_key(self, day: date) -> str:
        """Secret of a local day of the platform."""
        return self.store.keys.day_key(self.platform, day)


@dataclass(frozen=True, slots=True, kw_only=True)
class _FileRead:
    """What reading a file gave: numbers of its lines and of its rejects, or why it cannot be."""

    lines: int = 0
    rejected: int = 0
    is_again: bool = False  # it had been read otherwise
    problem: RecordsError | None = None


def ingest(
    store: Store,
    platform: str,
    recipe: Recipe,
    paths: Sequence[Path],
    on_lines: Callable[[int], None] = lambda _: None,
    *,
    on: engine.Engine = engine.LOCAL,
) -> Ingested:
    """Bring the lake up to date with some files; a file that cannot be read does not stop it.

    ``on_lines`` is told the number of lines of each range that was read; ``on`` is where files are
    read. Small documents, which are read by the thousand, are always read here.
    """
    days = store.ledger.days.measured(platform)
    sealed = sorted(day for day, (_, is_sealed) in days.items() if is_sealed)
    job = _Job(
        store=store,
        platform=platform,
        recipe=recipe,
        sealed=sealed,
        on_lines=on_lines,
        on=on,
        lent=store.keys.lend(platform),
    )
    reads = list(_read_files(job, paths))
    sound = [read for read in reads if read.problem is None]
    return Ingested(
        files=len(paths),
        files_read=len(sound),
        files_read_again=sum(read.is_again for read in sound),
        lines=sum(read.lines for read in sound),
        rejected=sum(read.rejected for read in sound),
        problems=tuple(str(read.problem) for read in reads if read.problem),
    )


def _read_files(job: _Job, paths: Sequence[Path]) -> Iterator[_FileRead]:
    """Read what is new in some files, small documents together with those that follow them."""
    known = KnownFiles(job.store.ledger.files.of(job.platform), {str(path) for path in paths})
    for kind, group in groupby(_wanted(job, paths, known), type):
        if kind is FileToRead:
            yield from _read_each(job, cast("Iterator[FileToRead]", group))
        else:
            for each in group:
                if isinstance(each, RecordsError):
                    yield _FileRead(problem=each)
                else:
                    yield from _read_documents(job, cast("list[_Waiting]", each))


def _wanted(
    job: _Job, paths: Sequence[Path], known: KnownFiles
) -> Iterator[FileToRead | list[_Waiting] | RecordsError]:
    """Files that have something new, documents that are read together, and what is wrong."""
    waiting: list[_Waiting] = []
    for number, path in enumerate(paths):
        # Counted among all files: what is read together is the same when a run was interrupted.
        if waiting and number % DOCUMENTS == 0:
            yield waiting
            waiting = []
        try:
            intent = decide(path, known, job.recipe.fingerprint)
            if intent.action == "skip":
                continue
            if together := _to_be_read_with_others(job, path, intent, known):
                waiting.append(together)
                continue
            file = _file_to_read(job, path, intent)
        except RecordsError as error:
            yield error
            continue
        # Settled before it is read, so that others are not to wait for it.
        known.settle(path, intent)
        if waiting:
            yield waiting
            waiting = []
        yield file
    if waiting:
        yield waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """A document that is read with others."""

    document: Document
    head: tuple[int, bytes]
    before: SeenFile | None  # what another recipe read of it


def _to_be_read_with_others(
    job: _Job, path: Path, intent: Intent, known: KnownFiles
) -> _Waiting | None:
    """A small document of which nothing is known that other files could go on with."""
    if intent.action != "begin" or intent.seen != known.at(path):
        return None
    document = open_document(path, job.recipe)
    if document is None:
        return None
    return _Waiting(document=document, head=head_digest(path), before=intent.seen)


def _read_documents(job: _Job, waiting: Sequence[_Waiting]) -> Iterator[_FileRead]:
    """Read documents in few queries, into few files and in one transaction."""
    ledger, reader = job.store.ledger, job.recipe.fingerprint
    reads: list[tuple[_Waiting, Range]] = []
    for each, read in zip(waiting, _all_read(job, waiting), strict=True):
        if isinstance(read, RecordsError):
            yield _FileRead(problem=read)
        else:
            reads.append((each, read))
    names = {read.name for _, read in reads}
    entries = keep_ranges(
        job.store.lake,
        job.platform,
        [read for _, read in reads],
        sealed=job.sealed,
        held=ledger.files.held_ranges(job.platform, names),
    )
    for each, read in reads:
        _put_aside(job, read.name, rejects_of(each.document.path, read))
    with ledger.together():
        for (each, read), entry in zip(reads, entries, strict=True):
            if each.before is not None:
                ledger.files.forget(each.before.id)
            path = str(each.document.path)
            file = ledger.files.add(job.platform, path, head=each.head, reader=reader)
            clock = (read.clock.zone, read.clock.found)
            ledger.files.add_range(job.platform, file, entry, clock=clock)
            size, mtime_ns = each.document.size, each.document.mtime_ns
            ledger.files.finish(file, size=size, mtime_ns=mtime_ns)
    for (each, read), entry in zip(reads, entries, strict=True):
        job.on_lines(entry.lines)
        yield _FileRead(
            lines=entry.lines,
            rejected=read.read.rejects.height,
            is_again=each.before is not None,
        )


def _all_read(job: _Job, waiting: Sequence[_Waiting]) -> Iterator[Range | RecordsError]:
    documents = [each.document for each in waiting]
    found = {
        document.path: read for document, read in read_documents(documents, job.recipe, job.day_key)
    }
    return (found[document.path] for document in documents)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileToRead:
    """A file that has something new, and everything that reading it depends on.

    ``size_bytes`` and ``mtime_ns`` are those of before it is read: what is appended meanwhile is
    found the next time.
    """

    path: Path
    size_bytes: int
    mtime_ns: int
    head: tuple[int, bytes]
    intent: Intent
    position: Position
    platform: str
    recipe: Recipe
    keys: LentKeys
    sealed: Collection[date]
    lake: Lake
    threads: int | None

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeKept:
    """A range whose records are in the lake: what ledger and quarantine are to know of it."""

    entry: RangeEntry
    clock: Clock
    rejected: int
    rejects: bytes = field(repr=False)


def keep_file(file: FileToRead) -> Iterator[RangeKept]:
    """File → legs by day in the lake, range after range; on whatever machine.

    Raises:
        RecordsError: it cannot be read, or is not a file of such records.

    """
    ranges = read_ranges(file.path, file.recipe, file.keys.day_key, file.position, file.threads)
    for read in engine.ahead(ranges):
        (entry,) = keep_ranges(file.lake, file.platform, [read], sealed=file.sealed)
        yield RangeKept(
            entry=entry,
            clock=read.clock,
            rejected=read.read.rejects.height,
            rejects=rejects_of(file.path, read),
        )


def _file_to_read(job: _Job, path: Path, intent: Intent) -> FileToRead:
    head = head_digest(path)
    status = path.stat()
    return FileToRead(
        path=path,
        size_bytes=status.st_size,
        mtime_ns=status.st_mtime_ns,
        head=head,
        intent=intent,
        position=intent.position,
        platform=job.platform,
        recipe=job.recipe,
        keys=job.lent,
        sealed=job.sealed,
        lake=job.store.lake,
        threads=job.on.threads,
    )


def _read_each(job: _Job, files: Iterable[FileToRead]) -> Iterator[_FileRead]:
    for file, ranges in job.on.streams(keep_file, files):
        try:
            yield _note_file(job, file, ranges)
        except RecordsError as error:
            yield _FileRead(problem=error)


def _note_file(job: _Job, file: FileToRead, ranges: Iterator[RangeKept]) -> _FileRead:
    """Remember what was read of a file, range after range."""
    ledger = job.store.ledger
    number = _begin(job, file)
    lines = rejected = 0
    for kept in ranges:
        entry = kept.entry
        if ledger.files.held_ranges(job.platform, [entry.name]):
            entry = as_repeated(entry)
        for part in entry.parts:
            job.day_key(part.day)
        _put_aside(job, entry.name, kept.rejects)
        clock = (kept.clock.zone, kept.clock.found)
        ledger.files.add_range(job.platform, number, entry, clock=clock)
        lines += entry.lines
        rejected += kept.rejected
        job.on_lines(entry.lines)
    ledger.files.finish(number, size=file.size_bytes, mtime_ns=file.mtime_ns)
    return _FileRead(lines=lines, rejected=rejected, is_again=file.intent.is_again)


def _begin(job: _Job, file: FileToRead) -> int:
    """The ledger's number of a file that is read, from its beginning or further."""
    ledger, seen = job.store.ledger, file.intent.seen
    if file.intent.action == "continue" and seen is not None:
        ledger.files.move(seen.id, str(file.path))
        ledger.files.drop_provisional(seen.id)
        return seen.id
    if seen is not None:
        ledger.files.forget(seen.id)
    reader = job.recipe.fingerprint
    return ledger.files.add(job.platform, str(file.path), head=file.head, reader=reader)


def _put_aside(job: _Job, name: str, rejects: bytes) -> None:
    if rejects:
        job.store.quarantine.put(job.platform, name, rejects)
