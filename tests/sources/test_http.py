"""Files of real web servers: nginx as it is used, and one that does all that may go wrong."""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from affluence.config import HttpSource, NetworkSettings
from affluence.errors import StateError
from tests.servers import Quiet, WebServer, free_port, serving
from tests.sources.records import NUMBER, TODAY, Mirrored, lines


def source_of(url: str, **keys: Any) -> HttpSource:
    return HttpSource.model_validate({"kind": "http", "url": url} | keys)


@pytest.fixture
def served(nginx: WebServer) -> Path:
    for path in nginx.folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    nginx.asked()
    return nginx.folder


@pytest.fixture
def listing(nginx: WebServer) -> str:
    return f"http://127.0.0.1:{nginx.port}/open/"


def test_listed_files_that_match_are_fetched_once(
    nginx: WebServer, served: Path, listing: str, mirrored: Mirrored
) -> None:
    (served / "Master.csv").write_bytes(lines(1, 3000))
    (served / "Master.csv.1").write_bytes(lines(5000, 5010))
    (served / "the month's.csv").write_bytes(lines(1, 1))
    (served / "cel.csv").write_bytes(b"something else")
    (served / "folder.csv").mkdir()
    source = source_of(listing, files=["Master.csv*", "the*", "folder*"])
    found = mirrored.fetch(source)
    assert (found.news, found.problems) == (3, ())
    assert mirrored.copies() == {
        "Master.csv": lines(1, 3000),
        "Master.csv.1": lines(5000, 5010),
        "the month's.csv": lines(1, 1),
    }
    nginx.asked()
    again = mirrored.fetch(source)
    assert (again.news, again.problems, again.files) == (0, (), found.files)
    assert [answer.split()[0] for answer in nginx.asked()] == ["200", "304", "304", "304"]


def test_of_a_file_that_has_grown_only_the_end_is_fetched(
    nginx: WebServer, served: Path, listing: str, mirrored: Mirrored
) -> None:
    (served / "Master.csv").write_bytes(lines(1, 30_000))
    mirrored.fetch(source_of(f"{listing}Master.csv"))
    nginx.asked()
    with (served / "Master.csv").open("ab") as file:
        file.write(lines(30_001, 30_010))
    found = mirrored.fetch(source_of(f"{listing}Master.csv"))
    assert (found.news, found.problems) == (1, ())
    assert mirrored.copies() == {"Master.csv": lines(1, 30_010)}
    ranges = [answer for answer in nginx.asked() if answer.startswith("206")]
    assert [answer.split()[-1] for answer in ranges] == ["4096", "4096", "1000"]


@pytest.mark.parametrize("content", [lines(1, 20), lines(7000, 7200), lines(7000, 7099)])
def test_a_file_that_is_replaced_is_fetched_whole(
    served: Path, listing: str, mirrored: Mirrored, content: bytes
) -> None:
    (served / "Master.csv").write_bytes(lines(1, 100))
    mirrored.fetch(source_of(listing))
    (served / "Master.csv").write_bytes(content)
    os.utime(served / "Master.csv", (1, 2))
    found = mirrored.fetch(source_of(listing))
    assert (found.news, mirrored.copies()) == (1, {"Master.csv": content})


def test_rotated_files_are_not_fetched_again(
    served: Path, listing: str, mirrored: Mirrored
) -> None:
    for number in range(3):
        name = f"Master.csv.{number}" if number else "Master.csv"
        (served / name).write_bytes(lines(1000 * number, 1000 * number + 200))
        os.utime(served / name, (1, 1_000_000 - number))
    mirrored.fetch(source_of(listing))
    for number in (2, 1, 0):
        old = f"Master.csv.{number}" if number else "Master.csv"
        (served / old).rename(served / f"Master.csv.{number + 1}")
    (served / "Master.csv").write_bytes(lines(90_000, 90_001))
    found = mirrored.fetch(source_of(listing))
    assert (found.news, found.problems) == (1, ())
    assert mirrored.copies() == {path.name: path.read_bytes() for path in served.iterdir()}


