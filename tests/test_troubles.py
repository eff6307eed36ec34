"""The machine refuses: a clear message, and the next run ends as if nothing had happened.

Disks are really full (a small file system in memory) and rights really missing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from affluence import pipeline, webmaster
from affluence.config import load
from affluence.errors import DeliveryError, RecordsError, RefusedPublicationError, StateError
from affluence.sources.folder import list_files
from affluence.store import open_store
from tests.conftest import ConfigWriter
from tests.powerless import powerless
from tests.records import week
from tests.runs import TODAY, files_under, ledger_content, noon, run
from tests.test_cli import affluence

RELEASES = '[target.web]\nkind = "releases"\nfolder = "web"\n'


@dataclass(frozen=True)
class SmallDisk:
    """A file system in memory whose size can change."""

    folder: Path
    as_root: tuple[str, ...]

    def resize(self, kilobytes: int) -> None:
        options = f"remount,size={kilobytes}k"
        subprocess.run([*self.as_root, "mount", "-o", options, self.folder], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    as_root = () if os.geteuid() == 0 else ("sudo", "-n")
    folder = tmp_path / "disk"
    folder.mkdir()
    options = f"size=64k,mode=0750,uid={os.geteuid()},gid={os.getegid()}"
    mount = [*as_root, "mount", "-t", "tmpfs", "-o", options, "tmpfs", folder]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount, or no sudo to call it with")
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    try:
        yield SmallDisk(folder, as_root)
    finally:
        subprocess.run([*as_root, "umount", "--lazy", folder], check=True)


@pytest.fixture
def desk(small_platform: ConfigWriter) -> Path:
    config = small_platform(extra=RELEASES)
    (config.parent / "records" / "a.csv").write_text(week(2, 60))
    return config


@pytest.fixture
def undisturbed(desk: Path) -> dict[str, object]:
    """What an undisturbed run leaves; its keys are kept, all the rest of it is moved away."""
    run(desk)
    found = left_behind(desk, desk.parent / ".affluence")
    (desk.parent / ".affluence").rename(desk.parent / "undisturbed")
    shutil.rmtree(desk.parent / "site")
    shutil.rmtree(desk.parent / "web")
    return found


def left_behind(config: Path, state: Path) -> dict[str, object]:
    return {
        "lake": files_under(state / "lake"),
        "releases": files_under(state / "releases"),
        "ledger": ledger_content(state),
        "site": files_under(config.parent / "site"),
        "web": files_under((config.parent / "web" / "current").resolve()),
    }


def with_keys(config: Path, state: Path) -> None:
    shutil.copytree(config.parent / "undisturbed" / "keys", state / "keys")


def with_folders(config: Path, **folders: Path) -> None:
    """Put state or targets elsewhere."""
    text = config.read_text()
    if "state" in folders:
        text = text.replace("[state]", f'[state]\nfolder = "{folders["state"]}"')
    for name in ("site", "web"):
        if name in folders:
            text = text.replace(f'folder = "{name}"', f'folder = "{folders[name]}"')
    config.write_text(text)


# A full disk


def test_wherever_the_disk_of_the_state_fills_up_the_next_run_goes_on(
    desk: Path, undisturbed: dict[str, object], small_disk: SmallDisk
) -> None:
    """From the first byte of the ledger to the release: what grows bit by bit fails everywhere."""
    state = small_disk.folder / "state"
    with_folders(desk, state=state)
    small_disk.resize(2048)
    state.mkdir()
    with_keys(desk, state)
    said = []
    for kilobytes in range(24, 2048, 96):
        small_disk.resize(kilobytes)
        try:
            run(desk)
        except StateError as error:
            said.append(str(error))
        else:
            break
    assert len(said) > 4
    assert all("the disk is full. Make room on it" in one for one in said)
    assert left_behind(desk, state) == undisturbed
    small_disk.resize(4096)
    assert run(desk).release is None


@pytest.mark.parametrize("kilobytes", [160, 320, 480])
def test_a_full_disk_leaves_what_an_undisturbed_run_leaves(
    desk: Path, undisturbed: dict[str, object], small_disk: SmallDisk, kilobytes: int
) -> None:
    """A fresh state that fills up while it is ingested, measured, or while the site is kept."""
    state = small_disk.folder / "state"
    with_folders(desk, state=state)
    small_disk.resize(kilobytes)
    state.mkdir()
    with_keys(desk, state)
    with pytest.raises(StateError, match="the disk is full"):
        run(desk)
    assert not (desk.parent / "site").exists()
    small_disk.resize(4096)
    run(desk)
    assert left_behind(desk, state) == undisturbed


@pytest.mark.parametrize("target", ["site", "web"])
def test_a_full_disk_of_a_target_leaves_the_other_targets_and_the_state(
    desk: Path, undisturbed: dict[str, object], small_disk: SmallDisk, target: str
) -> None:
    shutil.copytree(desk.parent / "undisturbed" / "keys", desk.parent / ".affluence" / "keys")
    place = small_disk.folder / target
    with_folders(desk, **{target: place})
    with pytest.raises(DeliveryError, match=f"target '{target}'.*No space left.*disk's space"):
        run(desk)
    other = {"site": "web", "web": "site"}[target]
    assert files_under(desk.parent / other)  # delivered all the same
    small_disk.resize(8192)
    assert run(desk).delivered_to == [target]
    place = (place / "current").resolve() if target == "web" else place
    assert files_under(place) == undisturbed[target]
    assert run(desk).release is None


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("slots.csv", ("slots", "-o")),
        ("slots.parquet", ("slots", "-o")),
        ("calls.csv", ("calls", "records/a.csv", "-o")),
        ("indicators.html", ("indicators", "--page")),
    ],
)
def test_what_is_written_on_a_full_disk_leaves_what_was_there(
    desk: Path, small_disk: SmallDisk, name: str, command: tuple[str, ...]
) -> None:
    run(desk)
    small_disk.resize(8)
    output = small_disk.folder / name
    output.write_text("of last week")
    done = affluence(desk.parent, *command, output)
    assert done.returncode == 2
    assert f"{output}: " in done.stderr and "No space left" in done.stderr
    assert "Traceback" not in done.stderr
    assert files_under(small_disk.folder) == {name: b"of last week"}
    small_disk.resize(1024)
    assert affluence(desk.parent, *command, output).returncode == 0
    assert list(files_under(small_disk.folder)) == [name]


# Missing rights: a process that has no more rights than those of the files


def refused(config: Path, code: int, *command: str) -> str:
    """What is said; there is never a traceback."""
    done = powerless(config, *(command or ("run",)))
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_state_folder_that_cannot_be_written_is_named(desk: Path) -> None:
    state = desk.parent / ".affluence"
    state.mkdir(mode=0o550)
    said = refused(desk, 4)
    assert f"{state}" in said and "Give it to the user that runs affluence" in said
    state.chmod(0o750)
    assert powerless(desk, "run").returncode == 0
    for command in ("status", "verify", "privacy"):
        state.chmod(0o000)
        assert "cannot be read or written by this user" in refused(desk, 4, command)
        state.chmod(0o750)


@pytest.mark.parametrize(
    "lost", ["lake/legs/platform=desk", "lake/slots/platform=desk", "releases", "ledger.sqlite"]
)
def test_rights_that_are_lost_between_two_runs(desk: Path, lost: str) -> None:
    run(desk)
    (desk.parent / "records" / "b.csv").write_text(week(9, 60))
    path = desk.parent / ".affluence" / lost
    mode = path.stat().st_mode
    path.chmod(0o500 if path.is_dir() else 0o400)
    assert "cannot be read or written by this user" in refused(desk, 4)
    path.chmod(mode)
    assert powerless(desk, "run").returncode == 0
    found = left_behind(desk, desk.parent / ".affluence")
    shutil.copytree(desk.parent / ".affluence" / "keys", desk.parent / "fresh" / "keys")
    shutil.rmtree(desk.parent / "site")
    shutil.rmtree(desk.parent / "web")
    with_folders(desk, state=desk.parent / "fresh")
    run(desk)
    expected = left_behind(desk, desk.parent / "fresh")
    assert (found["lake"], found["web"]) == (expected["lake"], expected["web"])


@pytest.mark.parametrize("target", ["site", "web"])
def test_a_target_that_cannot_be_written_is_named(desk: Path, target: str) -> None:
    place = desk.parent / target
    place.mkdir(mode=0o555)
    said = refused(desk, 6)
    assert f"target '{target}'" in said and "Give the folder to the user" in said
    place.chmod(0o755)
    assert powerless(desk, "run").returncode == 0


def test_records_that_cannot_be_read_are_named(desk: Path) -> None:
    records = desk.parent / "records"
    run(desk)
    (records / "b.csv").write_text(week(9, 60))
    (records / "b.csv").chmod(0o000)
    assert "b.csv" in refused(desk, 7)
    records.chmod(0o300)
    assert "The folder cannot be read" in refused(desk, 7)  # what was read before is still there
    records.chmod(0o755)
    (records / "b.csv").chmod(0o644)
    assert powerless(desk, "run").returncode == 0


def test_a_log_that_is_rotated_away_while_a_run_looks_at_it(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was listed, and is gone: that is no fault of the state folder, and stops nothing."""
    records = desk.parent / "records"
    run(desk)
    (records / "b.csv").write_text(week(9, 60))
    monkeypatch.setattr(
        "affluence.steps.fetch.list_files",
        lambda *asked: [*list_files(*asked), records / "rotated.csv"],
    )
    report = run(desk)
    assert report.ingested["desk"].files_read == 1
    (problem,) = report.problems
    assert "rotated.csv: cannot be read" in problem


