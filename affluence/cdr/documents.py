"""Files that are a document each, with one record or several."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from affluence.cdr.layouts import LONGEST_LINE, BrokenLineError, Columns
from affluence.cdr.separated import Separated

NO_DOCUMENT = "not a document of this kind"
_JOINT = "\x1f"  # of the columns of a document's line; ASCII has it for this


class DocumentOf(Protocol):
    """The records of a document; see `Documents`."""

    def __call__(self, content: str) -> Iterator[Sequence[str]]:
        """Rows of text, one a record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """A whole file is one document (JSON, XML) that holds one record or several.

    Attributes:
        columns: of every record.
        sign: matches how such a document begins.
        rows_of: a document → its rows; raises ValueError where it is none.

    """

    columns: Columns
    sign: re.Pattern[str]
    rows_of: DocumentOf
    heading: None = None

    @property
    def widest(self) -> Columns:
        """See `Layout`."""
        return self.columns

    @property
    def words(self) -> str:
        """See `Layout`."""
        return "a document a file"

    def begins(self, lines: Sequence[str]) -> bool:
        """Whether a file that begins with these lines is such a document."""
        return self.sign.match("\n".join(lines)) is not None

    def lines_of(self, content: str) -> Iterator[str]:
        """A document as one line a record; what is no document is one line that cannot be cut."""
        try:
            rows = list(self.rows_of(content))
        except ValueError:
            yield " ".join(content[:LONGEST_LINE].split()) or "?"
            return
        for row in rows:
            if len(row) != len(self.columns):
                raise AssertionError("a document gave a row of another width")
            yield _JOINT.join(re.sub(r"[\x00-\x1f]", " ", field) for field in row)

    def scan(self, text: bytes) -> tuple[Columns, pl.LazyFrame] | None:
        """See `Layout`."""
        return self._lines().scan(text)

    def width(self, line: pl.Expr) -> pl.Expr:
        """See `Layout`."""
        return self._lines().width(line)

    def cut(self, line: str) -> tuple[Columns, Sequence[str]]:
        """See `Layout`."""
        if _JOINT not in line:
            raise BrokenLineError(NO_DOCUMENT)
        return self._lines().cut(line)

    def _lines(self) -> Separated:
        width = len(self.columns)
        return Separated(columns_by_width={width: self.columns}, separator=_JOINT, quotes=False)
