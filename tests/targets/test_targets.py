"""Delivery to folders: whole, verified, never over somebody else's files."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from contextlib import nullcontext
from pathlib import Path

import pytest

from affluence.errors import DeliveryError
from affluence.targets.files import order, sha256
from affluence.targets.folder import Folder
from affluence.targets.in_place import InPlace
from affluence.targets.lock import NOTE, begin
from affluence.targets.releases import Releases
from tests.servers import program
from tests.targets.servers import small_disk
from tests.targets.sites import LATER, NEW, OLD, files_in, pages, site


def in_place(folder: Path) -> InPlace:
    return InPlace("site", lambda: nullcontext(Folder("site", folder)))


def releases(folder: Path, keep: int) -> Releases:
    return Releases("web", lambda: nullcontext(Folder("web", folder)), keep)


def test_in_place_replaces_the_old_site(tmp_path: Path) -> None:
    target = in_place(tmp_path)
    target.deliver(OLD, "W1")
    assert target.is_intact("W1")
    target.deliver(NEW, "W2")
    assert files_in(tmp_path) == NEW
    assert target.is_intact("W2") and not target.is_intact("W1")


def test_in_place_a_page_comes_after_all_that_it_fetches() -> None:
    paths = ["index.html", "assets/zebra.css", "404.html", "desk/ar.html", "manifest.json", "a.csv"]
    arrived = sorted(paths, key=order)
    assert set(arrived[:3]) == {"assets/zebra.css", "manifest.json", "a.csv"}
    assert arrived[-1] == "index.html"


def test_in_place_leaves_other_files_alone(tmp_path: Path) -> None:
    (tmp_path / "robots.txt").write_text("theirs")
    target = in_place(tmp_path)
    target.deliver(OLD, "W1")
    target.deliver(NEW, "W2")
    assert files_in(tmp_path) == {**NEW, "robots.txt": b"theirs"}


OUTSIDE = ["../outside.txt", "sub/../../outside.txt", "{absolute}"]


@pytest.mark.parametrize("outside", OUTSIDE)
def test_a_manifest_cannot_make_it_delete_what_lies_elsewhere(tmp_path: Path, outside: str) -> None:
    """Whoever can write beside the site may write a manifest."""
    theirs = tmp_path / "outside.txt"
    theirs.write_text("theirs")
    target = in_place(tmp_path / "site")
    target.deliver(OLD, "W1")
    manifest = json.loads((tmp_path / "site" / "manifest.json").read_bytes())
    manifest["files"][outside.format(absolute=theirs)] = {"sha256": sha256(b"theirs")}
    (tmp_path / "site" / "manifest.json").write_text(json.dumps(manifest))
    assert not target.is_intact("W1")
    with pytest.raises(DeliveryError, match="is not a page of affluence"):
        target.deliver(NEW, "W2")
    assert theirs.read_text() == "theirs"


@pytest.mark.parametrize("outside", OUTSIDE)
def test_a_note_cannot_make_it_delete_what_lies_elsewhere(tmp_path: Path, outside: str) -> None:
    theirs = tmp_path / "outside.txt"
    theirs.write_text("theirs")
    target = in_place(tmp_path / "site")
    target.deliver(OLD, "W1")
    path = outside.format(absolute=theirs)
    written = {"host": "another", "process": 1, "files": {path: [sha256(b"theirs")]}}
    (tmp_path / "site" / NOTE).write_text(json.dumps(written))
    os.utime(tmp_path / "site" / NOTE, (1, 1))
    target.deliver(NEW, "W2")
    assert theirs.read_text() == "theirs"
    assert files_in(tmp_path / "site") == NEW


def test_in_place_refuses_to_overwrite_a_foreign_page(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("the prefecture's own page")
    with pytest.raises(DeliveryError, match=r"index.html is already there.*Choose another folder"):
        in_place(tmp_path).deliver(NEW, "W2")
    assert files_in(tmp_path) == {"index.html": b"the prefecture's own page"}


def test_in_place_never_overwrites_a_foreign_page_of_a_new_name(tmp_path: Path) -> None:
    target = in_place(tmp_path)
    target.deliver(NEW, "W2")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "index.html").write_text("theirs")
    with pytest.raises(DeliveryError, match=r"more/index.html is already there"):
        target.deliver(LATER, "W3")
    assert files_in(tmp_path) == {**NEW, "more/index.html": b"theirs"}


def test_in_place_goes_back_to_an_older_release(tmp_path: Path) -> None:
    target = in_place(tmp_path)
    for files, release in ((OLD, "W1"), (NEW, "W2"), (OLD, "W1")):
        target.deliver(files, release)
    assert files_in(tmp_path) == OLD


def test_in_place_goes_on_after_an_interruption(tmp_path: Path) -> None:
    begin(Folder("site", tmp_path), "site", dict.fromkeys(NEW, frozenset[str]()), None)
    (tmp_path / "data.csv").write_bytes(NEW["data.csv"])
    (tmp_path / "index.html.affluence-tmp").write_bytes(b"ne")
    target = in_place(tmp_path)
    assert not target.is_intact("W2")
    target.deliver(NEW, "W2")
    assert files_in(tmp_path) == NEW


def note_of(host: str, process: int) -> str:
    return f'{{"host": "{host}", "process": {process}, "files": {{}}}}'


def test_a_place_that_another_machine_delivers_to_is_left_alone(tmp_path: Path) -> None:
    target = in_place(tmp_path)
    target.deliver(OLD, "W1")
    (tmp_path / NOTE).write_text(note_of("another", 1))
    with pytest.raises(DeliveryError, match="another delivery is under way") as caught:
        target.deliver(NEW, "W2")
    assert caught.value.transient
    assert files_in(tmp_path) == {**OLD, NOTE: (tmp_path / NOTE).read_bytes()}


def test_a_delivery_that_another_machine_has_left_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / NOTE).write_text(note_of("another", 1))
    os.utime(tmp_path / NOTE, (1, 1))
    in_place(tmp_path).deliver(NEW, "W2")
    assert files_in(tmp_path) == NEW


def test_a_note_that_was_never_finished_holds_nobody_up(tmp_path: Path) -> None:
    (tmp_path / NOTE).write_text('{"host"')
    in_place(tmp_path).deliver(NEW, "W2")
    assert files_in(tmp_path) == NEW


def test_the_note_does_not_tell_the_name_of_the_machine(tmp_path: Path) -> None:
    begin(Folder("site", tmp_path), "site", {}, None)
    assert socket.gethostname() not in (tmp_path / NOTE).read_text()


def test_in_place_notices_a_changed_page(tmp_path: Path) -> None:
    target = in_place(tmp_path)
    target.deliver(NEW, "W2")
    (tmp_path / "index.html").write_text("defaced")
    assert not target.is_intact("W2")


def test_releases_switch_one_link(tmp_path: Path) -> None:
    target = releases(tmp_path, keep=2)
    target.deliver(OLD, "W1")
    assert files_in(tmp_path / "current") == OLD
    target.deliver(NEW, "W2")
    assert files_in(tmp_path / "current") == NEW
    assert target.is_intact("W2")
    assert (tmp_path / "current").readlink() == Path("releases/W2")  # relative: the folder may move
    assert files_in(tmp_path / "releases" / "W1") == OLD


def test_releases_keep_the_newest(tmp_path: Path) -> None:
    target = releases(tmp_path, keep=2)
    for week in range(1, 6):
        target.deliver(site(f"W{week}", {"index.html": str(week)}), f"W{week}")
    assert sorted(path.name for path in (tmp_path / "releases").iterdir()) == ["W4", "W5"]


def test_releases_of_others_are_left_alone(tmp_path: Path) -> None:
    """Other programs that publish have a folder of that name too."""
    theirs = tmp_path / "releases" / "20260101120000"
    theirs.mkdir(parents=True)
    (theirs / "app.py").write_text("theirs")
    (tmp_path / "releases" / "notes.txt").write_text("theirs")
    target = releases(tmp_path, keep=2)
    for week in range(1, 4):
        target.deliver(site(f"W{week}", {"index.html": str(week)}), f"W{week}")
    found = sorted(path.name for path in (tmp_path / "releases").iterdir())
    assert found == ["20260101120000", "W2", "W3", "notes.txt"]
    assert (theirs / "app.py").exists()


def test_releases_go_back_to_an_older_one(tmp_path: Path) -> None:
    target = releases(tmp_path, keep=2)
    for files, release in ((OLD, "W1"), (NEW, "W2"), (LATER, "W3"), (OLD, "W1")):
        target.deliver(files, release)
    assert files_in(tmp_path / "current") == OLD and target.is_intact("W1")
    assert sorted(path.name for path in (tmp_path / "releases").iterdir()) == ["W1", "W3"]


def test_releases_finish_what_was_interrupted(tmp_path: Path) -> None:
    half = tmp_path / "releases" / "W2.building"
    half.mkdir(parents=True)
    (half / "index.html").write_text("n")
    broken = tmp_path / "releases" / "W2"
    broken.mkdir()
    (broken / "index.html").write_text("n")
    target = releases(tmp_path, keep=3)
    target.deliver(NEW, "W2")
    assert files_in(tmp_path / "current") == NEW
    assert not half.exists()


def test_a_release_that_stands_is_put_right_without_being_taken_away(tmp_path: Path) -> None:
    """Its files are many, and a server may be slow: visitors must not wait for all of them."""
    is_there: list[bool] = []

    class Watched(Folder):
        def remove_folder(self, path: str) -> None:
            super().remove_folder(path)
            is_there.append((tmp_path / "current" / "data.csv").exists())

    target = Releases("web", lambda: nullcontext(Watched("web", tmp_path)), keep=2)
    target.deliver(NEW, "W2")
    is_there.clear()
    (tmp_path / "current" / "index.html").write_text("defaced")
    target.deliver(NEW, "W2")
    assert is_there and all(is_there)
    assert files_in(tmp_path / "current") == NEW
    assert [path.name for path in (tmp_path / "releases").iterdir()] == ["W2"]


def test_releases_refuse_a_folder_in_the_place_of_the_link(tmp_path: Path) -> None:
    (tmp_path / "current").mkdir()
    with pytest.raises(DeliveryError, match=r"current is not a link.*Move it away"):
        releases(tmp_path, keep=2).deliver(NEW, "W2")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(DeliveryError, match=r"file.*cannot be written.*Give the folder"):
        in_place(tmp_path / "file").deliver(NEW, "W2")


@pytest.mark.parametrize("in_one_folder", [True, False])
def test_a_full_disk_leaves_the_old_site(tmp_path: Path, in_one_folder: bool) -> None:
    with small_disk(tmp_path / "disk", 256) as disk:
        target = in_place(disk) if in_one_folder else releases(disk, keep=2)
        shown = disk if in_one_folder else disk / "current"
        old = pages("W1", filling="x" * 20_000)
        target.deliver(old, "W1")
        with pytest.raises(DeliveryError, match=r"No space left.*check the disk's space") as caught:
            target.deliver(pages("W2", filling="y" * 60_000), "W2")
        assert caught.value.transient
        left = files_in(shown)
        assert {path: body for path, body in left.items() if "affluence-" not in path} == old
        small = pages("W3", filling="z" * 10_000)
        target.deliver(small, "W3")
        assert files_in(shown) == small


def test_a_folder_that_may_not_be_written_leaves_the_old_site(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 256) as disk:
        target = in_place(disk)
        target.deliver(OLD, "W1")
        remount = [program("mount"), "-o"]
        subprocess.run([*remount, "remount,ro", str(disk)], check=True)
        with pytest.raises(DeliveryError, match=r"Read-only file system.*Give the folder"):
            target.deliver(NEW, "W2")
        assert files_in(disk) == OLD and target.is_intact("W1")
        subprocess.run([*remount, "remount,rw", str(disk)], check=True)
        target.deliver(NEW, "W2")
        assert files_in(disk) == NEW
