"""The tolerant reader, for the blocks that are not clean: whole lines at once, others one by one.

What it can read it gives back as plain columns; what it cannot is a reject.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from affluence.cdr.dialect import Dialect
from affluence.cdr.layouts import LONGEST_LINE, BrokenLineError, Columns, UnclosedQuoteError
from affluence.cdr.lines import (
    BLANK,
    CUT_SHORT,
    HEADER,
    IGNORED_SCHEMA,
    LINE_BREAK,
    LINE_NUMBER,
    NOT_A_RECORD,
    NOTHING,
    REJECTS_SCHEMA,
    TITLE,
    TOO_LONG,
    collected,
    shape,
    split,
)

_MOST_LINES = 5  # of one record
_HOLDS = "it holds"  # beside the columns of a layout, as is the number of a line
_Reject = tuple[int, str, str]  # a line: its number, the reason, its shape


@dataclass(frozen=True, slots=True)
class Lines:
    """Rows of one layout as plain text columns, with the number of their line."""

    columns: Columns
    rows: pl.DataFrame  # one String column a name, what is derived, and `LINE_NUMBER` (Int64)
    clean: bool = False  # whether none of them takes an exception


@dataclass(frozen=True, slots=True)
class Read:
    """What the lines of a block gave: lines = rows + rejects + ignored."""

    groups: tuple[Lines, ...]
    rejects: pl.DataFrame  # REJECTS_SCHEMA
    ignored: pl.DataFrame  # IGNORED_SCHEMA


def read_lines(
    text: bytes,
    dialect: Dialect,
    *,
    first_line: int,
    terminated: bool,
    titles: int = 0,
    heading: str = "",
) -> Read:
    """Read a block whatever its lines are; they are numbered from ``first_line``.

    Lines that are whole are cut all at once, the others one at a time.

    Args:
        text: whole lines, UTF-8.
        dialect: how they are written.
        first_line: number of the first of them in its file.
        terminated: whether the last one has its end; it may still grow otherwise.
        titles: number of lines at the beginning that are above the header.
        heading: that which holds where they begin.

    """
    texts = split(text)
    lines, ignored = _numbered(texts, dialect, first_line, titles, heading)
    groups, rest = _cut_at_once(lines, dialect)
    odd, rejects, breaks = _cut_one_by_one(rest, dialect)
    if rejects and not terminated and rejects[-1][0] == first_line + len(texts) - 1:
        number, _, its_shape = rejects[-1]
        rejects[-1] = (number, CUT_SHORT, its_shape)
    within = pl.DataFrame([(line, LINE_BREAK) for line in breaks], IGNORED_SCHEMA, orient="row")
    return Read((*groups, *odd), _rejects(rejects), pl.concat([ignored, within]))


def read_few(
    texts: Sequence[str], dialect: Dialect, *, titles: int = 0
) -> tuple[int, pl.DataFrame]:
    """How many records some lines are, and the rejects among them (`REJECTS_SCHEMA`).

    For the beginning of a file, which is read by one dialect after another: where lines are few,
    to cut each by itself takes less time than a single query.
    """
    lines, _ = _numbered(texts, dialect, 1, titles, "")
    groups, rejects, _ = _cut_one_by_one(lines, dialect)
    return sum(group.rows.height for group in groups), _rejects(rejects)


def _rejects(rejects: list[_Reject]) -> pl.DataFrame:
    return pl.DataFrame(sorted(rejects), schema=REJECTS_SCHEMA, orient="row")


def _numbered(
    texts: Sequence[str], dialect: Dialect, first_line: int, titles: int, heading: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The lines that should be records, each with its heading, and the others."""
    numbers = pl.int_range(first_line, first_line + len(texts), eager=True)
    lines = pl.DataFrame({LINE_NUMBER: numbers, "text": pl.Series(texts, dtype=pl.String)})
    lines, ignored = _without_other_lines(lines, dialect, first_line + titles)
    if dialect.layout.heading:
        heads = pl.col("text").str.contains(dialect.layout.heading.pattern)
        held = pl.when(heads).then("text").forward_fill().fill_null(heading)
        lines = lines.with_columns(heading=held)
    return lines, ignored


