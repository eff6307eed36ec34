"""A target of every kind, each in a configuration of its own, with the server that it needs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from affluence.config import load
from affluence.network import Network
from affluence.targets import Target
from affluence.targets.places import place_of
from affluence.web import Web, WebError
from tests.records import day_of_records
from tests.servers import Authority, SshDaemon
from tests.targets.servers import PASSWORD, USER, Server, nginx, web_server, wsgidav

KINDS = (
    *("in-place", "releases", "archive"),
    *("webdav on nginx", "webdav on WsgiDAV"),
    *("sftp with links", "sftp in place", "sftp without posix-rename"),
)
PLATFORM = """
[run]
as_of = "last-record"
[platform.desk]
name = "Desk"
phone = "+33 1 99 00 12 34"
lines = 3
[platform.desk.source]
folder = "records"
trunks = ["PJSIP/operateur-"]
[platform.desk.opening]
monday = ["09:00-12:00", "13:30-16:30"]
tuesday = ["09:00-12:00", "13:30-16:30"]
wednesday = ["09:00-12:00", "13:30-16:30"]
thursday = ["09:00-12:00", "13:30-16:30"]
friday = ["09:00-12:00", "13:30-16:30"]
[platform.desk.week]
minimum_days = 1
minimum_calls = 1
[network]
timeout_s = 5
"""


def three_weeks() -> str:
    """Records for that platform."""
    monday = date(2026, 3, 2)
    days = [monday + timedelta(weeks=week, days=day) for week in range(3) for day in range(5)]
    return "".join(day_of_records(str(day), 20, first=1000 * day.day) for day in days)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A configured target, and the folder in which its server keeps what was delivered."""

    kind: str
    config: Path
    folder: Path
    server: Server | None = None

    @property
    def target(self) -> Target:
        """The target as the configuration makes it, anew."""
        config = load(self.config)
        return place_of("there", config.target["there"], config).target

    @property
    def shown_folder(self) -> Path:
        """The folder that the web server shows."""
        return (
            self.folder / "current" if self.kind in {"releases", "sftp with links"} else self.folder
        )


@contextmanager
def made(
    kind: str, folder: Path, authority: Authority, sshd: Callable[[str], SshDaemon]
) -> Iterator[Place]:
    """A place of one of the `KINDS`; its server runs until the end of the block.

    ``sshd`` gives a running server that refuses the requests of its argument.
    """
    there = folder / "there"
    there.mkdir(parents=True)
    server = None
    keys: dict[str, str | int] = {"kind": kind.split(maxsplit=1)[0], "folder": str(there)}
    network = ""
    with ExitStack() as stack:
        if keys["kind"] == "webdav":
            running = (
                nginx(folder / "server", there, authority)
                if kind == "webdav on nginx"
                else wsgidav(there, authority)
            )
            server = stack.enter_context(running)
            secret = folder / "password"
            secret.write_text(PASSWORD, encoding="utf-8")
            secret.chmod(0o600)
            keys = {"kind": "webdav", "url": server.url, "user": USER, "password": f"file:{secret}"}
            network = f'ca_file = "{authority.certificate}"\n'
        if keys["kind"] == "sftp":
            daemon = sshd("posix-rename" if kind == "sftp without posix-rename" else "")
            keys |= {
                "host": "127.0.0.1",
                "port": daemon.port,
                "user": daemon.user,
                "known_hosts": str(daemon.known_hosts),
                "key": f"file:{daemon.key}",
                "layout": "releases" if kind == "sftp with links" else "in-place",
            }
        written = "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())
        config = folder / "config.toml"
        config.write_text(f"{PLATFORM}{network}[target.there]\n{written}", encoding="utf-8")
        yield Place(kind=kind, config=config, folder=there, server=server)


Visitor = Callable[[str], bytes | None]


@contextmanager
def visited(place: Place, authority: Authority) -> Iterator[Visitor]:
    """How a visitor reads a page of a place; None where it is not there."""
    with ExitStack() as stack:
        if place.server is not None and place.kind == "webdav on nginx":
            url = place.server.url
        else:
            url = stack.enter_context(web_server(place.shown_folder)).url
        web = Web(Network(timeout_s=5, ca_file=authority.certificate))

        def read(path: str) -> bytes | None:
            try:
                return web.request("GET", f"{url}{path}").content
            except WebError as error:
                if error.status == 404:
                    return None
                raise

        yield read
