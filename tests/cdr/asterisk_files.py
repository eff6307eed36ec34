"""Files of Asterisk read as a configuration states them, for the tests of its dialects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from affluence.cdr.dialect import Reading, Stated
from affluence.cdr.dialects import find_dialect
from affluence.cdr.files import Recipe
from affluence.steps.inspect import Inspection, inspect_files

NOTHING, AS_WRITTEN = Stated(), Reading()


def written(path: Path, lines: Sequence[str]) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def inspected(
    path: Path,
    dialect: str | None,
    stated: Stated = NOTHING,
    trunks: Sequence[str] = (),
    reading: Reading = AS_WRITTEN,
) -> Inspection:
    reading = replace(reading, stated=stated, trunks=tuple(trunks))
    recipe = Recipe(
        dialect=find_dialect(dialect), reading=reading, clock="auto", zone="Europe/Paris"
    )
    return inspect_files([path], recipe, platform="platform", longest_call_s=6 * 3600)


def without_pseudonyms(calls: pl.DataFrame) -> pl.DataFrame:
    """Calls that can be compared: pseudonyms are others each time."""
    return calls.with_columns(pl.col("caller", "agent").is_not_null())


def local_times(calls: pl.DataFrame, *columns: str) -> list[tuple[str | None, ...]]:
    """Some times of each call, in Paris."""
    local = pl.col(*columns).dt.convert_time_zone("Europe/Paris").dt.strftime("%H:%M:%S")
    return calls.select(local).rows()
