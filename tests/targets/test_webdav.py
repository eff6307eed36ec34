"""Delivery to WebDAV servers on this machine: nobody's edit is lost, failures say what to do."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import nullcontext
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from affluence.errors import DeliveryError
from affluence.network import Network
from affluence.targets.in_place import InPlace
from affluence.targets.lock import NOTE
from affluence.targets.webdav import WebDav
from affluence.web import Answer, Login, Web
from tests.servers import Authority, free_port
from tests.targets.servers import (
    PASSWORD,
    USER,
    Server,
    breaking_off,
    nginx,
    small_disk,
    wsgidav,
)
from tests.targets.sites import LATER, NEW, OLD, files_in, pages


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with wsgidav(tmp_path / "served") as running:
        yield running


def target(url: str, *, password: str = PASSWORD, network: Network | None = None) -> InPlace:
    web = Web(network or Network(timeout_s=5), Login(user=USER, password=password))
    return InPlace("dav", lambda: nullcontext(WebDav("dav", web, url)), keeps_edits=True)


def failure(place: InPlace, files: dict[str, bytes] = NEW, release: str = "W2") -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        place.deliver(files, release)
    assert PASSWORD not in str(caught.value)
    return caught.value


def pages_in(folder: Path) -> dict[str, bytes]:
    """What visitors can come across."""
    found = files_in(folder)
    return {path: body for path, body in found.items() if "affluence-" not in path}


# Edits of somebody else


def test_a_page_that_somebody_has_edited_is_not_overwritten(server: Server) -> None:
    target(server.url).deliver(OLD, "W1")
    (server.folder / "index.html").write_text("theirs")
    error = failure(target(server.url))
    assert "somebody else has changed index.html" in str(error)
    assert "delete the file, and run again" in str(error)
    assert not error.transient
    assert files_in(server.folder) == {**OLD, "index.html": b"theirs"}
    (server.folder / "index.html").unlink()
    target(server.url).deliver(NEW, "W2")
    assert files_in(server.folder) == NEW


def test_a_stray_that_somebody_has_edited_is_not_removed(server: Server) -> None:
    target(server.url).deliver(OLD, "W1")
    (server.folder / "old.txt").write_text("theirs")
    assert "old.txt" in str(failure(target(server.url)))
    assert files_in(server.folder) == {**OLD, "old.txt": b"theirs"}


def test_files_of_others_stay(server: Server) -> None:
    (server.folder / "theirs.html").write_text("theirs")
    target(server.url).deliver(OLD, "W1")
    target(server.url).deliver(NEW, "W2")
    assert files_in(server.folder) == {**NEW, "theirs.html": b"theirs"}


def test_a_folder_with_a_page_of_somebody_else_is_refused(server: Server) -> None:
    (server.folder / "index.html").write_text("the prefecture's own page")
    assert "is not a page of affluence" in str(failure(target(server.url)))
    assert files_in(server.folder) == {"index.html": b"the prefecture's own page"}


class _EditedMeanwhile(WebDav):
    """Somebody writes a page between the last look at it and the move."""

    edited: Path

    def replace(self, source: str, path: str) -> None:
        if path == "index.html":
            time.sleep(0.01)  # another time of writing, another ETag
            self.edited.write_text("theirs, in the last moment")
        super().replace(source, path)

    def move_new(self, source: str, path: str) -> bool:
        if path == "index.html":
            self.edited.write_text("theirs, in the last moment")
        return super().move_new(source, path)


@pytest.mark.parametrize("before", [True, False])
def test_an_edit_in_the_last_moment_is_not_overwritten(server: Server, before: bool) -> None:
    if before:
        target(server.url).deliver(OLD, "W1")

    class Edited(_EditedMeanwhile):
        edited = server.folder / "index.html"

    web = Web(Network(timeout_s=5), Login(user=USER, password=PASSWORD))
    place = InPlace("dav", lambda: nullcontext(Edited("dav", web, server.url)), keeps_edits=True)
    error = failure(place)
    assert "index.html" in str(error)
    assert (server.folder / "index.html").read_text() == "theirs, in the last moment"


def test_leftovers_of_an_interrupted_delivery_are_not_taken_for_edits(server: Server) -> None:
    target(server.url).deliver(OLD, "W1")
    server.faults["MOVE", "index.html.affluence-tmp"] = "500 Internal Server Error"
    failure(target(server.url))
    assert (server.folder / "data.csv").read_bytes() == NEW["data.csv"]
    server.faults.clear()
    target(server.url).deliver(LATER, "W3")
    assert files_in(server.folder) == LATER


# Servers that can less


def test_a_server_without_move(server: Server) -> None:
    server.methods_off = {"MOVE"}
    (warning,) = target(server.url).deliver(OLD, "W1")
    assert "does not move files over others" in warning
    target(server.url).deliver(NEW, "W2")
    assert files_in(server.folder) == NEW
    (server.folder / "index.html").write_text("theirs")
    assert "has changed index.html" in str(failure(target(server.url), LATER, "W3"))


def test_a_server_that_does_not_move_over_a_file(server: Server) -> None:
    target(server.url).deliver(OLD, "W1")
    server.faults["MOVE", "index.html.affluence-tmp"] = "412 Precondition Failed"
    (warning,) = target(server.url).deliver(NEW, "W2")
    assert "does not move files over others" in warning
    assert files_in(server.folder) == NEW


def test_a_server_without_etags(server: Server) -> None:
    server.answered_headers_off = {"etag"}
    target(server.url).deliver(OLD, "W1")
    (warning,) = target(server.url).deliver(NEW, "W2")
    assert "gives no strong ETags" in warning
    assert files_in(server.folder) == NEW
    (server.folder / "index.html").write_text("theirs")
    assert "has changed index.html" in str(failure(target(server.url), LATER, "W3"))


def test_folders_are_made(server: Server) -> None:
    target(f"{server.url}affluence/").deliver(LATER, "W3")
    assert files_in(server.folder / "affluence") == LATER


# One publisher at a time


def test_a_place_that_another_machine_delivers_to_is_left_alone(server: Server) -> None:
    target(server.url).deliver(OLD, "W1")
    (server.folder / NOTE).write_text('{"host": "another", "process": 1, "files": {}}')
    error = failure(target(server.url))
    assert "another delivery is under way" in str(error) and error.transient
    assert pages_in(server.folder) == OLD
    os.utime(server.folder / NOTE, (1, 1))
    target(server.url).deliver(NEW, "W2")
    assert files_in(server.folder) == NEW


def test_a_time_that_is_none_is_not_known() -> None:
    class Odd(Web):
        def request(self, *_: Any, **__: Any) -> Answer:
            answer = Answer()
            answer.headers["Last-Modified"] = "yesterday"
            return answer

    assert WebDav("dav", Odd(Network()), "https://intranet.example/").modified_s(NOTE) is None


# Failures


@pytest.mark.parametrize(
    ("status", "told", "transient"),
    [
        (401, ("asks for a user name and a password", "Check user and password"), False),
        (403, ("refuses access", "this user may write into the folder"), False),
        (412, ("somebody else has changed it meanwhile", "the next run looks again"), False),
        (423, ("locked by somebody else", "The next run tries again"), True),
        (500, ("the server fails", "The next run tries again"), True),
        (507, ("disk is full", "Make room on the server"), True),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "GET"])
def test_a_refusal_leaves_the_old_site(
    server: Server, method: str, status: int, told: tuple[str, str], transient: bool
) -> None:
    target(server.url).deliver(OLD, "W1")
    answer = f"{status} {HTTPStatus(status).phrase}"
    server.faults[method, "index.html.affluence-tmp"] = answer
    error = failure(target(server.url))
    assert all(words in str(error) for words in (*told, "index.html"))
    assert error.transient == transient
    assert pages_in(server.folder) == OLD
    server.faults.clear()
    target(server.url).deliver(NEW, "W2")
    assert files_in(server.folder) == NEW


def test_a_wrong_password(server: Server) -> None:
    target(server.url).deliver(OLD, "W1")
    error = failure(target(server.url, password="wrong"))  # noqa: S106  # a password of no one
    assert "refuses those given (HTTP 401)" in str(error) and "wrong" not in str(error)
    assert files_in(server.folder) == OLD


def test_a_url_that_is_none_of_a_folder(server: Server) -> None:
    error = failure(target(f"{server.url}no/such/folder/"))
    assert "the folder is not there" in str(error) and "Check the url" in str(error)


@pytest.mark.parametrize("after_bytes", [1_000, 12_000, 30_000, 50_000])
def test_a_connection_that_is_reset_in_mid_transfer(server: Server, after_bytes: int) -> None:
    old, new = pages("W1"), pages("W2", filling="x" * 20_000)
    target(server.url).deliver(old, "W1")
    with breaking_off(urlsplit(server.url).port or 0, after_bytes) as port:
        error = failure(target(f"http://127.0.0.1:{port}/"), new)
    assert "broke off" in str(error) and error.transient
    assert pages_in(server.folder) == old
    target(server.url).deliver(new, "W2")
    assert files_in(server.folder) == new


def test_a_port_where_nothing_listens() -> None:
    error = failure(target(f"http://127.0.0.1:{free_port()}/"))
    assert "127.0.0.1 refuses the connection" in str(error) and error.transient


def test_a_name_that_is_not_known() -> None:
    error = failure(target("http://no-such-host.invalid/"))
    assert "the name no-such-host.invalid is not known" in str(error) and error.transient


def test_a_server_that_is_too_slow() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        error = failure(target(url, network=Network(timeout_s=0.2)))
    assert "has not answered within 0.2 seconds" in str(error) and error.transient


def test_only_the_configured_authority_is_trusted(tmp_path: Path, authority: Authority) -> None:
    with wsgidav(tmp_path / "served", authority) as server:
        error = failure(target(server.url))
        assert "certificate of 127.0.0.1 is not trusted" in str(error)
        assert files_in(server.folder) == {}
        network = Network(timeout_s=5, ca_file=authority.certificate)
        target(server.url, network=network).deliver(NEW, "W2")
        assert files_in(server.folder) == NEW


def test_a_full_disk_leaves_the_old_site(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 256) as disk, nginx(disk / "nginx", disk / "site") as server:
        old = pages("W1", filling="x" * 20_000)
        target(server.url).deliver(old, "W1")
        error = failure(target(server.url), pages("W2", filling="y" * 60_000))
        assert "the server fails (HTTP 500)" in str(error) and error.transient
        assert pages_in(server.folder) == old
        small = pages("W3", filling="z" * 10_000)
        target(server.url).deliver(small, "W3")
        assert files_in(server.folder) == small


def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    with wsgidav(tmp_path / "served") as server:
        target(server.url).deliver(OLD, "W1")
        server.faults["PUT", ""] = "403 Forbidden"
        assert "refuses access" in str(failure(target(server.url)))
        assert files_in(server.folder) == OLD