def test_a_file_a_day(nginx: WebServer, served: Path, listing: str, mirrored: Mirrored) -> None:
    """Days without a file are no problem: the desk was closed."""
    for back in (0, 1, 4, 40):
        day = TODAY - timedelta(days=back)
        folder = served / f"{day:%Y/%m}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"cdr-{day:%d}.csv").write_bytes(lines(back, back))
    url = f"{listing}{{date:%Y}}/{{date:%m}}/cdr-{{date:%d}}.csv"
    found = mirrored.fetch(source_of(url, days=31))
    assert (found.news, found.problems) == (3, ())
    assert mirrored.copies() == {
        "2026_11_cdr-19.csv": lines(4, 4),
        "2026_11_cdr-22.csv": lines(1, 1),
        "2026_11_cdr-23.csv": lines(0, 0),
    }
    assert len(nginx.asked()) == 31
    assert mirrored.fetch(source_of(url, days=31)).news == 0


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("", "/open/: no file there matches *"),
        ("cdr.csv", "/open/cdr.csv: there is nothing at this address"),
        ("{date:%Y-%m-%d}.csv", "no file of the last 31 days"),
        ("none/", "/open/none/: there is nothing at this address"),
    ],
)
@pytest.mark.usefixtures("served")
def test_nothing_is_there(listing: str, mirrored: Mirrored, path: str, words: str) -> None:
    found = mirrored.fetch(source_of(listing + path))
    assert words in found.problems[0]
    assert "Check the [platform.<id>.source] section." in found.problems[0]


