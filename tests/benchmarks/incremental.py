"""What a new week costs after years: a whole run beside the same run with less history.

    python -m tests.benchmarks.incremental --years 1 5 10

A platform of 100,000 attempts a week with six months of legs (`years_of_slots`): made once for each
number of years and kept between runs, which takes minutes. In each round, and for each number of
years in turn, the state is copied and ``affluence run`` timed in a fresh process: with a week's
file more, then with nothing new, then with a late file of one day. Prints medians, how they compare
with those of the first number of years, and where the processor's time of a new week went.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from statistics import median

from affluence import manager
from affluence.config import load
from tests.benchmarks.fresh_process import FOLDER, Taken, environment, medians, time_command
from tests.benchmarks.years_of_slots import ROOT, Platform, affluence

_RUNS = ("a new week", "nothing new", "a late day")


def _round(platform: Platform, years: int, taken: dict[str, list[Taken]]) -> None:
    """One run of each kind, one after the other."""
    work = platform.copy(years)
    platform.add_week()
    for kind in _RUNS:
        if kind == "a late day":
            platform.add_late_day()
        taken[kind].append(time_command(affluence(work, "run"), platform.folder))


def _steps(platform: Platform, years: int) -> dict[str, float]:
    """Seconds of processor of each step of a run with a new week."""
    work = platform.copy(years)
    platform.add_week()
    command = ["-m", "tests.benchmarks.incremental_steps", str(work / "config.toml")]
    told = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment(), check=True, stdout=subprocess.PIPE
    )
    steps: dict[str, float] = json.loads(told.stdout)
    return steps


def _read_back_ms(platform: Platform, years: int) -> float:
    """All slots of the platform, in a process that has read slots before."""
    config = load(platform.copy(years) / "config.toml")
    took = []
    for _ in range(5):
        began = time.process_time()
        manager.read_measured(config)
        took.append(1000 * (time.process_time() - began))
    return min(took)


def main() -> None:
    """Parse the command line, make the states, time, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--years", type=int, nargs="+", default=[1, 5, 10])
    parser.add_argument("--attempts", type=int, default=100_000, help="a week")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=FOLDER / "incremental")
    parser.add_argument("--infer-lines", action="store_true", help="none are configured")
    arguments = parser.parse_args()
    platform = Platform(arguments.folder.resolve(), arguments.attempts, arguments.infer_lines)
    for years in arguments.years:
        print(f"{years} years: {platform.state(years)}", flush=True)
    taken: dict[int, dict[str, list[Taken]]] = {
        years: defaultdict(list) for years in arguments.years
    }
    steps: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for nth in range(arguments.rounds):
        for years in arguments.years:
            _round(platform, years, taken[years])
            for step, seconds in _steps(platform, years).items():
                steps[step][years].append(seconds)
            print(f"round {nth + 1}: {years} years", flush=True)
    _print_runs(taken)
    _print_steps(steps, arguments.years)
    read = (f"{years}: {_read_back_ms(platform, years):.0f} ms" for years in arguments.years)
    print("all slots read back, years:", ", ".join(read))
    platform.take_back()
    platform.remove_copy()


def _print_runs(taken: dict[int, dict[str, list[Taken]]]) -> None:
    print(f"{'':14}{'years':>6}{'wall s':>9}{'cpu s':>8}{'x cpu':>7}{'peak MiB':>10}")
    for kind in _RUNS:
        first = None
        for years, by_kind in taken.items():
            middle = medians(by_kind[kind])
            first = first or middle
            print(
                f"{kind:14}{years:>6}{middle.seconds:>9.2f}{middle.cpu_s:>8.2f}"
                f"{middle.cpu_s / first.cpu_s:>7.2f}{middle.peak_mib:>10.0f}"
            )


def _print_steps(steps: dict[str, dict[int, list[float]]], years: list[int]) -> None:
    print(f"{'cpu s of a step':18}" + "".join(f"{number:>8} y" for number in years))
    for step, by_years in steps.items():
        print(f"{step:18}" + "".join(f"{median(by_years[number]):>10.2f}" for number in years))


if __name__ == "__main__":
    main()
