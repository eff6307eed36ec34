"""Archives to hand over: whole, the same bytes for the same site, the newest kept."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from affluence.errors import DeliveryError
from affluence.targets.archive import Archive
from tests.targets.servers import small_disk
from tests.targets.sites import LATER, NEW, OLD, files_in, pages


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_an_archive_holds_the_site(tmp_path: Path) -> None:
    target = Archive("handover", tmp_path, keep=2)
    assert not target.is_intact("W3")
    target.deliver(LATER, "W3")
    assert names(tmp_path) == ["affluence-W3.zip"]
    with zipfile.ZipFile(tmp_path / "affluence-W3.zip") as archive:
        assert {path: archive.read(path) for path in archive.namelist()} == LATER
        assert archive.namelist() == sorted(LATER)
    assert target.is_intact("W3")


def test_the_same_site_gives_the_same_bytes(tmp_path: Path) -> None:
    Archive("a", tmp_path / "a", keep=2).deliver(LATER, "W3")
    Archive("b", tmp_path / "b", keep=2).deliver(dict(reversed(LATER.items())), "W3")
    assert files_in(tmp_path / "a") == files_in(tmp_path / "b")


def test_the_newest_archives_stay_and_so_do_other_files(tmp_path: Path) -> None:
    (tmp_path / "affluence.txt").write_text("theirs")
    (tmp_path / "link").symlink_to("nowhere")
    (tmp_path / "affluence-W0.zip.affluence-tmp").write_bytes(b"PK")
    target = Archive("handover", tmp_path, keep=2)
    for week in (1, 2, 3, 1):
        target.deliver(pages(f"W{week}"), f"W{week}")
    assert names(tmp_path) == ["affluence-W1.zip", "affluence-W3.zip", "affluence.txt", "link"]


@pytest.mark.parametrize("broken", [b"", b"PK\x03\x04 and no more", b"half"])
def test_a_broken_archive_is_put_right(tmp_path: Path, broken: bytes) -> None:
    target = Archive("handover", tmp_path, keep=2)
    target.deliver(NEW, "W2")
    whole = (tmp_path / "affluence-W2.zip").read_bytes()
    (tmp_path / "affluence-W2.zip").write_bytes(
        whole[: len(whole) // 2] if broken == b"half" else broken
    )
    assert not target.is_intact("W2")
    target.deliver(NEW, "W2")
    assert (tmp_path / "affluence-W2.zip").read_bytes() == whole


def test_a_full_disk_leaves_the_old_archive(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 64) as disk:
        target = Archive("handover", disk, keep=2)
        target.deliver(OLD, "W1")
        noise = "".join(f"{n * n:x}" for n in range(40_000))
        with pytest.raises(DeliveryError, match=r"No space left.*check the disk's space") as caught:
            target.deliver(pages("W2", filling=noise), "W2")
        assert caught.value.transient
        assert target.is_intact("W1")
        target.deliver(LATER, "W3")
        assert names(disk) == ["affluence-W1.zip", "affluence-W3.zip"]
