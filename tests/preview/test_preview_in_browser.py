"""The preview in Chromium: decisions by mouse and keyboard, other pages, other tabs, axe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from affluence import webmaster
from affluence.config import load
from affluence.errors import RefusedPublicationError
from tests.browser import NEEDS_CHROMIUM, TEXT_SPACING, axe_violations, chromium
from tests.publication.serving import served
from tests.runs import files_under, noon, run

from .desks import TODAY, Desk, add_week, previewed, release_of, standing_and_waiting, state

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = NEEDS_CHROMIUM


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab of a browser that knows nothing yet."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


def approve(page: Page, release: str) -> None:
    page.get_by_label(f"J’ai regardé la version {release}").check()
    page.get_by_role("button", name=f"Approuver la version {release}").click()


# Who gets in


def test_the_address_opens_the_page_once_in_one_browser(
    browser: Browser, page: Page, desk: Desk
) -> None:
    with previewed(desk.config) as server:
        page.goto(server.address)
        assert page.url == f"http://127.0.0.1:{server.server_port}/"  # the token is gone from it
        assert page.title() == "Aperçu du site"
        tab = page.context.new_page()
        tab.goto(page.url)
        assert tab.title() == "Aperçu du site"
        other = browser.new_context().new_page()
        for address in (server.address, f"{server.address}x", page.url):
            reply = other.goto(address)
            assert reply is not None and reply.status == 403
            assert "Relancez la commande affluence preview" in other.inner_text("main")
        other.context.close()


def test_from_a_link_of_another_site_it_opens_with_one_click_more(page: Page, desk: Desk) -> None:
    """As from a terminal in a browser: the cookie is kept back until our own page leads on."""
    with previewed(desk.config) as server:
        link = f'<a href="{server.address}">open</a>'
        with served({"index.html": link.encode()}) as address:
            page.goto(address.replace("127.0.0.1", "localhost"))
            page.get_by_role("link", name="open").click()
            page.get_by_role("link", name="Revoir l’aperçu").click()
            assert page.title() == "Aperçu du site"


@pytest.mark.parametrize("referrer", ["no-referrer", "unsafe-url"])
@pytest.mark.parametrize("sandbox", [False, True])
def test_a_form_of_another_page_is_refused(
    page: Page, desk: Desk, referrer: str, sandbox: bool
) -> None:
    """Even where that page has learned the secret of our forms."""
    with previewed(desk.config) as server:
        form = f"""<meta name="referrer" content="{referrer}">
            <form method="post" action="http://127.0.0.1:{server.server_port}/approuver">
            <input name="secret" value="{server.access.form_secret}"><input name="sur" value="oui">
            <input name="version" value="{desk.waiting}"><button>Send</button></form>"""
        if sandbox:
            quoted = form.replace("&", "&amp;").replace('"', "&quot;")
            form = f'<iframe sandbox="allow-forms" srcdoc="{quoted}"></iframe>'
        with served({"index.html": form.encode()}) as address:
            page.goto(server.address)
            page.goto(address)
            where = page.frames[-1]
            with page.expect_response("**/approuver") as answered:
                where.get_by_role("button", name="Send").click()
            assert answered.value.status == 403
    assert standing_and_waiting(desk.config) == (desk.standing, desk.waiting)


def test_another_page_cannot_frame_the_preview(page: Page, desk: Desk) -> None:
    with previewed(desk.config) as server:
        page.goto(server.address)
        frame = f'<iframe src="{page.url}"></iframe>'
        with served({"index.html": frame.encode()}) as address:
            page.goto(address, wait_until="networkidle")
            assert "Aperçu du site" not in page.frames[-1].content()


# Decisions


def test_one_wrong_click_does_nothing_and_two_right_ones_publish(page: Page, desk: Desk) -> None:
    before = files_under(desk.folder / "site")
    with previewed(desk.config) as server:
        page.goto(server.address)
        for name in (f"Approuver la version {desk.waiting}", "Revenir à la version précédente"):
            page.get_by_role("button", name=name).click()
        assert page.url.endswith("/") and page.locator(".avis").count() == 0
        assert standing_and_waiting(desk.config) == (desk.standing, desk.waiting)
        approve(page, desk.waiting)
        assert page.locator(".avis h2").inner_text() == f"La version {desk.waiting} est publiée"
        assert page.title().startswith(f"La version {desk.waiting} est publiée")
        assert "Livrée à\u00a0: site." in page.inner_text(".avis")
    assert standing_and_waiting(desk.config) == (desk.waiting, None)
    after = files_under(desk.folder / "site")
    assert after != before
    assert after == files_under(desk.folder / ".affluence" / "releases" / desk.waiting)


def test_going_back(page: Page, desk: Desk) -> None:
    with previewed(desk.config) as server:
        page.goto(server.address)
        page.get_by_label("Raison").fill("numéro faux")
        page.get_by_label(f"Je veux retirer la version {desk.standing}").check()
        page.get_by_role("button", name="Revenir à la version précédente").click()
        assert f"La version {desk.first} est de nouveau en ligne" in page.inner_text(".avis h2")
    with state(desk.config) as store:
        last = store.ledger.publications.publications()[-1]
    assert (last.release, last.reason) == (desk.first, "numéro faux")


def test_what_lapsed_in_a_tab_is_not_approved_there(page: Page, desk: Desk) -> None:
    with previewed(desk.config) as server:
        page.goto(server.address)
        add_week(desk.config, 3)
        newer = release_of(desk.config)  # the page is open, its lock is not held
        tab = page.context.new_page()
        tab.goto(page.url)
        assert newer in tab.inner_text("main")
        approve(page, desk.waiting)
        assert page.locator(".avis h2").inner_text() == "Rien n’a été publié"
        assert f"La version {newer}, plus récente, attend" in page.inner_text(".avis")
        assert standing_and_waiting(desk.config) == (desk.standing, newer)
        approve(page, newer)
        assert standing_and_waiting(desk.config) == (newer, None)


def test_everything_can_be_done_with_the_keyboard(page: Page, desk: Desk) -> None:
    with previewed(desk.config) as server:
        page.goto(server.address)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.innerText") == "Aller à la décision"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.name") == "sur"
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.keyboard.press("Enter")
        page.wait_for_selector(".avis")
    assert standing_and_waiting(desk.config) == (desk.waiting, None)


# The framed sites


def test_the_sites_are_shown_side_by_side_and_run_nothing(page: Page, desk: Desk) -> None:
    shelf = desk.folder / ".affluence" / "releases" / desk.waiting
    attack = "<script>document.querySelector('h1').textContent = 'ran'</script>"
    attack += "<img src=x onerror=\"document.querySelector('h1').textContent = 'ran'\">"
    index = shelf / "index.html"
    index.write_text(index.read_text().replace("</body>", f"{attack}</body>"))
    with previewed(desk.config) as server:
        page.goto(server.address)
        page.wait_for_load_state("networkidle")
        sites = page.locator("iframe")
        assert sites.evaluate_all("all => all.map(one => one.getAttribute('sandbox'))") == ["", ""]
        boxes = [one.bounding_box() for one in sites.all()]
        assert boxes[0] and boxes[1] and boxes[0]["y"] == boxes[1]["y"]
        assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
        old, new = (frame for frame in page.frames if frame.parent_frame is not None)
        if f"/{desk.waiting}/" in old.url:
            old, new = new, old
        for frame in (old, new):
            assert frame.locator("h1").inner_text() == "Desk"
        assert "22 mars 2026" in new.locator("body").inner_text()
        new.get_by_role("link", name="Version simple").click()
        new.wait_for_url("**/simple.html")
        assert new.locator("h1").inner_text() == "Desk"
        address = new.url.replace("simple.html", "index.html")
        alone = page.context.new_page()
        alone.goto(address)
        assert alone.locator("h1").inner_text() == "Desk"
        page.set_viewport_size({"width": 320, "height": 640})
        boxes = [one.bounding_box() for one in sites.all()]
        assert boxes[0] and boxes[1] and boxes[0]["y"] + boxes[0]["height"] <= boxes[1]["y"]


# For everybody


def nothing_yet(desk: Desk) -> Path:
    (desk.folder / ".affluence").rename(desk.folder / "old-state")
    return desk.config


def refused(desk: Desk) -> Path:
    add_week(desk.config, 3)
    with (desk.folder / "records" / "week3.csv").open("a") as file:
        file.write('"not","a","record"\n' * 100)
    with pytest.raises(RefusedPublicationError):
        run(desk.config)
    return desk.config


def withdrawn(desk: Desk) -> Path:
    webmaster.withdraw(load(desk.config), None, "", noon(TODAY))
    return desk.config


def as_it_is(desk: Desk) -> Path:
    return desk.config


def assert_everybody_can_use(page: Page) -> None:
    """Without violations, sideways scrolling, small targets or fields without a name."""
    excess = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    cut = """[...document.querySelectorAll('td, th, dd, button, label')].filter(one =>
        one.scrollWidth > one.clientWidth + 1 && one.clientWidth).map(one => one.innerText)"""
    small = """[...document.querySelectorAll('a, button, input:not([type=hidden])')].filter(one => {
        const box = one.getBoundingClientRect();
        return !one.closest('.evitement') && Math.min(box.width, box.height) < 24
        }).map(one => one.outerHTML)"""
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 640})
        assert axe_violations(page) == []
        assert (page.evaluate(excess), page.evaluate(cut), page.evaluate(small)) == (0, [], [])
    spacing = page.evaluate_handle(
        "css => { const s = new CSSStyleSheet(); s.replaceSync(css);"
        " document.adoptedStyleSheets = [s] }",
        TEXT_SPACING,  # as a style sheet of the reader: the page's policy allows no other <style>
    )
    spacing.dispose()
    assert (page.evaluate(excess), page.evaluate(cut)) == (0, [])


@pytest.mark.parametrize("prepare", [as_it_is, nothing_yet, refused, withdrawn])
def test_everybody_can_use_the_page(
    page: Page, desk: Desk, prepare: Callable[[Desk], Path]
) -> None:
    with previewed(prepare(desk)) as server:
        page.goto(server.address)
        assert page.title() == "Aperçu du site"
        assert_everybody_can_use(page)


def test_everybody_can_use_what_is_said_after_a_decision_and_in_the_place_of_the_page(
    page: Page, desk: Desk
) -> None:
    with previewed(desk.config) as server:
        page.goto(server.address)
        approve(page, desk.waiting)
        assert_everybody_can_use(page)
        page.context.clear_cookies()
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        assert page.locator("h1").inner_text() == "Cette page n’est plus ouverte ici"
        assert_everybody_can_use(page)


def test_it_asks_nothing_of_any_other_place(page: Page, desk: Desk) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with previewed(desk.config) as server:
        page.goto(server.address, wait_until="networkidle")
        own = f"http://127.0.0.1:{server.server_port}/"
    assert asked and all(url.startswith(own) for url in asked)
