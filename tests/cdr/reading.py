"""What tests of several dialects need: reading with what is stated, and reading a broken file."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal

from affluence.cdr.dialect import Reading, Stated
from affluence.cdr.dialects import find_dialect
from affluence.cdr.recipe import Recipe
from affluence.errors import RecordsError
from affluence.pipeline import read_calls
from affluence.steps.inspect import Account, Inspection, inspect_files
from tests.runs import balanced

ZONE = "Europe/Paris"


NOTHING_SAID = Reading()
NOTHING_STATED = Stated()


def inspected(
    paths: Path | Sequence[Path],
    dialect: str | None = None,
    *,
    reading: Reading = NOTHING_SAID,
    stated: Stated = NOTHING_STATED,
    trunks: Sequence[str] = (),
    columns: Mapping[str, str] | None = None,
    outcomes: Mapping[str, str] | None = None,
    time_format: str = "",
    clock: str = "auto",
) -> Inspection:
    """Files read with what a configuration says, given as a whole or in part; nothing is lost."""
    if columns or outcomes or time_format:
        stated = Stated(
            columns=tuple((columns or {}).items()),
            outcomes=tuple((outcomes or {}).items()),
            time_format=time_format,
        )
    if reading == NOTHING_SAID:
        reading = Reading(trunks=tuple(trunks), stated=stated)
    recipe = Recipe(dialect=find_dialect(dialect), reading=reading, clock=clock, zone=ZONE)
    several = [paths] if isinstance(paths, Path) else paths
    found = inspect_files(several, recipe, platform="platform", longest_call_s=6 * 3600)
    assert balanced({**found.account})
    return found


def read(
    path: Path, dialect: str | None = None, trunks: Sequence[str] = ()
) -> tuple[pl.DataFrame, Account]:
    """Calls without their pseudonyms, which are others each time."""
    calls, account = read_calls([path], dialect, trunks=trunks)
    return without_pseudonyms(calls), account


def calls_and_account(
    paths: Path | Sequence[Path],
    dialect: str | None = None,
    *,
    stated: Stated = NOTHING_STATED,
    trunks: Sequence[str] = (),
    clock: str = "auto",
) -> tuple[pl.DataFrame, Account]:
    """As `affluence.pipeline.read_calls`, with what only the service can state.

    Raises:
        RecordsError: a file cannot be read.

    """
    found = inspected(paths, dialect, stated=stated, trunks=trunks, clock=clock)
    if found.unreadable:
        raise RecordsError("\n".join(found.unreadable))
    return found.calls, found.account


def without_keys(calls: pl.DataFrame) -> pl.DataFrame:
    """Calls of several dialects that can be compared: each has keys of its own."""
    return without_pseudonyms(calls.drop("call_key"))


def without_pseudonyms(calls: pl.DataFrame) -> pl.DataFrame:
    """Calls that can be compared: whether there are pseudonyms, which are others each time."""
    return calls.with_columns(pl.col("caller", "agent").is_not_null())


def written(folder: Path, lines: Sequence[str], *, name: str = "records") -> Path:
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def of_day(path: Path, day: str) -> Path:
    """The file as last written to on a day."""
    moment = datetime.fromisoformat(f"{day} 12:00").timestamp()
    os.utime(path, (moment, moment))
    return path


def local_times(calls: pl.DataFrame, *columns: str) -> list[tuple[str | None, ...]]:
    """Some instants of calls as local time of the day."""
    local = pl.col(columns or ("offered_at", "answered_at", "released_at"))
    return calls.select(local.dt.convert_time_zone(ZONE).dt.strftime("%H:%M:%S")).rows()


def clocks(calls: pl.DataFrame, column: str) -> list[str | None]:
    """The same of one column."""
    return [time for (time,) in local_times(calls, column)]


def assert_a_broken_line_changes_nothing(
    sample: Path, folder: Path, broken: str, reason: str, *, trunks: Sequence[str] = ()
) -> None:
    """The tolerant reader gives the calls of the fast one, and one reject."""
    lines = sample.read_text(encoding="utf-8").split("\n")[:-1]  # form feeds end no line
    middle = len(lines) // 2
    path = written(folder, [*lines[:middle], broken, *lines[middle:]], name=sample.name)
    calls, account = read(sample, trunks=trunks)
    again, account_again = read(path, trunks=trunks)
    assert_frame_equal(again, calls)
    assert account["rejected"] == {}
    assert account_again["rejected"] == {reason: 1}
    assert account_again["lines"] == account["lines"] + 1
