"""Inspecting documents a file: many at once tell what each alone does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from affluence.inspection_words import as_document
from affluence.steps.inspect import Inspection, inspect_files
from tests.records import record
from tests.samples.every_dialect import files_of, recipe_for


def _inspected(paths: list[Path], stated: str) -> Inspection:
    return inspect_files(
        paths, recipe_for(stated), platform="desk", longest_call_s=3600, or_another=True
    )


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    """Documents of two dialects, one cut short, records of a third dialect, and no records."""
    json, xml = files_of("freeswitch-json"), files_of("freeswitch-xml")
    cut, lines, page = tmp_path / "cut.json", tmp_path / "Master.csv", tmp_path / "page.html"
    cut.write_bytes(json[0].read_bytes()[:-40])
    lines.write_text(f"{record(1, '2026-03-03 09:00:00', 9)}\n", "utf-8")
    page.write_text("<!doctype html><p>No records</p>\n", "utf-8")
    return [*json[:3], cut, lines, *xml[:3], page, *json[3:6]]


@pytest.mark.parametrize("stated", ["freeswitch-json", "freeswitch-xml", "asterisk-csv"])
def test_read_at_once_they_tell_what_each_tells_alone(
    stated: str, paths: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    if stated == "asterisk-csv":  # what is cut short may be of it
        paths = [path for path in paths if path.name != "cut.json"]
    at_once = _inspected(paths, stated)
    assert len(at_once.unreadable) >= 1
    monkeypatch.setattr("affluence.steps.inspect.open_document", lambda *_: None)
    alone = _inspected(paths, stated)
    assert as_document(at_once) == as_document(alone)
    assert at_once.rejects == alone.rejects


def test_files_of_another_dialect_are_told_in_one_line(paths: list[Path]) -> None:
    found = _inspected(paths[:3], "asterisk-csv")
    assert f"3 files are not in the dialect that is stated, the first is {paths[0]}" in (
        found.warnings
    )
    recipe = replace(recipe_for("asterisk-csv"), dialect=None)
    unstated = inspect_files(paths[:3], recipe, platform="desk", longest_call_s=3600)
    assert not any("stated" in warning for warning in unstated.warnings)
