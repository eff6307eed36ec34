"""A built site on loopback, as a web server would give it."""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from threading import Thread


@contextmanager
def served(
    site: Mapping[str, bytes],
    headers: Mapping[str, str] | None = None,
    *,
    pause: float = 0,
    under: str = "/",
) -> Iterator[str]:
    """A server that sends these headers with every file; the address of its host.

    The site is in the folder ``under`` of it, such as "/affluence/".

    Files come compressed and whole; with a pause (seconds) as they are, the second half after it.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.path.partition("?")[0]
            path = asked.removeprefix(under) or "index.html"
            if asked == "/favicon.ico":  # browsers ask every host for it, whatever the page says
                self.send_response(204)
                self.end_headers()
                return
            shown = path if path in site else "404.html"
            body = site.get(shown, b"")
            body = body if pause else gzip.compress(body)
            self.send_response(200 if path in site else 404)
            self.send_header("Content-Type", guess_type(shown)[0] or "text/plain")
            if not pause:
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            half = len(body) // 2 if pause else len(body)
            self.wfile.write(body[:half])
            time.sleep(pause)
            self.wfile.write(body[half:])

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def headers_of(sample: str) -> dict[str, str]:
    """The headers that one of the site's samples for web servers sends."""
    return dict(re.findall(r'(?:Header always set|add_header) (\S+) "(.*?)"', sample))
