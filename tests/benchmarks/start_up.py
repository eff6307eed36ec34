"""How soon the program is there: help, version, a run with nothing new, the demonstration.

    python -m tests.benchmarks.start_up

Medians of rounds, each command in a fresh process of a program that is installed (its modules are
compiled). The demonstration is the whole of ``affluence run`` in a folder that holds nothing but
the shipped configuration and records.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.fresh_process import Taken, medians, time_command
from tests.benchmarks.years_of_slots import affluence
from tests.conftest import REPOSITORY


def _round(folder: Path, taken: dict[str, list[Taken]]) -> None:
    for option in ("--help", "--version"):
        command = [sys.executable, "-m", "affluence", option]
        taken[option].append(time_command(command, folder))
    desk = folder / "desk"
    shutil.rmtree(desk, ignore_errors=True)
    records = Path("cdr_samples") / "demonstration"
    shutil.copytree(REPOSITORY / records, desk / records)
    shutil.copy(REPOSITORY / "config.toml", desk)
    for kind in ("demonstration from nothing", "nothing new"):
        taken[kind].append(time_command(affluence(desk, "run"), folder))


def main() -> None:
    """Parse the command line, time, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with TemporaryDirectory() as name:
        _round(Path(name), defaultdict(list))  # modules are compiled, files are in memory
        taken: dict[str, list[Taken]] = defaultdict(list)
        for _ in range(arguments.rounds):
            _round(Path(name), taken)
    print(f"{'':28}{'wall s':>8}{'cpu s':>8}{'peak MiB':>10}")
    for kind, each in taken.items():
        middle = medians(each)
        print(f"{kind:28}{middle.seconds:>8.2f}{middle.cpu_s:>8.2f}{middle.peak_mib:>10.0f}")


if __name__ == "__main__":
    main()
