"""The dialect of a file is found by its lines, or the file is refused with what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from affluence import config
from affluence.cdr.dialect import Reading, Sample
from affluence.cdr.dialects import AUTO, DIALECTS
from affluence.cdr.recipe import Recipe
from affluence.cdr.recognise import recognise
from affluence.errors import RecordsError, UnreadableFileError
from affluence.pipeline import read_calls
from affluence.steps.inspect import Inspection, inspect_files
from tests.conftest import REPOSITORY
from tests.records import day_of_records
from tests.samples.every_dialect import EVERY, files_of, recipe_for

SAMPLES = REPOSITORY / "cdr_samples"
# Those whose columns only the configuration can name.
STATED = {"portal"}


def test_every_dialect_can_be_configured() -> None:
    assert set(get_args(config.Dialect)) == {AUTO, *DIALECTS}


@pytest.mark.parametrize("name", EVERY)
def test_every_dialect_is_known_by_its_sample(name: str) -> None:
    """With what the configuration states of its columns, where it must, but without its name."""
    recipe = replace(recipe_for(name), dialect=None)
    found = inspect_files(files_of(name), recipe, platform="desk", longest_call_s=6 * 3600)
    assert (found.unreadable, set(found.dialects)) == ([], {name})


@pytest.mark.parametrize("name", sorted({*EVERY} - STATED))
def test_most_need_nothing_stated(name: str) -> None:
    assert {*read_nothing_stated(name).dialects} == {name}


def read_nothing_stated(name: str) -> Inspection:
    recipe = Recipe(dialect=None, reading=Reading(), clock="auto", zone="Europe/Paris")
    return inspect_files(files_of(name), recipe, platform="desk", longest_call_s=6 * 3600)


def sample(*lines: str) -> Sample:
    return Sample(lines=lines, modified_on=date(2026, 3, 4))


def test_a_file_with_some_bad_lines_is_known_all_the_same() -> None:
    lines = [*day_of_records(calls=6).splitlines(), *["?"] * 4]
    found = recognise(Path("Master.csv"), sample(*lines), Reading(), DIALECTS.values())
    assert found.dialect.name == "asterisk-csv"
    assert found.found.startswith("60% of the lines")


def test_a_file_of_nothing_known_lists_what_is() -> None:
    with pytest.raises(UnreadableFileError) as refused:
        recognise(Path("notes.txt"), sample("Dear all,"), Reading(), DIALECTS.values())
    assert "not call records of a known dialect" in str(refused.value)
    assert all(name in str(refused.value) for name in DIALECTS)


def test_the_nearest_is_named_where_no_dialect_is_near_enough() -> None:
    lines = [*day_of_records(calls=3).splitlines(), *["?"] * 7]
    with pytest.raises(UnreadableFileError, match="30% of them are of asterisk-csv"):
        recognise(Path("notes.txt"), sample(*lines), Reading(), DIALECTS.values())


def test_two_dialects_that_read_the_same_lines_are_a_question() -> None:
    twice = [DIALECTS["asterisk-csv"], DIALECTS["asterisk-csv"]]
    lines = day_of_records(calls=6).splitlines()
    with pytest.raises(UnreadableFileError, match=r"in more than one way: asterisk-csv \(100%\), "):
        recognise(Path("Master.csv"), sample(*lines), Reading(), twice)


def test_an_unknown_name_lists_what_is_known() -> None:
    with pytest.raises(RecordsError, match="'avaya' is not a known dialect; known: asterisk-csv"):
        read_calls([SAMPLES / "asterisk-csv" / "Master.csv"], "avaya")
