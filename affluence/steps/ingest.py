"""Files → lake: what is new in the files of a platform is read, and nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

import polars as pl

from affluence import engine
from affluence.cdr.files import (
    Clock,
    Position,
    Range,
    Recipe,
    head_digest,
    head_digests,
    prefix_digest,
    read_ranges,
)
from affluence.errors import RecordsError
from affluence.store import Store
from affluence.store.ledger import PartEntry, RangeEntry, SeenFile

PAST_RETENTION = "past retention"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """What an ingestion did: files looked at, lines read now, files that could not be read."""

    files: int = 0
    files_read: int = 0
    lines: int = 0
    rejected: int = 0
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Intent:
    """What to do with a file: nothing, go on with what was seen of it, or read it all."""

    action: Literal["skip", "continue", "begin"]
    seen: SeenFile | None = None  # what to go on with, or to read afresh


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    store: Store
    platform: str
    recipe: Recipe
    sealed: Collection[date]
    on_lines: Callable[[int], None]


def ingest(
    store: Store,
    platform: str,
    recipe: Recipe,
    paths: Sequence[Path],
    on_lines: Callable[[int], None] = lambda _: None,
) -> Ingested:
    """Bring the lake up to date with some files; a file that cannot be read does not stop it.

    ``on_lines`` is told the number of lines of each range that was read.
    """
    done = Ingested(files=len(paths))
    days = store.ledger.days(platform)
    sealed = sorted(day for day, (_, is_sealed) in days.items() if is_sealed)
    job = _Job(store=store, platform=platform, recipe=recipe, sealed=sealed, on_lines=on_lines)
    known = _Known(store.ledger.files(platform), {str(path) for path in paths})
    for path in paths:
        try:
            intent = _decide(path, known, recipe.fingerprint)
            if intent.action == "skip":
                continue
            lines, rejected = _read(job, path, intent)
        except RecordsError as error:
            done = replace(done, problems=(*done.problems, str(error)))
        else:
            known.settle(path, intent)
            done = replace(
                done,
                files_read=done.files_read + 1,
                lines=done.lines + lines,
                rejected=done.rejected + rejected,
            )
    return done


class _Known:
    """The files that were read before, found by their path or, once that is free, by their head."""

    def __init__(self, files: Sequence[SeenFile], present: Collection[str]) -> None:
        self._here = {seen.path: seen for seen in files if seen.path is not None}
        self._free: dict[int, dict[bytes, list[SeenFile]]] = {}
        for seen in files:
            if seen.path is None or seen.path not in present:
                self._release(seen)

    def at(self, path: Path) -> SeenFile | None:
        """What was last read at a path."""
        return self._here.get(str(path))

    def beginning_like(self, path: Path) -> list[SeenFile]:
        """Files without a place whose first bytes are those of the file at a path."""
        if not self._free:
            return []
        return [
            seen
            for length, digest in head_digests(path, self._free).items()
            for seen in self._free[length].get(digest, ())
        ]

    def settle(self, path: Path, intent: _Intent) -> None:
        """A file was read: what it goes on with is there now, what was there has no place."""
        before = self._here.pop(str(path), None)
        if intent.action == "continue" and intent.seen is not None:
            for by_digest in self._free.values():
                for seen in by_digest.values():
                    if intent.seen in seen:
                        seen.remove(intent.seen)
        if before is not None and before != intent.seen:
            self._release(before)

    def _release(self, seen: SeenFile) -> None:
        if seen.offset:
            by_digest = self._free.setdefault(seen.head_bytes, {})
            by_digest.setdefault(seen.head_digest, []).append(seen)


def _decide(path: Path, known: _Known, reader: str) -> _Intent:
    """Whether a file is unchanged, has grown, was renamed, or is new."""
    try:
        status = path.stat()
    except OSError:
        return _Intent(action="begin")  # reading it tells what is wrong
    here = known.at(path)
    if here is not None:
        if here.reader != reader:
            return _Intent(action="begin", seen=here)
        if (here.size, here.mtime_ns) == (status.st_size, status.st_mtime_ns):
            return _Intent(action="skip")
        if continues(path, here):
            return _Intent(action="continue", seen=here)
    # Rotation renames a log that was read under another name: it goes on from where it was left.
    for other in known.beginning_like(path):
        if other.reader == reader and continues(path, other):
            return _Intent(action="continue", seen=other)
    return _Intent(action="begin")


def continues(path: Path, seen: SeenFile) -> bool:
    """Whether the file begins with everything that was read of ``seen``."""
    if not seen.offset:
        return True
    same_head = head_digest(path, seen.head_bytes)[1] == seen.head_digest
    return same_head and prefix_digest(path, seen.offset) == seen.digest


def _read(job: _Job, path: Path, intent: _Intent) -> tuple[int, int]:
    """Read what is new in a file; return the numbers of its lines and of its rejects."""
    ledger = job.store.ledger
    head = head_digest(path)
    status = path.stat()  # before reading: what is appended meanwhile is found the next time
    file, position = _position(job, path, intent, head)
    lines = rejected = 0

    def day_key(day: date) -> str:
        return job.store.keys.day_key(job.platform, day)

    for read in engine.ahead(read_ranges(path, job.recipe, day_key, position)):
        entry = _store_range(job, read)
        _quarantine(job, path, read)
        clock = (read.clock.zone, read.clock.found)
        ledger.add_range(job.platform, file, entry, clock=clock)
        lines += entry.lines
        rejected += read.read.rejects.height
        job.on_lines(entry.lines)
    ledger.finish_file(file, size=status.st_size, mtime_ns=status.st_mtime_ns)
    return lines, rejected


def _position(
    job: _Job, path: Path, intent: _Intent, head: tuple[int, bytes]
) -> tuple[int, Position]:
    """The ledger's number of a file, and where to read on in it."""
    ledger, seen = job.store.ledger, intent.seen
    if intent.action == "continue" and seen is not None:
        ledger.move_file(seen.id, str(path))
        ledger.drop_provisional(seen.id)
        known = Clock(zone=seen.clock, found=seen.clock_found) if seen.clock else None
        return seen.id, Position(offset=seen.offset, lines=seen.lines, clock=known)
    if seen is not None:
        ledger.forget_file(seen.id)
    reader = job.recipe.fingerprint
    return ledger.add_file(job.platform, str(path), head=head, reader=reader), Position()


