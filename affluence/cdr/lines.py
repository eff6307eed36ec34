"""The tolerant reader: one line at a time, for the blocks that are not clean.

What it can read it gives back as plain columns; what it cannot is a reject: a line number and a
reason, with the shape of the line (digits as ``9``, letters as ``x``), never its content.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from affluence.cdr.dialect import Columns, Dialect

CUT_SHORT = "line cut short"
WRONG_WIDTH = "wrong number of columns"
UNCLOSED_QUOTE = "quote never closed"
TOO_LONG = "line longer than any record"
NOT_A_RECORD = "time, state or number not readable"

LONGEST_LINE = 1 << 16
_SHAPE_LENGTH = 200

REJECTS_SCHEMA = {"line": pl.Int64(), "reason": pl.String(), "shape": pl.String()}


@dataclass(frozen=True, slots=True)
class Lines:
    """Rows of one layout as plain text columns, with the number of their line."""

    columns: Columns
    rows: pl.DataFrame  # one String column a name, and `line` (Int64)


@dataclass(frozen=True, slots=True)
class Read:
    """What the lines of a block gave; blank lines and headers are in neither."""

    groups: tuple[Lines, ...]
    rejects: pl.DataFrame  # REJECTS_SCHEMA
    blank: int
    headers: int


def read_lines(text: bytes, dialect: Dialect, *, first_line: int, terminated: bool) -> Read:
    """Read a block line by line; its lines are numbered from ``first_line``."""
    by_layout: dict[Columns, list[tuple[int, Sequence[str]]]] = defaultdict(list)
    rejects: list[tuple[int, str, str]] = []
    blank = headers = 0
    texts = _decoded(text)
    for number, line in enumerate(texts, first_line):
        if not line.strip(" \t\0"):
            blank += 1
            continue
        if line == dialect.header:
            headers += 1
            continue
        fields, reason = _fields(line, dialect)
        if fields is not None:
            by_layout[dialect.layouts[len(fields)]].append((number, fields))
        else:
            last_of_all = not terminated and number == first_line + len(texts) - 1
            rejects.append((number, CUT_SHORT if last_of_all else reason, shape(line)))
    groups = []
    for columns, numbered in by_layout.items():
        group, implausible = _frame(columns, numbered, dialect)
        groups.append(group)
        rejects += implausible
    frame = pl.DataFrame(sorted(rejects), schema=REJECTS_SCHEMA, orient="row")
    return Read(tuple(groups), frame, blank, headers)


def shape(line: str) -> str:
    """The line with every digit as 9 and every letter as x: enough to see what is wrong with it."""
    return re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "9", line[:_SHAPE_LENGTH]))


def _decoded(text: bytes) -> list[str]:
    try:
        lines = text.decode().split("\n")
    except UnicodeDecodeError:
        # Western names from older systems; cp1252 leaves five bytes undefined.
        lines = text.decode("cp1252", errors="replace").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _fields(line: str, dialect: Dialect) -> tuple[Sequence[str] | None, str]:
    if len(line) > LONGEST_LINE:
        return None, TOO_LONG
    try:
        fields = next(csv.reader([line.strip("\0")], delimiter=dialect.separator, strict=True))
    except (csv.Error, StopIteration):
        reason = UNCLOSED_QUOTE
    else:
        if len(fields) in dialect.layouts:
            return fields, ""
        reason = WRONG_WIDTH
    loose = dialect.loose_line.match(line)
    if loose is None:
        return None, reason
    fields = list(_present(loose))
    return (fields, "") if len(fields) in dialect.layouts else (None, WRONG_WIDTH)


def _present(match: re.Match[str]) -> Iterator[str]:
    optional = {"answer"}  # an empty column, not an absent one
    for name, value in match.groupdict().items():
        if value is not None or name in optional:
            yield value or ""


def _frame(
    columns: Columns, numbered: list[tuple[int, Sequence[str]]], dialect: Dialect
) -> tuple[Lines, list[tuple[int, str, str]]]:
    rows = pl.DataFrame(
        {
            "line": pl.Series([number for number, _ in numbered], dtype=pl.Int64),
            **{
                name: pl.Series([fields[at] or None for _, fields in numbered], dtype=pl.String)
                for at, name in enumerate(columns)
            },
        }
    )
    plausible = rows.select(dialect.plausible(columns)).to_series()
    implausible = [
        (row[0], NOT_A_RECORD, shape(",".join(value or "" for value in row[1:])))
        for row in rows.filter(~plausible).iter_rows()
    ]
    return Lines(columns, rows.filter(plausible)), implausible
