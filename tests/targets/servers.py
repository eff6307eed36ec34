"""Servers that targets deliver to and that visitors read from, on this machine.

A test that starts one is skipped where it is not installed.
"""

from __future__ import annotations

import functools
import os
import select
import socket
import socketserver
import struct
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.servers import Authority, Quiet, free_port, program, running, serving

USER, PASSWORD = "affluence", "grün"
_MODULE = Path("/usr/lib/nginx/modules/ngx_http_dav_ext_module.so")
_TYPES = "text/html html; text/csv csv; application/json json; text/calendar ics; text/plain txt;"

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


@dataclass(kw_only=True)
class Server:
    """A running server: its address, the folder that it serves, and what it was asked."""

    url: str  # ends in a slash
    folder: Path
    requests: list[tuple[str, str]] = field(default_factory=list)
    # What it answers to a method and the end of a path, instead of doing it.
    faults: dict[tuple[str, str], str] = field(default_factory=dict)
    methods_off: set[str] = field(default_factory=set)
    answered_headers_off: set[str] = field(default_factory=set)


# nginx: a WebDAV server whose MOVE is one rename, without ETag conditions and without a login


@contextmanager
def nginx(folder: Path, served: Path, authority: Authority | None = None) -> Iterator[Server]:
    """An nginx that serves a folder and takes PUT, DELETE, MKCOL and MOVE for it."""
    daemon = program("nginx")
    if not _MODULE.exists():
        pytest.skip("libnginx-mod-http-dav-ext is not installed")
    folder.mkdir(exist_ok=True)
    served.mkdir(exist_ok=True)
    port = free_port()
    secure = ""
    if authority is not None:
        secure = f"ssl_certificate {authority.server};ssl_certificate_key {authority.server_key};"
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    scratch = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    # Started as root it works as nobody, who does not get into the folders of a test.
    as_user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"""
load_module {_MODULE};
{as_user} daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/errors;
events {{ worker_connections 64; }}
http {{
  access_log off; {scratch} client_max_body_size 50m; charset utf-8; types {{ {_TYPES} }}
  server {{
    listen 127.0.0.1:{port}{" ssl" if secure else ""}; {secure}
    location / {{ root {served}; dav_methods PUT DELETE MKCOL MOVE; dav_ext_methods PROPFIND; }}
  }}
}}
"""
    )
    command = [daemon, "-c", str(folder / "nginx.conf"), "-e", str(folder / "errors")]
    with running(command, port, folder / "log"):
        scheme = "https" if secure else "http"
        yield Server(url=f"{scheme}://127.0.0.1:{port}/", folder=served)


# WsgiDAV: ETags, conditions, locks and a login, in this process, with faults on demand


@contextmanager
def wsgidav(served: Path, authority: Authority | None = None) -> Iterator[Server]:
    """A WsgiDAV that serves a folder to one user."""
    cheroot_wsgi = pytest.importorskip("cheroot.wsgi", reason="cheroot is not installed")
    cheroot_ssl = pytest.importorskip("cheroot.ssl.builtin", reason="cheroot is not installed")
    app = pytest.importorskip("wsgidav.wsgidav_app", reason="WsgiDAV is not installed")
    served.mkdir(exist_ok=True)
    dav = app.WsgiDAVApp(
        {
            "provider_mapping": {"/": {"root": str(served), "readonly": False}},
            "simple_dc": {"user_mapping": {"*": {USER: {"password": PASSWORD}}}},
            "http_authenticator": {"accept_digest": False, "default_to_digest": False},
            "dir_browser": {"enable": False},
            "verbose": 0,
            "logging": {"enable": False},
        }
    )
    server = Server(url="", folder=served)
    http = cheroot_wsgi.Server(("127.0.0.1", 0), _faulty(dav, server), numthreads=4)
    if authority is not None:
        http.ssl_adapter = cheroot_ssl.BuiltinSSLAdapter(
            str(authority.server), str(authority.server_key)
        )
    http.expiration_interval = 0.02  # seconds: its end is noticed that often
    http.prepare()
    thread = threading.Thread(target=http.serve)
    thread.start()
    server.url = f"http{'s' if authority else ''}://127.0.0.1:{http.bind_addr[1]}/"
    try:
        yield server
    finally:
        http.stop()
        thread.join()


