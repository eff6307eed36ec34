"""Thousands of tiny files make few files of the lake, and nothing else changes."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from affluence import keeping
from affluence.config import load
from affluence.store.inventory import Slice
from affluence.store.lake import Lake
from affluence.store.storage import Folder
from affluence.tables import LEGS
from tests.conftest import ConfigWriter
from tests.records import week
from tests.runs import TODAY, accounts, balanced, files_under, measured, noon, run, state_of

CALLS_A_DAY = 8
FEWEST = 6  # here


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("affluence.steps.bundle.FEWEST", FEWEST)


@pytest.fixture
def lines() -> list[str]:
    return week(2, CALLS_A_DAY).splitlines(keepends=True)


def desk(small_platform: ConfigWriter, lines: list[str], files: int) -> Path:
    """The same records in so many files."""
    config = small_platform()
    for file in range(files):
        path = config.parent / "records" / f"{file:04}.csv"
        path.write_text("".join(lines[file::files]))
    return config


def legs_files(config: Path) -> list[str]:
    return sorted(files_under(state_of(config) / "lake" / "legs"))


def test_few_files_hold_what_came_in_many(small_platform: ConfigWriter, lines: list[str]) -> None:
    config = desk(small_platform, lines, len(lines))
    run(config, TODAY)
    assert len(legs_files(config)) == 5  # one a day
    assert all(map(balanced, accounts(config)))
    together = measured(config)
    shutil.rmtree(config.parent / "records")
    shutil.rmtree(state_of(config))
    run(desk(small_platform, lines, 1), TODAY)
    for name, table in measured(config).items():
        assert_frame_equal(table, together[name])


def test_later_files_go_into_files_of_their_own(
    small_platform: ConfigWriter, lines: list[str]
) -> None:
    *first, one, another = lines
    config = desk(small_platform, first, len(first))
    run(config, TODAY)
    bundles = legs_files(config)
    for name, line in {"one": one, "another": another}.items():
        (config.parent / "records" / f"{name}.csv").write_text(line)
    run(config, TODAY)
    assert set(bundles) < set(legs_files(config)) and len(legs_files(config)) == len(bundles) + 2
    assert all(map(balanced, accounts(config)))


def test_a_file_an_hour_leaves_one_file_a_day_that_is_over(small_platform: ConfigWriter) -> None:
    """Five days of five files each; the last day has not ended for all that is known."""
    config = small_platform()
    lines = week(2, 5).splitlines(keepends=True)
    for number, line in enumerate(lines):
        (config.parent / "records" / f"{number:02}.csv").write_text(line)
        if number == len(lines) - 2:
            run(config, TODAY)
            assert len(legs_files(config)) == 4 + 4
    run(config, TODAY)
    by_day = Counter(Path(name).parent.name for name in legs_files(config))
    assert by_day == {f"day=2026-03-0{day}": 1 for day in range(2, 6)} | {"day=2026-03-06": 5}
    assert all(map(balanced, accounts(config)))
    assert keeping.verify(load(config)).is_sound


def test_a_file_of_a_bundle_that_changes_is_read_again(
    small_platform: ConfigWriter, lines: list[str]
) -> None:
    config = desk(small_platform, lines[:-1], len(lines) - 1)
    run(config, TODAY)
    (config.parent / "records" / "0007.csv").write_text(lines[-1])
    run(config, TODAY)
    assert all(map(balanced, accounts(config)))
    # What was once seen stays known, whatever becomes of its file.
    assert sum(account["calls"] for account in accounts(config)) == len(lines)


def test_a_damaged_bundle_is_made_again(small_platform: ConfigWriter, lines: list[str]) -> None:
    config = desk(small_platform, lines, len(lines))
    run(config, TODAY)
    before = files_under(state_of(config) / "lake")
    damaged = next((state_of(config) / "lake" / "legs").rglob("day=2026-03-03/*.parquet"))
    damaged.write_bytes(b"damaged")
    found = keeping.verify(load(config))
    assert {damage.what for damage in found.damages} == {"calls"}
    keeping.repair(load(config), noon(TODAY))
    run(config, TODAY)
    assert keeping.verify(load(config)).is_sound
    assert files_under(state_of(config) / "lake") == before


def test_slices_are_read_as_they_were_written(tmp_path: Path) -> None:
    """In any order, all or some of them, out of one file or several."""
    lake, day = Lake(Folder(tmp_path)), date(2026, 3, 2)
    chance = random.Random(20260302)
    keys = {"record_key": range(100), "call_key": range(100), "quality": [0] * 100}
    legs = pl.DataFrame(keys, schema={name: LEGS.schema[name] for name in keys}).with_columns(
        offered_at=pl.lit(noon(day)).cast(LEGS.schema["offered_at"]),
        direction=pl.lit("inbound", LEGS.schema["direction"]),
        evidence=pl.lit("agent", LEGS.schema["evidence"]),
    )
    every = pl.concat([LEGS.empty(), legs], how="diagonal")
    for file in ("a", "b"):
        lake.write_legs("desk", day, file, every)
    slices = [
        Slice(day=day, file=file, first_row=start, rows=rows)
        for file in ("a", "b")
        for start, rows in ((0, 10), (10, 1), (11, 40), (60, 40))
    ]
    for _ in range(20):
        chosen = chance.sample(slices, chance.randint(1, len(slices)))
        found = lake.read_legs("desk", chosen).sort("part", "record_key")
        expected = [
            (index, key)
            for index, each in enumerate(chosen)
            for key in range(each.first_row, each.first_row + each.rows)
        ]
        assert found.select("part", "record_key").rows() == expected
