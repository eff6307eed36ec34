"""Many documents read at once are what each is when it is read by itself."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from affluence.cdr.document_files import open_document, read_documents
from affluence.cdr.files import Range, read_ranges
from affluence.cdr.recipe import Recipe
from affluence.errors import RecordsError, UnreadableFileError
from tests.conftest import REPOSITORY
from tests.samples.every_dialect import files_of, recipe_for

ASTERISK = REPOSITORY / "cdr_samples" / "asterisk-csv" / "Master.csv"
SAMPLES = 4
DIALECTS = ("freeswitch-json", "freeswitch-xml")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The samples of both dialects, and what is wrong with a document in every way."""
    for dialect, suffix in zip(DIALECTS, ("json", "xml"), strict=True):
        for at, path in enumerate(files_of(dialect)[:SAMPLES]):
            shutil.copy(path, tmp_path / f"a{at}.{suffix}")
        one, another, *_ = (path.read_text("utf-8") for path in files_of(dialect))
        cut = one[: len(one) // 2]
        undated = one.replace("_epoch", "_then").replace("_uepoch", "_then")
        texts = {
            "several": f"{one}\n{another}\n",
            "one of several is cut": f"{one}\n{cut}\n{another}\n",
            "cut": cut,
            "undated": undated,
            "several undated": f"{undated}\n{undated}\n{one}\n",
            "empty": "",
            "nothing": "\0\0\0",
            "blank": " \n\n",
        }
        for name, text in texts.items():
            (tmp_path / f"{name}.{suffix}").write_text(text, "utf-8")
    shutil.copy(ASTERISK, tmp_path / "lines.csv")
    return tmp_path


def outcome_alone(path: Path, recipe: Recipe) -> list[Range] | str:
    try:
        return list(read_ranges(path, recipe, str))
    except RecordsError as error:
        return str(error)


def outcomes_together(folder: Path, recipe: Recipe) -> dict[Path, list[Range] | str]:
    """Of the files that can be read together."""
    found: dict[Path, list[Range] | str] = {}
    documents = []
    for path in sorted(folder.iterdir()):
        try:
            document = open_document(path, recipe)
        except RecordsError as error:
            found[path] = str(error)
        else:
            documents += [document] if document else []
    for document, read in read_documents(documents, recipe, str):
        found[document.path] = str(read) if isinstance(read, UnreadableFileError) else [read]
    return found


@pytest.mark.parametrize("found", [False, True], ids=["stated", "found"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_many_documents_read_at_once(folder: Path, dialect: str, found: bool) -> None:
    recipe = recipe_for(dialect)
    recipe = replace(recipe, dialect=None) if found else recipe
    together = outcomes_together(folder, recipe)
    suffix = dialect.removeprefix("freeswitch-")
    sound = {path.name for path, read in together.items() if not isinstance(read, str)}
    assert {f"a{at}.{suffix}" for at in range(SAMPLES)} | {f"several.{suffix}"} <= sound
    for path, read in together.items():
        alone = outcome_alone(path, recipe)
        if isinstance(read, str) or isinstance(alone, str):
            assert read == alone, path.name
            continue
        ((one,), (other,)) = read, alone
        assert_frame_equal(one.read.legs, other.read.legs)
        assert_frame_equal(one.read.rejects, other.read.rejects)
        assert (one.read.ignored, one.read.lines) == (other.read.ignored, other.read.lines)
        assert replace(one, read=other.read) == other


def test_what_is_no_small_document_is_left_alone(folder: Path) -> None:
    recipe = replace(recipe_for("freeswitch-json"), dialect=None)
    large = folder / "large.json"
    large.write_text(files_of("freeswitch-json")[0].read_text("utf-8") + " " * (1 << 20), "utf-8")
    for name in ("lines.csv", "empty.json", "large.json"):
        assert open_document(folder / name, recipe) is None
    assert open_document(folder / "lines.csv", recipe_for("asterisk-csv")) is None
