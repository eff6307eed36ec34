"""A table of the report, written once: the pages, the workbook and the CSV files all show it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum, auto
from typing import Literal

from babel.numbers import format_decimal

from affluence.indicators.persons import is_few
from affluence.phrases import duration
from affluence.publication.language import SOURCE
from affluence.publication.wording import NOT_MEASURED, Words, message


class Kind(StrEnum):
    """What the values of a column are, and so how they are written."""

    TEXT = auto()
    NAME = auto()  # French in every language: what the service or the calendar calls something
    DAY = auto()
    COUNT = auto()
    DECIMAL = auto()
    SHARE = auto()  # 0-1, shown as a percentage
    SECONDS = auto()


class Hidden(Enum):
    """A figure that is known and not shown: somebody might recognise the few behind it."""

    FEW = message("moins de 5")


FEW = Hidden.FEW
NOTHING = ""  # nothing of the kind happened: there is nothing to tell
# None: not measured.
Value = str | int | float | date | Literal[Hidden.FEW] | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name for programs, its French heading, what its values are."""

    name: str
    heading: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table: ``key`` names its file, ``title`` and ``note`` say in French what it tells."""

    key: str
    title: str
    note: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"{self.key}: a row has not as many values as there are columns")

    def column(self, name: str) -> list[Value]:
        """The values of one column."""
        at = [column.name for column in self.columns].index(name)
        return [row[at] for row in self.rows]

    def only(self, names: Sequence[str]) -> Sheet:
        """The same with some of its columns, in this order."""
        at = [[column.name for column in self.columns].index(name) for name in names]
        return Sheet(
            key=self.key,
            title=self.title,
            note=self.note,
            columns=tuple(self.columns[place] for place in at),
            rows=tuple(tuple(row[place] for place in at) for row in self.rows),
        )


def persons(count: float | None) -> Value:
    """A number of persons, unless they are so few that somebody might recognise them."""
    if count is None:
        return None
    return FEW if is_few(count) else round(count)


def share_of_persons(part: float | None, whole: float | None) -> Value:
    """A share of persons in 0-1, unless so few are behind it, or behind what it leaves."""
    if part is None or whole is None:
        return None
    if not whole:
        return NOTHING
    return FEW if any(map(is_few, (part, whole - part, whole))) else part / whole


def share(part: float | None, whole: float | None) -> Value:
    """A share in 0-1; nothing where there is nothing to take it of, None where it is not known."""
    if part is None or whole is None:
        return None
    return part / whole if whole else NOTHING


def shown(value: Value, kind: Kind, words: Words) -> str:
    """A value as a person reads it."""
    if value is None:
        return str(words.language.say(NOT_MEASURED)).lower()
    if isinstance(value, Hidden):
        return str(words.language.say(value.value))
    if isinstance(value, (int, float)):
        return _number(value, kind, words)
    return words.short_date(value) if isinstance(value, date) else value


def _number(value: float, kind: Kind, words: Words) -> str:
    match kind:
        case Kind.SHARE:
            return words.percent_text(value)
        case Kind.SECONDS:
            return duration(value)
        case Kind.COUNT:
            return format_decimal(round(value), locale=words.language.code)
        case _:
            return format_decimal(value, "#,##0.0", locale=words.language.code)


def as_rows(rows: Iterable[Sequence[Value]]) -> tuple[tuple[Value, ...], ...]:
    """Rows that do not change any more."""
    return tuple(tuple(row) for row in rows)


def is_source(words: Words) -> bool:
    """Whether the report is in French."""
    return words.language.code == SOURCE
