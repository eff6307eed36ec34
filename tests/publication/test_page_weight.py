"""The pages on a slow line: they weigh little, ask for nothing more, and never jump."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from affluence.publication.site import build_site
from tests.browser import NEEDS_CHROMIUM

from .editions import full_edition
from .matrix import EXPIRED
from .page_check import OPEN, visited
from .serving import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SITE = build_site(full_edition(languages=("fr", "en", "ar")))
PAGES = sorted(path for path in SITE if path.endswith(".html") and "integrer" not in path)
SHOWN = ("index.html", "ar.html", "simple.html", "affiche.html", "404.html")

MOST_BYTES = 40_000
MOST_SHIFT = 0.01
# Room enough for a browser to show what came first before the rest is there.
SLOW = 0.4

# What moved on the page since it began, as a share of the screen.
SHIFT = """new Promise((resolve) => {
  let shift = 0;
  const add = (list) => { for (const entry of list.getEntries()) shift += entry.value };
  new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => setTimeout(() => resolve(shift), 50));
})"""


@pytest.mark.parametrize("path", [path for path in PAGES if path != "coller.html"])
def test_no_page_weighs_more_than_it_may(path: str) -> None:
    assert len(gzip.compress(SITE[path])) <= MOST_BYTES


class TestInChromium:
    pytestmark = NEEDS_CHROMIUM

    @pytest.mark.parametrize("moment", [OPEN, EXPIRED])
    @pytest.mark.parametrize("width", [320, 1280])
    @pytest.mark.parametrize("path", SHOWN)
    def test_nothing_jumps_while_a_page_comes_in(
        self, browser: Browser, path: str, width: int, moment: str
    ) -> None:
        with (
            served(SITE, pause=SLOW) as address,
            visited(browser, f"{address}/{path}", width=width, moment=moment) as visit,
        ):
            assert visit.page.evaluate(SHIFT) <= MOST_SHIFT

    @pytest.mark.parametrize("path", SHOWN)
    def test_a_page_comes_in_one_piece_and_leaves_no_trace(
        self, browser: Browser, path: str
    ) -> None:
        with served(SITE) as address, visited(browser, f"{address}/{path}") as visit:
            came = visit.page.reload(wait_until="networkidle")
            assert came is not None
            assert 0 < came.request.sizes()["responseBodySize"] <= MOST_BYTES
            asked = {url for url in visit.asked if not url.endswith("favicon.ico")}
            assert asked == {f"{address}/{path}"}
            assert visit.page.context.cookies() == []
