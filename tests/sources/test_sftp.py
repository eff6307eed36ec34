"""Files of a real SFTP server: new, grown, rotated, replaced, gone; and all that may go wrong."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import paramiko
import pytest

from affluence.config import SftpSource
from affluence.sources.remote import Mirror
from affluence.store import open_store
from affluence.store.remote_copies import RemoteCopies
from tests.servers import SshDaemon, free_port
from tests.sources.records import NUMBER, TODAY, Mirrored, lines

SourceOf = Callable[..., SftpSource]


@pytest.fixture
def served(tmp_path: Path) -> Path:
    folder = tmp_path / "served"
    folder.mkdir()
    return folder


@pytest.fixture
def source(sshd: SshDaemon, served: Path) -> SourceOf:
    usual = {
        "kind": "sftp",
        "host": "127.0.0.1",
        "port": sshd.port,
        "user": sshd.user,
        "known_hosts": sshd.known_hosts,
        "key": f"file:{sshd.key}",
        "folder": str(served),
    }

    def source_of(**keys: Any) -> SftpSource:
        return SftpSource.model_validate(usual | keys)

    return source_of


@pytest.fixture
def bytes_read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Sizes of what the server was asked for and gave."""
    sizes: list[int] = []
    read = paramiko.SFTPFile.read

    def counted(file: paramiko.SFTPFile, size: int | None = None) -> bytes:
        piece = read(file, size)
        sizes.append(len(piece))
        return piece

    monkeypatch.setattr(paramiko.SFTPFile, "read", counted)
    return sizes


def test_files_that_match_are_fetched_once(
    source: SourceOf, served: Path, mirrored: Mirrored, bytes_read: list[int]
) -> None:
    (served / "Master.csv").write_bytes(lines(1, 3000))
    (served / "Master.csv.1").write_bytes(lines(5000, 5010))
    (served / "cel.csv").write_bytes(b"something else")
    (served / "folder.csv").mkdir()
    (served / "link.csv").symlink_to(served / "cel.csv")
    found = mirrored.fetch(source(files=["Master.csv*", "folder*", "link*"]))
    assert (found.news, found.problems) == (3, ())
    assert mirrored.copies() == {
        "Master.csv": lines(1, 3000),
        "Master.csv.1": lines(5000, 5010),
        "link.csv": b"something else",
    }
    assert [path.name for path in found.files] == ["Master.csv", "Master.csv.1", "link.csv"]
    bytes_read.clear()
    again = mirrored.fetch(source(files=["Master.csv*", "folder*", "link*"]))
    assert (again.news, again.problems, again.files) == (0, (), found.files)
    assert bytes_read == []


def test_a_link_that_leads_nowhere_does_not_stop_the_others(
    source: SourceOf, served: Path, mirrored: Mirrored
) -> None:
    (served / "Master.csv").write_bytes(lines(1, 3))
    (served / "newest.csv").symlink_to(served / "gone.csv")
    found = mirrored.fetch(source())
    assert mirrored.copies() == {"Master.csv": lines(1, 3)}
    assert found.problems == ()


def test_a_name_too_long_for_a_copy_does_not_stop_the_others(
    source: SourceOf, served: Path, mirrored: Mirrored
) -> None:
    longest = "m" * 251 + ".csv"
    (served / "Master.csv").write_bytes(lines(1, 3))
    (served / longest).write_bytes(lines(4, 6))
    found = mirrored.fetch(source())
    assert found.problems == ()
    assert mirrored.copies() == {"Master.csv": lines(1, 3), longest: lines(4, 6)}


def test_copies_are_for_nobody_else(source: SourceOf, served: Path, mirrored: Mirrored) -> None:
    (served / "Master.csv").write_bytes(lines(1, 3))
    (path,) = mirrored.fetch(source()).files
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_file_that_has_grown_is_continued(
    source: SourceOf, served: Path, mirrored: Mirrored, bytes_read: list[int]
) -> None:
    (served / "Master.csv").write_bytes(lines(1, 3000) + b"a line that is not comp")
    mirrored.fetch(source())
    bytes_read.clear()
    (served / "Master.csv").write_bytes(lines(1, 3200))
    os.utime(served / "Master.csv", (1, 2))
    found = mirrored.fetch(source())
    assert (found.news, mirrored.copies()) == (1, {"Master.csv": lines(1, 3200)})


