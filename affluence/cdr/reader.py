"""Blocks of records → LEGS + rejects: the one reader, whatever the dialect.

A block is parsed into records by the clock that wrote them (`affluence.cdr.records`), their times
become UTC (`affluence.cdr.instants`) and their numbers pseudonyms (`affluence.cdr.pseudonyms`).
Telephone numbers leave this module as keyed pseudonyms only; names of persons likewise.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from affluence.cdr import clock
from affluence.cdr.blocks import Block
from affluence.cdr.dialect import Dialect, Reading
from affluence.cdr.instants import to_utc
from affluence.cdr.lines import LINE_NUMBER, collected
from affluence.cdr.pseudonyms import DayKey, pseudonymise
from affluence.cdr.record_columns import WALL_TIMES
from affluence.cdr.records import Parsed, parse
from affluence.tables import LEGS


@dataclass(frozen=True, slots=True)
class BlockRead:
    """The records of one block.

    ``legs`` is LEGS with a column ``day``, the local day of the arrival; ``rejects`` has the
    columns of `REJECTS_SCHEMA`; lines = legs of calls + rejects + ignored. Legs that tell of the
    presence of an agent are among the ignored.
    """

    legs: pl.DataFrame
    rejects: pl.DataFrame
    ignored: Mapping[str, int]
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """How the blocks of a file are read.

    Attributes:
        dialect: how its records are written, as this very file has it.
        reading: what the service says of its platform.
        clock_zone: zone of the wall-clock times in the records.
        zone: the platform's zone, which says when a day begins.
        day_key: secret of a local day; equal secrets give equal pseudonyms.

    """

    dialect: Dialect
    reading: Reading
    clock_zone: str
    zone: str
    day_key: DayKey

    def read_block(self, block: Block, first_line: int) -> BlockRead:
        """Read one block; ``first_line`` is the number of its first line in its file."""
        read = self._read(block, first_line)
        legs = read.records.drop(LINE_NUMBER)
        return BlockRead(legs, read.rejects, _by_reason(read.ignored), block.lines)

    def read_documents(self, blocks: Sequence[Block]) -> Iterator[BlockRead]:
        """Read many documents, each a file of its own, in one query.

        A query has its price however few records it is for, and most documents hold one.
        """
        text, lines = b"".join(block.text for block in blocks), sum(block.lines for block in blocks)
        read = self._read(replace(blocks[0], text=text, lines=lines), first_line=1)
        lasts = [*itertools.accumulate(block.lines for block in blocks)]
        numbers = read.records[LINE_NUMBER]
        each_legs = _cut_up(read.records.drop(LINE_NUMBER), numbers, lasts)
        each_rejects = _cut_up(read.rejects, read.rejects["line"], lasts)
        each_ignored = _cut_up(read.ignored, read.ignored["line"], lasts)
        for block, last, legs, rejects, ignored in zip(
            blocks, lasts, each_legs, each_rejects, each_ignored, strict=True
        ):
            in_file = rejects
            if rejects.height:
                in_file = rejects.with_columns(pl.col("line") - (last - block.lines))
            yield BlockRead(legs, in_file, _by_reason(ignored), block.lines)

    def _read(self, block: Block, first_line: int) -> Parsed:
        """LEGS with ``day`` and the number of their line, and what else the lines are."""

        def parsed(*, with_clock_evidence: bool) -> Parsed:
            return parse(
                block,
                self.dialect,
                self.reading,
                first_line,
                with_clock_evidence=with_clock_evidence,
            )

        read = parsed(with_clock_evidence=False)
        span_us = clock.bounds(read.records, *WALL_TIMES)
        folds = clock.folds(self.clock_zone, *span_us)
        if folds:  # one hour a year: only there is it needed to look at more
            read = parsed(with_clock_evidence=True)
        timed = to_utc(read.records, self.clock_zone, span_us, folds)
        legs = _legs(pseudonymise(_with_day(timed, self.zone), self.day_key))
        LEGS.check(legs.drop("day", LINE_NUMBER))
        return replace(read, records=legs)


def _cut_up(rows: pl.DataFrame, numbers: pl.Series, lasts: Sequence[int]) -> Iterator[pl.DataFrame]:
    """The rows up to each of some lines; ``numbers`` are those of their lines, in order."""
    start = 0
    for end in numbers.search_sorted(pl.Series(lasts, dtype=pl.Int64), side="right"):
        yield rows.slice(start, end - start)
        start = end


def _by_reason(ignored: pl.DataFrame) -> Counter[str]:
    if ignored.is_empty():  # of most documents: there are thousands
        return Counter()
    return Counter(dict(ignored["reason"].value_counts().iter_rows()))


def _with_day(timed: pl.DataFrame, zone: str) -> pl.DataFrame:
    local_us = clock.wall(pl.col("offered_us"), zone, *clock.bounds(timed, "offered_us"))
    return timed.with_columns(day=pl.from_epoch(local_us, "us").dt.date())


def _legs(timed: pl.DataFrame) -> pl.DataFrame:
    legs = timed.lazy().select(
        "record_key",
        "call_key",
        offered_at=_instant("offered_us"),
        picked_up_at=_instant("picked_us"),
        queued_at=_instant("waiting_us"),
        answered_at=_instant("talked_us"),
        released_at=_instant("ended_us"),
        direction="direction",
        evidence="evidence",
        caller="caller",
        line="line",
        agent="agent",
        queue="queue",
        quality="quality",
        presence="presence",
        day="day",
        **{LINE_NUMBER: LINE_NUMBER},
    )
    return collected(legs, timed.height)


def _instant(column: str) -> pl.Expr:
    return pl.from_epoch(pl.col(column), "us").dt.replace_time_zone("UTC")


def concat_reads(reads: Iterable[BlockRead]) -> BlockRead:
    """Several blocks as one."""
    every = list(reads)
    ignored = sum((Counter(read.ignored) for read in every), Counter[str]())
    return BlockRead(
        pl.concat([read.legs for read in every]),
        pl.concat([read.rejects for read in every]),
        ignored,
        sum(read.lines for read in every),
    )
