"""Lines whose columns stand between separators, quoted or not."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from affluence.cdr.headers import fields_of
from affluence.cdr.layouts import LONGEST_LINE, BrokenLineError, Columns, UnclosedQuoteError

WRONG_WIDTH = "wrong number of columns"

_LONGEST_LOOSE_LINE = 1 << 12  # Asterisk drops records of a quarter of that
_MOST_SEPARATORS_WITHIN = 12  # names and other free text


@dataclass(frozen=True, slots=True, kw_only=True)
class Separated:
    """Columns between separators.

    Attributes:
        columns_by_width: column names by number of columns.
        separator: one character.
        quotes: whether a column may stand in quotation marks, doubled within.
        ragged: whether a record may leave out its last columns; they are then empty.
        loose_line: matches a line whose quoting or width is broken; its groups are named as
            columns, those of a layout that is legal, or ``_…`` where they are none; absent columns
            are None.

    """

    columns_by_width: Mapping[int, Columns]
    separator: str = ","
    quotes: bool = True
    ragged: bool = False
    loose_line: re.Pattern[str] | None = None
    heading: None = None

    @property
    def widest(self) -> Columns:
        """See `Layout`."""
        return self.columns_by_width[max(self.columns_by_width)]

    @property
    def words(self) -> str:
        """See `Layout`."""
        names = {"\t": "tabulators", " ": "blanks", "|": "bars"}
        between = names.get(self.separator, f"'{self.separator}'")
        return f"columns between {between}" + ("" if self.quotes else ", never quoted")

    def scan(self, text: bytes) -> tuple[Columns, pl.LazyFrame] | None:
        """See `Layout`."""
        columns = self.widest if self.ragged else self.columns_by_width.get(self._width(text))
        if columns is None or self._has_short_lines(text, columns):
            return None
        frame = pl.scan_csv(
            text,
            has_header=False,
            separator=self.separator,
            quote_char='"' if self.quotes else None,
            schema=dict.fromkeys(columns, pl.String),
            missing_columns="insert" if self.ragged else "raise",
        )
        return columns, frame

    def width(self, line: pl.Expr) -> pl.Expr:
        """See `Layout`."""
        between = re.escape(self.separator)
        if self.quotes:
            field = rf'(?:"(?:[^"\r\x00]|"")*"|[^"{between}\r\x00]*)'
            whole = line.str.contains(f"^{field}(?:{between}{field})*$")
            # Each match takes a separator and the columns beside it, and so what these hold.
            separators = line.str.count_matches(f"(?:^{field})?{between}{field}")
        else:
            whole = ~line.str.contains(r"[\r\x00]")
            separators = line.str.count_matches(self.separator, literal=True)
        width = separators.cast(pl.Int64) + 1
        legal = width.is_in(list(self.columns_by_width))
        if self.ragged:
            width, legal = pl.lit(len(self.widest)), width <= len(self.widest)
        return pl.when(whole & legal).then(width)

    def cut(self, line: str) -> tuple[Columns, Sequence[str]]:
        """See `Layout`."""
        if not self.quotes:
            return self._fitted(line.strip("\0").split(self.separator), line)
        try:
            rows = csv.reader([line.strip("\0")], delimiter=self.separator, strict=True)
            fields = next(rows, [])
        except csv.Error as error:
            return self._loosely(line, UnclosedQuoteError(), error)
        return self._fitted(fields, line)

    def _fitted(self, fields: list[str], line: str) -> tuple[Columns, Sequence[str]]:
        if self.ragged and len(fields) <= len(self.widest):
            return self.widest, fields + [""] * (len(self.widest) - len(fields))
        columns = self.columns_by_width.get(len(fields))
        if columns is None:
            return self._loosely(line, BrokenLineError(WRONG_WIDTH))
        return columns, fields

    def _loosely(
        self, line: str, broken: BrokenLineError, cause: Exception | None = None
    ) -> tuple[Columns, Sequence[str]]:
        found = self.loose_line.match(line) if self.loose_line and self._is_near(line) else None
        if found is None:
            raise broken from cause
        fields = [
            value
            for name, value in found.groupdict().items()
            if value is not None and not name.startswith("_")
        ]
        columns = self.columns_by_width.get(len(fields))
        if columns is None:
            raise BrokenLineError(WRONG_WIDTH) from cause
        return columns, fields

    def _has_short_lines(self, text: bytes, columns: Columns) -> bool:
        """Whether a line lacks columns: Polars would take them as empty without a word.

        Only where nothing is quoted can this be told by counting separators.
        """
        if self.quotes or self.ragged:
            return False
        lines = text.count(b"\n") + (not text.endswith(b"\n"))
        return text.count(self.separator.encode()) < (len(columns) - 1) * lines

    def _is_near(self, line: str) -> bool:
        """Whether a line is a record but for some separators: others would be tried for hours."""
        short = len(line) <= _LONGEST_LOOSE_LINE
        return short and line.count(self.separator) < len(self.widest) + _MOST_SEPARATORS_WITHIN

    def _width(self, text: bytes) -> int:
        first = text[: min(text.find(b"\n"), LONGEST_LINE)].decode(errors="replace")
        if not self.quotes:
            return first.count(self.separator) + 1
        return len(fields_of(first, self.separator))
