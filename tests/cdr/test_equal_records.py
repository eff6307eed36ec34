"""Equal records without a number of their own: calls of their own, wherever a file is cut."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest

from affluence.cdr.files import Position, read_ranges
from affluence.cdr.records import numbers_equal_ones
from affluence.cdr.understanding import find_dialect_of, read_beginning
from tests.samples.every_dialect import EVERY, files_of, recipe_for

_TIMES = 3  # that each line of a sample is repeated
_BEGINNING = Position()
_NUMBERING = ("avaya-cm", "alcatel-oxe", "alcatel-oxo", "mitel-smdr", "generic")


def _keys(path: Path, dialect: str, position: Position = _BEGINNING) -> list[int]:
    ranges = read_ranges(path, recipe_for(dialect), str, position)
    return pl.concat(part.read.legs for part in ranges)["record_key"].to_list()


@pytest.fixture
def repeated(dialect: str, tmp_path: Path) -> Path:
    """The sample of a dialect, whose records have no numbers, with every line many times."""
    sample, recipe = files_of(dialect)[0], recipe_for(dialect)
    begins = read_beginning(sample, recipe.zone)
    known = find_dialect_of(begins, recipe).dialect
    lines = sample.read_bytes().splitlines(keepends=True)
    if dialect == "generic":
        lines = [b",".join(line.split(b",")[1:]) for line in lines]
    above = known.titles + 1 if known.header else 0
    path = tmp_path / sample.name
    path.write_bytes(
        b"".join(lines[:above] + [line for line in lines[above:] for _ in range(_TIMES)])
    )
    os.utime(path, (sample.stat().st_mtime,) * 2)  # where dates have no year it is that of the file
    return path


def test_the_dialects_whose_records_have_no_number() -> None:
    def numbers(dialect: str) -> bool:
        recipe = recipe_for(dialect)
        assert recipe.dialect is not None
        return numbers_equal_ones(recipe.dialect)

    assert {*filter(numbers, EVERY)} == {*_NUMBERING}


@pytest.mark.parametrize("dialect", _NUMBERING)
def test_equal_ones_stay_apart_where_a_block_begins_between_them(
    dialect: str, repeated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = _keys(repeated, dialect)
    assert len(whole) % _TIMES == 0
    assert len({*whole}) == len(whole)
    monkeypatch.setattr("affluence.cdr.blocks._LEAST_READ_BYTES", 1)
    for size in ("BLOCK_BYTES", "BLOCK_OF_WIDE_LINES_BYTES"):
        monkeypatch.setattr(f"affluence.cdr.files.{size}", 200)
    assert _keys(repeated, dialect) == whole


@pytest.mark.parametrize("dialect", _NUMBERING)
def test_equal_ones_stay_apart_in_a_file_that_grew(dialect: str, repeated: Path) -> None:
    whole, ranges = _keys(repeated, dialect), read_ranges(repeated, recipe_for(dialect), str)
    clock = next(iter(ranges)).clock
    lines = repeated.read_bytes().splitlines(keepends=True)
    for read in range(len(lines) - 4 * _TIMES, len(lines)):
        at = Position(offset=len(b"".join(lines[:read])), lines=read, clock=clock)
        after = _keys(repeated, dialect, at)
        assert after == whole[len(whole) - len(after) :]