def test_a_user_with_a_password(
    nginx: WebServer, served: Path, mirrored: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    (served / "Master.csv").write_bytes(lines(1, 3))
    locked = f"http://127.0.0.1:{nginx.port}/locked/"
    monkeypatch.setenv("RIGHT", nginx.password)
    monkeypatch.setenv("WRONG", "abracadabra")
    refused = "the server asks for a user name and a password, or refuses those given (HTTP 401)"
    for keys in ({}, {"user": "desk", "password": "env:WRONG"}):
        (problem,) = mirrored.fetch(source_of(locked, **keys)).problems
        assert refused in problem
        assert "abracadabra" not in problem
    found = mirrored.fetch(source_of(locked, user="desk", password="env:RIGHT"))  # noqa: S106
    assert (found.news, found.problems) == (1, ())


def test_a_client_with_a_certificate_and_a_server_of_an_authority_of_ones_own(
    nginx: WebServer, served: Path, mirrored: Mirrored
) -> None:
    (served / "Master.csv").write_bytes(lines(1, 3))
    url, authority = f"https://127.0.0.1:{nginx.tls_port}/", nginx.authority
    trusting = NetworkSettings(ca_file=authority.certificate, timeout_s=3)
    client = {
        "certificate": authority.client,
        "certificate_key": f"file:{authority.client_key}",
    }
    (problem,) = mirrored.fetch(source_of(url, **client)).problems
    assert "the certificate of 127.0.0.1 is not trusted" in problem
    (problem,) = mirrored.fetch(source_of(url), network=trusting).problems
    assert "(HTTP 400)" in problem
    nobody = client | {"certificate": authority.client.with_name("none.pem")}
    (problem,) = mirrored.fetch(source_of(url, **nobody), network=trusting).problems
    assert "a certificate, or the key of one, is not there or is none" in problem
    found = mirrored.fetch(source_of(url, **client), network=trusting)
    assert (found.news, found.problems) == (1, ())


@dataclass
class Faults:
    """What a server does with one file, and what it was asked for."""

    content: bytes = b""
    status: int = 0
    break_after: list[int | None] = field(default_factory=list)  # bytes of the next answers
    change_after_break: bytes | None = None
    with_ranges: bool = True
    with_stamp: bool = True
    with_length: bool = True
    slow_s: float = 0
    asked: list[tuple[str, str]] = field(default_factory=list)  # range, credentials


class _Server(ThreadingHTTPServer):
    faults: Faults

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are part of the tests."""


class _Handler(Quiet, BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        faults = self.server.faults
        wanted = self.headers.get("Range", "")
        faults.asked.append((wanted, self.headers.get("Authorization", "")))
        time.sleep(faults.slow_s)
        if faults.status:
            return self._answer(faults.status, NUMBER.encode() * 50)
        stamp = f'"{hash(faults.content)}"'
        if faults.with_stamp and self.headers.get("If-None-Match") == stamp:
            return self._answer(304, b"")
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        body = faults.content
        status = 200
        if wanted and faults.with_ranges:
            start, end = int(first), int(last) + 1 if last else len(body)
            status = 206 if start < len(body) else 416
            body = body[start:end]
        return self._answer(status, body, {"ETag": stamp} if faults.with_stamp else {})

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        faults = self.server.faults
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if faults.with_length:
            self.send_header("Content-Length", str(len(body)))
        else:
            self.send_header("Connection", "close")
        self.end_headers()
        breaks = faults.break_after.pop(0) if faults.break_after and status in (200, 206) else None
        if breaks is not None:
            self.wfile.write(body[:breaks])
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            if faults.change_after_break is not None:
                faults.content = faults.change_after_break
            return
        self.wfile.write(body)


@pytest.fixture
def faults() -> Faults:
    return Faults(content=lines(1, 3000))


@pytest.fixture
def faulty(faults: Faults) -> Iterator[str]:
    server = _Server(("127.0.0.1", 0), _Handler)
    server.faults = faults
    with serving(server) as port:
        yield f"http://127.0.0.1:{port}/cdr/Master.csv"


def test_a_transfer_that_breaks_off_goes_on_at_once(
    faulty: str, faults: Faults, mirrored: Mirrored
) -> None:
    faults.break_after = [200_000, None, 50_000]
    found = mirrored.fetch(source_of(faulty))
    assert (found.news, found.problems) == (1, ())
    assert mirrored.copies() == {"Master.csv": lines(1, 3000)}
    starts = [wanted for wanted, _ in faults.asked if wanted]
    assert starts == ["bytes=200000-", "bytes=250000-"]


def test_a_transfer_that_keeps_breaking_off_goes_on_in_the_next_run(
    faulty: str, faults: Faults, mirrored: Mirrored
) -> None:
    faults.break_after = [100_000, None, 50_000, None, 50_000]
    found = mirrored.fetch(source_of(faulty))
    assert "the connection with 127.0.0.1 broke off. The next run tries again." in found.problems[0]
    assert (found.news, found.files) == (0, ())
    faults.asked.clear()
    assert mirrored.fetch(source_of(faulty)).news == 1
    assert mirrored.copies() == {"Master.csv": lines(1, 3000)}
    assert [wanted for wanted, _ in faults.asked] == ["", "bytes=200000-"]


def test_a_file_that_changes_after_its_transfer_broke_off_is_fetched_whole(
    faulty: str, faults: Faults, mirrored: Mirrored
) -> None:
    faults.break_after = [200_000]
    faults.change_after_break = lines(8000, 8999)
    found = mirrored.fetch(source_of(faulty))
    assert (found.news, found.problems) == (1, ())
    assert mirrored.copies() == {"Master.csv": lines(8000, 8999)}


@pytest.mark.parametrize("knows", list(itertools.product([True, False], repeat=3)))
def test_servers_that_know_less(
    faulty: str, faults: Faults, mirrored: Mirrored, knows: tuple[bool, bool, bool]
) -> None:
    """Without ranges, stamps or lengths all is fetched, each time, and still nothing twice."""
    faults.with_length, faults.with_stamp, faults.with_ranges = knows
    assert mirrored.fetch(source_of(faulty)).news == 1
    assert mirrored.fetch(source_of(faulty)).news == 0
    faults.content = lines(1, 3010)
    found = mirrored.fetch(source_of(faulty))
    assert (found.news, found.problems) == (1, ())
    assert mirrored.copies() == {"Master.csv": lines(1, 3010)}


@pytest.mark.parametrize(
    "told",
    [
        (401, "asks for a user name and a password, or refuses those given (HTTP 401)", False),
        (403, "the server refuses access (HTTP 403)", False),
        (404, "there is nothing at this address (HTTP 404)", False),
        (500, "the server fails (HTTP 500)", True),
        (503, "the server fails (HTTP 503)", True),
    ],
)
def test_a_refusal_is_told_and_what_was_fetched_stays(
    faulty: str, faults: Faults, mirrored: Mirrored, told: tuple[int, str, bool]
) -> None:
    files = mirrored.fetch(source_of(faulty)).files
    faults.status, words, transient = told
    faults.asked.clear()
    found = mirrored.fetch(source_of(f"{faulty}?key=abracadabra"))
    assert found.files == files
    (problem,) = found.problems
    assert words in problem
    assert ("The next run tries again." in problem) == transient
    assert "abracadabra" not in problem
    assert NUMBER not in problem
    assert len(faults.asked) == 1


def test_a_server_that_is_too_slow(faulty: str, faults: Faults, mirrored: Mirrored) -> None:
    faults.slow_s = 2
    network = NetworkSettings(timeout_s=1)
    found = mirrored.fetch(source_of(faulty), network=network)
    assert "127.0.0.1 has not answered within 1 seconds. The next run" in found.problems[0]


def test_a_server_that_is_gone_is_not_asked_for_every_day(
    faulty: str, faults: Faults, mirrored: Mirrored
) -> None:
    faults.slow_s = 2
    dated = faulty.replace("Master.csv", "{date:%Y-%m-%d}.csv")
    found = mirrored.fetch(source_of(dated), network=NetworkSettings(timeout_s=1))
    assert (len(found.problems), len(faults.asked)) == (1, 1)


def test_a_state_folder_that_cannot_hold_copies(faulty: str, mirrored: Mirrored) -> None:
    mirrored.state.mkdir()
    (mirrored.state / "fetched").touch()
    with pytest.raises(StateError, match=r"what is fetched cannot be kept here \(.+\)\. Make room"):
        mirrored.fetch(source_of(faulty))


def test_a_token_is_sent(
    faulty: str, faults: Faults, mirrored: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", "abracadabra")
    mirrored.fetch(source_of(faulty, token="env:TOKEN"))  # noqa: S106  # where it is kept
    assert faults.asked == [("", "Bearer abracadabra")]


def test_a_server_that_refuses_connections(mirrored: Mirrored) -> None:
    found = mirrored.fetch(source_of(f"http://127.0.0.1:{free_port()}/"))
    assert "127.0.0.1 refuses the connection. The next run tries again." in found.problems[0]


def test_a_name_that_is_not_known(mirrored: Mirrored) -> None:
    found = mirrored.fetch(source_of("https://no-such-host.invalid/Master.csv"))
    assert "the name no-such-host.invalid is not known" in found.problems[0]


def test_a_proxy_that_is_not_there(mirrored: Mirrored) -> None:
    network = NetworkSettings(proxy=f"http://127.0.0.1:{free_port()}")
    found = mirrored.fetch(source_of("https://pbx.invalid/"), network=network)
    assert "the proxy does not let through to pbx.invalid" in found.problems[0]


def test_a_page_that_is_too_long_lists_nothing(
    faulty: str, faults: Faults, mirrored: Mirrored
) -> None:
    faults.content = bytes(9 << 20)
    found = mirrored.fetch(source_of(faulty.removesuffix("Master.csv")))
    assert "this is no page that lists files" in found.problems[0]


def test_links_that_lead_elsewhere_are_not_followed(
    faulty: str, faults: Faults, mirrored: Mirrored
) -> None:
    links = ("../up.csv", "/root/a.csv", "https://else.invalid/b.csv", "..%2Fc.csv", "", ".d.csv")
    faults.content = "".join(f'<a href="{link}">x</a>' for link in links).encode()
    found = mirrored.fetch(source_of(faulty.removesuffix("Master.csv")))
    assert "no file there matches *" in found.problems[0]
    assert mirrored.copies() == {}


def test_a_compressed_copy_stays_compressed(served: Path, listing: str, mirrored: Mirrored) -> None:
    (served / "Master.csv.gz").write_bytes(b"\x1f\x8b and so on")
    mirrored.fetch(source_of(listing))
    assert mirrored.copies() == {"Master.csv.gz": b"\x1f\x8b and so on"}


def test_days_are_those_before_today(served: Path, listing: str, mirrored: Mirrored) -> None:
    (served / "2026-W47.csv").write_bytes(lines(1, 1))
    (served / "2026-W48.csv").write_bytes(lines(2, 2))
    source = source_of(f"{listing}{{date:%G-W%V}}.csv", days=7)
    mirrored.fetch(source, date(2026, 11, 22))
    assert list(mirrored.copies()) == ["2026-W47.csv"]


def test_a_link_that_is_no_address_and_a_name_too_long_do_not_stop_the_others(
    nginx: WebServer, served: Path, listing: str, mirrored: Mirrored
) -> None:
    (served / "Master.csv").write_bytes(lines(1, 3))
    links = ["http://[broken", "m" * 300 + ".csv", "Master.csv"]
    page = "".join(f'<a href="{link}">?</a>' for link in links)
    (served / "index.html").write_text(page)
    found = mirrored.fetch(source_of(listing, files=["*.csv"]))
    assert (found.news, found.problems) == (1, ())
    assert mirrored.copies() == {"Master.csv": lines(1, 3)}
    assert len(nginx.asked()) == 2
