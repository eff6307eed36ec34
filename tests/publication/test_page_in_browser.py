"""The page in Chromium: narrow and wide, spaced, printed, in forced colours, read by axe."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from affluence.publication.edition import Closure, DayAhead, Edition, LeftOut, PastForecasts
from affluence.publication.language import Language
from affluence.publication.site import build_site, path_of
from affluence.publication.wording import LEVELS as STATES
from affluence.publication.wording import Words
from tests.browser import NEEDS_CHROMIUM, RULES, TEXT_SPACING, chromium

from .editions import DRAWN, HOURS, PHONE, drawn, edition, hours
from .reading import LEVELS, words

axe = pytest.importorskip("axe_playwright_python.sync_playwright")
pypdf = pytest.importorskip("pypdf")

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = NEEDS_CHROMIUM

ALL_DAY = tuple((hour * 60, hour * 60 + 60) for hour in range(8, 19))
AHEAD = (DayAhead(day=date(2026, 3, 11), kinds=("month_start", "bridge"), demand_factor=0.81),)
PAST = PastForecasts(error=0.154, error_of_mean=0.181, are_better=True)
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
    "English": edition(languages=("fr", "en")),
    "Arabic": edition(languages=("fr", "en", "ar"), days_ahead=AHEAD, past_forecasts=PAST),
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
    """The page of an edition as a file, in the last of its languages, its details opened."""
    for path, body in build_site(shown).items():
        (folder / path).write_bytes(body)
    page = browser.new_context(viewport={"width": width, "height": 640}, **context).new_page()
    page.clock.set_fixed_time("2026-03-14T10:00:00+01:00")  # it is still valid, the desk is closed
    page.goto((folder / path_of("", Language(shown.desk.languages[-1]))).as_uri())
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
OWN_CHECKS = r"""([language, direction, words]) => {
  const problems = [];
  const luminance = colour => { const [r, g, b] = colour.map(v => { v /= 255;
    return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4 });
    return .2126 * r + .7152 * g + .0722 * b };
  const parts = text => (text.match(/[\d.]+/g) || []).map(Number);
  const background = cell => { let at = cell, colour;
    do { colour = parts(getComputedStyle(at).backgroundColor); at = at.parentElement }
    while (at && colour.length > 3 && colour[3] === 0); return colour };
  if (document.documentElement.lang !== language) problems.push('lang');
  if (getComputedStyle(document.body).direction !== direction) problems.push('direction');
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
    language = Language(EDITIONS[name].desk.languages[-1])
    named = [str(Words(language).level(state)) for state in STATES]
    assert page.evaluate(OWN_CHECKS, [language.code, language.direction, named]) == []


def test_the_browser_shows_the_levels_that_were_drawn(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, tmp_path, edition(), width=1280)
    cells = page.locator("#affluence td").all_inner_texts()
    expected = [LEVELS[letter][0] for line in DRAWN for letter in line]
    assert [words(cell) for cell in cells] == expected
    assert len(expected) == len(HOURS) * 5


def test_targets_are_large_enough_to_touch(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, tmp_path, edition())
    page.locator(".evitement a").focus()  # shown to those who move by keyboard
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
    assert f"0{PHONE[3:]}" in printed.replace(" ", "")
    if EDITIONS[name].desk.languages[-1] == "fr":
        assert "Quand appeler" in printed and "Heure par heure" in printed
        assert "ne vous y fiez plus" in printed


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


def shown_at(browser: Browser, folder: Path, moment: str, **context: Any) -> Page:
    """The realistic page as a phone in New York shows it at a moment."""
    for path, body in build_site(EDITIONS["realistic"]).items():
        (folder / path).write_bytes(body)
    page = browser.new_context(timezone_id="America/New_York", **context).new_page()
    page.clock.set_fixed_time(moment)
    page.goto((folder / "index.html").as_uri())
    return page


@pytest.mark.parametrize(
    ("moment", "marked"),
    [
        ("2026-03-10T14:30:00+01:00", ["mardi 14 h – 15 h"]),
        ("2026-03-10T15:00:00+01:00", ["mardi 15 h – 16 h"]),
        ("2026-03-13T13:29:59+01:00", []),  # closed at noon
        ("2026-03-14T10:00:00+01:00", []),  # a Saturday
        ("2026-03-15T23:59:00+01:00", []),  # the last minute of the last day
    ],
)
def test_the_present_hour_of_the_service_is_marked(
    browser: Browser, tmp_path: Path, moment: str, marked: list[str]
) -> None:
    page = shown_at(browser, tmp_path, moment)
    found = page.evaluate("""[...document.querySelectorAll('#affluence td[aria-current=time]')]
      .map(cell => [cell.closest('table').tHead.rows[0].cells[cell.cellIndex], cell.parentElement
        .cells[0]].map(head => head.querySelector('.entier') || head)
        .map(head => head.textContent.replace(/\\u00a0/g, ' ')).join(' '))""")
    assert found == marked
    assert not page.locator("#perime").is_visible()


@pytest.mark.parametrize("moment", ["2026-03-16T00:00:00+01:00", "2027-01-04T10:00:00+01:00"])
def test_after_its_last_day_the_page_says_so_at_the_top(
    browser: Browser, tmp_path: Path, moment: str
) -> None:
    page = shown_at(browser, tmp_path, moment)
    warning = page.locator("#perime")
    assert "était valable jusqu’au dimanche 15 mars 2026" in warning.inner_text()
    assert page.locator("[aria-current=time]").count() == 0


def test_without_script_nothing_is_missing(browser: Browser, tmp_path: Path) -> None:
    with_script = shown_at(browser, tmp_path, "2026-03-14T10:00:00+01:00")
    without = shown_at(browser, tmp_path, "2026-03-14T10:00:00+01:00", java_script_enabled=False)
    assert with_script.inner_text("body") == without.inner_text("body")
    assert not without.locator("#perime").is_visible()