# Two runs, and a clock that goes back


def test_two_runs_never_meet(desk: Path) -> None:
    state = load(desk).state
    with open_store(state.folder, state.keys_folder):
        said = refused(desk, 4)
    assert "another run of affluence is at work here. Wait for it to end." in said
    assert powerless(desk, "run").returncode == 0


@pytest.fixture
def by_the_clock(small_platform: ConfigWriter) -> Path:
    config = small_platform()
    config.write_text(config.read_text().replace('as_of = "last-record"', 'as_of = "today"'))
    for first in (2, 9, 16):
        (config.parent / "records" / f"{first}.csv").write_text(week(first, 20))
    return config


def test_a_clock_that_goes_back_undoes_nothing(by_the_clock: Path) -> None:
    config = by_the_clock
    before_it, right = date(2026, 3, 12), date(2026, 3, 26)
    run(config, before_it)
    run(config, right)
    site = files_under(config.parent / "site")
    published = len(publications(config))
    for back in (right - timedelta(days=8), before_it, date(2020, 1, 1)):
        with pytest.raises(RefusedPublicationError, match="is the clock of this machine right"):
            run(config, back)
        assert files_under(config.parent / "site") == site
        warnings = webmaster.status(load(config), noon(back)).warnings
        assert any("the clock of this machine has gone back" in one for one in warnings)
    assert len(publications(config)) == published
    assert run(config, right).delivered_to == []
    run(config, right)
    assert len(publications(config)) == published
    warnings = webmaster.status(load(config), noon(right)).warnings
    assert not any("gone back" in one for one in warnings)


