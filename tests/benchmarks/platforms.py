"""What a run costs by the number of its platforms: a year of small desks, then one new week.

    python -m tests.benchmarks.platforms --platforms 1 10 100

Every platform has records of its own folder, pages in three languages and a desk that 300 people a
day call. The records are made once and kept between runs; platforms share ten years of them, for
nothing of one platform is of use to another (pseudonyms, and with them every file, are its own).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from tests.benchmarks.duties import TRUNK, ZONE
from tests.benchmarks.generate import SEED, Period, records

_ROOT = Path(__file__).resolve().parents[2]
_YEAR = Period(date(2025, 11, 17), 364)
_WEEK = Period(_YEAR.first + timedelta(days=_YEAR.days), 7)
_CALLS_A_WEEK = 1500
_DISTINCT = 10

_CONFIG = """\
[run]
as_of = "last-record"

[state]
folder = "state"

[target.site]
kind = "in-place"
folder = "site"
"""
_PLATFORM = """
[platform.{name}]
name = "Préfecture {name}"
phone = "+33 1 99 00 10 00"
zone = "{zone}"
lines = {lines}
languages = ["fr", "en", "ar"]
demonstration = true

[platform.{name}.source]
folder = "records/{name}"
dialect = "asterisk-csv"
trunks = ["{trunk}-"]

[platform.{name}.opening]
monday = ["08:30-12:30", "13:30-17:30"]
tuesday = ["08:30-12:30", "13:30-17:30"]
wednesday = ["08:30-12:30", "13:30-17:30"]
thursday = ["08:30-12:30", "13:30-17:30"]
friday = ["08:30-12:30", "13:30-16:30"]
"""


@dataclass(frozen=True)
class Taken:
    """What one run took; ``phases`` are seconds of its main steps."""

    platforms: int
    run: str
    seconds: float
    cpu_s: float
    peak_mib: float
    phases: dict[str, float]

    @property
    def row(self) -> str:
        """A row of the table."""
        phases = "".join(f"{seconds:>10.1f}" for seconds in self.phases.values())
        each = self.seconds / self.platforms
        return (
            f"{self.platforms:>9}  {self.run:<9}{self.seconds:>9.1f}{self.cpu_s:>11.1f}"
            f"{each:>12.2f}{self.peak_mib:>10.0f}{phases}"
        )


def runs(platforms: int, cache: Path) -> Iterator[Taken]:
    """A year, then one week more, then nothing new."""
    workdir = Path(tempfile.mkdtemp(prefix=f"platforms-{platforms}-", dir=cache))
    try:
        names = [f"p{number:03}" for number in range(platforms)]
        sections = [_CONFIG]
        for number, name in enumerate(names):
            lines = _give(cache, workdir / "records" / name, "annee", _YEAR, number)
            sections.append(_PLATFORM.format(name=name, zone=ZONE, lines=lines, trunk=TRUNK))
        (workdir / "config.toml").write_text("".join(sections), encoding="utf-8")
        yield _run(platforms, "a year", workdir)
        for number, name in enumerate(names):
            _give(cache, workdir / "records" / name, "semaine", _WEEK, number)
        yield _run(platforms, "a week", workdir)
        yield _run(platforms, "nothing", workdir)
    finally:
        shutil.rmtree(workdir)


def _give(cache: Path, folder: Path, name: str, period: Period, number: int) -> int:
    """Put records into the folder of a platform; return the number of its lines."""
    count = _CALLS_A_WEEK * period.days // 7
    made = records(count, cache, SEED + number % _DISTINCT, period)
    folder.mkdir(parents=True, exist_ok=True)
    os.link(made.csv, folder / f"{name}.csv")
    return made.lines


def _run(platforms: int, run: str, workdir: Path) -> Taken:
    command = [sys.executable, "-m", "tests.benchmarks.platforms_runner", str(workdir)]
    output = workdir / "output.txt"
    timing = [sys.executable, "-m", "tests.benchmarks.timed_process", str(output)]
    told = subprocess.run([*timing, *command], cwd=_ROOT, check=True, stdout=subprocess.PIPE)
    taken = json.loads(told.stdout)
    said = output.read_text(encoding="utf-8", errors="replace")
    if taken["code"]:
        raise SystemExit(f"{run} of {platforms} platforms failed ({taken['code']}):\n{said}")
    return Taken(
        platforms=platforms,
        run=run,
        seconds=taken["seconds"],
        cpu_s=taken["cpu_s"],
        peak_mib=taken["peak_mib"],
        phases=json.loads(said.splitlines()[-1]),
    )


def main() -> None:
    """Parse the command line, run, report as results come."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--platforms", type=int, nargs="+", default=[1, 10, 100])
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path(tempfile.gettempdir()) / "affluence-benchmarks",
        help="where the records are kept between runs",
    )
    arguments = parser.parse_args()
    headed = False
    for platforms in arguments.platforms:
        for taken in runs(platforms, arguments.folder.resolve()):
            if not headed:
                phases = "".join(f"{name:>10}" for name in taken.phases)
                print(f"platforms  run        seconds  processor  a platform  peak MiB{phases}")
                headed = True
            print(taken.row, flush=True)


if __name__ == "__main__":
    main()
