"""The site as visitors get it, from web servers on this machine; what differs is taken back."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from affluence.errors import DeliveryError, DifferentSiteError
from affluence.network import Network
from affluence.publication.site import RELEASE_META
from affluence.targets import Site
from affluence.targets.delivery import deliver
from affluence.targets.folder import Folder
from affluence.targets.read_back import _RELEASE, PublicAddress
from affluence.web import Web
from tests.records import day_of_records
from tests.runs import run
from tests.servers import Authority, free_port
from tests.targets.places import PLATFORM, three_weeks
from tests.targets.servers import Server, nginx, web_server
from tests.targets.sites import files_in, pages
from tests.targets.test_targets import in_place

OLD, NEW = pages("2026-W46-000001"), pages("2026-W47-000002")


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("affluence.targets.read_back._FIRST_PAUSE_S", 0.05)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """An nginx that tells every type as it should be told."""
    with nginx(tmp_path / "nginx", tmp_path / "site") as running:
        yield running


def address(url: str, patience_s: float = 0.2, network: Network | None = None) -> PublicAddress:
    web = Web(network or Network(timeout_s=5))
    return PublicAddress(target="site", web=web, url=url, patience_s=patience_s)


def write(folder: Path, site: Site) -> None:
    for path, content in site.items():
        Folder("site", folder).write(path, content)


def difference(server: Server, site: Site = NEW) -> str:
    with pytest.raises(DifferentSiteError) as caught:
        address(server.url).read_back(site)
    return str(caught.value)


def test_a_site_that_is_there_is_read_back_without_a_word(server: Server) -> None:
    write(server.folder, NEW)
    assert address(server.url).read_back(NEW) == []


def test_it_is_asked_past_caches(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    original = Web.request

    def noted(self: Web, method: str, url: str, **rest: object) -> object:
        asked.append(rest["headers"])
        return original(self, method, url, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Web, "request", noted)
    write(server.folder, NEW)
    address(server.url).read_back(NEW)
    assert asked == [{"Cache-Control": "no-cache"}] * (len(NEW) + 1)  # and the folder itself


def test_another_release_is_named(server: Server) -> None:
    write(server.folder, OLD)
    assert "differs: the folder (release 2026-W46-000001)" in difference(server)


def test_another_content_is_told(server: Server) -> None:
    write(server.folder, {**NEW, "affluence.csv": b"other"})
    assert "affluence.csv (another content)" in difference(server)


def test_a_mark_that_is_no_text_is_told(server: Server) -> None:
    odd = b'<meta name="affluence-release" content="\xe9\xe9">'
    write(server.folder, {**NEW, "en.html": odd})
    assert "en.html (release " in difference(server)


def test_a_page_that_is_not_there_is_told(server: Server) -> None:
    write(server.folder, NEW)
    (server.folder / "en.html").unlink()
    message = difference(server)
    assert "en.html (there is nothing at this address (HTTP 404))" in message
    assert "Check public_url" in message


def test_a_server_that_keeps_its_missing_page_for_itself(server: Server) -> None:
    write(server.folder, NEW)
    assert address(server.url).read_back({**NEW, "404.html": b"never shown"}) == []


def test_a_cache_is_waited_for(server: Server) -> None:
    write(server.folder, OLD)
    cache = threading.Timer(0.5, write, args=(server.folder, NEW))
    cache.start()
    assert address(server.url, patience_s=30).read_back(NEW) == []
    cache.join()


def test_wrong_types_are_a_warning(tmp_path: Path) -> None:
    with web_server(tmp_path) as server:
        write(server.folder, NEW)
        (warning,) = address(server.url).read_back(NEW)
    assert "the web server says 'text/html' of the folder, desk/index.html, en.html" in warning
    assert "it should say 'text/html; charset=utf-8'" in warning


def test_an_address_that_is_not_reached_is_a_warning() -> None:
    (warning,) = address(f"http://127.0.0.1:{free_port()}/").read_back(NEW)
    assert "could not be read back: the folder (127.0.0.1 refuses the connection)" in warning


def test_only_the_configured_authority_is_trusted(tmp_path: Path, authority: Authority) -> None:
    with nginx(tmp_path / "nginx", tmp_path / "site", authority) as server:
        write(server.folder, NEW)
        (warning,) = address(server.url).read_back(NEW)
        assert "certificate of 127.0.0.1 is not trusted" in warning
        network = Network(timeout_s=5, ca_file=authority.certificate)
        assert address(server.url, network=network).read_back(NEW) == []


def test_the_mark_of_a_release_is_that_of_the_pages() -> None:
    page = f'<meta name="{RELEASE_META}" content="2026-W47-6b5331">'.encode()
    found = _RELEASE.search(page)
    assert found is not None and found[1] == b"2026-W47-6b5331"


# Rolled back


def delivered(
    tmp_path: Path, server: Server, previous: tuple[Site, str] | None
) -> Callable[[], list[str]]:
    """A delivery to a folder that visitors are not shown."""
    target = in_place(tmp_path / "elsewhere")
    target.deliver(OLD, "2026-W46-000001")
    return lambda: deliver(
        target, (NEW, "2026-W47-000002"), previous=previous, address=address(server.url)
    )


def test_a_different_site_is_rolled_back(tmp_path: Path, server: Server) -> None:
    write(server.folder, OLD)
    with pytest.raises(DifferentSiteError, match="release 2026-W46-000001 was put back") as caught:
        delivered(tmp_path, server, (OLD, "2026-W46-000001"))()
    assert caught.value.rolled_back_to == "2026-W46-000001"
    assert files_in(tmp_path / "elsewhere") == OLD


def test_without_a_release_before_the_new_one_stays(tmp_path: Path, server: Server) -> None:
    write(server.folder, OLD)
    with pytest.raises(DifferentSiteError) as caught:
        delivered(tmp_path, server, None)()
    assert caught.value.rolled_back_to is None
    assert files_in(tmp_path / "elsewhere") == NEW


def test_an_address_that_is_not_reached_keeps_the_new_site(tmp_path: Path) -> None:
    nobody = Server(url=f"http://127.0.0.1:{free_port()}/", folder=tmp_path)
    (warning,) = delivered(tmp_path, nobody, (OLD, "2026-W46-000001"))()
    assert "could not be read back" in warning
    assert files_in(tmp_path / "elsewhere") == NEW


def test_a_roll_back_that_fails_is_told(server: Server) -> None:
    write(server.folder, OLD)

    class Once:
        delivered = False

        def deliver(self, site: Site, release: str) -> list[str]:
            del site, release
            if self.delivered:
                raise DeliveryError("site", "the disk is full", "Make room.")
            self.delivered = True
            return []

        def is_intact(self, release: str) -> bool:
            return bool(release)

    with pytest.raises(DifferentSiteError, match=r"could not be put back: the disk is full.*Make"):
        deliver(Once(), (NEW, "W2"), previous=(OLD, "W1"), address=address(server.url))


# The whole program


@pytest.fixture
def desk(tmp_path: Path, authority: Authority) -> tuple[Path, str]:
    """A configuration that publishes to ``site``, and its text but for the address."""
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "march.csv").write_text(three_weeks())
    text = f'{PLATFORM}ca_file = "{authority.certificate}"\n[target.site]\nkind = "in-place"\n'
    text += 'folder = "site"\n'
    config = tmp_path / "config.toml"
    config.write_text(text)
    return config, text


def with_address(desk: tuple[Path, str], url: str) -> Path:
    config, text = desk
    config.write_text(f'{text}public_url = "{url}"\nread_back_s = 0\n')
    return config


def test_a_run_goes_back_to_the_release_that_stood(
    tmp_path: Path, authority: Authority, desk: tuple[Path, str]
) -> None:
    run(desk[0])
    site = files_in(tmp_path / "site")
    release = json.loads(site["manifest.json"])["release"]
    write(tmp_path / "shown", site)  # to visitors, whatever is delivered
    (tmp_path / "records" / "later.csv").write_text(
        "".join(day_of_records(f"2026-03-{day}", 30, first=1000 * day) for day in range(23, 28))
    )
    with nginx(tmp_path / "nginx", tmp_path / "shown", authority) as server:
        config = with_address(desk, server.url)
        with pytest.raises(DifferentSiteError, match=f"release {release} was put back"):
            run(config)
        assert files_in(tmp_path / "site") == site
        run(config)  # it does not come and go
    assert files_in(tmp_path / "site") == site


def test_a_wrong_address_is_mended_in_the_configuration(
    tmp_path: Path, authority: Authority, desk: tuple[Path, str]
) -> None:
    with nginx(tmp_path / "nginx", tmp_path / "site", authority) as server:
        config = with_address(desk, f"{server.url}elsewhere/")
        with pytest.raises(DifferentSiteError, match="Check public_url"):
            run(config)
        assert run(with_address(desk, server.url)).delivered_to == ["site"]


def test_a_release_is_not_put_back_in_its_own_place(
    tmp_path: Path, authority: Authority, desk: tuple[Path, str]
) -> None:
    run(desk[0])
    (tmp_path / "site" / "index.html").write_text("defaced")
    with nginx(tmp_path / "nginx", tmp_path / "site", authority) as server:
        with pytest.raises(DifferentSiteError) as caught:
            run(with_address(desk, f"{server.url}elsewhere/"))
        assert caught.value.rolled_back_to is None
        assert run(with_address(desk, server.url)).release is not None


def test_a_run_reads_back_what_it_has_delivered(tmp_path: Path, authority: Authority) -> None:
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "march.csv").write_text(three_weeks())
    config = tmp_path / "config.toml"
    with nginx(tmp_path / "nginx", tmp_path / "site", authority) as server:
        target = f'[target.site]\nkind = "in-place"\nfolder = "site"\npublic_url = "{server.url}"\n'
        config.write_text(
            f'{PLATFORM}ca_file = "{authority.certificate}"\n{target}read_back_s = 0\n'
        )
        report = run(config)
        assert (report.delivered_to, report.warnings) == (["site"], [])
        text = config.read_text()
        config.write_text(text.replace('folder = "site"', 'folder = "elsewhere"'))
        (server.folder / "index.html").write_text("another")
        with pytest.raises(DifferentSiteError, match=r"index.html \(another content\)"):
            run(config)
    config.write_text(text.replace('folder = "site"', 'folder = "third"'))
    (warning,) = run(config).warnings
    assert warning.startswith("target 'site': ") and "could not be read back" in warning
