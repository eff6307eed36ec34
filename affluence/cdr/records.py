"""A block → its records, as plain columns by the clock that wrote them, and what else it holds.

A clean block goes through one vectorised query; a block in which anything is odd goes line by
line (`affluence.cdr.tolerant`), and both give the same columns (`affluence.cdr.record_columns`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

import polars as pl

from affluence.cdr.blocks import Block
from affluence.cdr.columns import numbered_key
from affluence.cdr.dialect import Dialect, NotCounted, Reading, RecordOf
from affluence.cdr.layouts import Columns
from affluence.cdr.lines import (
    BLANK,
    HEADER,
    IGNORED_SCHEMA,
    LINE_NUMBER,
    NOT_A_RECORD,
    REJECTS_SCHEMA,
    TITLE,
    collected,
    is_blank,
    shape,
    split,
)
from affluence.cdr.record_columns import TOLD_BY_SOME, check, untold
from affluence.cdr.tolerant import read_lines
from affluence.tables import INTERNAL_NOT_COUNTED, NOT_COUNTED

_ONLY_HERE = ("by_content", "dialled_number")  # then in the keys, and in what is not counted
_NO_CLOCK_EVIDENCE = dict.fromkeys(("epoch_s", "duration_s"), pl.lit(None, pl.Int64))
# Days that Python has a date for, less one at either end: none is left by going to another zone.
_FIRST_DAY, _LAST_DAY = date(1, 1, 2), date(9999, 12, 30)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What the lines of a block are; those that tell an agent's presence are records too.

    ``records`` have the columns that a dialect may name, `LINE_NUMBER` and ``uncounted`` (bits of
    `affluence.tables.LEGS`' quality); ``ignored`` has those of `IGNORED_SCHEMA`, ``rejects`` those
    of `REJECTS_SCHEMA`. All are in the order of their lines.
    """

    records: pl.DataFrame
    ignored: pl.DataFrame
    rejects: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REJECTS_SCHEMA))


def parse(
    block: Block, dialect: Dialect, reading: Reading, first_line: int, *, with_clock_evidence: bool
) -> Parsed:
    """Read the records of a block; with ``epoch_s`` and ``duration_s`` where they are asked for."""
    parsed = _parse(block, dialect, reading, first_line, with_clock_evidence=with_clock_evidence)
    records = parsed.records
    if "by_content" in records.columns:
        if records["by_content"].any():
            before = _record_keys_before(block, dialect, reading)
            records = _equal_ones_numbered(records, before)
        records = records.drop("by_content")
    return replace(parsed, records=_with_untold(records))


def numbers_equal_ones(dialect: Dialect) -> bool:
    """Whether equal records of a file may be told apart by those before them."""
    return "by_content" in dialect.record(dialect.layout.widest, Reading())


def _parse(
    block: Block, dialect: Dialect, reading: Reading, first_line: int, *, with_clock_evidence: bool
) -> Parsed:
    def select(columns: Columns, *, clean: bool = False) -> list[pl.Expr]:
        wanted = dict(_record_of(dialect, clean=clean)(columns, reading))
        check(wanted, dialect.name)
        if with_clock_evidence:
            wanted |= _NO_CLOCK_EVIDENCE | dict(dialect.clock_evidence(columns))
        if (reason := _reason_to_ignore(columns, dialect)) is not None:
            wanted["ignored"] = reason
        if (uncounted := _uncounted(wanted, reading.not_counted)) is not None:
            wanted["uncounted"] = uncounted
        wanted.pop("dialled_number", None)
        if wanted["call_key"] is wanted["record_key"]:  # of what a plug-in works out
            del wanted["call_key"]  # Polars does not see that it is the same
        return [expression.alias(name) for name, expression in wanted.items()]

    parsed = _parse_selected(block, dialect, select, first_line)
    records, ignored = parsed.records, parsed.ignored
    if "call_key" not in records.columns:
        records = records.with_columns(call_key="record_key")
    if "ignored" in records.columns:
        kept = records["ignored"].is_null()
        others = records.filter(~kept).select(
            pl.col(LINE_NUMBER).alias("line"), pl.col("ignored").alias("reason")
        )
        ignored = pl.concat([ignored, others]).sort("line")
        if "presence" in records.columns:
            kept |= records["presence"].is_not_null()
        records = records.filter(kept).drop("ignored")
    return replace(parsed, records=records, ignored=ignored)


