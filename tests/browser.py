"""Chromium for tests of pages, and what a reader may ask of any page."""

from __future__ import annotations

import atexit
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# The shell is the same engine without the window around it: a tab opens in a quarter of the time.
_CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "google-chrome"))), None
)

NEEDS_CHROMIUM = [
    pytest.mark.browser,
    pytest.mark.skipif(_CHROMIUM is None, reason="Chromium is not installed"),
]

# For root, and for a machine without internet.
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
]
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# WCAG 1.4.12: what a reader may impose without losing anything.
TEXT_SPACING = """
* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-block-end: 2em !important }
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, without pages; those that the block opens are closed with it."""
    browser = _launched()
    yield browser
    for context in browser.contexts:
        context.close()


@cache
def _launched() -> Browser:
    """One for the whole process: to start it takes longer than most tests."""
    playwright = pytest.importorskip("playwright.sync_api")
    running = playwright.sync_playwright().start()
    atexit.register(running.stop)
    browser: Browser = running.chromium.launch(executable_path=_CHROMIUM, args=_FLAGS)
    return browser


def axe_violations(page: Page) -> list[str]:
    """The rules that axe sees broken, as « name × times »."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    options = {"runOnly": {"type": "tag", "values": _RULES}, "resultTypes": ["violations"]}
    if page.evaluate("typeof axe") == "undefined":  # it is long, and stays as long as the page
        page.evaluate(f"{axe.Axe().axe_script}; null")
    # Only this is carried over: what else axe tells is a thousand times as much.
    counted: list[str] = page.evaluate(
        """async (options) => (await axe.run(options)).violations
            .map(({ id, nodes }) => `${id} × ${nodes.length}`)""",
        options,
    )
    return counted
