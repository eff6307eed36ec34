"""What a dialect is: the declaration of how one platform writes its call records."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import polars as pl

Columns = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What only the service knows of its platform, and what changes how a record is read."""

    trunks: tuple[str, ...] = ()  # beginnings of the names of the channels that are its lines
    closed_announcements: tuple[str, ...] = ()  # sound files that say "we are closed"
    busy_announcements: tuple[str, ...] = ()  # sound files that say "call back later"
    machine_answers_first: bool = False  # the dialplan answers before it queues the call


class RecordOf(Protocol):
    """What a record of some columns says; see `Dialect`."""

    def __call__(self, columns: Columns, reading: Reading, *, clean: bool) -> Mapping[str, pl.Expr]:
        """Expressions by column name."""


class MissingColumnsError(ValueError):
    """The header of a file does not name columns that its records need."""

    def __init__(self, columns: Columns) -> None:
        super().__init__(", ".join(columns))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How to read the records of one platform.

    Attributes:
        name: as written in the configuration.
        version: raised when the same record is read differently: files are then read again.
        layouts: column names by number of columns.
        loose_line: matches a line whose quoting is broken; its groups are named as the columns of
            a layout, absent ones None.
        plausible: columns of a layout → whether a record is one (Boolean, never null).
        clean: columns of a layout → whether a record is plausible and takes no exception.
        record: columns of a layout and reading → expressions of ``record_key, call_key`` (hashes),
            ``start_us, picked_up_us, answered_us, end_us`` (wall-clock microseconds of the
            platform's own clock), ``direction, evidence`` (as in LEGS), ``caller_number`` and,
            where a platform may leave the seconds out, ``minute_only`` (Boolean); shorter ones with
            the same result where every record is clean.
        clock_evidence: columns of a layout → ``epoch_s`` (true UTC seconds of the start of the
            call, null where unknown) and ``duration_s`` (start to end as the platform counted).
        separator: between the columns.
        header: the first line of a file where it names the columns; lines like it are no records.
        fit: first line of a file → the dialect as that file has it; raises `MissingColumnsError`;
            None where all files of the dialect are written alike.

    """

    name: str
    version: int
    layouts: Mapping[int, Columns]
    loose_line: re.Pattern[str]
    plausible: Callable[[Columns], pl.Expr]
    clean: Callable[[Columns], pl.Expr]
    record: RecordOf
    clock_evidence: Callable[[Columns], Mapping[str, pl.Expr]]
    separator: str = ","
    header: str = ""
    fit: Callable[[str], Dialect] | None = None
