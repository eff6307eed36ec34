"""Records → LEGS + rejects: the one reader, whatever the dialect.

A clean block goes through one vectorised query; a block in which anything is odd goes line by
line (`affluence.cdr.lines`), and both give the same record columns. Telephone numbers leave this
module as keyed pseudonyms only; names are never read.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

import polars as pl
import polars_hash

from affluence.cdr import clock
from affluence.cdr.columns import numbered_key
from affluence.cdr.content import Block
from affluence.cdr.dialect import Dialect, NotCounted, Reading
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
    read_lines,
    shape,
    split,
)
from affluence.tables import (
    AMBIGUOUS_HOUR,
    CONTINUED,
    INTERNAL_NOT_COUNTED,
    LEGS,
    MINUTE_ONLY,
    NEGATIVE,
    NOT_COUNTED,
    PRESENCES,
)

# What a record need not tell, and what it is then.
_UNTOLD = {
    "minute_only": pl.lit(value=False),
    "continued": pl.lit(value=False),
    "queued_us": pl.lit(None, pl.Int64),
    "line": pl.lit(None, pl.String),
    "agent_name": pl.lit(None, pl.String),
    "queue": pl.lit(None, pl.String),
    "dialled_number": pl.lit(None, pl.String),
    "presence": pl.lit(None, pl.Enum(PRESENCES)),
    "uncounted": pl.lit(0, pl.Int32),
}
_NO_CLOCK_EVIDENCE = dict.fromkeys(("epoch_s", "duration_s"), pl.lit(None, pl.Int64))
# Days that Python has a date for, less one at either end: none is left by going to another zone.
_FIRST_DAY, _LAST_DAY = date(1, 1, 2), date(9999, 12, 30)
# Numbers that come so often on average are hashed once a day each: to find those that are alike
# takes a third of the time that hashing takes.
_RECURRING = 2
_WALL_TIMES = ("start_us", "picked_up_us", "answered_us", "end_us")

DayKey = Callable[[date], str]


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


@dataclass(frozen=True, slots=True)
class _Parsed:
    """``records`` have the number of their line, ``ignored`` the columns of `IGNORED_SCHEMA`."""

    records: pl.DataFrame
    ignored: pl.DataFrame
    rejects: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REJECTS_SCHEMA))


def read_block(
    block: Block,
    dialect: Dialect,
    reading: Reading,
    *,
    clock_zone: str,
    zone: str,
    day_key: DayKey,
    first_line: int,
) -> BlockRead:
    """Read one block whose records were written by the clock of ``clock_zone``.

    Args:
        block: whole lines.
        dialect: how they are written.
        reading: what the service says of its platform.
        clock_zone: zone of the wall-clock times in the records.
        zone: the platform's zone, which says when a day begins.
        day_key: secret of a local day; equal secrets give equal pseudonyms.
        first_line: number of the block's first line in its file.

    """
    read = _read(
        block,
        dialect,
        reading,
        clock_zone=clock_zone,
        zone=zone,
        day_key=day_key,
        first_line=first_line,
    )
    legs = read.records.drop(LINE_NUMBER)
    return BlockRead(legs, read.rejects, _by_reason(read.ignored), block.lines)


def read_documents(
    blocks: Sequence[Block],
    dialect: Dialect,
    reading: Reading,
    *,
    clock_zone: str,
    zone: str,
    day_key: DayKey,
) -> Iterator[BlockRead]:
    """Read many documents, each a file of its own, in one query; see `read_block`.

    A query has its price however few records it is for, and most documents hold one.
    """
    text, lines = b"".join(block.text for block in blocks), sum(block.lines for block in blocks)
    whole = replace(blocks[0], text=text, lines=lines)
    read = _read(
        whole,
        dialect,
        reading,
        clock_zone=clock_zone,
        zone=zone,
        day_key=day_key,
        first_line=1,
    )
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


def _read(
    block: Block,
    dialect: Dialect,
    reading: Reading,
    *,
    clock_zone: str,
    zone: str,
    day_key: DayKey,
    first_line: int,
) -> _Parsed:
    """LEGS with ``day`` and the number of their line, and what else the lines are."""
    parsed = _parse(block, dialect, reading, first_line, with_clock_evidence=False)
    first_us, last_us = _bounds(parsed.records, *_WALL_TIMES)
    folds = clock.folds(clock_zone, first_us, last_us)
    if folds:
        parsed = _parse(block, dialect, reading, first_line, with_clock_evidence=True)
    timed = _to_utc(parsed.records, clock_zone, folds, first_us, last_us)
    legs = _pseudonymise(timed, zone, day_key)
    LEGS.check(legs.drop("day", LINE_NUMBER))
    return replace(parsed, records=legs)


def clock_evidence(block: Block, dialect: Dialect) -> tuple[pl.Series, pl.Series]:
    """Wall-clock starts (µs) beside true epochs (s) of a block's records, for `clock.deduce`.

    None at all where the dialect tells no epoch: the block is then not read for them.
    """
    if "epoch_s" not in dialect.clock_evidence(dialect.layout.widest):
        nothing = pl.Series(dtype=pl.Int64)
        return nothing, nothing
    records = _parse(block, dialect, Reading(), 1, with_clock_evidence=True).records
    return records["start_us"], records["epoch_s"]


def _parse(
    block: Block, dialect: Dialect, reading: Reading, first_line: int, *, with_clock_evidence: bool
) -> _Parsed:
    def select(columns: Columns, *, clean: bool = False) -> list[pl.Expr]:
        wanted = dict(dialect.record(columns, reading, clean=clean))
        if with_clock_evidence:
            wanted |= _NO_CLOCK_EVIDENCE | dict(dialect.clock_evidence(columns))
        if (reason := _reason_to_ignore(columns, dialect)) is not None:
            wanted["ignored"] = reason
        if (uncounted := _uncounted(wanted, reading.not_counted)) is not None:
            wanted["uncounted"] = uncounted
        wanted.pop("dialled_number", None)
        return [expression.alias(name) for name, expression in wanted.items()]

    parsed = _parse_clean(block, dialect, partial(select, clean=True), first_line)
    if parsed is None:
        parsed = _parse_lines(block, dialect, select, first_line)
    records, ignored = parsed.records, parsed.ignored
    if "ignored" in records.columns:
        kept = records["ignored"].is_null()
        others = records.filter(~kept).select(
            pl.col(LINE_NUMBER).alias("line"), pl.col("ignored").alias("reason")
        )
        ignored = pl.concat([ignored, others]).sort("line")
        if "presence" in records.columns:
            kept |= records["presence"].is_not_null()
        records = records.filter(kept).drop("ignored")
    if "by_content" in records.columns:
        records = _told_apart(records)
    return replace(parsed, records=records, ignored=ignored)


def _told_apart(records: pl.DataFrame) -> pl.DataFrame:
    """Equal records of a block numbered: the same in another file are still the same records.

    Two callers who withhold their numbers may give up within the same minute.
    """
    if not records["by_content"].any():
        return records.drop("by_content")
    nth = pl.int_range(pl.len(), dtype=pl.UInt64).over("record_key")
    number = pl.when("by_content").then(nth).otherwise(0)
    keys = {name: numbered_key(pl.col(name), number) for name in ("record_key", "call_key")}
    return records.with_columns(**keys).drop("by_content")


def _parse_clean(
    block: Block,
    dialect: Dialect,
    select: Callable[[Columns], list[pl.Expr]],
    first_line: int,
) -> _Parsed | None:
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
    return _Parsed(records.drop("clean").with_columns(numbers.alias(LINE_NUMBER)), ignored)


def _parse_lines(
    block: Block, dialect: Dialect, select: Callable[..., list[pl.Expr]], first_line: int
) -> _Parsed:
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
    return _Parsed(records.filter(dated), read.ignored, rejects)


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
    told = _UNTOLD | dict(wanted)
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


def _bounds(records: pl.DataFrame, *columns: str) -> tuple[int, int]:
    """Least and greatest value of some Int64 columns, (0, 0) if there is none."""
    least = pl.min_horizontal(pl.col(*columns).min())
    greatest = pl.max_horizontal(pl.col(*columns).max())
    first, last = records.select(least.alias("least"), greatest.alias("greatest")).row(0)
    return (first, last) if first is not None else (0, 0)


def _to_utc(
    records: pl.DataFrame,
    clock_zone: str,
    folds: tuple[clock.Fold, ...],
    first_us: int,
    last_us: int,
) -> pl.DataFrame:
    """Add the UTC instants of LEGS and the quality of each record."""

    def utc(column: str) -> pl.Expr:
        return clock.earliest_utc(pl.col(column), clock_zone, first_us, last_us)

    told = {
        name: pl.col(name) if name in records.columns else none for name, none in _UNTOLD.items()
    }
    timed = records.with_columns(**told).with_columns(
        offered_us=utc("start_us"),
        picked_us=utc("picked_up_us"),
        waiting_us=utc("queued_us"),
        talked_us=utc("answered_us"),
        ended_us=utc("end_us"),
        doubtful=pl.lit(value=False),
    )
    if folds:
        timed = _settle(timed, folds)
    negative = (pl.col("ended_us") < pl.col("offered_us")).fill_null(False)
    quality = (
        pl.when("minute_only").then(MINUTE_ONLY).otherwise(0)
        + pl.when("continued").then(CONTINUED).otherwise(0)
        + pl.col("uncounted")
        + pl.when(pl.col("doubtful")).then(AMBIGUOUS_HOUR).otherwise(0)
        + pl.when(negative).then(NEGATIVE).otherwise(0)
    )
    ended = pl.when(negative).then("offered_us").otherwise("ended_us")
    return timed.with_columns(ended_us=ended, quality=quality.cast(pl.UInt8))


def _settle(records: pl.DataFrame, folds: tuple[clock.Fold, ...]) -> pl.DataFrame:
    """Settle the times in the doubled hour of autumn: by epoch, by order, by duration."""
    wall = pl.col("start_us")
    width_us = folds[0].width_us
    distance_us = (pl.col("epoch_s") * 1_000_000 - pl.col("offered_us")).fill_null(0)
    settled = records.with_columns(
        offered_us=clock.settle_folds(
            pl.col("offered_us"), wall, folds, later=distance_us > width_us // 2
        ),
        doubtful=clock.inside_any(wall, folds) & pl.col("epoch_s").is_null(),
    )
    # An end that would precede its beginning, or that the duration puts an hour later, is in the
    # second pass; answers have no duration of their own and follow the order of the times.
    lasts_us = pl.col("duration_s") * 1_000_000
    missing_us = (lasts_us - (pl.col("ended_us") - pl.col("offered_us"))).fill_null(0)
    too_early = pl.col("ended_us") < pl.col("offered_us")

    def after_start(column: str, wall_column: str) -> pl.Expr:
        return clock.settle_folds(
            pl.col(column), pl.col(wall_column), folds, later=pl.col(column) < pl.col("offered_us")
        )

    return settled.with_columns(
        picked_us=after_start("picked_us", "picked_up_us"),
        waiting_us=after_start("waiting_us", "queued_us"),
        talked_us=after_start("talked_us", "answered_us"),
        ended_us=clock.settle_folds(
            pl.col("ended_us"),
            pl.col("end_us"),
            folds,
            later=too_early | (missing_us > width_us // 2),
        ),
    )


def _pseudonymise(records: pl.DataFrame, zone: str, day_key: DayKey) -> pl.DataFrame:
    """LEGS and ``day`` from timed records: the last place where a number exists."""
    first_us, last_us = _bounds(records, "offered_us")
    local_us = clock.wall(pl.col("offered_us"), zone, first_us, last_us)
    timed = records.with_columns(day=pl.from_epoch(local_us, "us").dt.date())
    days = timed["day"].unique().sort().to_list()
    secret = pl.col("day").replace_strict(
        days, [day_key(day) for day in days], return_dtype=pl.String
    )
    number = pl.col("caller_number")
    known = number.str.contains(r"\d")  # withheld numbers are words, or nothing
    of_caller = pl.when(known).then(_pseudonym(secret, number))
    of_agent = _pseudonym(pl.format("{}\x1fagent", secret), pl.col("agent_name"))
    named = timed.lazy().with_columns(
        caller=_of_each(timed, "caller_number", of_caller),
        agent=_of_each(timed, "agent_name", of_agent),
    )
    legs = named.select(
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


def _of_each(records: pl.DataFrame, name: str, pseudonym: pl.Expr) -> pl.Series:
    """The pseudonym that each record's day and name make, hashed once where names recur."""
    names = records[name]
    if names.null_count() == len(names):
        return pl.repeat(None, len(names), dtype=pl.UInt64, eager=True)
    pairs = records.select("day", name)
    if pairs.select(pl.col(name).approx_n_unique()).item() * _RECURRING > pairs.height:
        return pairs.select(pseudonym.alias("pseudonym")).to_series()
    of_name = polars_hash.col(name).nchash.xxh3_64()
    number_of_day = pl.col("day").to_physical().cast(pl.UInt64, wrap_numerical=True)
    keyed = pairs.with_columns(pair=numbered_key(of_name, number_of_day))
    once = keyed.unique("pair").select("pair", pseudonym=pseudonym)
    return keyed.select("pair").join(once, on="pair", how="left", maintain_order="left")[
        "pseudonym"
    ]


def _pseudonym(secret: pl.Expr, name: pl.Expr) -> pl.Expr:
    digest = polars_hash.concat_str(secret, name).chash.blake3()
    return digest.str.head(16).str.to_integer(base=16, dtype=pl.UInt64)


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
