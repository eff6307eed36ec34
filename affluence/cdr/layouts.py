"""How a line is cut into columns: what every way to do so has in common.

The ways are `affluence.cdr.separated`, `affluence.cdr.fixed_width` and `affluence.cdr.documents`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

import polars as pl

Columns = tuple[str, ...]

LONGEST_LINE = 1 << 16  # bytes


class BrokenLineError(ValueError):
    """A line that cannot be cut into the columns of a record; the message is the reason."""


class UnclosedQuoteError(BrokenLineError):
    """A line whose last quote is open: it may go on in the lines that follow."""

    def __init__(self) -> None:
        super().__init__("quote never closed")


class Layout(Protocol):
    """How the lines of a dialect are cut; both ways give the same columns."""

    @property
    def widest(self) -> Columns:
        """Every column that a record may have."""

    @property
    def words(self) -> str:
        """How lines are cut, for a person."""

    @property
    def heading(self) -> re.Pattern[str] | None:
        """What lines look like that hold for those that follow, as the column ``heading``."""

    def scan(self, text: bytes) -> tuple[Columns, pl.LazyFrame] | None:
        """All lines of a block at once, as text columns; None if they cannot be cut this way.

        Where a line is not as it should be, the query fails or gives another number of rows.
        """

    def width(self, line: pl.Expr) -> pl.Expr:
        """How lines can be cut (Int64), equal where alike; null where they cannot be."""

    def cut(self, line: str) -> tuple[Columns, Sequence[str]]:
        """One line; its heading is added by who reads the lines in their order.

        Raises:
            BrokenLineError: it has none of the shapes of a record.

        """
