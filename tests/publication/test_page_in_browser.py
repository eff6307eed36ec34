"""The page in Chromium: narrow and wide, spaced, printed, in forced colours, read by axe."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from affluence.publication.edition import Closure, Edition, LeftOut
from affluence.publication.site import build_site
from tests.browser import NEEDS_CHROMIUM, RULES, TEXT_SPACING, chromium

from .editions import DRAWN, HOURS, PHONE, drawn, edition, hours
from .reading import LEVELS, words

axe = pytest.importorskip("axe_playwright_python.sync_playwright")
pypdf = pytest.importorskip("pypdf")

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = NEEDS_CHROMIUM

ALL_DAY = tuple((hour * 60, hour * 60 + 60) for hour in range(8, 19))
EDITIONS = {
    "realistic": edition(
        left_out=tuple(
            LeftOut(day=day, reason="closure", label="travaux de voirie")
            for day in (edition().period_first, *[edition().period_last] * 5)
        ),
        closures_ahead=(
            Closure(
                first=edition().valid_until, last=edition().valid_until, label="lundi de Pâques"
            ),
        ),
    ),
    "nothing quiet": edition(
        week=drawn(["ttttt"] * 7),
        anything_quiet=False,
        answers_known=False,
        refusals_recorded=False,
    ),
    "all quiet": edition(week=drawn(["ccccc"] * 7), to_avoid=()),
    "little data": edition(week=drawn(["?????"] * 7), recommended=(), to_avoid=()),
    "long week": edition(
        week=drawn(["tba?ct"] * len(ALL_DAY), ALL_DAY),
        opening=hours(*((day, 480, 1140) for day in range(1, 7))),
    ),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


def opened(
    browser: Browser, folder: Path, shown: Edition, width: int = 320, **context: Any
) -> Page:
    """The page of an edition as a file, its details opened."""
    for path, body in build_site(shown).items():
        (folder / path).write_bytes(body)
    page = browser.new_context(viewport={"width": width, "height": 640}, **context).new_page()
    page.goto((folder / "index.html").as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    return page


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("name", EDITIONS)
def test_nothing_scrolls_sideways_even_with_wide_spacing(
    browser: Browser, tmp_path: Path, name: str, width: int
) -> None:
    page = opened(browser, tmp_path, EDITIONS[name], width)
    excess = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    # Text that sticks out of its cell is hidden from the first measure: cells are measured too.
    cut = """[...document.querySelectorAll('td, th')].filter(cell => cell.scrollWidth >
        cell.clientWidth + 1).map(cell => cell.innerText)"""
    assert (page.evaluate(excess), page.evaluate(cut)) == (0, [])
    page.add_style_tag(content=TEXT_SPACING)
    assert (page.evaluate(excess), page.evaluate(cut)) == (0, [])


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("name", EDITIONS)
def test_axe_finds_no_violation(browser: Browser, tmp_path: Path, name: str, width: int) -> None:
    page = opened(browser, tmp_path, EDITIONS[name], width)
    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    violations = axe.Axe().run(page, options=options).response["violations"]
    assert [(found["id"], len(found["nodes"])) for found in violations] == []


# From the notes on publishing, appendix A: what axe does not see.
OWN_CHECKS = r"""words => {
  const problems = [];
  const luminance = colour => { const [r, g, b] = colour.map(v => { v /= 255;
    return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4 });
    return .2126 * r + .7152 * g + .0722 * b };
  const parts = text => (text.match(/[\d.]+/g) || []).map(Number);
  const background = cell => { let at = cell, colour;
    do { colour = parts(getComputedStyle(at).backgroundColor); at = at.parentElement }
    while (at && colour.length > 3 && colour[3] === 0); return colour };
  if (document.documentElement.lang !== 'fr') problems.push('lang');
  for (const table of document.querySelectorAll('table')) {
    if (!table.caption || !table.caption.innerText.trim()) problems.push('no caption');
    for (const row of table.tBodies[0].rows)
      if (!row.cells[0].matches('th[scope=row]')) problems.push('row header');
    for (const cell of table.tHead.rows[0].cells)
      if (!cell.matches('th[scope=col]')) problems.push('column header') }
  for (const cell of document.querySelectorAll('#affluence td')) {
    const word = cell.innerText.replace(/\u00ad/g, '').replace(/\s+/g, ' ').trim();
    if (!words.includes(word)) problems.push('unknown word ' + word);
    if (!cell.querySelector('svg')) problems.push('no symbol') }
  const texts = 'td, th, caption, p, li, dt, dd, h1, h2, a, summary, .mot';
  for (const text of document.querySelectorAll(texts)) {
    const [a, b] = [parts(getComputedStyle(text).color), background(text)].map(luminance);
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) problems.push('contrast ' + ratio.toFixed(2) + ' ' + text.className) }
  return problems }"""


@pytest.mark.parametrize("name", EDITIONS)
def test_cells_have_word_symbol_headers_and_contrast(
    browser: Browser, tmp_path: Path, name: str
) -> None:
    page = opened(browser, tmp_path, EDITIONS[name])
    assert page.evaluate(OWN_CHECKS, [word for word, _ in LEVELS.values()]) == []


def test_the_browser_shows_the_levels_that_were_drawn(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, tmp_path, edition(), width=1280)
    cells = page.locator("#affluence td").all_inner_texts()
    expected = [LEVELS[letter][0] for line in DRAWN for letter in line]
    assert [words(cell) for cell in cells] == expected
    assert len(expected) == len(HOURS) * 5


def test_targets_are_large_enough_to_touch(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, tmp_path, edition())
    for target in page.locator("a, summary").all():
        box = target.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24


def test_focus_is_visible_on_everything_that_takes_it(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, tmp_path, edition())
    seen = []
    for _ in range(page.locator("a, summary").count()):
        page.keyboard.press("Tab")
        focused = "getComputedStyle(document.activeElement).outlineStyle"
        seen.append((page.evaluate("document.activeElement.tagName"), page.evaluate(focused)))
    assert {style for _, style in seen} == {"solid"}
    assert {tag for tag, _ in seen} == {"A", "SUMMARY"}


@pytest.mark.parametrize("name", ["realistic", "nothing quiet", "all quiet", "little data"])
def test_the_answer_is_on_the_first_screen_of_a_small_phone(
    browser: Browser, tmp_path: Path, name: str
) -> None:
    page = opened(browser, tmp_path, EDITIONS[name])
    box = page.locator(".reponse p").first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 568  # the screen of the smallest phones in use


def test_the_page_asks_nothing_of_any_other_place(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, tmp_path, edition())
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload(wait_until="networkidle")
    assert asked == [(tmp_path / "index.html").as_uri()]


@pytest.mark.parametrize("name", EDITIONS)
def test_it_prints_on_one_sheet_with_what_a_caller_needs(
    browser: Browser, tmp_path: Path, name: str
) -> None:
    page = opened(browser, tmp_path, EDITIONS[name], width=1280)
    sheets = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True))).pages
    assert len(sheets) == 1
    # Letters that the font ties together (« fi ») are taken apart again.
    printed = " ".join(unicodedata.normalize("NFKC", sheets[0].extract_text()).split())
    assert "Quand appeler" in printed and "Heure par heure" in printed
    assert "ne vous y fiez plus" in printed
    assert f"0{PHONE[3:]}" in printed.replace(" ", "")


def test_forced_colours_leave_words_symbols_and_borders(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, tmp_path, edition(), forced_colors="active")
    look = page.evaluate("""() => {
      const cell = document.querySelector('#affluence td.tres_charge');
      const symbol = cell.querySelector('.plein');
      const style = getComputedStyle(cell);
      return { text: style.color, ground: style.backgroundColor, border: style.borderTopStyle,
               symbol: getComputedStyle(symbol).fill } }""")
    assert look["border"] == "solid"
    assert look["symbol"] == look["text"] != look["ground"]
