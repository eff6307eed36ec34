"""The report in Chromium: from disk, and from a server with a strict policy."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from affluence.report.pages import PAGES, POLICY
from affluence.report_folder import write_report
from tests.browser import NEEDS_CHROMIUM, axe_violations, chromium
from tests.report.plotly_bundle import BUNDLE, STATIC, style_rules
from tests.servers import Quiet, serving

from .desk import KEPT, report_files

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = NEEDS_CHROMIUM

MOST_BYTES = 4_000_000  # of the folder
CHARTS = {
    "heures": ["g-chaleur", "g-profil", "g-simultanes"],
    "attente": ["g-attentes", "g-chaine", "g-delais"],
    "semaines": ["g-semaines", "g-prevision"],
    "effectifs": ["g-essais"],
}


@cache
def folder() -> Path:
    made = Path(KEPT.name) / "rapport"
    write_report(report_files(), made, public=())
    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


class _Strict(Quiet, SimpleHTTPRequestHandler):
    """The folder with the policy in a header too, as a server would send it."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    handler = partial(_Strict, directory=str(folder()))
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def opened(browser: Browser, address: str, width: int = 1280) -> Iterator[tuple[Page, list[str]]]:
    """A page, and what its console and its requests say that they should not."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    troubles: list[str] = []
    page.on("console", lambda said: troubles.append(f"{said.type}: {said.text}"))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    base = address.rsplit("/", 1)[0]
    page.on(
        "request",
        lambda asked: (
            None
            if asked.url.startswith((base, "data:", "blob:"))
            else troubles.append(f"request: {asked.url}")
        ),
    )
    page.goto(address)
    yield page, troubles
    page.close()


def text(page: Page, selector: str) -> str:
    return page.locator(selector).inner_text()


def cells(page: Page, table: str) -> list[list[str]]:
    """The figures of a table, row by row."""
    found: list[list[str]] = page.evaluate(
        """(table) => [...document.querySelectorAll(`#${table} tbody tr`)]
            .map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent))""",
        table,
    )
    return found


def drawn(page: Page, place: str) -> list[list[str | None]]:
    """The words in the cells of a map, row by row, as the chart has them."""
    found: list[list[str | None]] = page.evaluate(
        "(place) => document.getElementById(place).data[0].text", place
    )
    return found


def are_drawn(page: Page, name: str) -> bool:
    return all(page.locator(f"#{place} svg.main-svg").count() for place in CHARTS.get(name, []))


def test_from_disk_every_chart_is_drawn_and_nothing_is_asked_of_anybody(browser: Browser) -> None:
    for name in PAGES:
        with opened(browser, f"{folder().as_uri()}/{name}.html") as (page, troubles):
            assert are_drawn(page, name), name
            assert [problems_of(page, place) for place in CHARTS.get(name, [])] == [
                [] for _ in CHARTS.get(name, [])
            ]
            assert page.locator(".modebar-btn").count() == 0
            assert not troubles, name


def problems_of(page: Page, place: str) -> list[str]:
    """What the library itself finds wrong with a figure."""
    found: list[str] = page.evaluate(
        """(place) => {
            const { data, layout } = document.getElementById(place);
            // Of this bundle the check itself fails at a legend.
            const { legend, ...others } = layout;
            return (Plotly.validate(data, others) ?? []).map(({ msg }) => msg);
        }""",
        place,
    )
    return found


def too_wide_px(page: Page) -> int:
    """By how much it is wider than its window, which charts follow a moment later."""
    found: int = page.evaluate(
        """async () => {
            const { documentElement: root } = document;
            for (let tries = 0; tries < 100 && root.scrollWidth > root.clientWidth; tries++) {
                await new Promise((done) => setTimeout(done, 50));
            }
            return root.scrollWidth - root.clientWidth;
        }"""
    )
    return found


@pytest.mark.parametrize("name", PAGES)
def test_under_a_strict_policy_everybody_can_use_it(
    browser: Browser, served: str, name: str
) -> None:
    with opened(browser, f"{served}/{name}.html") as (page, troubles):
        assert are_drawn(page, name)
        # The icon that browsers look for by themselves is none of ours.
        assert [each for each in troubles if "404" not in each] == []
        for folded in page.locator("details").all():
            folded.evaluate("(each) => { each.open = true; }")
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 900})
            assert axe_violations(page) == [], width
            assert too_wide_px(page) == 0, width


def test_no_chart_can_be_sent_anywhere_even_if_somebody_showed_the_bar(browser: Browser) -> None:
    with opened(browser, f"{folder().as_uri()}/semaines.html") as (page, _):
        page.evaluate(
            """async (place) => {
                const chart = document.getElementById(place);
                const config = { ...chart._context, displayModeBar: true };
                await Plotly.newPlot(chart, chart.data, chart.layout, config);
            }""",
            "g-semaines",
        )
        buttons = page.locator(".modebar-btn")
        assert buttons.count() > 1
        shown = " ".join(buttons.evaluate_all("(all) => all.map((each) => each.outerHTML)"))
        assert "Share" not in shown
        assert "cloud" not in shown.lower()


def test_map_and_table_follow_what_is_chosen(browser: Browser) -> None:
    with opened(browser, f"{folder().as_uri()}/heures.html") as (page, troubles):
        seen = set()
        for measure in ("lost", "persons", "attempts", "full", "occupancy", "reach", "wait"):
            page.select_option("#choix-chaleur [name=measure]", measure)
            assert cells(page, "tableau-chaleur") == drawn(page, "g-chaleur")
            seen.add(str(drawn(page, "g-chaleur")))
        assert len(seen) == 7
        page.select_option("#choix-chaleur [name=measure]", "attempts")
        whole = drawn(page, "g-chaleur")
        page.select_option("#choix-chaleur [name=period]", "2026-10")
        assert drawn(page, "g-chaleur") != whole
        assert "octobre 2026" in text(page, "#c-chaleur")
        page.select_option("#choix-chaleur [name=level]", "quiet")
        kept = [value for row in drawn(page, "g-chaleur") for value in row if value]
        page.select_option("#choix-chaleur [name=level]", "")
        assert len(kept) < len([value for row in drawn(page, "g-chaleur") for value in row])
        page.select_option("#choix-profil [name=day]", "jeudi")
        assert text(page, "#dit-profil") == "jeudi"
        assert not troubles


def test_sliders_tell_what_was_tried(browser: Browser) -> None:
    with opened(browser, f"{folder().as_uri()}/effectifs.html") as (page, troubles):
        today = text(page, "#reponse")
        before = cells(page, "tableau-essais")
        page.locator("[name=agents]").press("ArrowRight")
        assert text(page, "[name=agents-dits]") == "+1"
        more = text(page, "#reponse")
        assert "de plus" in more
        assert more != today
        assert cells(page, "tableau-essais") != before
        page.locator("[name=agents]").press("ArrowLeft")
        assert text(page, "#reponse") == today
        page.check("[name=autre][value=handling]")
        page.locator("[name=handling]").press("ArrowLeft")
        assert text(page, "[name=handling-dits]") == "90\u00a0%"
        assert "de plus" in text(page, "#reponse")
        # What is not chosen holds still: no two others are tried together.
        assert page.locator("[name=lines]").is_disabled()
        assert not troubles


def test_without_script_the_figures_are_there(browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{folder().as_uri()}/heures.html")
    assert "Sans script" in text(page, "main")
    assert page.locator("table.semaine_type tbody tr").count() == 4
    page.goto(f"{folder().as_uri()}/index.html")
    assert page.locator(".questions section").count() == 3
    context.close()


def test_it_prints_on_a4_without_cutting_anything(browser: Browser) -> None:
    for name, most_pages in (("index", 2), ("heures", 3), ("effectifs", 2), ("semaines", 2)):
        with opened(browser, f"{folder().as_uri()}/{name}.html") as (page, _):
            printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
            assert 1 <= len(printed.pages) <= most_pages, name
            for sheet in printed.pages:
                width, height = (float(side) for side in sheet.mediabox[2:])
                assert (round(width), round(height)) in {(595, 842), (596, 842), (594, 842)}
            page.emulate_media(media="print")
            page.set_viewport_size({"width": 718, "height": 1047})  # A4 without its margins
            assert too_wide_px(page) == 0, name


def test_the_style_sheet_is_that_of_the_library(browser: Browser) -> None:
    rules = style_rules(browser, (STATIC / BUNDLE).read_text("utf-8"))
    assert (STATIC / "plotly.css").read_text("utf-8") == rules


def test_the_folder_is_small() -> None:
    size = sum(len(body) for body in report_files().values())
    assert size < MOST_BYTES
