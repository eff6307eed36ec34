"""What holds of every kind of target, each with a real server on this machine.

``AFFLUENCE_KILLS=300 pytest tests/targets/test_every_kind.py`` kills deliveries at more instants.
"""

from __future__ import annotations

import itertools
import os
import random
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from affluence.errors import RefusedPublicationError
from tests.killing import kill, steps_of
from tests.runs import run
from tests.servers import Authority
from tests.targets.conftest import Daemons
from tests.targets.crashing_delivery import crashing_delivery
from tests.targets.places import KINDS, Place, made, three_weeks, visited
from tests.targets.servers import polled
from tests.targets.sites import LATER, NEW, OLD, files_in, pages

KILLS = int(os.environ.get("AFFLUENCE_KILLS", "20")) // 7
# These delete a page before they put another in its place.
WITH_A_GAP = ("webdav on WsgiDAV", "sftp without posix-rename")


@pytest.fixture(params=KINDS)
def place(
    request: pytest.FixtureRequest, tmp_path: Path, authority: Authority, daemons: Daemons
) -> Iterator[Place]:
    with made(request.param, tmp_path, authority, daemons) as there:
        yield there


def newest(place: Place) -> dict[str, bytes]:
    """Every file of the release that was delivered last, and whatever else was left behind."""
    if place.kind == "archive":
        archives = list(place.folder.iterdir())
        assert all(path.suffix == ".zip" for path in archives)
        last = max(archives, key=lambda path: path.stat().st_mtime_ns)
        with zipfile.ZipFile(last) as archive:
            return {entry: archive.read(entry) for entry in archive.namelist()}
    if place.shown_folder != place.folder:
        assert {path.name for path in place.folder.iterdir()} == {"current", "releases"}
        releases = (place.folder / "releases").iterdir()
        assert all(files_in(release) in (OLD, NEW, LATER) for release in releases)
    return files_in(place.shown_folder)


def test_a_release_takes_the_place_of_a_newer_or_older_one(place: Place) -> None:
    target = place.target
    warnings = []
    for files, release in ((OLD, "W1"), (LATER, "W3"), (NEW, "W2"), (OLD, "W1"), (OLD, "W1")):
        warnings += target.deliver(files, release)
        assert newest(place) == files
        assert target.is_intact(release)
    assert bool(warnings) == (place.kind == "sftp without posix-rename")


def test_another_release_is_not_taken_for_this_one(place: Place) -> None:
    assert not place.target.is_intact("W1")
    place.target.deliver(OLD, "W1")
    assert not place.target.is_intact("W2")


@pytest.mark.parametrize("place", [kind for kind in KINDS if kind != "archive"], indirect=True)
def test_a_visitor_never_gets_a_broken_page(place: Place, authority: Authority) -> None:
    sites = {f"W{n}": pages(f"W{n}", filling=f"{n} " * 4_000) for n in range(4)}
    whole: set[bytes | None] = {site["desk/index.html"] for site in sites.values()}
    if place.kind in WITH_A_GAP:
        whole.add(None)
    place.target.deliver(sites["W3"], "W3")
    with visited(place, authority) as read:

        def fault() -> str | None:
            found = read("desk/index.html")
            return None if found in whole else f"{len(found or b'')} bytes"

        with polled(fault) as reader:
            for turn in itertools.count():
                place.target.deliver(sites[f"W{turn % 4}"], f"W{turn % 4}")
                if turn >= 11 and not reader.wants_more:
                    break
    assert reader.wrong == []


def empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def test_a_killed_delivery_is_finished_by_the_next(place: Place) -> None:
    place.target.deliver(OLD, "W1")
    steps = steps_of(crashing_delivery, place.config)
    assert newest(place) == NEW
    chance = random.Random(f"20261126 {place.kind}")
    for fatal in sorted(chance.sample(range(1, steps + 1), k=min(KILLS, steps))):
        empty(place.folder)
        place.target.deliver(OLD, "W1")
        kill(crashing_delivery, place.config, fatal)
        files, release = chance.choice([(NEW, "W2"), (LATER, "W3")])
        place.target.deliver(files, release)
        assert newest(place) == files, f"step {fatal} of {steps}, then {release}"
        assert place.target.is_intact(release)


def test_deliveries_killed_one_after_the_other(place: Place) -> None:
    place.target.deliver(OLD, "W1")
    for fatal in (9, 7, 5):
        kill(crashing_delivery, place.config, fatal)
    place.target.deliver(LATER, "W3")
    assert newest(place) == LATER


# The whole program


def write_records(place: Place) -> None:
    records = place.config.parent / "records"
    records.mkdir()
    (records / "march.csv").write_text(three_weeks())


def test_a_run_delivers_and_the_next_has_nothing_to_do(place: Place) -> None:
    write_records(place)
    report = run(place.config)
    assert report.delivered_to == ["there"]
    assert report.release is not None and place.target.is_intact(report.release)
    assert run(place.config).release is None


def test_another_number_is_refused_before_any_target_is_touched(place: Place) -> None:
    write_records(place)
    notice = 'text = "Appelez le 01 99 00 56 78.", until = 2026-12-31'
    text = place.config.read_text(encoding="utf-8")
    place.config.write_text(
        text.replace("[network]", f"[platform.desk.page]\nnotice = {{ {notice} }}\n[network]"),
        encoding="utf-8",
    )
    with pytest.raises(RefusedPublicationError, match="not the service's own"):
        run(place.config)
    assert list(place.folder.iterdir()) == []
    assert place.server is None or place.server.requests == []