def publications(config: Path) -> list[object]:
    state = load(config).state
    with open_store(state.folder, state.keys_folder) as store:
        return list(store.ledger.publications.publications())


def test_what_fails_is_written_down(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of the disk in the middle of a run is a failed run, not one that did not end."""

    def faulty(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(pipeline, "_bring_up_to_date", faulty)
    with pytest.raises(StateError, match="the disk does not do what it should"):
        run(desk)
    (warning,) = (
        one
        for one in webmaster.status(load(desk), noon(TODAY)).warnings
        if one.startswith("the last run failed")
    )
    assert "Have it looked at before the next run" in warning


def test_what_fails_is_written_down_also_where_nothing_can_be_deleted(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is past its period is deleted after a run that failed; that may fail in its turn."""

    def faulty(*_: object) -> None:
        raise OSError(5, "Input/output error")

    def unusable(*_: object) -> None:
        raise RecordsError("no call could be read")

    monkeypatch.setattr(pipeline, "_bring_up_to_date", unusable)
    monkeypatch.setattr("affluence.steps.forget.forget", faulty)
    with pytest.raises(StateError, match="the disk does not do what it should"):
        run(desk)
    last_run = webmaster.status(load(desk), noon(TODAY)).last_run
    assert last_run is not None
    assert (last_run.outcome, last_run.message) == ("failed", "no call could be read")
