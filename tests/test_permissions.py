"""The state is closed to other users of the machine, the site open to them, whatever the umask."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from affluence.config import load
from affluence.report_folder import write_report
from affluence.store import open_store
from tests.conftest import ConfigWriter
from tests.records import week
from tests.runs import run

RELEASES = '[target.web]\nkind = "releases"\nfolder = "www/web"\n'


def modes(folder: Path) -> dict[bool, set[int]]:
    """Modes of the files, and of the folders, at and below a folder."""
    paths = [folder, *folder.rglob("*")]
    kinds: dict[bool, set[int]] = {True: set(), False: set()}
    for path in paths:
        if not path.is_symlink():
            kinds[path.is_file()].add(stat.S_IMODE(path.stat().st_mode))
    return kinds


@pytest.mark.parametrize("umask", [0o077, 0o022, 0o000])
def test_every_mode_is_as_it_must_be(small_platform: ConfigWriter, umask: int) -> None:
    config = small_platform(extra=RELEASES)
    log = config.parent / "records" / "log.csv"
    log.write_text(week(2) + '"not","a","record"\n' * 2)
    before = os.umask(umask)
    try:
        text = config.read_text()
        config.write_text(
            text.replace("minimum_weeks = 1", "minimum_weeks = 1\nmost_rejected_share = 0.5")
        )
        run(config)
    finally:
        os.umask(before)
    state = config.parent / ".affluence"
    assert (state / "quarantine").is_dir()
    for name in ("lake", "quarantine", "releases"):
        assert modes(state / name) == {True: {0o640}, False: {0o750}}, name
    assert modes(state / "keys") == {True: {0o600}, False: {0o700}}
    assert stat.S_IMODE(state.stat().st_mode) == 0o750
    assert modes(state / "ledger.sqlite")[True] == {0o640}
    for name in ("site", "www"):
        assert modes(config.parent / name) == {True: {0o644}, False: {0o755}}, name


@pytest.mark.parametrize("umask", [0o077, 0o022, 0o000])
def test_a_report_is_for_its_owner_and_his_group(tmp_path: Path, umask: int) -> None:
    place = tmp_path / "rapport"
    before = os.umask(umask)
    try:
        for _ in range(2):  # and again where one lies already
            write_report({"index.html": b"one", "csv/a.csv": b"two"}, place, public=())
            assert modes(place) == {True: {0o640}, False: {0o750}}
    finally:
        os.umask(before)


def test_rights_that_were_given_away_are_taken_back(small_platform: ConfigWriter) -> None:
    config = small_platform()
    (config.parent / "records" / "log.csv").write_text(week(2))
    run(config)
    state = load(config).state
    state.folder.chmod(0o777)
    state.keys_folder.chmod(0o755)
    for key in state.keys_folder.iterdir():
        key.chmod(0o644)
    with open_store(state.folder, state.keys_folder):
        assert stat.S_IMODE(state.folder.stat().st_mode) == 0o770  # a group may be meant
        assert modes(state.keys_folder) == {True: {0o600}, False: {0o700}}
