"""Pseudonyms: the same whether a number is hashed for each record or once for all that have it."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest

from affluence.cdr.blocks import Block
from affluence.cdr.dialect import Reading
from affluence.cdr.dialects import DIALECTS
from affluence.cdr.files import read_ranges
from affluence.cdr.pseudonyms import DayKey
from affluence.cdr.reader import Reader
from tests.records import record
from tests.samples.every_dialect import EVERY, files_of, recipe_for

_NUMBERS = ("0199000001", "0199000002", "", "anonymous")


def _secret(day: date) -> str:
    return sha256(f"a key for tests only {day}".encode()).hexdigest()


def _callers(*lines: str) -> list[int | None]:
    text = "".join(f"{line}\n" for line in lines).encode()
    block = Block(text, 0, len(text), terminated=True, digest=b"", lines=len(lines))
    reader = Reader(
        dialect=DIALECTS["asterisk-csv"],
        reading=Reading(),
        clock_zone="Europe/Paris",
        zone="Europe/Paris",
        day_key=_secret,
    )
    callers: list[int | None] = reader.read_block(block, 1).legs["caller"].to_list()
    return callers


def test_pseudonyms_do_not_depend_on_how_often_a_number_comes() -> None:
    lines = [
        record(n, f"2026-03-{3 + n % 2:02} 09:{n:02}:00", 9, caller=_NUMBERS[n // 2 % 4])
        for n in range(40)
    ]
    each_alone = [caller for line in lines for caller in _callers(line)]
    assert _callers(*lines) == each_alone
    assert len({*each_alone}) == 5  # two numbers on two days, and nobody


def test_days_before_the_epoch_have_pseudonyms_too() -> None:
    lines = [record(n, f"1969-03-03 09:{n:02}:00", 9, caller=_NUMBERS[0]) for n in range(10)]
    callers = _callers(*lines)
    assert callers == 10 * callers[:1]
    assert callers[0] is not None


def _keys(paths: list[Path], dialect: str, day_key: DayKey) -> tuple[set[int], set[int]]:
    legs = pl.concat(
        part.read.legs for path in paths for part in read_ranges(path, recipe_for(dialect), day_key)
    )
    return set(legs["record_key"]), set(legs["call_key"])


@pytest.mark.parametrize("dialect", EVERY)
def test_a_key_that_needs_no_secret_holds_no_number(dialect: str, tmp_path: Path) -> None:
    """Else whoever has the lake without its keys would find numbers by trying all of them."""
    others = [tmp_path / path.name for path in files_of(dialect)]
    for path, other in zip(files_of(dialect), others, strict=True):
        other.write_bytes(path.read_bytes().replace(b"63998000", b"63998007"))
    keys = _keys(files_of(dialect), dialect, lambda day: f"one secret {day}")
    elsewhere = _keys(files_of(dialect), dialect, lambda day: f"another {day}")
    of_others = _keys(others, dialect, lambda day: f"one secret {day}")
    for mine, without_secret, with_numbers in zip(keys, elsewhere, of_others, strict=True):
        assert mine & without_secret <= with_numbers
        assert len(mine) == len(without_secret) == len(with_numbers)
