"""How long it takes from call records to measured slots, against a floor, DuckDB and pandas.

    python tests/benchmarks/records_to_week.py --records 5000000

Makes the records once (kept between runs), lets every contender do the duties of `duties` in a
fresh process, several rounds in turn so that a slow minute of the machine falls on all of them,
checks that they agree on every slot, and prints medians side by side.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

_ROOT = Path(__file__).resolve().parents[2]
# Started as a file, Python looks beside this file only; the modules are those of the repository.
sys.path.insert(0, str(_ROOT))

from tests.benchmarks.duties import SLOT_COLUMNS, SLOTS_FILE  # noqa: E402
from tests.benchmarks.generate import Records, records  # noqa: E402

# Installed packages have their bytecode; what is imported from the repository has it too, whatever
# the machine says.
_ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


@dataclass
class Contender:
    """A program, and what its rounds took."""

    name: str
    module: str
    needs: tuple[str, ...] = ()
    measures: bool = True  # whether it leaves slots to compare
    seconds: list[float] = field(default_factory=list)
    peak_mib: list[float] = field(default_factory=list)

    def can_run(self) -> bool:
        """Whether what it needs is installed; nothing is imported here."""
        return all(importlib.util.find_spec(module) for module in self.needs)

    def run(self, traffic: Records, workdir: Path) -> None:
        """One timed round in a fresh process, interpreter start and imports included."""
        output = workdir / "output.txt"
        python = [sys.executable, "-m"]
        command = [*python, f"tests.benchmarks.{self.module}"]
        command += [str(traffic.csv), str(workdir), str(traffic.lines)]
        timing = [*python, "tests.benchmarks.timed_process", str(output)]
        told = subprocess.run(
            [*timing, *command], cwd=_ROOT, env=_ENVIRONMENT, check=True, stdout=subprocess.PIPE
        )
        taken = json.loads(told.stdout)
        if taken["code"]:
            said = output.read_text(encoding="utf-8", errors="replace")
            raise SystemExit(f"{self.name} failed ({taken['code']}):\n{said}")
        self.seconds.append(taken["seconds"])
        self.peak_mib.append(taken["peak_mib"])


def contenders() -> list[Contender]:
    """Everybody, in the order of the rounds; the floor first, all ratios refer to it."""
    return [
        Contender("floor", "floor", measures=False),
        Contender("affluence", "affluence_runner", needs=("affluence", "affluence.cli")),
        Contender("its duties", "duties_runner", needs=("affluence",)),
        Contender("duckdb", "duckdb_runner", needs=("duckdb",)),
        Contender("pandas", "pandas_runner", needs=("pandas", "pyarrow")),
    ]


def race(traffic: Records, running: list[Contender], rounds: int, folder: Path) -> None:
    """Run all rounds; stop at the first disagreement."""
    _warm(traffic.csv)
    for nth in range(rounds):
        slots: dict[str, pl.DataFrame] = {}
        for contender in running:
            workdir = Path(tempfile.mkdtemp(prefix=f"{contender.name}-", dir=folder))
            try:
                contender.run(traffic, workdir)
                if contender.name == "affluence":
                    _export_slots(workdir)
                if contender.measures:
                    slots[contender.name] = pl.read_parquet(workdir / SLOTS_FILE)
            finally:
                shutil.rmtree(workdir)
            print(f"round {nth + 1}: {contender.name} {contender.seconds[-1]:.2f} s", flush=True)
        assert_agreement(slots)


def _warm(csv: Path) -> None:
    """Read the file once, so that the first contender does not pay for the disk."""
    with csv.open("rb", buffering=0) as file:
        while file.read(1 << 24):
            pass


def _export_slots(workdir: Path) -> None:
    from tests.benchmarks.affluence_runner import export_slots  # only where the product takes part

    export_slots(workdir)


def assert_agreement(slots: dict[str, pl.DataFrame]) -> None:
    """Every contender must have measured the same, slot by slot and column by column."""
    names = list(slots)
    for name in names[1:]:
        reference, other = slots[names[0]], slots[name]
        assert reference["slot_start"].equals(other["slot_start"]), (
            f"{names[0]} and {name} have other slots: {reference.height}, {other.height}"
        )
        for column in SLOT_COLUMNS:
            differing = (reference[column] != other[column]).arg_true()
            assert differing.is_empty(), (
                f"{names[0]} and {name} differ on {column} in {differing.len()} slots, first: "
                f"{reference.row(differing[0], named=True)} / {other.row(differing[0], named=True)}"
            )
    if len(names) > 1:
        one = slots[names[0]]
        print(
            f"{', '.join(names)} agree on all {len(SLOT_COLUMNS) - 1} columns of {one.height} "
            f"slots: {one['attempts'].sum()} attempts, {one['held_s'].sum()} s held, "
            f"{one['full_s'].sum()} s full"
        )


def report(traffic: Records, running: list[Contender]) -> str:
    """Return medians side by side."""
    floor_s = statistics.median(running[0].seconds)
    size_mb = traffic.csv.stat().st_size / 1e6
    rounds = len(running[0].seconds)
    lines = [
        f"{traffic.records} records, {size_mb:.0f} MB, {traffic.lines} lines; {rounds} rounds",
        f"{'':12}{'seconds':>10}{'x floor':>10}{'records/s':>14}{'peak MiB':>10}   all rounds",
    ]
    for contender in running:
        median_s = statistics.median(contender.seconds)
        lines.append(
            f"{contender.name:12}{median_s:>10.2f}{median_s / floor_s:>10.2f}"
            f"{traffic.records / median_s:>14,.0f}{statistics.median(contender.peak_mib):>10.0f}"
            f"   {' '.join(f'{seconds:.2f}' for seconds in contender.seconds)}"
        )
    return "\n".join(lines)


def main() -> None:
    """Parse the command line, make the records, race, report."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--records", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path(tempfile.gettempdir()) / "affluence-benchmarks",
        help="where the records are kept between runs",
    )
    parser.add_argument(
        "--without", nargs="*", default=[], choices=[c.name for c in contenders()[1:]]
    )
    arguments = parser.parse_args()
    running = [c for c in contenders() if c.name not in arguments.without]
    absent = [contender.name for contender in running if not contender.can_run()]
    if absent:
        parser.error(f"not installed: {', '.join(absent)}; leave out with --without")
    began = time.perf_counter()
    traffic = records(arguments.records, arguments.folder.resolve())
    print(f"records ready in {time.perf_counter() - began:.1f} s: {traffic.csv}", flush=True)
    race(traffic, running, arguments.rounds, traffic.csv.parent)
    print(report(traffic, running))


if __name__ == "__main__":
    main()