def _without_other_lines(
    lines: pl.DataFrame, dialect: Dialect, first_below: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The lines that should be records, and the others by what they are."""
    kind = (
        pl.when(pl.col("text").str.strip_chars(NOTHING) == "")
        .then(pl.lit(BLANK))
        .when(pl.lit(bool(dialect.header)) & (pl.col("text") == dialect.header))
        .then(pl.lit(HEADER))
        .when(pl.col(LINE_NUMBER) < first_below)
        .then(pl.lit(TITLE))
    )
    told = lines.select(pl.col(LINE_NUMBER).alias("line"), kind.alias("reason"))
    no_record = told["reason"].is_not_null()
    return lines.filter(~no_record), told.filter(no_record)


def _cut_at_once(lines: pl.DataFrame, dialect: Dialect) -> tuple[list[Lines], pl.DataFrame]:
    """Records of the lines that are whole, and the lines that are not."""
    short = pl.col("text").str.len_bytes() <= LONGEST_LINE
    width = pl.when(short).then(dialect.layout.width(pl.col("text")))
    lines = collected(lines.lazy().with_columns(width.alias("width")), lines.height)
    groups, rest = [], [lines.filter(pl.col("width").is_null())]
    for alike in lines.filter(pl.col("width").is_not_null()).partition_by("width"):
        rows = _scanned(alike, dialect)
        if rows is None:
            rest.append(alike)
            continue
        columns = tuple(rows.drop(LINE_NUMBER).columns)
        sound, other = _told_apart(rows, columns, dialect.clean, dialect)
        groups.append(Lines(columns, sound, clean=True))
        # A column that is empty is none, also where it is a pair of quotes.
        filled = [pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in columns]
        sound, broken = _told_apart(
            other.select(*filled, LINE_NUMBER), columns, dialect.plausible, dialect
        )
        groups.append(Lines(columns, sound))
        rest.append(alike.filter(pl.col(LINE_NUMBER).is_in(broken[LINE_NUMBER].implode())))
    return [group for group in groups if group.rows.height], pl.concat(rest).sort(LINE_NUMBER)


def _told_apart(
    rows: pl.DataFrame,
    columns: Columns,
    whether: Callable[[Columns], pl.Expr],
    dialect: Dialect,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of which it holds, or that are no records by right, and the others."""
    allowed = [whether(columns), *dialect.others(columns).values()]
    # Only a lazy query works out once what these expressions have in common.
    query = dialect.derive(rows.lazy(), columns)
    told = collected(query.with_columns(pl.any_horizontal(allowed).alias(_HOLDS)), rows.height)
    holds, rows = told[_HOLDS], told.drop(_HOLDS)
    return rows.filter(holds), rows.filter(~holds)


def _scanned(alike: pl.DataFrame, dialect: Dialect) -> pl.DataFrame | None:
    """Lines of one width as rows of text, with their numbers; None if they cannot be cut."""
    scanned = dialect.layout.scan(alike["text"].str.join("\n").item().encode() + b"\n")
    if scanned is None:
        return None
    columns, frame = scanned
    try:
        rows = collected(frame.select(columns), alike.height)
    except pl.exceptions.PolarsError:
        return None
    if rows.height != alike.height:
        return None
    told = [LINE_NUMBER, "heading"] if "heading" in alike.columns else [LINE_NUMBER]
    return rows.with_columns(alike.select(told))


def _cut_one_by_one(
    lines: pl.DataFrame, dialect: Dialect
) -> tuple[list[Lines], list[_Reject], list[int]]:
    """Records, rejects, and the lines that only go on with the record before them."""
    by_layout: dict[Columns, list[tuple[int, Sequence[str]]]] = defaultdict(list)
    rejects: list[_Reject] = []
    numbers, texts = lines[LINE_NUMBER].to_list(), lines["text"].to_list()
    headings = lines["heading"].to_list() if "heading" in lines.columns else None
    breaks: list[int] = []
    at = 0
    while at < len(texts):
        line, number = texts[at], numbers[at]
        heading = [headings[at]] if headings else []
        following = slice(at, at + _MOST_LINES)
        at += 1
        try:
            columns, fields = _cut(line, dialect)
        except BrokenLineError as error:
            joined = None
            if isinstance(error, UnclosedQuoteError):
                joined = _joined(texts[following], numbers[following], dialect)
            if joined is None:
                rejects.append((number, str(error), shape(line)))
                continue
            columns, fields, within = joined
            breaks += numbers[at : at + within]
            at += within
        if heading:
            columns = (*columns, "heading")
        by_layout[columns].append((number, [*fields, *heading]))
    groups = []
    for columns, numbered in by_layout.items():
        group, implausible = _frame(columns, numbered, dialect)
        groups.append(group)
        rejects += implausible
    return groups, rejects, breaks


def _cut(line: str, dialect: Dialect) -> tuple[Columns, Sequence[str]]:
    if len(line) > LONGEST_LINE:
        raise BrokenLineError(TOO_LONG)
    return dialect.layout.cut(line)


def _joined(
    texts: Sequence[str], numbers: Sequence[int], dialect: Dialect
) -> tuple[Columns, Sequence[str], int] | None:
    """A record with line breaks in a quoted column, and how many; None if it is not one."""
    for breaks in range(1, len(texts)):
        follows = numbers[breaks] == numbers[0] + breaks
        if not follows or _is_record(texts[breaks], dialect):
            return None
        try:
            columns, fields = _cut("\n".join(texts[: breaks + 1]), dialect)
        except BrokenLineError:
            continue
        return columns, fields, breaks
    return None


def _is_record(line: str, dialect: Dialect) -> bool:
    try:
        columns, fields = _cut(line, dialect)
    except BrokenLineError:
        return False
    return not _frame(columns, [(0, fields)], dialect)[1]


def _frame(
    columns: Columns, numbered: list[tuple[int, Sequence[str]]], dialect: Dialect
) -> tuple[Lines, list[_Reject]]:
    rows = pl.DataFrame(
        {
            LINE_NUMBER: pl.Series([number for number, _ in numbered], dtype=pl.Int64),
            **{
                name: pl.Series([fields[at] or None for _, fields in numbered], dtype=pl.String)
                for at, name in enumerate(columns)
            },
        }
    )
    sound, broken = _told_apart(rows, columns, dialect.plausible, dialect)
    implausible = [
        (row[0], NOT_A_RECORD, shape(",".join(value or "" for value in row[1:])))
        for row in broken.select(LINE_NUMBER, *columns).iter_rows()
    ]
    return Lines(columns, sound), implausible
