"""Timed runs of a command, each in a fresh process, and the medians of what they took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.conftest import REPOSITORY

FOLDER = Path(tempfile.gettempdir()) / "affluence-benchmarks"


@dataclass(frozen=True)
class Taken:
    """What a process took, start of the interpreter included."""

    seconds: float
    cpu_s: float  # of it and all its threads
    peak_mib: float


def environment() -> Mapping[str, str]:
    """Of a program that is installed: its modules are compiled already, as pip leaves them."""
    mine = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return mine | {"PYTHONPYCACHEPREFIX": str(FOLDER / "bytecode")}


def time_command(command: Sequence[str], folder: Path) -> Taken:
    """Run a command; stop with what it said if it fails."""
    output = folder / "output.txt"
    timing = [sys.executable, "-m", "tests.benchmarks.timed_process", str(output)]
    told = subprocess.run(
        [*timing, *command], cwd=REPOSITORY, env=environment(), check=True, stdout=subprocess.PIPE
    )
    taken = json.loads(told.stdout)
    if taken.pop("code"):
        raise SystemExit(output.read_text(encoding="utf-8", errors="replace"))
    return Taken(**taken)


def medians(taken: Sequence[Taken]) -> Taken:
    """Each figure by itself."""
    return Taken(
        seconds=median(one.seconds for one in taken),
        cpu_s=median(one.cpu_s for one in taken),
        peak_mib=median(one.peak_mib for one in taken),
    )
