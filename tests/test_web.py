"""Requests to real servers on this machine: what goes wrong is said in plain words."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from affluence.network import Network
from affluence.web import Login, Web, WebError
from tests.servers import Quiet, free_port, make_authority, serving

PASSWORD = "gr\u00fcn"  # noqa: S105  # a password of no one


_LEADS_ON = {"/away": "/authorization", "/nowhere": "http://[broken"}


class _Server(Quiet, BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/slow":
            time.sleep(3)
        status = int(self.path[1:]) if self.path[1:].isdigit() else 200
        if self.path in _LEADS_ON:
            status = 302
        self.send_response(status)
        if status == 302:
            self.send_header("Location", _LEADS_ON[self.path])
        body = (self.headers.get("Authorization") or "nobody").encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.path != "/slow":  # nobody waits for it any more
            self.wfile.write(body)


@contextmanager
def served(handler: type[BaseHTTPRequestHandler] = _Server) -> Iterator[str]:
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served() as url:
        yield url


def failure(url: str, network: Network | None = None) -> WebError:
    with pytest.raises(WebError) as caught:
        Web(network or Network()).request("GET", url)
    return caught.value


def test_an_answer_is_had_after_a_redirection(address: str) -> None:
    assert Web(Network()).request("GET", f"{address}/away").content == b"nobody"


def test_a_redirection_to_what_is_no_address(address: str) -> None:
    found = failure(f"{address}/nowhere")
    assert found.why == "the server leads on to an address that is not followed (HTTP 302)"


@pytest.mark.parametrize(
    ("login", "sent"),
    [
        (Login(user="desk", password=PASSWORD), b"Basic ZGVzazpncsO8bg=="),
        (Login(token="abc"), b"Bearer abc"),  # noqa: S106  # a token of no one
        (Login(), b"nobody"),
    ],
)
def test_the_login_is_sent(address: str, login: Login, sent: bytes) -> None:
    assert Web(Network(), login).request("GET", address).content == sent


def test_the_login_is_not_shown() -> None:
    assert PASSWORD not in repr(Login(user="desk", password=PASSWORD, token=PASSWORD))


def test_what_the_environment_says_is_not_used(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert Web(Network()).request("GET", address).status_code == 200


@pytest.mark.parametrize(
    ("status", "why", "transient"),
    [
        (401, "asks for a user name and a password", False),
        (403, "refuses access", False),
        (404, "nothing at this address", False),
        (412, "somebody else has changed it", False),
        (418, "the server refuses", False),
        (423, "locked by somebody else", True),
        (500, "the server fails", True),
        (507, "the server's disk is full", True),
    ],
)
def test_a_refusal_is_told_with_its_status(
    address: str, status: int, why: str, transient: bool
) -> None:
    found = failure(f"{address}/{status}")
    assert why in found.why and f"(HTTP {status})" in found.why
    assert (found.status, found.transient) == (status, transient)


def test_a_server_that_is_too_slow(address: str) -> None:
    found = failure(f"{address}/slow", Network(timeout_s=0.2))
    assert found.why == "127.0.0.1 has not answered within 0.2 seconds"
    assert found.transient


def test_a_port_where_nothing_listens() -> None:
    assert failure(f"http://127.0.0.1:{free_port()}/").why == "127.0.0.1 refuses the connection"


def test_a_name_that_is_not_known() -> None:
    assert (
        failure("http://no-such-host.invalid/").why == "the name no-such-host.invalid is not known"
    )


def test_a_proxy_that_is_not_there(address: str) -> None:
    found = failure(address, Network(proxy="http://127.0.0.1:9"))
    assert found.why == "the proxy does not let through to 127.0.0.1"


def test_a_server_without_certificate(address: str) -> None:
    found = failure(address.replace("http:", "https:"))
    assert "is not trusted, or the connection is not encrypted" in found.why


class _Reset(Quiet, BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)


def test_a_connection_that_breaks_off_does_not_show_the_address() -> None:
    with served(_Reset) as url:
        found = failure(f"{url}/?token=secret")
    assert found.why == "the connection with 127.0.0.1 broke off"


def test_what_is_asked_for_encrypted_does_not_come_in_clear(address: str, tmp_path: Path) -> None:
    """As servers behind a proxy that forget who they are lead on."""

    class LeadsOn(Quiet, BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(301)
            self.send_header("Location", address)
            self.send_header("Content-Length", "0")
            self.end_headers()

    authority = make_authority(tmp_path)
    server = ThreadingHTTPServer(("127.0.0.1", 0), LeadsOn)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.server, authority.server_key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with serving(server) as port:
        found = failure(f"https://127.0.0.1:{port}/", Network(ca_file=authority.certificate))
    assert found.why == "the server leads on to an address that is not followed (HTTP 301)"
