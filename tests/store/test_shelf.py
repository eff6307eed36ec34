"""Releases on the shelf: read when they are asked for; sites of a release that is being made."""

from __future__ import annotations

from pathlib import Path

import pytest

from affluence.store.shelf import Shelf

SITE = {"index.html": b"<p>", "data/a.csv": b"1,2\n"}


def test_what_is_kept_is_read_when_it_is_asked_for(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.put("2026-W10-abcdef", SITE)
    kept = shelf.get("2026-W10-abcdef")
    assert kept == SITE and kept is not None
    assert "data" not in kept and "missing.html" not in kept and kept.get("missing.html") is None
    assert shelf.get("2026-W10-abcdef", "data/") == {"a.csv": b"1,2\n"}
    assert shelf.get("2026-W09-000000") is None
    (tmp_path / "2026-W10-abcdef" / "index.html").write_bytes(b"<h1>")
    assert kept["index.html"] == b"<h1>"


def test_what_cannot_be_taken_away_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it would be a part of the release that is built in its place."""
    shelf = Shelf(tmp_path)
    shelf.put("2026-W10-abcdef", SITE)
    (tmp_path / "2026-W11-abcdef.building").mkdir()
    (tmp_path / "2026-W11-abcdef.building" / "old.html").touch()

    def refused(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr("os.unlink", refused)
    with pytest.raises(PermissionError):
        shelf.put("2026-W11-abcdef", SITE)
    with pytest.raises(PermissionError):
        shelf.remove("2026-W10-abcdef")


def test_drafts_are_gone_however_the_work_ends(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    with shelf.drafts() as drafts:
        assert drafts.put("ain", SITE) == SITE
    assert not shelf.held()
    (tmp_path / "drafts.building" / "ain").mkdir(parents=True)
    (tmp_path / "drafts.building" / "ain" / "old.html").write_bytes(b"of a run that was killed")
    refused = {**SITE, "../ain": b"the name of a folder"}
    with pytest.raises(IsADirectoryError), shelf.drafts() as drafts:
        drafts.put("ain", refused)
    assert not shelf.held()
