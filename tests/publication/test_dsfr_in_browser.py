"""Pages with the real design system of the State, served over HTTP under the sample's policy."""

from __future__ import annotations

import fcntl
import gzip
import io
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from affluence import config
from affluence.errors import ThemeError
from affluence.publication.checked_site import check_site
from affluence.publication.dsfr import SHEETS, Theme
from affluence.publication.edition import Contact
from affluence.publication.language import Language
from affluence.publication.paths import path_of
from affluence.publication.site import build_site, build_suspended_site
from affluence.steps.theme import theme_of
from tests.browser import NEEDS_CHROMIUM, axe_violations

from .editions import DRAWN, desk, edition
from .page_check import expected_of, problems, visited
from .reading import LEVELS, words
from .serving import headers_of, served
from .test_page_in_browser import AHEAD, EDITIONS, PAST, SATURDAY

pypdf = pytest.importorskip("pypdf")

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = NEEDS_CHROMIUM

FOLDER = "/affluence/"
CONTACT = Contact(
    price="local",
    relay_url="https://relais.example.gouv.fr/",
    public_url=f"https://www.example.gouv.fr{FOLDER}",
)
FULL = edition(
    languages=("fr", "en", "ar"),
    contact=CONTACT,
    days_ahead=AHEAD,
    past_forecasts=PAST,
    left_out=EDITIONS["realistic"].left_out,
)
SUSPENDED = "suspendu/"
PAGES = [
    *(path_of(kind, Language(code)) for kind in ("", "simple", "affiche") for code in ("fr", "ar")),
    *(SUSPENDED + path_of("", Language(code)) for code in ("fr", "ar")),
    "nulle/part/ailleurs",
]
PALETTE = {
    "calme": "rgb(255, 247, 188)",
    "assez_calme": "rgb(254, 196, 79)",
    "charge": "rgb(204, 76, 2)",
    "tres_charge": "rgb(102, 37, 6)",
    "ferme": "rgb(238, 238, 238)",
    "donnees_insuffisantes": "rgb(255, 255, 255)",
}


