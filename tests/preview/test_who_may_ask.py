"""What is refused, asked by a client that says whatever it likes."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from affluence.preview.server import PreviewServer

from .desks import Client, Desk, let_in, previewed, standing_and_waiting

FOREIGN_HOSTS = [
    "evil.example",
    "evil.example:{port}",
    "127.0.0.1",
    "127.0.0.1:1",
    "[::1]:{port}",
    "",
]


@pytest.fixture(scope="module")
def shared(made: Desk, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk that no test of this module changes."""
    folder = tmp_path_factory.mktemp("shared")
    shutil.copytree(made.folder, folder, dirs_exist_ok=True)
    return replace(made, config=folder / "config.toml")


@pytest.fixture(scope="module")
def server(shared: Desk) -> Iterator[PreviewServer]:
    with previewed(shared.config) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(server: PreviewServer) -> Client:
    return let_in(server)


def approval(server: PreviewServer, shared: Desk) -> dict[str, str]:
    """The form that would publish the release that waits."""
    return {"secret": server.access.form_secret, "version": shared.waiting, "sur": "oui"}


# The token


def test_it_listens_on_this_machine_only(server: PreviewServer) -> None:
    assert server.server_address[0] == "127.0.0.1"


def test_the_token_is_spent_by_its_first_use(desk: Desk) -> None:
    with previewed(desk.config) as server:
        address = urlsplit(server.address)
        token = f"{address.path}?{address.query}"
        stranger = Client(server.server_port)
        assert stranger.ask("/").status == 403
        assert stranger.ask(f"{token}x").status == 403
        assert stranger.ask("/?jeton=%C3%A9").status == 403
        # A wrong name does not spend it either.
        assert stranger.ask(token, Host="evil.example").status == 403
        client = let_in(server)
        assert client.ask("/").status == 200
        assert client.ask(token).status == 303  # who is in may follow the address again
        second = stranger.ask(token)
        assert second.status == 403 and "Set-Cookie" not in second.headers
        assert "Relancez la commande affluence preview" in second.text
        assert "Run the command" in second.text and 'lang="en"' in second.text


def test_the_cookie_is_for_this_browser_and_this_page_alone(desk: Desk) -> None:
    with previewed(desk.config) as server:
        address = urlsplit(server.address)
        reply = Client(server.server_port).ask(f"/?{address.query}")
        name, *attributes = (part.strip() for part in reply.headers["Set-Cookie"].split(";"))
        assert set(attributes) == {"HttpOnly", "SameSite=Strict", "Path=/"}
        assert reply.headers["Location"] == "/"
        other = Client(server.server_port, f"{name.partition('=')[0]}=guessed")
        assert other.ask("/").status == 403
        beside_others = Client(server.server_port, f"a=b c; {name}; é=1")
        assert beside_others.ask("/").status == 200


# The name


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_foreign_name_is_refused_everywhere(
    server: PreviewServer, client: Client, shared: Desk, host: str
) -> None:
    said = {"Host": host.format(port=server.server_port)}
    frame = f"/nouveau/{server.access.frame_secret}/{shared.waiting}/index.html"
    for path in ("/", "/apercu.css", frame):
        assert client.ask(path, **said).status == 403, path
    form = approval(server, shared)
    assert client.ask("/approuver", form, **said).status == 403
    same_origin = f"http://{said['Host']}"
    assert client.ask("/approuver", form, **said, Origin=same_origin).status == 403
    assert standing_and_waiting(shared.config) == (shared.standing, shared.waiting)


def test_localhost_is_this_machine_too(server: PreviewServer, client: Client) -> None:
    assert client.ask("/", Host=f"localhost:{server.server_port}").status == 200


# The forms


def test_forms_of_others_are_refused(server: PreviewServer, client: Client, shared: Desk) -> None:
    form = approval(server, shared)
    other_port = f"http://127.0.0.1:{server.server_port + 1}"
    for origin in (None, "null", "http://evil.example", other_port, "https://127.0.0.1"):
        assert client.ask("/approuver", form, Origin=origin).status == 403, origin
    for site in ("same-site", "cross-site", "none"):
        assert client.ask("/approuver", form, Sec_Fetch_Site=site).status == 403, site
    for secret in ("", "guessed", "é"):
        assert client.ask("/approuver", {**form, "secret": secret}).status == 403, secret
    assert Client(server.server_port).ask("/approuver", form).status == 403
    for path in ("/revenir/", "/", "/approuver?x", "/apercu.css"):
        assert client.ask(path, form).status == 404, path
    assert standing_and_waiting(shared.config) == (shared.standing, shared.waiting)