def test_of_a_file_that_has_grown_only_the_end_is_read(
    source: SourceOf, served: Path, mirrored: Mirrored, bytes_read: list[int]
) -> None:
    (served / "Master.csv").write_bytes(lines(1, 3000))
    mirrored.fetch(source())
    bytes_read.clear()
    with (served / "Master.csv").open("ab") as file:
        file.write(lines(3001, 3010))
    mirrored.fetch(source())
    assert mirrored.copies() == {"Master.csv": lines(1, 3010)}
    assert sum(bytes_read) == 2 * 4096 + 1000


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (lines(1, 20), "it shrank"),
        (lines(7000, 7200), "another longer one has its name"),
        (lines(7000, 7099), "another of the same size has its name"),
    ],
)
def test_a_file_that_is_replaced_is_fetched_whole(
    source: SourceOf, served: Path, mirrored: Mirrored, content: bytes, what: str
) -> None:
    (served / "Master.csv").write_bytes(lines(1, 100))
    mirrored.fetch(source())
    (served / "Master.csv").write_bytes(content)
    os.utime(served / "Master.csv", (1, 2))
    found = mirrored.fetch(source())
    assert (found.news, mirrored.copies()) == (1, {"Master.csv": content}), what


def test_a_file_that_is_only_touched_is_no_news(
    source: SourceOf, served: Path, mirrored: Mirrored
) -> None:
    (served / "Master.csv").write_bytes(lines(1, 100))
    before = mirrored.fetch(source()).files[0].stat().st_mtime_ns
    os.utime(served / "Master.csv", (1, 2))
    found = mirrored.fetch(source())
    assert (found.news, found.files[0].stat().st_mtime_ns) == (0, before)


def test_rotated_files_are_not_fetched_again(
    source: SourceOf, served: Path, mirrored: Mirrored, bytes_read: list[int]
) -> None:
    for number in range(12):
        name = f"Master.csv.{number}" if number else "Master.csv"
        (served / name).write_bytes(lines(1000 * number, 1000 * number + 200))
        os.utime(served / name, (1, 1_000_000 - number))
    mirrored.fetch(source())
    bytes_read.clear()
    for number in range(11, -1, -1):
        (served / (f"Master.csv.{number}" if number else "Master.csv")).rename(
            served / f"Master.csv.{number + 1}"
        )
    (served / "Master.csv").write_bytes(lines(90_000, 90_001))
    found = mirrored.fetch(source())
    assert (found.news, found.problems) == (1, ())
    assert mirrored.copies() == {path.name: path.read_bytes() for path in served.iterdir()}
    assert sum(bytes_read) == 12 * 2 * 4096 + 200


def test_two_files_alike_in_time_and_size_are_two(
    source: SourceOf, served: Path, mirrored: Mirrored
) -> None:
    for name, first in (("a.csv", 1), ("b.csv", 500)):
        (served / name).write_bytes(lines(first, first + 99))
        os.utime(served / name, (1, 2))
    mirrored.fetch(source())
    assert mirrored.copies() == {"a.csv": lines(1, 100), "b.csv": lines(500, 599)}


def test_a_file_that_is_deleted_on_the_server_stays(
    source: SourceOf, served: Path, mirrored: Mirrored
) -> None:
    (served / "a.csv").write_bytes(lines(1, 2))
    (served / "b.csv").write_bytes(lines(3, 4))
    mirrored.fetch(source())
    (served / "a.csv").unlink()
    found = mirrored.fetch(source())
    assert (found.news, found.problems) == (0, ())
    assert [path.name for path in found.files] == ["a.csv", "b.csv"]


