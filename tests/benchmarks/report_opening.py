"""How large the report of a year is, and how soon each of its pages is there.

    python -m tests.benchmarks.report_opening --weeks 52

simulates so many weeks of the demonstration's desk, measures them, writes the report, and opens
each page in Chromium, from disk and from a server of this machine, several times. The time is that
until every chart is drawn. Needs the extra ``dev`` and Chromium.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from affluence import manager, pipeline
from affluence.config import load
from affluence.report.pages import PAGES
from affluence.report_folder import write_report
from affluence.simulator.asterisk_csv import WRITER
from affluence.simulator.demonstration import demonstration
from affluence.simulator.simulation import simulate
from affluence.staffing import Target
from tests.browser import chromium
from tests.conftest import REPOSITORY
from tests.runs import TODAY, noon
from tests.servers import Quiet, serving

_DRAWN = "[...document.querySelectorAll('.graphique')].every((each) => each.querySelector('svg'))"


def write_year(folder: Path, weeks: int) -> Path:
    """Records of so many weeks, and a configuration that reads them."""
    desk = demonstration()
    first = desk.last_day - timedelta(days=7 * weeks - 3)
    records = folder / "cdr_samples" / "demonstration"
    records.mkdir(parents=True)
    for name, content in WRITER.files(simulate(replace(desk, first_day=first), seed=1)).items():
        (records / name).write_bytes(content)
    messages = REPOSITORY / "cdr_samples" / "demonstration" / "messages.csv"
    (records / messages.name).write_bytes(messages.read_bytes())
    config = folder / "config.toml"
    shipped = (REPOSITORY / "config.toml").read_text("utf-8")
    config.write_text(shipped.replace("legs_days = 180", "legs_days = 366"), "utf-8")
    return config


class _Silent(Quiet, SimpleHTTPRequestHandler):
    """The folder, without a word."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    handler = partial(_Silent, directory=str(folder))
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as port:
        yield f"http://127.0.0.1:{port}"


def opening_s(address: str, rounds: int) -> float:
    """Median time from the request to the last chart, each time in a browser context of its own."""
    taken = []
    for _ in range(rounds):
        with chromium() as browser:
            page = browser.new_context().new_page()
            begin = time.perf_counter()
            page.goto(address)
            page.wait_for_function(_DRAWN)
            taken.append(time.perf_counter() - begin)
    return median(taken)


def main(weeks: int, rounds: int) -> None:
    """Print sizes and times."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        settings = load(write_year(folder, weeks))
        pipeline.run(settings, noon(TODAY))
        begin = time.process_time()
        files = manager.report(
            settings, noon(TODAY), weeks=weeks, language="fr", target=Target(), quantile=0.75
        )
        made_s = time.process_time() - begin
        place = folder / "rapport"
        write_report(files, place, settings.folders_to_write)
        total = sum(map(len, files.values()))
        print(f"{weeks} weeks: {len(files)} files, {total / 1e6:.2f} MB, made in {made_s:.1f} s")
        print(f"{'page':12} {'kB':>6} {'from disk, s':>13} {'from a server, s':>17}")
        with served(place) as server:
            for page in PAGES:
                size = len(files[f"{page}.html"]) / 1000
                disk = opening_s(f"{place.as_uri()}/{page}.html", rounds)
                far = opening_s(f"{server}/{page}.html", rounds)
                print(f"{page:12} {size:6.0f} {disk:13.2f} {far:17.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    main(given.weeks, given.rounds)