def test_what_is_no_form_is_refused(server: PreviewServer, client: Client, shared: Desk) -> None:
    form = approval(server, shared)
    for kind in ("text/plain", "application/json", None):
        assert client.ask("/approuver", form, Content_Type=kind).status == 400, kind
    for size in ("-1", "many", "²", "9" * 30, None):
        assert client.ask("/approuver", "", Content_Length=size).status == 400, size
    assert client.ask("/approuver", "a=1&" * 100).status == 400
    assert client.ask("/approuver", "%ff=\xff", Content_Length="5").status in {400, 403}
    assert standing_and_waiting(shared.config) == (shared.standing, shared.waiting)


def test_without_the_box_nothing_is_done(
    server: PreviewServer, client: Client, shared: Desk
) -> None:
    form = approval(server, shared) | {"sur": ""}
    for path, version in (("/approuver", shared.waiting), ("/revenir", shared.standing)):
        reply = client.ask(path, form | {"version": version})
        assert reply.status == 400
        assert "La case de confirmation n’était pas cochée" in reply.text
    assert standing_and_waiting(shared.config) == (shared.standing, shared.waiting)


# The framed sites


@pytest.mark.parametrize(
    "path",
    [
        "/nouveau/../../ledger.sqlite",
        "/nouveau/%2e%2e/%2e%2e/ledger.sqlite",
        "/nouveau/{secret}/../../ledger.sqlite",
        "/nouveau/{secret}/{release}/../../../ledger.sqlite",
        "/nouveau/{secret}/{release}/%2e%2e/%2e%2e/ledger.sqlite",
        "/nouveau/{secret}/{release}/..%2f..%2fledger.sqlite",
        "/nouveau/{secret}/{release}/%252e%252e/ledger.sqlite",
        "/nouveau/{secret}/..%2f{release}/index.html",
        "/nouveau/{secret}/{release}//etc/passwd",
        "/nouveau/{secret}/{release}/index.html%00",
        "/nouveau/{secret}/{release}/./index.html",
        "/nouveau/{secret}/{release}/",
        "/nouveau/{secret}/{release}",
        "/nouveau/{secret}/{never}/index.html",
        "/ancien/{secret}/../lock",
        "/autre/{secret}/{release}/index.html",
        "/nouveau/guessed/{release}/index.html",
        "/ledger.sqlite",
        "//etc/passwd",
        "/apercu.css/../ledger.sqlite",
    ],
)
def test_nothing_but_files_of_the_shown_releases_can_be_read(
    server: PreviewServer, client: Client, shared: Desk, path: str
) -> None:
    client.ask("/")
    names = {"release": shared.waiting, "never": shared.first}
    reply = client.ask(path.format(secret=server.access.frame_secret, **names))
    assert reply.status in {403, 404}
    assert "SQLite format" not in reply.text and "root:" not in reply.text
    assert "Traceback" not in reply.text


def test_every_file_of_a_shown_release_is_served_as_what_it_is(
    server: PreviewServer, client: Client, shared: Desk
) -> None:
    client.ask("/")
    base = f"/nouveau/{server.access.frame_secret}/{shared.waiting}"
    shelf = shared.folder / ".affluence" / "releases" / shared.waiting
    kinds = {}
    for file in shelf.iterdir():
        reply = Client(server.server_port).ask(f"{base}/{file.name}")
        assert reply.status == 200 and reply.text.encode() == file.read_bytes()
        kinds[file.suffix] = reply.headers.get_content_type()
    assert kinds == {
        ".html": "text/html",
        ".csv": "text/csv",
        ".ics": "text/calendar",
        ".json": "application/json",
        ".txt": "text/plain",
    }


# Every answer


def test_every_answer_carries_the_headers_that_protect_it(
    server: PreviewServer, client: Client, shared: Desk
) -> None:
    page = client.ask("/")
    frame = client.ask(f"/nouveau/{server.access.frame_secret}/{shared.waiting}/index.html")
    refused = Client(server.server_port).ask("/")
    style = client.ask("/apercu.css")
    nothing = client.ask("/nothing")
    post = client.ask("/approuver", {})
    assert [r.status for r in (page, frame, refused, style, nothing, post)] == [
        *(200, 200, 403, 200, 404, 403),
    ]
    for reply in (page, frame, refused, style, nothing, post):
        policy = reply.headers["Content-Security-Policy"]
        assert "unsafe" not in policy and "default-src 'none'" in policy
        assert "base-uri 'none'" in policy and "frame-ancestors" in policy
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Cache-Control"] == "no-store"
        assert "Python" not in reply.headers["Server"]
        assert "Access-Control-Allow-Origin" not in reply.headers
    assert page.headers["X-Frame-Options"] == "DENY"
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert not re.search(r"<script|<style|style=|\son\w+=", page.text)
    # The framed site may be framed by the page, and runs no script even in a tab of its own.
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert frame.headers["Content-Security-Policy"].startswith("sandbox;")
    assert frame.headers["Referrer-Policy"] == "no-referrer"


def test_the_secrets_are_not_in_what_strangers_see(server: PreviewServer) -> None:
    access = server.access
    text = Client(server.server_port).ask("/").text
    assert access.form_secret not in text and access.frame_secret not in text