def test_copies_are_deleted_after_their_days_and_never_fetched_again(
    source: SourceOf, served: Path, mirrored: Mirrored, bytes_read: list[int]
) -> None:
    (served / "Master.csv.1").write_bytes(lines(1, 300))
    mirrored.fetch(source())
    late = TODAY + timedelta(days=16)
    assert len(mirrored.fetch(source(), late).files) == 1  # not read so far: it stays
    mirrored.mark_as_read()
    assert len(mirrored.fetch(source(), TODAY + timedelta(days=15)).files) == 1
    bytes_read.clear()
    for _ in range(2):
        found = mirrored.fetch(source(), late)
        assert (found.files, found.news, found.problems) == ((), 0, ())
    assert bytes_read == []
    with open_store(mirrored.state, mirrored.state / "keys") as store:
        (gone,) = store.ledger.retention.deletions()
        assert (gone.platform, gone.what, gone.count) == ("desk", "copies", 1)
        assert (gone.kept_from, gone.on) == ("2026-11-24", late)
    (served / "Master.csv.1").rename(served / "Master.csv.2")  # rotated meanwhile
    assert mirrored.fetch(source(), late).files == ()
    assert sum(bytes_read) == 2 * 4096


def test_a_deleted_copy_whose_file_grows_is_fetched_whole(
    source: SourceOf, served: Path, mirrored: Mirrored
) -> None:
    """What was read of it is known by ingestion."""
    (served / "Master.csv").write_bytes(lines(1, 300))
    mirrored.fetch(source())
    mirrored.mark_as_read()
    late = TODAY + timedelta(days=16)
    assert mirrored.fetch(source(), late).files == ()
    (served / "Master.csv").write_bytes(lines(1, 301))
    mirrored.fetch(source(), late)
    assert mirrored.copies() == {"Master.csv": lines(1, 301)}


def _break_off(file: paramiko.SFTPFile) -> None:
    channel = file.sftp.get_channel()
    assert channel is not None
    channel.get_transport().sock.close()


