"""Delivery to folders: whole, verified, never over somebody else's files."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from affluence.errors import DeliveryError
from affluence.targets import in_place
from affluence.targets.in_place import InPlace
from affluence.targets.releases import Releases


def site(release: str, **pages: str) -> dict[str, bytes]:
    files = {
        name.replace("_", ".").replace("..", "/"): text.encode() for name, text in pages.items()
    }
    manifest = {
        "release": release,
        "files": {path: {"sha256": hashlib.sha256(b).hexdigest()} for path, b in files.items()},
    }
    return {**files, "manifest.json": json.dumps(manifest).encode()}


OLD = site("W1", index_html="old", data_csv="1", old_txt="gone soon", sub__index_html="sub")
NEW = site("W2", index_html="new", data_csv="2")


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_in_place_replaces_the_old_site(tmp_path: Path) -> None:
    target = InPlace("site", tmp_path)
    target.deliver(OLD, "W1")
    assert target.is_intact("W1")
    target.deliver(NEW, "W2")
    assert files_in(tmp_path) == NEW
    assert target.is_intact("W2") and not target.is_intact("W1")


def test_in_place_a_page_comes_after_all_that_it_fetches() -> None:
    paths = ["index.html", "assets/zebra.css", "404.html", "desk/ar.html", "manifest.json", "a.csv"]
    arrived = sorted(paths, key=in_place._order)
    assert set(arrived[:3]) == {"assets/zebra.css", "manifest.json", "a.csv"}
    assert arrived[-1] == "index.html"


def test_in_place_leaves_other_files_alone(tmp_path: Path) -> None:
    (tmp_path / "robots.txt").write_text("theirs")
    target = InPlace("site", tmp_path)
    target.deliver(OLD, "W1")
    target.deliver(NEW, "W2")
    assert files_in(tmp_path) == {**NEW, "robots.txt": b"theirs"}


def test_in_place_refuses_to_overwrite_a_foreign_page(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("the prefecture's own page")
    with pytest.raises(DeliveryError, match=r"index.html is already there.*Choose another folder"):
        InPlace("site", tmp_path).deliver(NEW, "W2")
    assert files_in(tmp_path) == {"index.html": b"the prefecture's own page"}


def test_in_place_goes_on_after_an_interruption(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_bytes(NEW["data.csv"])
    (tmp_path / ".index.html.affluence-tmp").write_bytes(b"ne")
    target = InPlace("site", tmp_path)
    assert not target.is_intact("W2")
    target.deliver(NEW, "W2")
    assert files_in(tmp_path) == NEW


def test_in_place_notices_a_changed_page(tmp_path: Path) -> None:
    target = InPlace("site", tmp_path)
    target.deliver(NEW, "W2")
    (tmp_path / "index.html").write_text("defaced")
    assert not target.is_intact("W2")


def test_releases_switch_one_link(tmp_path: Path) -> None:
    target = Releases("web", tmp_path, keep=2)
    target.deliver(OLD, "W1")
    assert files_in(tmp_path / "current") == OLD
    target.deliver(NEW, "W2")
    assert files_in(tmp_path / "current") == NEW
    assert target.is_intact("W2")
    assert (tmp_path / "current").readlink() == Path("releases/W2")  # relative: the folder may move
    assert files_in(tmp_path / "releases" / "W1") == OLD


def test_releases_keep_the_newest(tmp_path: Path) -> None:
    target = Releases("web", tmp_path, keep=2)
    for week in range(1, 6):
        target.deliver(site(f"W{week}", index_html=str(week)), f"W{week}")
    assert sorted(path.name for path in (tmp_path / "releases").iterdir()) == ["W4", "W5"]


def test_releases_finish_what_was_interrupted(tmp_path: Path) -> None:
    half = tmp_path / "releases" / ".W2.building"
    half.mkdir(parents=True)
    (half / "index.html").write_text("n")
    broken = tmp_path / "releases" / "W2"
    broken.mkdir()
    (broken / "index.html").write_text("n")
    target = Releases("web", tmp_path, keep=3)
    target.deliver(NEW, "W2")
    assert files_in(tmp_path / "current") == NEW
    assert not half.exists()


def test_releases_refuse_a_folder_in_the_place_of_the_link(tmp_path: Path) -> None:
    (tmp_path / "current").mkdir()
    with pytest.raises(DeliveryError, match=r"current is not a link.*Move it away"):
        Releases("web", tmp_path, keep=2).deliver(NEW, "W2")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(DeliveryError, match=r"file.*cannot be written.*Give the folder"):
        InPlace("site", tmp_path / "file").deliver(NEW, "W2")
