"""The pages in Chromium: through the page check and axe, printed, by keyboard, by the clock.

`python -m tests.publication.matrix` looks at every page in every way; here is a part of that.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from affluence.publication.edition import (
    Closure,
    DayAhead,
    Edition,
    LeftOut,
    OtherHours,
    PastForecasts,
)
from affluence.publication.language import Language
from affluence.publication.paths import kind_of, path_of
from affluence.publication.site import build_site
from tests.browser import NEEDS_CHROMIUM, axe_violations

from . import matrix
from .editions import DRAWN, HOURS, PHONE, drawn, edition, hours
from .page_check import LOOKS, expected_of, problems, visited
from .reading import LEVELS, words
from .serving import served

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
        closures=(
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


SATURDAY = "2026-03-14T10:00:00+01:00"  # the table is still valid, the desk is closed


Show = Callable[..., "Page"]


@pytest.fixture
def show(browser: Browser) -> Iterator[Show]:
    """The page of an edition in the last of its languages, its details opened."""
    with ExitStack() as stack:

        def shown(edition: Edition, *, moment: str = SATURDAY, **visit: object) -> Page:
            address = stack.enter_context(served(build_site(edition)))
            path = path_of("", Language(edition.desk.languages[-1]))
            at = stack.enter_context(
                visited(browser, f"{address}/{path}", moment=moment, **visit)  # type: ignore[arg-type]
            )
            at.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            return at.page

        yield shown


@pytest.mark.parametrize(
    ("name", "width"), [*((name, 320) for name in EDITIONS), ("realistic", 1280), ("Arabic", 1280)]
)
def test_the_check_and_axe_find_nothing(browser: Browser, name: str, width: int) -> None:
    path = path_of("", Language(EDITIONS[name].desk.languages[-1]))
    with (
        served(build_site(EDITIONS[name])) as address,
        visited(browser, f"{address}/{path}", width=width) as visit,
    ):
        assert problems(visit, expected_of(path)) == []
        assert axe_violations(visit.page) == []


SITES = matrix.sites("neutral")
# Each takes seconds: in French what there is of every kind, in Arabic the page. The matrix has all.
SHEETS = [
    sheet
    for sheet in matrix.sheets(SITES)
    if kind_of(sheet.path)[1].code == "fr" or (sheet.site, sheet.path) == ("site", "ar.html")
]


@pytest.mark.parametrize("sheet", SHEETS, ids=str)
def test_the_check_and_axe_find_nothing_on_any_page(browser: Browser, sheet: matrix.Sheet) -> None:
    with matrix.serving(SITES) as addresses:
        plainest = replace(sheet, in_full=False)
        assert matrix.look_at(browser, addresses, plainest).problems == ()


@pytest.mark.parametrize("look", ["forced colours", "print"])
@pytest.mark.parametrize("path", ["index.html", "affiche-ar.html"])
def test_the_check_finds_nothing_in_other_looks_without_script(
    browser: Browser, path: str, look: str
) -> None:
    with (
        matrix.serving(SITES) as addresses,
        visited(browser, f"{addresses['site']}/{path}", script=False) as visit,
    ):
        visit.page.emulate_media(**LOOKS[look])
        assert problems(visit, expected_of(path)) == []


def test_the_browser_shows_the_levels_that_were_drawn(show: Show) -> None:
    page = show(edition(), width=1280)
    cells = page.locator("#affluence td").all_inner_texts()
    expected = [LEVELS[letter][0] for line in DRAWN for letter in line]
    assert [words(cell) for cell in cells] == expected
    assert len(expected) == len(HOURS) * 5


def test_focus_is_visible_on_everything_that_takes_it(show: Show) -> None:
    page = show(edition())
    seen = []
    for _ in range(page.locator("a, summary").count()):
        page.keyboard.press("Tab")
        focused = "getComputedStyle(document.activeElement).outlineStyle"
        seen.append((page.evaluate("document.activeElement.tagName"), page.evaluate(focused)))
    assert {style for _, style in seen} == {"solid"}
    assert {tag for tag, _ in seen} == {"A", "SUMMARY"}


@pytest.mark.parametrize("name", ["realistic", "nothing quiet", "all quiet", "little data"])
def test_the_answer_is_on_the_first_screen_of_a_small_phone(show: Show, name: str) -> None:
    page = show(EDITIONS[name])
    box = page.locator(".reponse p").first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 568  # the screen of the smallest phones in use


@pytest.mark.parametrize("name", EDITIONS)
def test_it_prints_on_one_sheet_with_what_a_caller_needs(show: Show, name: str) -> None:
    page = show(EDITIONS[name], width=1280)
    sheets = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True))).pages
    assert len(sheets) == 1
    # Letters that the font ties together (« fi ») are taken apart again.
    printed = " ".join(unicodedata.normalize("NFKC", sheets[0].extract_text()).split())
    assert f"0{PHONE[3:]}" in printed.replace(" ", "")
    if EDITIONS[name].desk.languages[-1] == "fr":
        assert "Quand appeler" in printed and "Heure par heure" in printed
        assert "ne vous y fiez plus" in printed


def test_forced_colours_leave_words_symbols_and_borders(show: Show) -> None:
    page = show(edition(), forced_colors="active")
    look = page.evaluate("""() => {
      const cell = document.querySelector('#affluence td.tres_charge');
      const symbol = cell.querySelector('.plein');
      const style = getComputedStyle(cell);
      return { text: style.color, ground: style.backgroundColor, border: style.borderTopStyle,
               symbol: getComputedStyle(symbol).fill } }""")
    assert look["border"] == "solid"
    assert look["symbol"] == look["text"] != look["ground"]


def shown_at(show: Show, moment: str, *, script: bool = True) -> Page:
    """The realistic page as a phone in New York shows it at a moment."""
    return show(EDITIONS["realistic"], moment=moment, script=script, timezone_id="America/New_York")


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
    show: Show, moment: str, marked: list[str]
) -> None:
    page = shown_at(show, moment)
    found = page.evaluate("""[...document.querySelectorAll('#affluence td[aria-current=time]')]
      .map(cell => [cell.closest('table').tHead.rows[0].cells[cell.cellIndex], cell.parentElement
        .cells[0]].map(head => head.querySelector('.entier') || head)
        .map(head => head.textContent.replace(/\\u00a0/g, ' ')).join(' '))""")
    assert found == marked
    assert not page.locator("#perime").is_visible()


@pytest.mark.parametrize("moment", ["2026-03-10T14:30:00+01:00", "2026-03-12T14:30:00+01:00"])
def test_no_hour_is_marked_on_a_day_that_the_table_does_not_tell_of(
    show: Show, moment: str
) -> None:
    """A closed day, and one with hours of its own."""
    unlike = edition(
        closures=(Closure(first=date(2026, 3, 9), last=date(2026, 3, 11), label="Travaux"),),
        other_hours=(OtherHours(day=date(2026, 3, 12), spans=((840, 900),)),),
    )
    assert show(unlike, moment=moment).locator("[aria-current=time]").count() == 0


@pytest.mark.parametrize("moment", ["2026-03-16T00:00:00+01:00", "2027-01-04T10:00:00+01:00"])
def test_after_its_last_day_the_page_says_so_at_the_top(show: Show, moment: str) -> None:
    page = shown_at(show, moment)
    warning = page.locator("#perime")
    assert "était valable jusqu’au dimanche 15 mars 2026" in warning.inner_text()
    assert page.locator("[aria-current=time]").count() == 0


def test_without_script_nothing_is_missing(show: Show) -> None:
    with_script = shown_at(show, "2026-03-14T10:00:00+01:00")
    without = shown_at(show, "2026-03-14T10:00:00+01:00", script=False)
    assert with_script.inner_text("body") == without.inner_text("body")
    assert not without.locator("#perime").is_visible()
