"""The only door to the network: a server on loopback that lets in who may, and ends when idle."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

from affluence.config import Config
from affluence.preview import notices
from affluence.preview.access import Access
from affluence.preview.actions import (
    BAD_REQUEST,
    FAULT,
    FORBIDDEN,
    NOT_FOUND,
    Actions,
    Answer,
    saying,
)
from affluence.preview.page import style_sheet
from affluence.preview.view import NEW, OLD

LOOPBACK = "127.0.0.1"
_SEE_OTHER = 303
_LARGEST_FORM = 10_000  # bytes
_MOST_FIELDS = 10
_LOOK_EVERY_S = 1.0
# Never "no-referrer" for the page: a browser would then say `Origin: null` with our own forms, and
# they could not be told from those of a sandboxed page of somebody else.
_REFERRERS = {True: "no-referrer", False: "same-origin"}
_FRAMING = {True: "SAMEORIGIN", False: "DENY"}


class PreviewServer(ThreadingHTTPServer):
    """A preview that is open; `address` holds the token that opens it once."""

    daemon_threads = True  # a browser keeps connections open that it may never use
    timeout = _LOOK_EVERY_S

    def __init__(self, config: Config, clock: Callable[[], datetime], port: int) -> None:
        """Take a port, 0 for any free one.

        Raises:
            OSError: the port cannot be had.

        """
        self._one_at_a_time = Lock()  # before the port is asked for: what fails there closes too
        super().__init__((LOOPBACK, port), _Handler)
        self.access = Access(self.server_port)
        self.actions = Actions(config, clock, self.access, self._one_at_a_time)
        self.last_asked = time.monotonic()

    @property
    def address(self) -> str:
        """The address to open."""
        return self.access.address

    def serve_until_idle(self, seconds: float) -> None:
        """Answer until nobody has asked for so long."""
        while time.monotonic() - self.last_asked < seconds:
            self.handle_request()

    def server_close(self) -> None:
        """End once what a webmaster has decided is done."""
        with self._one_at_a_time:
            super().server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A tab that is closed while it loads is no fault; anything else is told in full."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # given on as it came


class _Handler(BaseHTTPRequestHandler):
    """One request: the checks in their order, then the action."""

    server: PreviewServer
    timeout = 10.0  # seconds for a request to arrive
    server_version = "affluence"
    sys_version = ""
    _posts: ClassVar[Mapping[str, Callable[[Actions, Mapping[str, str]], Answer]]] = {
        "/approuver": Actions.approve,
        "/revenir": Actions.roll_back,
    }

    def do_GET(self) -> None:
        self._answer_with(self._get)

    def do_POST(self) -> None:
        self._answer_with(self._post)

    def log_message(self, *_: object) -> None:
        """Nothing is logged: addresses hold secrets."""

    def _answer_with(self, make: Callable[[], Answer]) -> None:
        try:
            answer = make()
        except Exception:
            self._send(saying(notices.FAULT, FAULT))
            raise
        self._send(answer)

    def _get(self) -> Answer:
        server = self.server
        if not server.access.is_for_us(self.headers):
            return saying(notices.FOREIGN_HOST, FORBIDDEN)
        address = urlsplit(self.path)
        path = unquote(address.path)
        if path == "/apercu.css":
            return Answer(body=style_sheet(), kind="text/css; charset=utf-8")
        if path.startswith((f"/{OLD}/", f"/{NEW}/")):
            return server.actions.framed(path)
        known = server.access.is_known(self.headers)
        tokens = parse_qs(address.query, max_num_fields=_MOST_FIELDS).get("jeton", [])
        if path == "/" and tokens:
            # Who is in already may follow the address again.
            spent_now = not known and server.access.spend(tokens[0])
            if known or spent_now:
                return _inside(server.access.cookie if spent_now else "")
        if not known:
            return saying(notices.LOCKED, FORBIDDEN)
        server.last_asked = time.monotonic()
        return server.actions.page() if path == "/" else saying(notices.NOT_FOUND, NOT_FOUND)

    def _post(self) -> Answer:
        server = self.server
        form = self._form()  # read to its end in any case: a client that is cut off reads no answer
        if not server.access.is_for_us(self.headers):
            return saying(notices.FOREIGN_HOST, FORBIDDEN)
        if not server.access.is_known(self.headers):
            return saying(notices.LOCKED, FORBIDDEN)
        if form is None:
            return saying(notices.FOREIGN_FORM, BAD_REQUEST)
        if not server.access.is_our_form(self.headers, form):
            return saying(notices.FOREIGN_FORM, FORBIDDEN)
        act = self._posts.get(self.path)
        if act is None:
            return saying(notices.NOT_FOUND, NOT_FOUND)
        server.last_asked = time.monotonic()
        answer = act(server.actions, form)
        server.last_asked = time.monotonic()  # a delivery may take its time
        return answer

    def _form(self) -> dict[str, str] | None:
        """The fields of a form; None where it is not one of ours by its size or kind."""
        size = _size(self.headers)
        if size is None or size > _LARGEST_FORM:
            return None
        body = self.rfile.read(size)
        if self.headers.get_content_type() != "application/x-www-form-urlencoded":
            return None
        try:
            fields = parse_qs(body.decode(), max_num_fields=_MOST_FIELDS)
        except ValueError:
            return None
        return {name: values[0] for name, values in fields.items()}

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        headers = {
            "Content-Type": answer.kind,
            "Content-Length": str(len(answer.body)),
            "Content-Security-Policy": answer.policy,
            "X-Frame-Options": _FRAMING[answer.may_be_framed],
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": _REFERRERS[answer.may_be_framed],
            "Cache-Control": "no-store",
            **answer.more_headers,
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)


def _inside(cookie: str) -> Answer:
    """On to the page, without the token in its address."""
    given = {"Set-Cookie": cookie} if cookie else {}
    return Answer(body=b"", status=_SEE_OTHER, more_headers={"Location": "/", **given})


def _size(headers: Message) -> int | None:
    size = headers.get("Content-Length", "")
    return int(size) if size.isascii() and size.isdigit() else None