def _faulty(application: Application, server: Server) -> Application:
    """The application, but for the faults that a test has put there."""

    def answer(environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        server.requests.append((method, path))
        faults = server.faults.items()
        fault = next((f for (m, end), f in faults if m == method and path.endswith(end)), "")
        if method in server.methods_off:
            fault = "405 Method Not Allowed"
        if fault:
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            start(fault, [("Content-Length", "0")])
            return [b""]

        def start_without(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            off = server.answered_headers_off
            return start(status, [(n, v) for n, v in headers if n.lower() not in off], *rest)

        return application(environ, start_without)

    return answer


# Python's own web server, for visitors


class _Pages(Quiet, SimpleHTTPRequestHandler):
    pass


@contextmanager
def web_server(served: Path) -> Iterator[Server]:
    """A server that shows a folder."""
    handler = functools.partial(_Pages, directory=str(served))
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as port:
        yield Server(url=f"http://127.0.0.1:{port}/", folder=served)


# A network that fails


class _Forwarder(socketserver.ThreadingTCPServer):
    """Passes on what it is sent, until it was so much in all."""

    def __init__(self, port: int, bytes_left: int) -> None:
        super().__init__(("127.0.0.1", 0), _Forwarding)
        self.port = port
        self.bytes_left = bytes_left


class _Forwarding(socketserver.BaseRequestHandler):
    server: _Forwarder

    def handle(self) -> None:
        client: socket.socket = self.request
        with socket.create_connection(("127.0.0.1", self.server.port)) as behind:
            while self.server.bytes_left > 0:
                ready, _, _ = select.select([client, behind], [], [])
                received = ready[0].recv(4096)
                if not received:
                    return
                if ready[0] is client:
                    self.server.bytes_left -= len(received)
                    behind.sendall(received)
                else:
                    client.sendall(received)
        # No farewell: the connection is reset.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextmanager
def breaking_off(port: int, after_bytes: int) -> Iterator[int]:
    """A port that leads to another one, until so many bytes were sent through it in all."""
    with serving(_Forwarder(port, after_bytes)) as forwarding_port:
        yield forwarding_port


# A disk that fills up


@contextmanager
def small_disk(folder: Path, size_kib: int) -> Iterator[Path]:
    """A folder on a disk of its own; the test is skipped where none may be mounted."""
    folder.mkdir()
    mount = [program("mount"), "-t", "tmpfs", "-o", f"size={size_kib}k", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no file system may be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run([program("umount"), str(folder)], check=True)


# A visitor


class Reader(threading.Thread):
    """Somebody who reads again and again, as often as a hundred times at least."""

    def __init__(self, read: Callable[[], str | None]) -> None:
        super().__init__()
        self.read = read
        self.rounds = 0
        self.wrong: list[str] = []  # with what was read
        self.ended = threading.Event()

    def run(self) -> None:
        # The pause is for the others: without it they wait for the interpreter most of the time.
        while not self.ended.wait(0.005):
            found = self.read()
            self.rounds += 1
            if found is not None:
                self.wrong.append(found)

    @property
    def wants_more(self) -> bool:
        return self.is_alive() and self.rounds < 100


@contextmanager
def polled(read: Callable[[], str | None]) -> Iterator[Reader]:
    """Whatever was wrong with what a reader got, who has read all the while."""
    reader = Reader(read)
    reader.start()
    try:
        yield reader
    finally:
        reader.ended.set()
        reader.join()
    assert reader.rounds >= 100, "the reader has hardly read"
