"""The page in Chromium: narrow and wide, spaced, on one sheet, in forced colours, read by axe."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from affluence.indicators import Readings
from tests.browser import NEEDS_CHROMIUM, TEXT_SPACING, axe_violations, chromium

from .made import MONTHS, YEAR, Counts, indicators, messages, nothing, page, year

pypdf = pytest.importorskip("pypdf")

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = NEEDS_CHROMIUM


def fullest(readings: Readings) -> str:
    """As many parts as there can be, the largest counts, something of everything left out."""
    first, last = date(2026, 8, 30), date(2026, 12, 18)  # 17 weeks, 15 of them whole
    large = 8_888_888
    counts: Counts = dict.fromkeys(YEAR, (large, large * 2))
    words = ("refusés", "vocal", "hors", "technique", "issue", "masqué", "abandonnés")
    whole = indicators(
        counts,
        first,
        last,
        outside=dict.fromkeys(words, large),
        written=messages(900, 90, 9, 6),
        readings=readings,
    )
    name = "Direction des migrations et de l’intégration, bureau du séjour et de l’éloignement"
    whole = replace(whole, days_open_without_records=12)
    return page(whole, [counts] * 17, service=name, demonstration=True)


PAGES = {
    "year": year(),
    "fullest": fullest(Readings()),
    "other readings": fullest(
        Readings(short_abandons_are_lost=False, agent_required="refused-too")
    ),
    "without messages": page(indicators(YEAR), MONTHS),
    "few": page(
        indicators({**YEAR, "lost_calls": (3, 30)}, written=messages(3, 12, 0, 2)),
        [{"lost_calls": (3, 30), "answered_by_agent": (1, 2)}] * 12,
    ),
    "nothing": page(nothing(date(2026, 3, 2), date(2026, 3, 8)), [{}]),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


def opened(browser: Browser, folder: Path, name: str, width: int, **context: Any) -> Page:
    (folder / "page.html").write_text(PAGES[name], encoding="utf-8")
    shown = browser.new_context(viewport={"width": width, "height": 640}, **context).new_page()
    shown.goto((folder / "page.html").as_uri())
    return shown


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_scrolls_sideways_even_with_wide_spacing(
    browser: Browser, tmp_path: Path, name: str, width: int
) -> None:
    shown = opened(browser, tmp_path, name, width)
    excess = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    # Text that sticks out of its cell is hidden from the first measure: cells are measured too.
    cut = """[...document.querySelectorAll('td, tbody th')].filter(cell => cell.scrollWidth >
        cell.clientWidth + 1).map(cell => cell.innerText)"""
    assert (shown.evaluate(excess), shown.evaluate(cut)) == (0, [])
    shown.add_style_tag(content=TEXT_SPACING)
    assert (shown.evaluate(excess), shown.evaluate(cut)) == (0, [])


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_violation(browser: Browser, tmp_path: Path, name: str, width: int) -> None:
    shown = opened(browser, tmp_path, name, width)
    assert axe_violations(shown) == []


@pytest.mark.parametrize("name", PAGES)
def test_it_prints_on_one_sheet_to_its_last_word(
    browser: Browser, tmp_path: Path, name: str
) -> None:
    shown = opened(browser, tmp_path, name, 1280)
    sheets = pypdf.PdfReader(io.BytesIO(shown.pdf(format="A4", prefer_css_page_size=True))).pages
    assert len(sheets) == 1
    # Letters that the font ties together (« fi ») are taken apart again.
    printed = " ".join(unicodedata.normalize("NFKC", sheets[0].extract_text()).split())
    assert "L’essentiel" in printed and "Indicateur Résultat" in printed
    assert printed.endswith("nul ne doit pouvoir être reconnu.")


@pytest.mark.parametrize("width", [320, 1280])
def test_names_under_the_graph_do_not_touch(browser: Browser, tmp_path: Path, width: int) -> None:
    shown = opened(browser, tmp_path, "fullest", width)
    boxes = """[...document.querySelectorAll('.graphe text[text-anchor=middle]')].map(text => {
        const box = text.getBoundingClientRect(); return [box.left, box.right] })"""
    places = shown.evaluate(boxes)
    assert len(places) >= 3
    assert all(left[1] < right[0] for left, right in pairwise(places))


def test_lines_differ_without_colour(browser: Browser, tmp_path: Path) -> None:
    shown = opened(browser, tmp_path, "year", 1280)
    dashes = """[...document.querySelectorAll('.graphe .trait')].map(line =>
        getComputedStyle(line).strokeDasharray)"""
    assert len(set(shown.evaluate(dashes))) == 3
    shapes = "[...document.querySelectorAll('.graphe g')].map(line => line.lastChild.tagName)"
    assert shown.evaluate(shapes) == ["circle", "rect", "path"]


def test_forced_colours_leave_words_and_lines(browser: Browser, tmp_path: Path) -> None:
    shown = opened(browser, tmp_path, "year", 1280, forced_colors="active", color_scheme="dark")
    look = shown.evaluate("""() => {
      const of = name => getComputedStyle(document.querySelector(name));
      return { ground: of('body').backgroundColor, words: of('.graphe text').fill,
               lines: of('.graphe .trait').stroke, marks: of('.graphe circle').fill } }""")
    ground = look.pop("ground")
    assert set(look.values()) == {look["words"]} != {ground}


def test_it_asks_nothing_of_any_other_place(browser: Browser, tmp_path: Path) -> None:
    shown = opened(browser, tmp_path, "year", 320)
    asked: list[str] = []
    shown.on("request", lambda request: asked.append(request.url))
    shown.reload(wait_until="networkidle")
    assert asked == [(tmp_path / "page.html").as_uri()]