def _with_untold(records: pl.DataFrame) -> pl.DataFrame:
    nothing = {name: untold(name) for name in TOLD_BY_SOME if name not in _ONLY_HERE}
    nothing["uncounted"] = pl.lit(0, pl.Int32)
    return records.with_columns(
        **{name: none for name, none in nothing.items() if name not in records.columns}
    )


def _record_keys_before(block: Block, dialect: Dialect, reading: Reading) -> pl.Series:
    """Keys of the records in the lines before a block."""
    if not block.before:
        return pl.Series("record_key", dtype=pl.UInt64)
    heading = dialect.layout.heading
    lines = split(block.before)
    known = heading is None or not any(map(heading.match, lines))
    before = replace(
        block,
        text=block.before,
        before=b"",
        lines=len(lines),
        terminated=True,
        # Above a heading another held: what stands there is not of the same day.
        heading=block.heading if known else "",
    )

    def select(columns: Columns, *, clean: bool = False) -> list[pl.Expr]:
        record = _record_of(dialect, clean=clean)(columns, reading)
        return [record[name].alias(name) for name in ("record_key", "start_us")]

    return _parse_selected(before, dialect, select, 1).records["record_key"]


def _equal_ones_numbered(records: pl.DataFrame, before: pl.Series) -> pl.DataFrame:
    """Equal records of a file numbered: the same in another file are still the same records.

    Two callers who withhold their numbers may give up within the same minute.

    Args:
        records: those of a block.
        before: keys of the records before them.

    """
    keys = pl.concat([before, records["record_key"]]).to_frame()
    nth = keys.select(pl.int_range(pl.len(), dtype=pl.UInt64).over("record_key")).to_series()
    number = pl.when("by_content").then(nth.slice(len(before))).otherwise(0)
    numbered = {name: numbered_key(pl.col(name), number) for name in ("record_key", "call_key")}
    return records.with_columns(**numbered)


def _record_of(dialect: Dialect, *, clean: bool) -> RecordOf:
    return dialect.clean_record if clean and dialect.clean_record else dialect.record


def _parse_selected(
    block: Block, dialect: Dialect, select: Callable[..., list[pl.Expr]], first_line: int
) -> Parsed:
    parsed = _parse_clean(block, dialect, partial(select, clean=True), first_line)
    return parsed or _parse_lines(block, dialect, select, first_line)


def _parse_clean(
    block: Block,
    dialect: Dialect,
    select: Callable[[Columns], list[pl.Expr]],
    first_line: int,
) -> Parsed | None:
    """All records of a block in one query, or None if a single line is not as it should be."""
    above = dialect.titles + 1 if dialect.header and block.start == 0 else 0
    text = block.text
    reasons: list[str] = []
    if above:
        first = split(text[: 1 << 16])[:above]
        *titles, header = first or [""]
        if header != dialect.header or len(titles) != dialect.titles:
            return None
        reasons = [*(BLANK if is_blank(title) else TITLE for title in titles), HEADER]
        text = text[sum(len(line.encode()) + 1 for line in (*titles, header)) :]
    scanned = dialect.layout.scan(text)
    if scanned is None:
        return None
    columns, frame = scanned
    if dialect.layout.heading:
        frame = frame.with_columns(pl.col("heading").fill_null(block.heading))
    frame = dialect.derive(frame, columns)
    clean = pl.any_horizontal(dialect.clean(columns), *dialect.others(columns).values())
    try:
        records = collected(frame.select(*select(columns), clean.alias("clean")), block.lines)
    except pl.exceptions.PolarsError:
        return None
    if records.height + above != block.lines or not records["clean"].all():
        return None
    if not _is_dated(records).all():
        return None
    below = first_line + above
    numbers = pl.int_range(below, below + records.height, dtype=pl.Int64, eager=True)
    ignored = pl.DataFrame(
        [*zip(range(first_line, below), reasons, strict=True)], IGNORED_SCHEMA, orient="row"
    )
    return Parsed(records.drop("clean").with_columns(numbers.alias(LINE_NUMBER)), ignored)


