"""Lines of a file of records: what those are called that are none, and how each is told.

A line that cannot be read is a reject: its number and a reason, with the shape of the line (digits
as ``9``, letters as ``x``), never its content. One that is no record by right is ignored.
"""

from __future__ import annotations

import re

import polars as pl

CUT_SHORT = "line cut short"
TOO_LONG = "line longer than any record"
NOT_A_RECORD = "time, state or number not readable"
REJECTS_SCHEMA = {"line": pl.Int64(), "reason": pl.String(), "shape": pl.String()}

BLANK = "blank line"
HEADER = "header"
TITLE = "title"
LINE_BREAK = "line break within a record"
IGNORED_SCHEMA = {"line": pl.Int64(), "reason": pl.String()}

LINE_NUMBER = "line number"  # beside the columns of a layout, none of which has a blank in its name
NOTHING = " \t\0"  # of a line that holds nothing; crashes leave NULs in logs

_NEVER = "\x01"  # a separator that no line holds
_SHAPE_LENGTH = 200
_FEW_ROWS = 5_000


def scan_lines(text: bytes) -> pl.LazyFrame:
    """Lines as the one column ``line``: nothing separates and nothing quotes."""
    return pl.scan_csv(
        text,
        has_header=False,
        separator=_NEVER,
        quote_char=None,
        schema={"line": pl.String},
    )


def split(text: bytes) -> list[str]:
    """The lines of a block, without their ends."""
    lines = text.decode(errors="replace").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def is_blank(line: str) -> bool:
    """Whether a line holds nothing."""
    return not line.strip(NOTHING)


def shape(line: str) -> str:
    """The line with every digit as 9 and every letter as x: enough to see what is wrong with it."""
    return re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "9", line[:_SHAPE_LENGTH]))


def collected(query: pl.LazyFrame, height: int) -> pl.DataFrame:
    """The rows of a query of so many, by the engine that is faster: streaming is slow to start."""
    return query.collect(engine="streaming" if height > _FEW_ROWS else "in-memory")