def test_a_transfer_that_breaks_off_goes_on_at_once(
    source: SourceOf, served: Path, mirrored: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    (served / "Master.csv").write_bytes(lines(1, 3000))
    read, reads = paramiko.SFTPFile.read, []

    def breaks_off(file: paramiko.SFTPFile, size: int | None = None) -> bytes:
        reads.append(file.tell())
        if len(reads) == 4:
            _break_off(file)
        return read(file, size)

    monkeypatch.setattr(paramiko.SFTPFile, "read", breaks_off)
    found = mirrored.fetch(source())
    assert (found.news, found.problems) == (1, ())
    assert mirrored.copies() == {"Master.csv": lines(1, 3000)}
    assert reads[3:5] == [3 * 32768] * 2  # not from the beginning


def test_a_transfer_that_broke_off_goes_on_in_the_next_run(
    source: SourceOf, served: Path, mirrored: Mirrored, bytes_read: list[int]
) -> None:
    (served / "Master.csv").write_bytes(lines(1, 3000))
    mirrored.fetch(source())
    (whole,) = mirrored.fetch(source()).files
    (state,) = mirrored.remembered().values()
    other = Mirrored(state=mirrored.state.parent / "other")
    other.fetch(source(files=["none"]))
    unfinished = other.state / "fetched" / "desk" / ".unfinished"
    unfinished.mkdir(parents=True)
    half = Mirror(unfinished.parent, TODAY)._unfinished("Master.csv", state.stamp)
    half.write_bytes(whole.read_bytes()[:200_000])
    bytes_read.clear()
    assert other.fetch(source()).problems == ()
    assert other.copies() == {"Master.csv": lines(1, 3000)}
    assert sum(bytes_read) == 100_000
    assert list(unfinished.iterdir()) == []


def test_a_run_that_dies_before_it_remembers_is_done_again(
    source: SourceOf, served: Path, mirrored: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    (served / "Master.csv").write_bytes(lines(1, 300))
    with monkeypatch.context() as dying:
        dying.setattr(RemoteCopies, "add", lambda *_: sys.exit())
        with pytest.raises(SystemExit):
            mirrored.fetch(source())
    found = mirrored.fetch(source())
    assert (found.news, mirrored.copies()) == (1, {"Master.csv": lines(1, 300)})
    assert mirrored.fetch(source()).news == 0


def test_a_file_that_shrinks_while_it_is_fetched_is_for_the_next_run(
    source: SourceOf, served: Path, mirrored: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    (served / "Master.csv").write_bytes(lines(1, 3000))
    read = paramiko.SFTPFile.read

    def shrinks(file: paramiko.SFTPFile, size: int | None = None) -> bytes:
        os.truncate(served / "Master.csv", 10_000)
        return read(file, size)

    monkeypatch.setattr(paramiko.SFTPFile, "read", shrinks)
    found = mirrored.fetch(source())
    assert found.news == 1  # tried again, it is as it is now
    assert mirrored.copies() == {"Master.csv": lines(1, 100)}


@pytest.mark.parametrize("name", ["..", ".hidden", "a/b"])
def test_no_name_of_a_server_leads_out_of_the_folder(
    source: SourceOf, mirrored: Mirrored, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    entry = paramiko.SFTPAttributes()
    entry.filename, entry.st_mode = name, stat.S_IFREG
    entry.st_mtime, entry.st_size = 1, 3
    monkeypatch.setattr(paramiko.SFTPClient, "listdir_attr", lambda *_: [entry])
    found = mirrored.fetch(source())
    assert mirrored.copies() == {}
    assert "no file there matches *" in found.problems[0]


def test_a_folder_that_is_not_there(source: SourceOf, served: Path, mirrored: Mirrored) -> None:
    served.rmdir()
    (problem,) = mirrored.fetch(source()).problems
    shown = f"sftp://127.0.0.1/{str(served).lstrip('/')}"
    advice = "Check the [platform.<id>.source] section."
    assert problem == f"platform 'desk': {shown}: {served} is not there. {advice}"


def test_a_file_that_may_not_be_read_does_not_stop_the_others(
    source: SourceOf, served: Path, mirrored: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    (served / "a.csv").write_bytes(lines(1, 2))
    (served / "b.csv").write_bytes(lines(3, 4))
    opened = paramiko.SFTPClient.open

    def forbidden(client: paramiko.SFTPClient, path: str, mode: str) -> paramiko.SFTPFile:
        if path.endswith("b.csv"):
            raise PermissionError
        return opened(client, path, mode)

    monkeypatch.setattr(paramiko.SFTPClient, "open", forbidden)
    found = mirrored.fetch(source())
    assert "refuses access to" in found.problems[0] and "b.csv" in found.problems[0]
    assert mirrored.copies() == {"a.csv": lines(1, 2)}


def test_a_server_that_is_not_reached(source: SourceOf, served: Path, mirrored: Mirrored) -> None:
    """What was fetched before is still there to be read."""
    (served / "a.csv").write_bytes(lines(1, 2))
    files = mirrored.fetch(source()).files
    port = free_port()
    found = mirrored.fetch(source(port=port))
    assert f"refuses the connection on port {port}. The next run tries again." in found.problems[0]
    assert found.files == files


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"host": "no-such-host.invalid"}, "the name no-such-host.invalid is not known"),
        ({"key": "file:/no/such/key"}, "secret 'file:/no/such/key': No such file or directory"),
        ({"key": "", "password": "env:NOT_SET_AT_ALL"}, "there is no such environment variable"),
        ({"key": "", "password": "env:WRONG_PASSWORD"}, "with this key or password"),
        ({"known_hosts": "/no/such/file"}, "the file of known hosts /no/such/file cannot be read"),
    ],
)
def test_what_is_wrong_is_told_without_secrets(
    source: SourceOf,
    mirrored: Mirrored,
    monkeypatch: pytest.MonkeyPatch,
    keys: dict[str, str],
    words: str,
) -> None:
    monkeypatch.setenv("WRONG_PASSWORD", "abracadabra")
    (problem,) = mirrored.fetch(source(**keys)).problems
    assert words in problem
    assert "abracadabra" not in problem
    assert NUMBER not in problem
