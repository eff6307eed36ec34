"""The tolerant reader: one line at a time, for the blocks that are not clean.

What it can read it gives back as plain columns; what it cannot is a reject: a line number and a
reason, with the shape of the line (digits as ``9``, letters as ``x``), never its content.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from affluence.cdr.dialect import Dialect
from affluence.cdr.layouts import LONGEST_LINE, UNCLOSED_QUOTE, BrokenLineError, Columns

CUT_SHORT = "line cut short"
TOO_LONG = "line longer than any record"
NOT_A_RECORD = "time, state or number not readable"

BLANK = "blank line"
HEADER = "header"
TITLE = "title"
CONTINUED = "line break within a record"

_SHAPE_LENGTH = 200
_MOST_BREAKS = 4  # within one record

LINE_NUMBER = "line number"  # beside the columns of a layout, none of which has a blank in its name
REJECTS_SCHEMA = {"line": pl.Int64(), "reason": pl.String(), "shape": pl.String()}


@dataclass(frozen=True, slots=True)
class Lines:
    """Rows of one layout as plain text columns, with the number of their line."""

    columns: Columns
    rows: pl.DataFrame  # one String column a name, and `LINE_NUMBER` (Int64)


@dataclass(frozen=True, slots=True)
class Read:
    """What the lines of a block gave: lines = rows + rejects + ignored."""

    groups: tuple[Lines, ...]
    rejects: pl.DataFrame  # REJECTS_SCHEMA
    ignored: Counter[str]  # by reason


def read_lines(
    text: bytes,
    dialect: Dialect,
    *,
    first_line: int,
    terminated: bool,
    titles: int = 0,
    heading: str = "",
) -> Read:
    """Read a block line by line; its lines are numbered from ``first_line``.

    Args:
        text: whole lines, UTF-8.
        dialect: how they are written.
        first_line: number of the first of them in its file.
        terminated: whether the last one has its end; it may still grow otherwise.
        titles: number of lines at the beginning that are above the header.
        heading: that which holds where they begin.

    """
    by_layout: dict[Columns, list[tuple[int, Sequence[str]]]] = defaultdict(list)
    rejects: list[tuple[int, str, str]] = []
    ignored: Counter[str] = Counter()
    texts = split(text)
    at = 0
    while at < len(texts):
        line, number = texts[at], first_line + at
        at += 1
        if not line.strip(" \t\0"):
            ignored[BLANK] += 1
        elif line == dialect.header:
            ignored[HEADER] += 1
        elif at <= titles:
            ignored[TITLE] += 1
        else:
            try:
                columns, fields = _cut(line, dialect)
            except BrokenLineError as error:
                joined = _joined(texts, at - 1, dialect) if str(error) == UNCLOSED_QUOTE else None
                if joined is None:
                    last_of_all = not terminated and at == len(texts)
                    rejects.append((number, CUT_SHORT if last_of_all else str(error), shape(line)))
                    continue
                columns, fields, breaks = joined
                ignored[CONTINUED] += breaks
                at += breaks
            if dialect.layout.heading:
                heading = line if dialect.layout.heading.match(line) else heading
                columns, fields = (*columns, "heading"), [*fields, heading]
            by_layout[columns].append((number, fields))
    groups = []
    for columns, numbered in by_layout.items():
        group, implausible = _frame(columns, numbered, dialect)
        groups.append(group)
        rejects += implausible
    frame = pl.DataFrame(sorted(rejects), schema=REJECTS_SCHEMA, orient="row")
    return Read(tuple(groups), frame, ignored)


def shape(line: str) -> str:
    """The line with every digit as 9 and every letter as x: enough to see what is wrong with it."""
    return re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "9", line[:_SHAPE_LENGTH]))


def split(text: bytes) -> list[str]:
    """The lines of a block, without their ends."""
    lines = text.decode(errors="replace").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _cut(line: str, dialect: Dialect) -> tuple[Columns, Sequence[str]]:
    if len(line) > LONGEST_LINE:
        raise BrokenLineError(TOO_LONG)
    return dialect.layout.cut(line)


def _joined(
    texts: Sequence[str], start: int, dialect: Dialect
) -> tuple[Columns, Sequence[str], int] | None:
    """A record with line breaks in a quoted column, and how many; None if it is not one."""
    for breaks in range(1, _MOST_BREAKS + 1):
        parts = texts[start : start + breaks + 1]
        if len(parts) <= breaks or _is_record(parts[-1], dialect):
            return None
        try:
            columns, fields = _cut("\n".join(parts), dialect)
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
) -> tuple[Lines, list[tuple[int, str, str]]]:
    rows = pl.DataFrame(
        {
            LINE_NUMBER: pl.Series([number for number, _ in numbered], dtype=pl.Int64),
            **{
                name: pl.Series([fields[at] or None for _, fields in numbered], dtype=pl.String)
                for at, name in enumerate(columns)
            },
        }
    )
    allowed = [dialect.plausible(columns), *dialect.others(columns).values()]
    plausible = rows.select(pl.any_horizontal(allowed).alias("plausible")).to_series()
    implausible = [
        (row[0], NOT_A_RECORD, shape(",".join(value or "" for value in row[1:])))
        for row in rows.filter(~plausible).iter_rows()
    ]
    return Lines(columns, rows.filter(plausible)), implausible