def _parse_lines(
    block: Block, dialect: Dialect, select: Callable[..., list[pl.Expr]], first_line: int
) -> Parsed:
    read = read_lines(
        block.text,
        dialect,
        first_line=first_line,
        terminated=block.terminated,
        titles=dialect.titles if block.start == 0 else 0,
        heading=block.heading,
    )
    widest = dialect.layout.widest
    none = dialect.derive(pl.LazyFrame(schema=dict.fromkeys(widest, pl.String)), widest)
    number = pl.lit(0, pl.Int64).alias(LINE_NUMBER)
    frames = [none.select(*select(widest), number).collect()]
    frames += [
        collected(
            group.rows.lazy().select(*select(group.columns, clean=group.clean), LINE_NUMBER),
            group.rows.height,
        )
        for group in read.groups
    ]
    records = pl.concat(frames).sort(LINE_NUMBER)
    dated = _is_dated(records)
    undated = records.filter(~dated)[LINE_NUMBER].to_list()
    rejects = read.rejects
    if undated:
        lines = split(block.text)
        shapes = [(number, NOT_A_RECORD, shape(lines[number - first_line])) for number in undated]
        more = pl.DataFrame(shapes, schema=REJECTS_SCHEMA, orient="row")
        rejects = pl.concat([rejects, more]).sort("line")
    return Parsed(records.filter(dated), read.ignored, rejects)


def _is_dated(records: pl.DataFrame) -> pl.Series:
    """Whether the arrival is in the calendar; a wait of centuries puts it before any."""
    day = pl.from_epoch(records["start_us"], "us").dt.date()
    return day.is_between(_FIRST_DAY, _LAST_DAY).fill_null(value=True)


def _reason_to_ignore(columns: Columns, dialect: Dialect) -> pl.Expr | None:
    """Why a line is no record, null where it is one; None where every line is."""
    reason = None
    for word, condition in reversed([*dialect.others(columns).items()]):
        otherwise = pl.lit(None, pl.String) if reason is None else reason
        reason = pl.when(condition).then(pl.lit(word)).otherwise(otherwise)
    return reason


def _uncounted(wanted: Mapping[str, pl.Expr], not_counted: NotCounted) -> pl.Expr | None:
    """Bits of the quality of records whose calls are not counted; None where all are."""
    told = {name: untold(name) for name in TOLD_BY_SOME} | dict(wanted)
    chosen = (
        ("caller_number", not_counted.callers),
        ("dialled_number", not_counted.dialled),
        ("queue", not_counted.queues),
    )
    rules = [told[column].is_in(those).fill_null(False) for column, those in chosen if those]
    bits = pl.when(pl.any_horizontal(rules)).then(NOT_COUNTED).otherwise(0) if rules else None
    if not_counted.internal:
        internal = wanted["direction"] == "internal"
        bit = pl.when(internal).then(INTERNAL_NOT_COUNTED).otherwise(0)
        bits = bit if bits is None else bits + bit
    return bits


def clock_evidence(block: Block, dialect: Dialect) -> tuple[pl.Series, pl.Series]:
    """Wall-clock starts (µs) beside true epochs (s) of a block's records, for `clock.deduce`.

    None at all where the dialect tells no epoch: the block is then not read for them.
    """
    if "epoch_s" not in dialect.clock_evidence(dialect.layout.widest):
        nothing = pl.Series(dtype=pl.Int64)
        return nothing, nothing
    records = parse(block, dialect, Reading(), 1, with_clock_evidence=True).records
    return records["start_us"], records["epoch_s"]
