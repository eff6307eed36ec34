"""The state in one file and back: the same site, nothing new, and nothing half-restored."""

from __future__ import annotations

import io
import json
import os
import shutil
import stat
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from affluence import keeping
from affluence.config import load
from affluence.errors import StateError
from affluence.store import backup, open_store
from tests.conftest import ConfigWriter
from tests.records import week
from tests.runs import TODAY, files_under, ledger_content, measured, noon, run, state_of


@pytest.fixture
def desk(small_platform: ConfigWriter) -> Path:
    config = small_platform()
    text = config.read_text()
    config.write_text(
        text.replace("minimum_weeks = 1", "minimum_weeks = 1\nmost_rejected_share = 0.5")
    )
    (config.parent / "records" / "a.csv").write_text(week(2) + '"not","a","record"\n')
    run(config)
    return config


@pytest.fixture
def archive(desk: Path) -> Path:
    path = desk.parent / "backups" / "state.tar"
    keeping.backup(load(desk), path, noon(TODAY))
    return path


def kept(state: Path) -> dict[str, dict[str, bytes]]:
    return {name: files_under(state / name) for name in ("lake", "keys", "releases", "quarantine")}


def test_what_comes_back_is_what_was(desk: Path, archive: Path) -> None:
    state = state_of(desk)
    before, ledger, site = kept(state), ledger_content(state), files_under(desk.parent / "site")
    assert all(before.values())
    state.rename(desk.parent / "lost")
    made = keeping.restore(load(desk), archive)
    assert made.files == sum(map(len, before.values())) + 1
    assert kept(state) == before
    assert ledger_content(state) == ledger
    assert keeping.verify(load(desk)).is_sound
    assert run(desk).release is None  # nothing new
    assert files_under(desk.parent / "site") == site
    shutil.rmtree(desk.parent / "site")
    assert run(desk).delivered_to == ["site"]
    assert files_under(desk.parent / "site") == site


def test_it_goes_on_like_a_state_that_was_never_lost(desk: Path, archive: Path) -> None:
    state = state_of(desk)
    shutil.copytree(state, desk.parent / "never-lost")
    (desk.parent / "records" / "b.csv").write_text(week(9))
    run(desk)
    expected, site = measured(desk), files_under(desk.parent / "site")
    shutil.rmtree(state)
    keeping.restore(load(desk), archive)
    run(desk)
    assert all(table.equals(expected[name]) for name, table in measured(desk).items())
    assert files_under(desk.parent / "site") == site