def _store_range(job: _Job, read: Range) -> RangeEntry:
    """Put the records of a range into the lake, but for those of sealed days."""
    ignored = dict(read.read.ignored)
    legs = read.read.legs
    if job.sealed:
        legs = legs.filter(~pl.col("day").is_in(job.sealed))
    if past := _of_calls(read.read.legs) - _of_calls(legs):
        ignored[PAST_RETENTION] = past
    repeated = job.store.ledger.has_range(job.platform, read.name)
    days = {} if repeated else legs.partition_by("day", as_dict=True, include_key=False)

    def write(item: tuple[tuple[Any, ...], pl.DataFrame]) -> PartEntry:
        (day,), of_day = item
        sha256 = job.store.lake.write_legs(job.platform, day, read.name, of_day)
        latest = pl.max_horizontal(pl.col("offered_at").max(), pl.col("released_at").max())
        return PartEntry(
            day=day,
            records=of_day.height,
            of_agents=of_day.height - _of_calls(of_day),
            last_us=int(of_day.select(latest.to_physical()).item()),
            sha256=sha256,
        )

    parts = tuple(engine.spread(write, sorted(days.items())))
    rejected = dict(read.read.rejects.group_by("reason").len().iter_rows())
    return RangeEntry(
        name=read.name,
        start=read.start,
        end=read.end,
        digest=read.digest,
        first_line=read.first_line,
        lines=read.read.lines,
        provisional=read.provisional,
        repeated=_of_calls(legs) if repeated else 0,
        ignored=ignored,
        rejected=rejected,
        parts=parts,
    )


def _of_calls(legs: pl.DataFrame) -> int:
    """How many tell of calls: the others, of agents, are among the ignored lines already."""
    return legs["presence"].null_count()


def _quarantine(job: _Job, path: Path, read: Range) -> None:
    if read.read.rejects.is_empty():
        return
    table = read.read.rejects.select(pl.lit(path.name).alias("file"), pl.all())
    job.store.quarantine.put(job.platform, read.name, table.write_csv().encode())
