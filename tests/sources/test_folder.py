"""A folder of record files: those that match, as they grow, with a header too."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from affluence.cdr.asterisk_db import DIALECT
from affluence.cdr.dialect import Reading
from affluence.cdr.recipe import Recipe
from affluence.config import FolderSource
from affluence.steps.ingest import ingest
from affluence.store import open_store
from tests.conftest import REPOSITORY
from tests.sources.records import Mirrored

HEADER, *ROWS = (
    (REPOSITORY / "cdr_samples" / "asterisk-db" / "cdr.csv").read_text().splitlines(keepends=True)
)


def test_files_that_match_one_of_the_patterns(mirrored: Mirrored, tmp_path: Path) -> None:
    for name in ("Master.csv", "Master.csv.1", "old/Master-1.csv", "cel.csv", "Master.csv.gz"):
        path = tmp_path / "records" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    source = FolderSource(
        folder=tmp_path / "records", files=("Master.csv*", "Master.csv.?", "old/*.csv")
    )
    found = mirrored.fetch(source)
    names = [str(path.relative_to(tmp_path / "records")) for path in found.files]
    assert names == ["Master.csv", "Master.csv.1", "Master.csv.gz", "old/Master-1.csv"]
    assert (found.news, found.problems) == (0, ())


def test_a_folder_that_is_not_there_is_told(mirrored: Mirrored, tmp_path: Path) -> None:
    (problem,) = mirrored.fetch(FolderSource(folder=tmp_path / "none")).problems
    assert "There is no such folder. Check 'folder'" in problem


def test_a_share_that_is_down_is_told(
    mirrored: Mirrored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stops no other platform."""
    share, is_dir = tmp_path / "share", Path.is_dir

    def down(path: Path) -> bool:
        if path == share:
            raise OSError(errno.EHOSTDOWN, "Host is down")
        return is_dir(path)

    monkeypatch.setattr(Path, "is_dir", down)
    (problem,) = mirrored.fetch(FolderSource(folder=share)).problems
    assert f"{share}: no usable record. The folder cannot be read (Host is down)." in problem


def test_a_growing_file_with_a_header_is_read_from_where_it_was_left(tmp_path: Path) -> None:
    """Its last line may be unfinished; what comes later has no header of its own."""
    recipe = Recipe(dialect=DIALECT, reading=Reading(), clock="auto", zone="Europe/Paris")
    path = tmp_path / "cdr.csv"

    def read(rows: str) -> tuple[int, dict[str, int], int]:
        """Lines read now; what was rejected so far; records so far."""
        path.write_text(HEADER + rows, encoding="utf-8")
        with open_store(tmp_path / "state", tmp_path / "keys") as store:
            done = ingest(store, "desk", recipe, [path])
            (account,) = store.ledger.accounts.of_files("desk")
            assert account["ignored"] == {"header": 1}
            records = sum(part.records for part in store.ledger.days.parts("desk"))
        return done.lines, account["rejected"], records

    assert read("".join(ROWS[:5]) + ROWS[5][:40]) == (7, {"line cut short": 1}, 5)
    assert read("".join(ROWS[:12])) == (7, {}, 12)
    path = path.rename(tmp_path / "cdr.csv.1")
    assert read("".join(ROWS)) == (len(ROWS) - 12, {}, len(ROWS))