def test_on_another_machine_files_are_known_by_what_is_in_them(
    desk: Path, archive: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    shutil.copy(desk, elsewhere)
    shutil.copytree(desk.parent / "records", elsewhere / "records")
    config = elsewhere / desk.name
    keeping.restore(load(config), archive)
    report = run(config)
    assert report.ingested["desk"].lines == 0
    assert report.delivered_to == ["site"]
    assert files_under(elsewhere / "site") == files_under(desk.parent / "site")


@pytest.mark.parametrize("umask", [0o077, 0o000])
def test_only_its_owner_can_read_it_and_what_comes_of_it(
    desk: Path, archive: Path, umask: int
) -> None:
    before = os.umask(umask)
    try:
        keeping.backup(load(desk), archive, noon(TODAY))
        shutil.rmtree(state_of(desk))
        keeping.restore(load(desk), archive)
    finally:
        os.umask(before)
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    for path in [state_of(desk), *state_of(desk).rglob("*")]:
        private = "keys" in path.parts
        expected = (0o700, 0o600) if private else (0o750, 0o640)
        assert stat.S_IMODE(path.stat().st_mode) == expected[path.is_file()], path


def test_keys_that_lie_elsewhere_go_there(desk: Path) -> None:
    desk.write_text(desk.read_text().replace("[state]", '[state]\nkeys = "secret/keys"'))
    (desk.parent / "secret").mkdir()
    (state_of(desk) / "keys").rename(desk.parent / "secret" / "keys")
    archive = desk.parent / "state.tar"
    keeping.backup(load(desk), archive, noon(TODAY))
    keys = files_under(desk.parent / "secret")
    shutil.rmtree(state_of(desk))
    with pytest.raises(StateError, match="there is a state already"):
        keeping.restore(load(desk), archive)
    shutil.rmtree(desk.parent / "secret")
    keeping.restore(load(desk), archive)
    assert files_under(desk.parent / "secret") == keys
    assert not (state_of(desk) / "keys").exists()


def test_a_state_is_never_overwritten(desk: Path, archive: Path) -> None:
    before = kept(state_of(desk))
    with pytest.raises(StateError, match=r"there is a state already. Move it away"):
        keeping.restore(load(desk), archive)
    assert kept(state_of(desk)) == before


def rewritten(archive: Path, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> None:
    """The same archive with entries changed or left out."""
    entries = []
    with tarfile.open(archive) as old:
        for entry in old:
            stream = old.extractfile(entry)
            assert stream is not None
            entries.append((entry.name, stream.read()))
    with tarfile.open(archive, "w") as new:
        for name, content in entries:
            changed = change(name, content)
            if changed is not None:
                entry = tarfile.TarInfo(changed[0])
                entry.size = len(changed[1])
                new.addfile(entry, io.BytesIO(changed[1]))


def _flipped(name: str, content: bytes) -> tuple[str, bytes]:
    return name, (content[:-1] + b"?" if name.endswith(".parquet") else content)


def _without_a_key(name: str, content: bytes) -> tuple[str, bytes] | None:
    return None if name.endswith(".key") else (name, content)


def _without_manifest(name: str, content: bytes) -> tuple[str, bytes] | None:
    return None if name == backup.MANIFEST else (name, content)


def _renamed(to: str) -> Callable[[str, bytes], tuple[str, bytes]]:
    """An archive whose manifest agrees, with a name that leads out of the folder."""

    def change(name: str, content: bytes) -> tuple[str, bytes]:
        if name.endswith(".key"):
            return to, content
        if name == backup.MANIFEST:
            manifest = json.loads(content)
            key = next(one for one in manifest["files"] if one.endswith(".key"))
            manifest["files"][to] = manifest["files"].pop(key)
            return name, json.dumps(manifest).encode()
        return name, content

    return change


@pytest.mark.parametrize(
    "change",
    [
        _flipped,
        _without_a_key,
        _without_manifest,
        _renamed("../outside"),
        _renamed("lake/../../outside"),
        _renamed("/tmp/outside-of-affluence"),  # noqa: S108  # where it must not go
        _renamed("unknown/file"),
    ],
)
def test_an_archive_that_is_not_whole_is_refused_whole(
    desk: Path, archive: Path, change: Callable[[str, bytes], tuple[str, bytes] | None]
) -> None:
    shutil.rmtree(state_of(desk))
    rewritten(archive, change)
    before = files_under(desk.parent)
    with pytest.raises(StateError, match=r"not a whole backup of affluence .*Nothing was restored"):
        keeping.restore(load(desk), archive)
    assert files_under(desk.parent) == before
    assert not Path("/tmp/outside-of-affluence").exists()  # noqa: S108


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
def test_a_truncated_archive_is_refused_whole(desk: Path, archive: Path, share: float) -> None:
    shutil.rmtree(state_of(desk))
    archive.write_bytes(archive.read_bytes()[: int(archive.stat().st_size * share)])
    with pytest.raises(StateError, match="not a whole backup"):
        keeping.restore(load(desk), archive)
    assert not state_of(desk).exists()


def test_links_are_refused(desk: Path, archive: Path) -> None:
    shutil.rmtree(state_of(desk))
    with tarfile.open(archive, "a") as old:
        link = tarfile.TarInfo("lake/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc"
        old.addfile(link)
    with pytest.raises(StateError, match="is no file of a state"):
        keeping.restore(load(desk), archive)
    assert not state_of(desk).exists()


def test_an_archive_of_a_newer_version_is_refused(desk: Path, archive: Path) -> None:
    def newer(name: str, content: bytes) -> tuple[str, bytes]:
        if name != backup.MANIFEST:
            return name, content
        return name, json.dumps(json.loads(content) | {"schema": 99}).encode()

    shutil.rmtree(state_of(desk))
    rewritten(archive, newer)
    with pytest.raises(StateError, match="a newer version of affluence wrote it"):
        keeping.restore(load(desk), archive)


def test_what_was_interrupted_is_done_again(
    desk: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = kept(state_of(desk))
    shutil.rmtree(state_of(desk))
    write, calls = backup._write, iter(range(8))

    def killed(*args: object) -> None:
        if next(calls) == 7:
            raise KeyboardInterrupt
        write(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(backup, "_write", killed)
    with pytest.raises(KeyboardInterrupt):
        keeping.restore(load(desk), archive)
    with pytest.raises(StateError, match="a backup was not restored to its end"):
        run(desk)
    monkeypatch.setattr(backup, "_write", write)
    keeping.restore(load(desk), archive)
    assert kept(state_of(desk)) == before


def test_a_state_that_a_run_is_making_is_not_to_be_moved_away(desk: Path, archive: Path) -> None:
    state = load(desk).state
    shutil.rmtree(state.folder)
    with (
        open_store(state.folder, state.keys_folder),
        pytest.raises(StateError, match="another run of affluence is at work"),
    ):
        keeping.restore(load(desk), archive)


def test_a_run_waits_for_the_end_of_a_restoration(
    desk: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = kept(state_of(desk))
    shutil.rmtree(state_of(desk))
    write, refusals = backup._write, []

    def meanwhile(*args: object) -> None:
        with pytest.raises(StateError) as refused:
            run(desk)
        refusals.append(str(refused.value))
        write(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(backup, "_write", meanwhile)
    keeping.restore(load(desk), archive)
    assert all("another run of affluence is at work here" in refusal for refusal in refusals)
    assert kept(state_of(desk)) == before


def test_a_backup_waits_for_no_run_and_lies_outside_the_state(desk: Path) -> None:
    config = load(desk)
    with (
        open_store(config.state.folder, config.state.keys_folder),
        pytest.raises(StateError, match="another run of affluence is at work"),
    ):
        keeping.backup(config, desk.parent / "state.tar", noon(TODAY))
    with pytest.raises(StateError, match="within the state folder"):
        keeping.backup(config, config.state.folder / "state.tar", noon(TODAY))
    (desk.parent / "file").touch()
    with pytest.raises(StateError, match=r"the backup cannot be written \(.*Choose a folder"):
        keeping.backup(config, desk.parent / "file" / "state.tar", noon(TODAY))
    with pytest.raises(StateError, match="the backup cannot be read"):
        keeping.restore(config, desk.parent / "missing.tar")
