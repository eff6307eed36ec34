"""Files read with what the service says of its platform, as tests of dialects need it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from affluence.cdr.dialect import Reading
from affluence.cdr.dialects import find_dialect
from affluence.cdr.files import Recipe
from affluence.steps.inspect import Inspection, inspect_files

NOTHING_SAID = Reading()


def inspected(
    paths: Sequence[Path],
    dialect: str | None = None,
    *,
    clock: str = "auto",
    reading: Reading = NOTHING_SAID,
) -> Inspection:
    """What is in some files of a platform in Paris; every line is accounted for."""
    recipe = Recipe(
        dialect=find_dialect(dialect), reading=reading, clock=clock, zone="Europe/Paris"
    )
    found = inspect_files(paths, recipe, platform="day", longest_call_s=6 * 3600)
    assert found.unreadable == []
    account = found.account
    whole = (account["calls"], account["merged"], account["duplicates"])
    apart = (*account["ignored"].values(), *account["rejected"].values())
    assert account["lines"] == sum(whole) + sum(apart)
    return found


def without_pseudonyms(calls: pl.DataFrame) -> pl.DataFrame:
    """Pseudonyms are others each time: whether there is one."""
    return calls.with_columns(pl.col("caller", "agent").is_not_null())


def clocks(calls: pl.DataFrame, column: str) -> list[str | None]:
    """Times of a column as Paris reads them."""
    local = calls[column].dt.convert_time_zone("Europe/Paris")
    return local.dt.strftime("%H:%M:%S").to_list()
