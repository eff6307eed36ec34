"""Lines whose columns stand at fixed places, which may be stated by who has the records."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from affluence.cdr.dialect import MissingColumnsError, Reading
from affluence.cdr.layouts import BrokenLineError, Columns
from affluence.cdr.lines import scan_lines

TOO_SHORT = "line shorter than any record"

Places = Mapping[str, tuple[int, int]]
"""Column → its first character (from 0) and its number of characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedWidth:
    """Columns of fixed places in a line, blanks around them.

    Attributes:
        places: of each column.
        shortest: number of characters of the shortest record; what is beyond a line is empty.
        heading: matches whole lines, such as one with the date of the records below; such a line
            is one of the dialect's ``others``, and may be shorter.

    """

    places: Places
    shortest: int
    heading: re.Pattern[str] | None = None

    @property
    def widest(self) -> Columns:
        """See `Layout`."""
        return (*self.places, *(["heading"] if self.heading else []))

    @property
    def words(self) -> str:
        """See `Layout`."""
        return "columns of fixed width"

    def scan(self, text: bytes) -> tuple[Columns, pl.LazyFrame] | None:
        """See `Layout`."""
        line = pl.col("line")
        cut = {
            name: line.str.slice(start, length).str.strip_chars(" ")
            for name, (start, length) in self.places.items()
        }
        legal = line.str.len_chars() >= self.shortest
        if self.heading:
            heads = line.str.contains(self.heading.pattern)
            cut["heading"] = pl.when(heads).then(line).forward_fill()
            legal = legal | heads
        return self.widest, scan_lines(text).select(**cut, legal=legal).filter("legal").drop(
            "legal"
        )

    def width(self, line: pl.Expr) -> pl.Expr:
        """See `Layout`."""
        legal = line.str.len_chars() >= self.shortest
        if self.heading:
            legal = legal | line.str.contains(self.heading.pattern)
        return pl.when(legal & ~line.str.contains(r"[\r\x00]")).then(pl.lit(0, pl.Int64))

    def cut(self, line: str) -> tuple[Columns, Sequence[str]]:
        """See `Layout`."""
        if len(line) < self.shortest and not (self.heading and self.heading.match(line)):
            raise BrokenLineError(TOO_SHORT)
        places = self.places.values()
        return tuple(self.places), [
            line[start : start + length].strip(" ") for start, length in places
        ]


def place(first: int, last: int) -> tuple[int, int]:
    """Characters ``first`` to ``last``, as a person counts them: from 1."""
    return first - 1, last - first + 1


def stated_places(reading: Reading, known: Collection[str]) -> Places:
    """Places that the configuration states of columns that a dialect knows: ``first-last``, from 1.

    Raises:
        MissingColumnsError: a column is not known, or its place is none.

    """
    places = {}
    for name, written in reading.stated.columns:
        found = re.fullmatch(r"(\d+)-(\d+)", written)
        if name not in known or not found or not 0 < int(found[1]) <= int(found[2]):
            raise MissingColumnsError((f"{name} at '{written}'",))
        places[name] = place(int(found[1]), int(found[2]))
    return places


def shortest(places: Places, needed: Collection[str]) -> int:
    """Number of characters of a line that has some columns."""
    return max(start + length for name, (start, length) in places.items() if name in needed)
