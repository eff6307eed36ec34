"""What a page must be in a browser, for every reader: what axe and the HTML checker do not see too.

    python -m tests.publication.page_check --defects [--vnu vnu.jar]

shows which of axe, the Nu HTML checker and this check see each seeded defect.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from affluence.publication.language import SOURCE, Language
from affluence.publication.paths import FRAGMENTS, MISSING, RICH_TEXT, TO_COPY, kind_of
from affluence.publication.site import build_site
from affluence.publication.wording import LEVELS, Words
from tests.browser import TEXT_SPACING, axe_violations, chromium
from tests.publication.editions import full_edition
from tests.publication.page_defects import DEFECTS
from tests.publication.serving import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SCRIPT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")

# The table of the drawn editions is valid, the desk is open: an hour of the table is marked.
OPEN = "2026-03-10T14:30:00+01:00"
SMALLEST = 320  # CSS pixels across, WCAG 1.4.10

# Ways of showing a page, besides its width.
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"media": "screen", "forced_colors": "none"},
    "forced colours": {"media": "screen", "forced_colors": "active"},
    "print": {"media": "print", "forced_colors": "none"},
}

# A page of another site, as plain as can be, around a fragment.
HOST = """<!DOCTYPE html>
<html lang="fr" dir="ltr">
<head>
<meta charset="utf-8">
<title>Nous joindre</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
</head>
<body>
<main>
<h1>Nous joindre</h1>
{fragment}</main>
</body>
</html>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a page should be."""

    language: str
    direction: str
    words: tuple[str, ...]  # of the levels, in its language
    levels: bool  # whether it has the table of levels
    symbols: bool  # whether each level has its symbol
    isolated: bool  # whether the number to dial is protected from the direction of the page
    fits: bool  # whether its table must fit the screen: without any style it cannot
    root: str  # the element that tells language and direction
    spacing: str = TEXT_SPACING


@dataclass(frozen=True, slots=True)
class Visit:
    """A page that a browser shows, what it asked for and the faults that the browser told."""

    page: Page
    asked: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def expected_of(path: str, *, suspended: bool = False) -> Expected:
    """What the page of this path should be."""
    kind, language = kind_of(path)
    said = Words(language)
    return Expected(
        language=language.code,
        direction=language.direction,
        words=tuple(str(said.level(state)) for state in LEVELS),
        levels=not suspended and kind not in ("simple", MISSING, TO_COPY),
        symbols=kind != RICH_TEXT,
        isolated=kind != RICH_TEXT,
        fits=kind != RICH_TEXT,
        root="main > [lang]" if kind in FRAGMENTS and language != Language(SOURCE) else "html",
    )


def hosted(site: Mapping[str, bytes]) -> dict[str, bytes]:
    """The fragments of a site, each in a page of another one."""
    return {
        path: HOST.format(fragment=body.decode()).encode()
        for path, body in site.items()
        if path.endswith(".html") and kind_of(path)[0] in FRAGMENTS
    }


# Tabs that wait for the next visit, by the options of their contexts: to open one takes longer than
# to look at a page.
_IDLE: WeakKeyDictionary[Browser, dict[frozenset[tuple[str, Any]], list[Page]]] = (
    WeakKeyDictionary()
)


@contextmanager
def visited(
    browser: Browser,
    address: str,
    *,
    width: int = SMALLEST,
    moment: str = OPEN,
    script: bool = True,
    **context: Any,
) -> Iterator[Visit]:
    """A page at a moment, in a tab that remembers nothing of any other.

    Without ``script`` those of the page do not run; the check and axe do, once it is there.
    """
    idle = _IDLE.setdefault(browser, {}).setdefault(frozenset(context.items()), [])
    idle[:] = [tab for tab in idle if not tab.is_closed()]
    page = idle.pop() if idle else browser.new_context(**context).new_page()
    visit = Visit(page)
    listeners: dict[Any, Callable[[Any], None]] = {
        "request": lambda request: visit.asked.append(request.url),
        "pageerror": lambda error: visit.faults.append(error.message),
        "console": lambda told: visit.faults.append(told.text) if told.type == "error" else None,
    }
    for event, listener in listeners.items():
        page.on(event, listener)
    page.set_viewport_size({"width": width, "height": 640})
    page.clock.set_fixed_time(moment)
    protocol = page.context.new_cdp_session(page)
    protocol.send("Emulation.setScriptExecutionDisabled", {"value": not script})
    page.goto(address)
    protocol.send("Emulation.setScriptExecutionDisabled", {"value": False})
    yield visit
    # Where the block fails, the tab is not used again.
    page.evaluate("localStorage.clear(), sessionStorage.clear()")
    page.context.clear_cookies()
    page.emulate_media(media="null", forced_colors="null", color_scheme="null")
    page.goto("about:blank")
    protocol.detach()
    for event, listener in listeners.items():
        page.remove_listener(event, listener)
    idle.append(page)


def problems(visit: Visit, expected: Expected) -> list[str]:
    """Everything that is wrong with a page, in plain words; nothing if it is sound.

    Its folded parts are opened, and stay so.
    """
    page = visit.page
    host = urlsplit(page.url).netloc
    stored = page.evaluate("localStorage.length + sessionStorage.length")
    return [
        *(f"it asks {url}" for url in visit.asked if urlsplit(url).netloc != host),
        *(f"the browser says: {fault}" for fault in visit.faults),
        *(f"it sets a cookie: {cookie['name']}" for cookie in page.context.cookies()),
        *(["it keeps something in the browser"] if stored else []),
        *page.evaluate(SCRIPT, asdict(expected)),
    ]


def nu_complaints(vnu: Path, pages: Sequence[str]) -> list[bool]:
    """Whether the Nu HTML checker objects to each of these pages."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{place}.html" for place in range(len(pages))]
        for file, page in zip(files, pages, strict=True):
            file.write_text(page, encoding="utf-8")
        how = ["--format", "json", "--stdout", "--exit-zero-always"]
        program = ["java", "-Xss2m", "-jar", str(vnu), *how, *map(str, files)]
        done = subprocess.run(program, check=True, capture_output=True, encoding="utf-8")
    messages = json.loads(done.stdout)["messages"]
    refused = {
        Path(told["url"]).name
        for told in messages
        if told["type"] == "error" or told.get("subType") == "warning"
    }
    return [file.name in refused for file in files]


