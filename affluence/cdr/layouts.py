"""How a line is cut into columns: by separators, by width, or a whole document as one record."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import polars as pl

Columns = tuple[str, ...]

WRONG_WIDTH = "wrong number of columns"
UNCLOSED_QUOTE = "quote never closed"
TOO_SHORT = "line shorter than any record"
NO_DOCUMENT = "not a document of this kind"

LONGEST_LINE = 1 << 16
_LONGEST_LOOSE_LINE = 1 << 12  # Asterisk drops records of a quarter of that
_MOST_COLUMNS = 1000  # a header of more would take minutes, and is none
_MOST_SEPARATORS_WITHIN = 12  # names and other free text
_NEVER = "\x01"  # a separator that no line holds: the whole line is one column


class BrokenLineError(ValueError):
    """A line that cannot be cut into the columns of a record; the message is the reason."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Separated:
    """Columns between separators.

    Attributes:
        columns_by_width: column names by number of columns.
        separator: one character.
        quotes: whether a column may stand in quotation marks, doubled within.
        ragged: whether a record may leave out its last columns; they are then empty.
        loose_line: matches a line whose quoting or width is broken; its groups are named as
            columns, those of a layout that is legal; absent columns are None.

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
            return self._loosely(line, UNCLOSED_QUOTE, error)
        return self._fitted(fields, line)

    def _fitted(self, fields: list[str], line: str) -> tuple[Columns, Sequence[str]]:
        if self.ragged and len(fields) <= len(self.widest):
            return self.widest, fields + [""] * (len(self.widest) - len(fields))
        columns = self.columns_by_width.get(len(fields))
        if columns is None:
            return self._loosely(line, WRONG_WIDTH)
        return columns, fields

    def _loosely(
        self, line: str, reason: str, cause: Exception | None = None
    ) -> tuple[Columns, Sequence[str]]:
        found = self.loose_line.match(line) if self.loose_line and self._is_near(line) else None
        if found is None:
            raise BrokenLineError(reason) from cause
        fields = list(_present(found))
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


def fields_of(line: str, separator: str) -> list[str]:
    """What stands between the separators of a line, quoted or not; nothing if it cannot be cut.

    Nothing either where there are more columns than any platform writes.
    """
    if line.count(separator) > _MOST_COLUMNS:
        return []
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:  # such as a carriage return within the line
        return []


def widest(line: str, separators: Sequence[str]) -> tuple[str, list[str]]:
    """The separator that cuts a line into most columns, and these; the first of several alike."""
    cut = {separator: fields_of(line, separator) for separator in separators}
    return max(cut.items(), key=lambda item: len(item[1]))


def columns_by_number(stated: Iterable[tuple[str, str]], width: int) -> Columns:
    """Columns of so many, those named whose number (from 1) is stated; a name is not a number."""
    names = {int(where): what for what, where in stated if where.isdecimal()}
    return tuple(names.get(number, f"column_{number}") for number in range(1, width + 1))


def columns_by_title(titles: Sequence[str], names: Mapping[str, str]) -> Columns:
    """Columns named by their titles, the first of each; what else is exported is of no concern."""
    return tuple(
        names[title] if title in names and title not in titles[:index] else f"column_{index}"
        for index, title in enumerate(titles)
    )


def _present(match: re.Match[str]) -> Iterator[str]:
    optional = {"answer"}  # an empty column, not an absent one
    for name, value in match.groupdict().items():
        if value is not None or name in optional:
            yield value or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedWidth:
    """Columns of fixed places in a line, blanks around them.

    Attributes:
        places: first character (from 0) and number of characters of each column.
        shortest: number of characters of the shortest record; what is beyond a line is empty.
        heading: matches whole lines, such as one with the date of the records below; such a line
            is one of the dialect's ``others``, and may be shorter.

    """

    places: Mapping[str, tuple[int, int]]
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
        lines = pl.scan_csv(
            text,
            has_header=False,
            separator=_NEVER,
            quote_char=None,
            schema={"line": pl.String},
        )
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
        return self.widest, lines.select(**cut, legal=legal).filter("legal").drop("legal")

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


_JOINT = "\x1f"  # of the columns of a document's line; ASCII has it for this