@pytest.fixture(scope="module")
def theme(pytestconfig: pytest.Config) -> Theme:
    """The real one, fetched once and kept with what pytest keeps."""
    settings = config.Theme(
        kind="dsfr",
        brand=("Préfet", "de l’Exemple"),
        links=(
            config.FooterLink(
                text="Accessibilité : partiellement conforme",
                url="https://www.example.gouv.fr/accessibilite",
            ),
        ),
    )
    kept = pytestconfig.cache.mkdir("dsfr")
    with (kept / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            made = theme_of(settings, kept)
        except ThemeError as error:
            pytest.skip(str(error))
    assert made is not None
    return made


@pytest.fixture(scope="module")
def site(theme: Theme) -> dict[str, bytes]:
    """A full site, and within it the same desk's suspended one."""
    suspended = build_suspended_site(
        desk(languages=FULL.desk.languages, contact=CONTACT), date(2026, 3, 9), theme
    )
    below = {SUSPENDED + path: body for path, body in suspended.items()}
    return {**build_site(FULL, theme), **below}


@pytest.fixture(scope="module")
def address(site: dict[str, bytes]) -> Iterator[str]:
    """Where it is served, with the headers that its own sample recommends."""
    sample = site["entetes-nginx.txt"].decode()
    headers = headers_of(sample)
    assert "Content-Security-Policy" in headers
    with served(site, headers, under=FOLDER) as root:
        yield root + FOLDER


Open = Callable[..., "Page"]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    """A page while the table is valid and the desk is closed, its details opened."""
    with ExitStack() as stack:

        def shown(address: str, width: int = 1280, **how: Any) -> Page:
            visit = visited(browser, address, width=width, moment=SATURDAY, **how)
            page = stack.enter_context(visit).page
            page.evaluate("document.fonts.ready")
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            return page

        yield shown


def test_the_real_theme_is_sound(theme: Theme, site: dict[str, bytes]) -> None:
    assert check_site(build_site(FULL, theme), theme) == []
    sheet = theme.assets[theme.stylesheet].decode()
    assert sheet.count("restricted use (see terms and conditions)") == len(SHEETS)
    fonts = {re.sub(r"-\w{12}\.", ".", path) for path in site if path.endswith(".woff2")}
    names = {path.removeprefix(SUSPENDED) for path in fonts}
    assert names == {"assets/Marianne-Regular.woff2", "assets/Marianne-Bold.woff2"}


@pytest.mark.parametrize("path", ["index.html", "ar.html", "simple.html", "affiche.html"])
def test_a_page_weighs_at_most_60_kb_without_fonts(
    theme: Theme, site: dict[str, bytes], path: str
) -> None:
    weight = len(gzip.compress(site[path])) + len(gzip.compress(theme.assets[theme.stylesheet]))
    assert weight <= 60_000


@pytest.mark.parametrize(
    ("path", "width"),
    [*((path, 320) for path in PAGES), ("index.html", 1280), ("ar.html", 1280)],
)
def test_the_check_and_axe_find_nothing(
    browser: Browser, address: str, path: str, width: int
) -> None:
    suspended = path.startswith(SUSPENDED)
    name = "404.html" if path.startswith("nulle") else path.removeprefix(SUSPENDED)
    expected = expected_of(name, suspended=suspended)
    with visited(browser, address + path, width=width, bypass_csp=True) as visit:
        told = problems(visit, expected)
        # A page that is not there is answered with the one for those astray.
        assert [one for one in told if not (path.startswith("nulle") and "404" in one)] == []
        assert axe_violations(visit.page) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fetches_from_its_own_site_alone_all_that_it_asks_for(
    browser: Browser, address: str, path: str
) -> None:
    page = browser.new_context(viewport={"width": 320, "height": 640}).new_page()
    answers: list[tuple[str, int]] = []
    troubles: list[str] = []
    page.on("response", lambda answer: answers.append((answer.url, answer.status)))
    page.on("requestfailed", lambda request: troubles.append(request.url))
    page.on("console", lambda message: troubles.append(message.text))  # the policy, for one
    page.goto(address + path, wait_until="networkidle")
    (asked, status), *rest = answers
    assert (asked, status) == (address + path, 404 if "nulle" in path else 200)
    assert {status for _, status in rest} == {200}
    assert all(url.startswith(address) for url, _ in rest)
    assert [text for text in troubles if "404" not in text] == []
    page.wait_for_function("[...document.fonts].every(font => font.status !== 'loading')")
    loaded = page.evaluate("[...document.fonts].map(font => [font.weight, font.status])")
    page.context.close()
    assert ["400", "loaded"] in loaded and ["700", "loaded"] in loaded


def test_cells_have_their_own_colours_not_those_of_the_design_system(
    opened: Open, address: str
) -> None:
    page = opened(address)
    cells = page.evaluate(
        """[...document.querySelectorAll('#affluence td')].map(cell =>
        [cell.className, cell.innerText, getComputedStyle(cell).backgroundColor])"""
    )
    letters = [LEVELS[letter] for line in DRAWN for letter in line]
    found = [(words(text).replace("\n", " "), level, colour) for level, text, colour in cells]
    assert found == [(word, level, PALETTE[level]) for word, level in letters]
    lines = "getComputedStyle(document.querySelector('#affluence td')).backgroundImage"
    assert page.evaluate(lines).count("linear-gradient") == 2  # they are not lost


def test_the_mark_is_whole_and_on_the_side_where_reading_begins(opened: Open, address: str) -> None:
    for path, begins in (("index.html", 0), ("ar.html", 1)):
        page = opened(address + path)
        box = page.locator(".fr-header .fr-logo").bounding_box()
        assert box is not None
        assert (box["x"] > 640) == begins
        assert page.locator(".fr-header .fr-logo").inner_text() == "PRÉFET\nDE L’EXEMPLE"


def test_arabic_is_laid_out_from_right_to_left(opened: Open, address: str) -> None:
    page = opened(address + "ar.html")
    boxes = page.evaluate(
        """[...document.querySelectorAll('#affluence thead th, #affluence caption')].map(cell =>
        [cell.getBoundingClientRect().left, getComputedStyle(cell).textAlign])"""
    )
    caption, *heads = boxes
    assert caption[1] == "right"
    assert [left for left, _ in heads] == sorted((left for left, _ in heads), reverse=True)


def test_forced_colours_leave_words_symbols_and_borders(opened: Open, address: str) -> None:
    page = opened(address, forced_colors="active")
    look = page.evaluate("""() => {
      const cell = document.querySelector('#affluence td.tres_charge');
      const style = getComputedStyle(cell);
      return { text: style.color, ground: style.backgroundColor, border: style.borderTopStyle,
               symbol: getComputedStyle(cell.querySelector('.plein')).fill } }""")
    assert look["border"] == "solid"
    assert look["symbol"] == look["text"] != look["ground"]


def test_a_dark_setting_changes_nothing(opened: Open, address: str) -> None:
    seen = "getComputedStyle(document.body).backgroundColor"
    page = opened(address)
    grounds = set()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        grounds.add(page.evaluate(seen))
    assert grounds == {"rgb(255, 255, 255)"}


def test_the_keyboard_sees_the_skip_link_first_and_where_it_is(opened: Open, address: str) -> None:
    page = opened(address, 320)
    opacity = "getComputedStyle(document.querySelector('.fr-skiplinks')).opacity"
    assert page.evaluate(opacity) == "0"
    page.keyboard.press("Tab")
    assert page.evaluate(opacity) == "1"
    outlines = set()
    for _ in range(page.locator("a, summary").count()):
        outlines.add(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
        page.keyboard.press("Tab")
    assert outlines == {"solid"}


def test_targets_are_large_enough_to_touch(opened: Open, address: str) -> None:
    page = opened(address, 320)
    page.locator(".fr-skiplinks a").focus()
    for target in page.locator("a, summary").all():
        box = target.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24, target.inner_text()


def test_without_script_nothing_is_missing(opened: Open, address: str) -> None:
    seen = [opened(address, script=allowed).inner_text("body") for allowed in (True, False)]
    assert seen[0] == seen[1]


@pytest.mark.parametrize("kind", ["", "affiche"])
@pytest.mark.parametrize("name", EDITIONS)
def test_page_and_poster_are_one_sheet_each(
    opened: Open, theme: Theme, name: str, kind: str
) -> None:
    given = EDITIONS[name]
    path = path_of(kind, Language(given.desk.languages[-1]))
    with served(build_site(given, theme), under=FOLDER) as root:
        page = opened(root + FOLDER + path)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = false })")
        pdf = page.pdf(format="A4", prefer_css_page_size=True)
    sheets = pypdf.PdfReader(io.BytesIO(pdf)).pages
    assert len(sheets) == 1
    printed = "".join(sheets[0].extract_text().split())
    assert "0199001234" in printed
    assert "PRÉFET" in printed