def show_defects(vnu: Path | None) -> None:
    """Print which of the three sees each defect, beside a sound page that none may object to."""
    site = build_site(full_edition(languages=("fr", "en", "ar")))
    cases = [("nothing: a sound page", "index.html", site["index.html"].decode())]
    cases += [("nothing: a sound page", "ar.html", site["ar.html"].decode())]
    cases += [(one.name, one.path, one.change(site[one.path].decode())) for one in DEFECTS]
    by_nu = nu_complaints(vnu, [page for *_, page in cases]) if vnu else [False] * len(cases)
    seen = {"axe": 0, "Nu": 0, "axe or Nu": 0, "this": 0}
    print(f"{'defect':42}{'axe':36}{'Nu':6}this check")
    with chromium() as browser:
        for (name, path, page), nu in zip(cases, by_nu, strict=True):
            with (
                served({path: page.encode()}) as address,
                visited(browser, f"{address}/{path}") as visit,
            ):
                told = problems(visit, expected_of(path))
                rules = [violation.partition(" ")[0] for violation in axe_violations(visit.page)]
            by_axe = ", ".join(rules) or "-"
            ours = f"{told[0][:60]}{f' (+{len(told) - 1})' if told[1:] else ''}" if told else "-"
            print(f"{name:42}{by_axe:36}{('yes' if nu else '-') if vnu else '?':6}{ours}")
            seen["axe"] += bool(rules)
            seen["Nu"] += nu
            seen["axe or Nu"] += nu or bool(rules)
            seen["this"] += bool(told)
    counts = ", ".join(f"{who} {times}" for who, times in seen.items())
    print(f"{len(DEFECTS)} defects: {counts}")


def main() -> None:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--defects", action="store_true", required=True)
    parser.add_argument("--vnu", type=Path, help="the Nu HTML checker's vnu.jar; needs Java")
    show_defects(parser.parse_args().vnu)


if __name__ == "__main__":
    main()
