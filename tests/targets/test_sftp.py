"""Delivery to an OpenSSH server on this machine: failures say what to do and leave the old site."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from affluence.errors import DeliveryError
from affluence.ssh import SshServer
from affluence.targets import Target
from affluence.targets.in_place import InPlace
from affluence.targets.lock import NOTE
from affluence.targets.releases import Releases
from affluence.targets.sftp import open_folder
from tests.servers import SshDaemon, free_port, make_key
from tests.targets.conftest import Daemons
from tests.targets.servers import breaking_off, small_disk
from tests.targets.sites import NEW, OLD, files_in, pages


def known(daemon: SshDaemon) -> SshServer:
    return SshServer(
        host="127.0.0.1",
        port=daemon.port,
        user=daemon.user,
        known_hosts=daemon.known_hosts,
        key=daemon.key,
        timeout_s=5,
    )


@pytest.fixture
def server(daemons: Daemons) -> SshServer:
    return known(daemons(""))


def in_place(server: SshServer, folder: Path) -> Target:
    return InPlace("host", partial(open_folder, "host", server, str(folder)))


def releases(server: SshServer, folder: Path) -> Target:
    return Releases("host", partial(open_folder, "host", server, str(folder)), keep=2)


Layout = Callable[[SshServer, Path], Target]


def failure(target: Target, site: dict[str, bytes] = NEW, release: str = "W2") -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        target.deliver(site, release)
    return caught.value


def pages_in(folder: Path) -> dict[str, bytes]:
    """What visitors can come across."""
    found = files_in(folder)
    return {path: body for path, body in found.items() if "affluence-" not in path}


def test_the_folder_is_made(server: SshServer, tmp_path: Path) -> None:
    in_place(server, tmp_path / "a" / "b").deliver(OLD, "W1")
    assert files_in(tmp_path / "a" / "b") == OLD


def test_the_link_is_relative_and_old_releases_go(server: SshServer, tmp_path: Path) -> None:
    target = releases(server, tmp_path)
    for release in ("W1", "W2", "W3"):
        target.deliver(pages(release), release)
    assert (tmp_path / "current").readlink() == Path("releases/W3")
    assert sorted(path.name for path in (tmp_path / "releases").iterdir()) == ["W2", "W3"]


def test_a_folder_in_the_place_of_the_link_is_refused(server: SshServer, tmp_path: Path) -> None:
    (tmp_path / "current").mkdir()
    error = failure(releases(server, tmp_path))
    assert "current is not a link" in str(error) and "Move it away" in str(error)


def test_a_server_without_links_says_what_to_write(daemons: Daemons, tmp_path: Path) -> None:
    error = failure(releases(known(daemons("symlink")), tmp_path))
    assert 'write layout = "in-place"' in str(error) and not error.transient


def test_a_server_without_posix_rename_is_told(daemons: Daemons, tmp_path: Path) -> None:
    target = releases(known(daemons("posix-rename")), tmp_path)
    for site, release in ((OLD, "W1"), (NEW, "W2")):
        (warning,) = target.deliver(site, release)
        assert "no posix-rename" in warning
        assert files_in(tmp_path / "current") == site


def test_a_page_of_somebody_else_is_not_overwritten(server: SshServer, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("theirs")
    assert "is not a page of affluence" in str(failure(in_place(server, tmp_path)))
    assert files_in(tmp_path) == {"index.html": b"theirs"}


def test_a_changed_page_is_put_right(server: SshServer, tmp_path: Path) -> None:
    target = in_place(server, tmp_path)
    target.deliver(NEW, "W2")
    (tmp_path / "index.html").write_text("defaced")
    assert not target.is_intact("W2")
    target.deliver(NEW, "W2")
    assert files_in(tmp_path) == NEW


def test_a_place_that_another_machine_delivers_to_is_left_alone(
    server: SshServer, tmp_path: Path
) -> None:
    target = in_place(server, tmp_path)
    target.deliver(OLD, "W1")
    (tmp_path / NOTE).write_text('{"host": "another", "process": 1, "files": {}}')
    error = failure(target)
    assert "another delivery is under way" in str(error) and error.transient
    assert pages_in(tmp_path) == OLD


# Failures


def test_another_host_key_is_not_talked_to(server: SshServer, tmp_path: Path) -> None:
    other = " ".join(make_key(tmp_path / "other").split()[:2])
    (tmp_path / "known").write_text(f"[127.0.0.1]:{server.port} {other}\n")
    error = failure(in_place(replace(server, known_hosts=tmp_path / "known"), tmp_path / "site"))
    assert "shows another key than the one in" in str(error) and not error.transient
    assert not (tmp_path / "site").exists()


def test_a_host_that_is_not_known_is_not_talked_to(server: SshServer, tmp_path: Path) -> None:
    (tmp_path / "known").touch()
    error = failure(in_place(replace(server, known_hosts=tmp_path / "known"), tmp_path / "site"))
    assert "ask the administrator of the server" in str(error)
    assert not (tmp_path / "site").exists()


def test_a_key_that_is_not_let_in(daemons: Daemons, server: SshServer, tmp_path: Path) -> None:
    error = failure(in_place(replace(server, key=daemons("").other_key), tmp_path))
    assert "refuses the user" in str(error) and "Check host, user, key" in str(error)


def test_a_port_where_nothing_listens(server: SshServer, tmp_path: Path) -> None:
    error = failure(in_place(replace(server, port=free_port()), tmp_path))
    assert "refuses the connection on port" in str(error) and error.transient


def test_a_name_that_is_not_known(server: SshServer, tmp_path: Path) -> None:
    error = failure(in_place(replace(server, host="no-such-host.invalid"), tmp_path))
    assert "the name no-such-host.invalid is not known" in str(error) and error.transient


def test_a_server_that_is_too_slow(server: SshServer, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        error = failure(in_place(replace(server, port=port, timeout_s=0.3), tmp_path))
    assert error.transient
    assert "has not answered" in str(error) or "broke off" in str(error)


@pytest.mark.parametrize("after_bytes", [1_000, 12_000, 30_000, 60_000])
@pytest.mark.parametrize("layout", [in_place, releases])
def test_a_connection_that_is_reset_in_mid_transfer(
    server: SshServer, tmp_path: Path, layout: Layout, after_bytes: int
) -> None:
    old, new = pages("W1"), pages("W2", filling="x" * 20_000)
    folder = tmp_path / "site"
    shown = folder / "current" if layout is releases else folder
    layout(server, folder).deliver(old, "W1")
    with breaking_off(server.port, after_bytes) as port:
        known_hosts = tmp_path / "known"
        known_hosts.write_text(
            server.known_hosts.read_text().replace(f":{server.port}", f":{port}")
        )
        error = failure(layout(replace(server, port=port, known_hosts=known_hosts), folder), new)
    assert "broke off" in str(error) and error.transient
    assert pages_in(shown) == old
    layout(server, folder).deliver(new, "W2")
    assert files_in(shown) == new


@pytest.mark.parametrize("layout", [in_place, releases])
def test_a_full_disk_leaves_the_old_site(server: SshServer, tmp_path: Path, layout: Layout) -> None:
    with small_disk(tmp_path / "disk", 256) as disk:
        shown = disk / "current" if layout is releases else disk
        old = pages("W1", filling="x" * 20_000)
        layout(server, disk).deliver(old, "W1")
        error = failure(layout(server, disk), pages("W2", filling="y" * 60_000))
        assert "the disk of the server is not full" in str(error)
        assert pages_in(shown) == old
        small = pages("W3", filling="z" * 10_000)
        layout(server, disk).deliver(small, "W3")
        assert files_in(shown) == small
