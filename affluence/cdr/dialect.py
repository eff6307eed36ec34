"""What a dialect is: the declaration of how one platform writes its call records."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from affluence.cdr.layouts import Columns, Layout


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What the configuration states of a format that does not tell it itself.

    Attributes:
        columns: what is needed → name or number (from 1) of the column that holds it.
        outcomes: word in the file, in lower case → outcome as in CALLS.
        directions: word in the file, in lower case → direction as in LEGS.
        separator: between the columns; empty: found.
        time_format: of the times, as in `strptime`; empty: found.

    """

    columns: tuple[tuple[str, str], ...] = ()
    outcomes: tuple[tuple[str, str], ...] = ()
    directions: tuple[tuple[str, str], ...] = ()
    separator: str = ""
    time_format: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCounted:
    """Which calls are no business of the desk: whoever rings, and whatever for."""

    callers: tuple[str, ...] = ()  # test calls and robots: numbers as they stand in the records
    dialled: tuple[str, ...] = ()  # faxes, other services: numbers as they stand in the records
    queues: tuple[str, ...] = ()
    internal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What only the service knows of its platform, and what changes how a record is read."""

    trunks: tuple[str, ...] = ()  # beginnings of the names of the channels that are its lines
    closed_announcements: tuple[str, ...] = ()  # sound files that say "we are closed"
    busy_announcements: tuple[str, ...] = ()  # sound files that say "call back later"
    machine_answers_first: bool = False  # the dialplan answers before it queues the call
    stated: Stated = Stated()
    not_counted: NotCounted = NotCounted()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """How a file begins, and when it was last written to."""

    lines: tuple[str, ...]
    modified_on: date

    @property
    def first_line(self) -> str:
        """Empty where there is none."""
        return self.lines[0] if self.lines else ""


RecordOf = Callable[[Columns, Reading], Mapping[str, pl.Expr]]
"""What a record of some columns says: expressions by column name; see `Dialect`."""


class MissingColumnsError(ValueError):
    """The header of a file does not name columns that its records need.

    ``titles`` are those of its columns, where a configuration may say which of them is meant;
    whoever raises it makes sure that they are titles, never the content of a record.
    """

    def __init__(self, columns: Columns, titles: Columns = ()) -> None:
        super().__init__(", ".join(columns))
        self.titles = titles


class UntellingFormatError(ValueError):
    """Files of this kind lack what every call needs; the message says what that is.

    ``advice`` tells what to have the platform write instead.
    """

    def __init__(self, why: str, advice: str) -> None:
        super().__init__(why)
        self.advice = advice


def _nothing(_: Columns) -> Mapping[str, pl.Expr]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How to read the records of one platform.

    Attributes:
        name: as written in the configuration.
        version: raised when the same record is read differently: files are then read again.
        layout: how a line is cut into text columns; an empty one is null.
        derived: columns of a layout → further columns, under names of their own, that later ones of
            them and the expressions below may use, so that what several of them need (a time, a
            number) is worked out once; see `derive`.
        plausible: columns of a layout → whether a record is one (Boolean, never null).
        clean: columns of a layout → whether a record is plausible and takes no exception.
        record: columns of a layout and reading → expressions of all that a record must tell and of
            what else this platform tells, see `affluence.cdr.record_columns`.
        clean_record: the same, shorter, with the same result where every record is clean; None
            where ``record`` is no longer than it need be.
        clock_evidence: columns of a layout → where the records tell them, ``epoch_s`` (true UTC
            seconds of the start of the call, null where unknown) and ``duration_s`` (start to end
            as the platform counted).
        others: columns of a layout → lines that are no calls, by the reason why they are ignored
            (Boolean, never null); they need not be plausible. What they say of an agent is kept.
        clock: zone in which the format itself writes its times; empty: that of the platform.
        instants: whether the times tell their own distance from UTC, so that they are read as
            UTC and no other clock can be stated of them.
        header: the line of a file that names the columns; lines like it are no records.
        titles: number of lines above the header.
        choices: what was chosen where the format does not settle it, in words, to be printed.
        sign: matches within every record; where it is in none of the first lines of a file, the
            dialect is ruled out without reading them. None: nothing can be told so quickly.
        variant: what else of a file than its content decided how it is read.
        fit: beginning of a file and reading → the dialect as that file has it; raises
            `MissingColumnsError` or `UntellingFormatError`; None where all files of the dialect are
            written alike.

    """

    name: str
    version: int
    layout: Layout
    derived: Callable[[Columns], Mapping[str, pl.Expr]] = _nothing
    plausible: Callable[[Columns], pl.Expr]
    clean: Callable[[Columns], pl.Expr]
    record: RecordOf
    clean_record: RecordOf | None = None
    clock_evidence: Callable[[Columns], Mapping[str, pl.Expr]] = _nothing
    others: Callable[[Columns], Mapping[str, pl.Expr]] = _nothing
    clock: str = ""
    instants: bool = False
    header: str = ""
    titles: int = 0
    choices: tuple[str, ...] = field(default=())
    sign: re.Pattern[str] | None = None
    variant: str = ""
    fit: Callable[[Sample, Reading], Dialect] | None = None

    def derive(self, rows: pl.LazyFrame, columns: Columns) -> pl.LazyFrame:
        """Add what is derived to rows that have some columns of the layout."""
        # Polars itself shares what expressions have in common one level deep, and no deeper.
        levels: list[dict[str, pl.Expr]] = []
        level_of: dict[str, int] = {}
        for name, expression in self.derived(columns).items():
            used = expression.meta.root_names()
            level = max((level_of[each] + 1 for each in used if each in level_of), default=0)
            level_of[name] = level
            levels += [{} for _ in range(level + 1 - len(levels))]
            levels[level][name] = expression
        for level_columns in levels:
            rows = rows.with_columns(**level_columns)
        return rows
