"""Every page in every way in which somebody may see it, through the page check and axe.

    python -m tests.publication.matrix [--theme neutral | dsfr] [--jobs 2]
    python -m tests.publication.matrix --write FOLDER

In French and in Arabic each page is shown narrow, middling and wide, in its own colours, in those
that a reader forces upon it and on paper, with and without script; in the other languages on a
narrow screen. The two fragments stand in a page of another site. It takes several minutes: nine on
two cores that have other work; the tests look at each page once. The second command only writes
the pages, for an HTML checker.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from affluence import config
from affluence.publication.dsfr import Theme
from affluence.publication.edition import Edition
from affluence.publication.language import SOURCE, available
from affluence.publication.language import problems as language_problems
from affluence.publication.paths import FRAGMENTS, NGINX, PAGE, kind_of
from affluence.publication.site import build_site, build_suspended_site
from affluence.steps.theme import theme_of
from tests.browser import axe_violations, chromium

from .editions import full_edition
from .page_check import LOOKS, OPEN, SMALLEST, expected_of, hosted, problems, visited
from .serving import headers_of, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WIDTHS = (SMALLEST, 768, 1280)
IN_FULL = (SOURCE, "ar")  # one language of each direction
UNDER = "/affluence/"  # path of the public address of the editions
EXPIRED = "2026-03-16T00:00:00+01:00"  # the first moment after the last day of the table

Site = dict[str, bytes]


def neutral(edition: Edition, *, suspended: bool) -> Site:
    """The site of an edition, or of its desk while the table is suspended."""
    if suspended:
        return build_suspended_site(edition.desk, edition.period_last)
    return build_site(edition)


@cache
def _state_look() -> Theme:
    """The real one, fetched once (npm) and kept where temporary files are."""
    settings = config.Theme(kind="dsfr", brand=("Préfet", "de l’Exemple"))
    state = Path(tempfile.gettempdir()) / "affluence-matrix"
    state.mkdir(exist_ok=True)
    made = theme_of(settings, state)
    assert made is not None
    return made


def dsfr(edition: Edition, *, suspended: bool) -> Site:
    """The same in the look of the State."""
    if suspended:
        return build_suspended_site(edition.desk, edition.period_last, _state_look())
    return build_site(edition, _state_look())


THEMES: dict[str, Callable[..., Site]] = {"neutral": neutral, "dsfr": dsfr}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page at one moment, and whether it is seen in every way or in the plainest alone."""

    site: str  # of `sites`
    path: str
    in_full: bool
    moment: str = OPEN


@dataclass(frozen=True, slots=True)
class Seen:
    """How often a page was looked at, and what was wrong with it."""

    sheet: Sheet
    times: int
    problems: tuple[str, ...]


def complete() -> tuple[str, ...]:
    """Languages in which there can be pages: those whose catalogues lack nothing."""
    return tuple(code for code in available() if not language_problems(code, reviewed=True))


def sites(theme: str) -> dict[str, Site]:
    """The sites whose pages are looked at, by name."""
    edition = full_edition(languages=complete())
    site = THEMES[theme](edition, suspended=False)
    suspended = THEMES[theme](edition, suspended=True)
    return {"site": site, "suspended": suspended, "another site": hosted(site)}


def sheets(built: Mapping[str, Site]) -> list[Sheet]:
    """Every page of the sites, and the pages of the table once more after its last day."""
    found = []
    for name, site in built.items():
        for path in site:
            if not path.endswith(".html") or (name == "site" and kind_of(path)[0] in FRAGMENTS):
                continue
            found.append(Sheet(name, path, in_full=kind_of(path)[1].code in IN_FULL))
    return [*found, *(Sheet("site", path, False, EXPIRED) for path in (PAGE, "ar.html"))]


@contextmanager
def serving(built: Mapping[str, Site]) -> Iterator[dict[str, str]]:
    """The addresses of the sites; each sends the headers of its own sample."""
    with ExitStack() as stack:
        # A site stands where its pages say: the one that is missing may be shown from anywhere.
        yield {
            name: stack.enter_context(served(site, headers_of(site[NGINX].decode()), under=UNDER))
            + UNDER.rstrip("/")
            if NGINX in site
            else stack.enter_context(served(site))
            for name, site in built.items()
        }


def look_at(browser: Browser, addresses: Mapping[str, str], sheet: Sheet) -> Seen:
    """Look at a page in all the ways that are meant for it."""
    ways = list(product(LOOKS, WIDTHS)) if sheet.in_full else [("light", SMALLEST)]
    scripts = (True, False) if sheet.in_full else (True,)
    expected = expected_of(sheet.path, suspended=sheet.site == "suspended")
    found = []
    for script in scripts:
        address = f"{addresses[sheet.site]}/{sheet.path}"
        with visited(browser, address, moment=sheet.moment, script=script) as visit:
            for look, width in ways:
                visit.page.emulate_media(**LOOKS[look])
                visit.page.set_viewport_size({"width": width, "height": 640})
                told = [*problems(visit, expected), *axe_violations(visit.page)]
                without = "" if script else ", without script"
                found += [f"{width} px, {look}{without}: {problem}" for problem in told]
    return Seen(sheet, len(scripts) * len(ways), tuple(found))


def look_at_all(theme: str, some: Sequence[Sheet]) -> list[Seen]:
    """Look at some pages of a theme in a browser of one's own."""
    with serving(sites(theme)) as addresses, chromium() as browser:
        return [look_at(browser, addresses, sheet) for sheet in some]


def write(built: Mapping[str, Site], folder: Path) -> None:
    """Write the pages of each site to a folder of its own."""
    for sheet in sheets(built):
        file = folder / sheet.site / sheet.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(built[sheet.site][sheet.path])


def main() -> None:
    """Parse the command line, look at every page, report."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--theme", choices=THEMES, default="neutral")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="browsers at once")
    parser.add_argument("--write", type=Path, help="only write the pages, to this folder")
    arguments = parser.parse_args()
    if arguments.write:
        write(sites(arguments.theme), arguments.write)
        return
    began = time.perf_counter()
    wanted = sheets(sites(arguments.theme))
    shares = [wanted[first :: arguments.jobs] for first in range(arguments.jobs)]
    # Begun anew, not forked: the threads of Polars would not come along.
    with ProcessPoolExecutor(arguments.jobs, get_context("spawn")) as pool:
        done = pool.map(look_at_all, [arguments.theme] * len(shares), shares)
        seen = [each for share in done for each in share]
    for each in sorted(seen, key=lambda one: (one.sheet.site, one.sheet.path)):
        when = "" if each.sheet.moment == OPEN else ", expired"
        print(f"{each.sheet.site}: {each.sheet.path}{when}: {each.times} ×", end=" ")
        print(f"{len(each.problems)} problems" if each.problems else "sound")
        for problem in each.problems:
            print(f"    {problem}")
    wrong = sum(len(each.problems) for each in seen)
    incomplete = [code for code in available() if code not in complete()]
    print(
        f"{len(seen)} pages in {len(complete())} languages, looked at"
        f" {sum(each.times for each in seen)} times in {time.perf_counter() - began:.0f} s:"
        f" {wrong} problems"
    )
    if incomplete:
        print(f"not built, their catalogues being incomplete: {', '.join(incomplete)}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
