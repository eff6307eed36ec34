"""The same day in every dialect: inspected, read and run, each gives what its calls say.

In which calls a format cannot say what the day holds is written down in the tests of its dialect.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from affluence.errors import RefusedPublicationError
from affluence.inspection_words import as_text
from affluence.steps.inspect import Inspection, inspect_files
from tests.conftest import ConfigWriter
from tests.runs import accounts, balanced, run, slots

from .every_dialect import EVERY, SAMPLES, files_of, recipe_for, section_of
from .hand_made_day import slots_of

# Equal records of these are calls of their own: call 3 stands once.
WITHOUT_NUMBERS = ("avaya-cm", "alcatel-oxe", "alcatel-oxo", "mitel-smdr")
NUMBERS = re.compile(r"06 ?39 ?98|01 ?99 ?00|02 ?61 ?91")


def inspected(dialect: str) -> Inspection:
    recipe = recipe_for(dialect)
    return inspect_files(files_of(dialect), recipe, platform="desk", longest_call_s=6 * 3600)


def test_every_sample_is_that_of_a_dialect() -> None:
    assert {path.name for path in SAMPLES.iterdir()} == {*EVERY, "demonstration"}


@pytest.mark.parametrize("dialect", EVERY)
def test_every_line_is_accounted_for_and_no_number_is_told(dialect: str) -> None:
    found = inspected(dialect)
    assert found.unreadable == []
    assert balanced({**found.account})
    assert found.account["calls"] >= 14
    assert found.account["duplicates"] == (0 if dialect in WITHOUT_NUMBERS else 1)
    assert not NUMBERS.search(as_text(found))


@pytest.mark.parametrize("dialect", EVERY)
def test_trunks_that_decide_nothing_are_told(dialect: str) -> None:
    """Whether a dialect looks at them or not: with trunks that no file names, something is said."""
    recipe = recipe_for(dialect)
    assert not any("'trunks' are not looked at" in told for told in inspected(dialect).warnings)
    reading = replace(recipe.reading, trunks=("no such line",))
    found = inspect_files(
        files_of(dialect), replace(recipe, reading=reading), platform="desk", longest_call_s=3600
    )
    looked_at = found.outcomes["answered"] == 0
    said = "none comes in on one of the configured" if looked_at else "are not looked at: records"
    assert any(said in told for told in found.warnings), found.warnings


@pytest.mark.parametrize("dialect", EVERY)
def test_a_run_measures_the_same_slots(dialect: str, small_platform: ConfigWriter) -> None:
    config = small_platform()
    text = re.sub(
        r"\[platform\.desk\.source\].*(?=\[platform\.desk\.opening\])",
        lambda _: section_of(dialect),
        config.read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )
    config.write_text(text, encoding="utf-8")
    with pytest.raises(RefusedPublicationError, match="no week of them is complete yet"):
        run(config)
    assert all(map(balanced, accounts(config)))
    # What is recorded ends with the last instant in the records, there with the day.
    # Of log-ins and pauses the calls alone know nothing.
    not_of_calls = ("recorded_s", "agent_s", "agent_open_s")
    known = slots(config).drop("platform", *not_of_calls)
    expected = slots_of(inspected(dialect).calls).drop(not_of_calls)
    assert_frame_equal(known, expected.filter(pl.col("slot_start").is_in(known["slot_start"])))
    assert known["attempts"].sum() == expected["attempts"].sum()


def test_samples_hold_fictional_numbers_only() -> None:
    """Those that are reserved for fiction, as the operators\' authority lists them."""
    fictional = re.compile(r"(?:0|33|\+33)(?:19900|26191|35301|46571|53649|63998)\d{4}")
    for path in SAMPLES.rglob("*"):
        if path.is_file() and path.parent.name != "demonstration":
            text = path.read_text(encoding="utf-8", errors="replace")
            for found in re.findall(r"(?<![\d.])(?:\+33|0033|0)[1-9]\d{8}(?!\d)", text):
                assert fictional.fullmatch(found), f"{path}: a number that may be somebody's"


@pytest.mark.parametrize(
    ("dialect", "name"),
    [
        ("alcatel-oxe", "8770.csv"),
        ("asterisk-db", "cdr.csv"),
        ("cucm", "cdr_StandAloneCluster_01_202603040015_1042"),
        ("generic", "calls.csv"),
        ("portal", "listagem.csv"),
        ("queue-log", "queue_log.csv"),
    ],
)
def test_of_columns_with_the_same_title_the_first_is_read(
    dialect: str, name: str, tmp_path: Path
) -> None:
    sample = SAMPLES / dialect / name
    lines = sample.read_text(encoding="utf-8-sig").splitlines()
    separator = max(",;", key=lines[-1].count)
    table = [line for line in lines if line.count(separator) > 2]  # without what is above it
    width = table[0].count(separator) + 1
    behind = dict.fromkeys(table, separator * width) | {table[0]: separator + table[0]}
    doubled = tmp_path / name
    doubled.write_text("".join(f"{line}{behind.get(line, '')}\n" for line in lines))
    recipe = recipe_for(dialect)
    found, expected = (
        inspect_files([path], recipe, platform="desk", longest_call_s=6 * 3600)
        for path in (doubled, sample)
    )
    assert found.unreadable == []
    assert {**found.account} == {**expected.account}
    assert slots_of(found.calls).equals(slots_of(expected.calls))
