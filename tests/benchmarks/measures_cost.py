"""What all measures cost beside the basic ones, from the lake on, and how much memory they take.

    python -m tests.benchmarks.measures_cost --records 5000000

Runs the program once over synthetic records, then measures its lake in fresh processes, several
rounds in turn: the basic measures (attempts, seconds held, seconds full), all of them, and all of
them over half of the days, whose peak memory tells whether memory grows with the history.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks import affluence_runner
from tests.benchmarks.generate import records

_ROOT = Path(__file__).resolve().parents[2]
_CONTENDERS = {"basic": ("basic", 13), "all": ("all", 13), "all, half": ("all", 7)}


def _time(config: Path, what: str, weeks: int) -> tuple[float, float]:
    """Seconds and peak MiB of one round in a fresh process."""
    output = config.parent / "output.txt"
    python = [sys.executable, "-m"]
    runner = [*python, "tests.benchmarks.measures_runner", str(config), what, str(weeks)]
    timing = [*python, "tests.benchmarks.timed_process", str(output)]
    told = subprocess.run([*timing, *runner], cwd=_ROOT, check=True, stdout=subprocess.PIPE)
    taken = json.loads(told.stdout)
    if taken["code"]:
        raise SystemExit(output.read_text(encoding="utf-8", errors="replace"))
    return taken["seconds"], taken["peak_mib"]


def main() -> None:
    """Parse the command line, fill a lake, race, report."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--records", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    folder = Path(tempfile.gettempdir()) / "affluence-benchmarks"
    traffic = records(arguments.records, folder)
    workdir = Path(tempfile.mkdtemp(dir=folder))
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in _CONTENDERS}
    try:
        affluence_runner.run(traffic.csv, workdir, traffic.lines)
        for _ in range(arguments.rounds):
            for name, (what, weeks) in _CONTENDERS.items():
                taken[name].append(_time(workdir / "config.toml", what, weeks))
    finally:
        shutil.rmtree(workdir)
    medians = {
        name: [statistics.median(column) for column in zip(*rounds, strict=True)]
        for name, rounds in taken.items()
    }
    basic_s = medians["basic"][0]
    print(f"{traffic.records} records; {arguments.rounds} rounds, medians")
    print(f"{'':12}{'seconds':>10}{'x basic':>10}{'peak MiB':>10}")
    for name, (seconds, peak_mib) in medians.items():
        print(f"{name:12}{seconds:>10.2f}{seconds / basic_s:>10.2f}{peak_mib:>10.0f}")


if __name__ == "__main__":
    main()
