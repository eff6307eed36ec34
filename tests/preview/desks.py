"""A desk with something to look at, and a preview of it that is open."""

from __future__ import annotations

import http.client
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode, urlsplit

from affluence.config import load
from affluence.preview.server import PreviewServer
from affluence.store import Store, open_store
from tests.conftest import ConfigWriter
from tests.records import day_of_records
from tests.runs import noon, run

MONDAY = date(2026, 3, 2)
TODAY = date(2026, 11, 23)


@dataclass(frozen=True, slots=True)
class Desk:
    """A configuration, and the releases that were made of it."""

    config: Path
    first: str
    standing: str
    waiting: str

    @property
    def folder(self) -> Path:
        return self.config.parent


def made_desk(write: ConfigWriter) -> Desk:
    """Two releases were published, a third one waits."""
    config = write()
    releases = []
    for week in range(3):
        if week == 2:
            switch_to_approval(config)
        add_week(config, week)
        releases.append(release_of(config))
    return Desk(config, *releases)


def add_week(config: Path, week: int) -> None:
    """Another week of calls comes."""
    days = [MONDAY + timedelta(days=7 * week + weekday) for weekday in range(5)]
    records = "".join(
        day_of_records(str(day), 20, first=100_000 * week + 10_000 * nth + 1)
        for nth, day in enumerate(days)
    )
    (config.parent / "records" / f"week{week}.csv").write_text(records)


def switch_to_approval(config: Path) -> None:
    text = config.read_text()
    config.write_text(text.replace("[publication]", '[publication]\nmode = "approve"'))


def release_of(config: Path) -> str:
    """The release that a run makes now."""
    release = run(config, TODAY).release
    assert release is not None
    return release


@contextmanager
def state(config: Path) -> Iterator[Store]:
    """The state folder of a desk, locked."""
    settings = load(config).state
    with open_store(settings.folder, settings.keys_folder) as store:
        yield store


def standing_and_waiting(config: Path) -> tuple[str | None, str | None]:
    with state(config) as store:
        log = store.ledger.publications
        waiting = log.waiting()
        return log.standing(), waiting.release if waiting else None


@contextmanager
def previewed(config: Path) -> Iterator[PreviewServer]:
    """A preview that answers while the block runs."""
    with PreviewServer(load(config), lambda: noon(TODAY), 0) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@dataclass(frozen=True, slots=True)
class Reply:
    """What a client without a browser's manners is answered."""

    status: int
    headers: http.client.HTTPMessage
    text: str


@dataclass(frozen=True, slots=True)
class Client:
    """Such a client: its headers are what it says, not what it should say."""

    port: int
    cookie: str = ""

    def ask(
        self,
        path: str,
        form: Mapping[str, str] | str | None = None,
        **headers: str | None,
    ) -> Reply:
        """A request; ``Sec_Fetch_Site="none"`` is a header, None leaves one out."""
        own = f"http://127.0.0.1:{self.port}"
        said: dict[str, str | None] = {"Host": own.removeprefix("http://"), "Cookie": self.cookie}
        body = None
        if form is not None:
            body = (form if isinstance(form, str) else urlencode(form)).encode()
            said |= {"Origin": own, "Content-Type": "application/x-www-form-urlencoded"}
            said |= {"Content-Length": str(len(body))}
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.putrequest("GET" if form is None else "POST", path, skip_host=True)
        for name, value in said.items():
            if value:
                connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        reply = Reply(answer.status, answer.headers, answer.read().decode("utf-8", "replace"))
        connection.close()
        return reply


def let_in(server: PreviewServer) -> Client:
    """A client that has spent the token."""
    address = urlsplit(server.address)
    reply = Client(server.server_port).ask(f"{address.path}?{address.query}")
    assert reply.status == 303 and reply.headers["Location"] == "/"
    return Client(server.server_port, reply.headers["Set-Cookie"].partition(";")[0])
