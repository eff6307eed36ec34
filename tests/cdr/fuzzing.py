"""Damaged files of every dialect: whatever happened to one, the reader keeps its promises.

    python -m tests.cdr.fuzzing --files 200000

Every file is a sample with some `tests.cdr.mutations`, drawn from its number alone: a failure is
seen again with ``--first NUMBER --files 1``. Of each it is checked that

* nothing is raised but the errors of this program;
* lines = calls + merged + duplicates + ignored + rejected;
* no telephone number stands in an error, a reason or the shape of a line;
* it is read within bounded time and memory.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from random import Random

import polars as pl

from affluence import calls
from affluence.cdr.dialects import DIALECTS
from affluence.cdr.files import read_ranges
from affluence.cdr.recipe import Recipe
from affluence.errors import AffluenceError
from affluence.tables import LEGS
from tests.cdr.mutations import mutate
from tests.conftest import REPOSITORY
from tests.samples.every_dialect import recipe_for

SAMPLES = tuple(
    (dialect, path)
    for dialect in DIALECTS
    for path in sorted((REPOSITORY / "cdr_samples" / dialect).rglob("*"))
    if path.is_file() and path.name != "source.toml"
)
# The last nine digits of the numbers that are reserved for fiction.
NUMBER = re.compile(r"(?:19900|26191|35301|46571|53649|63998)\d{4}")
FOUND_SHARE = 0.2  # of the files are read without stating their dialect
LONGEST_S = 10.0  # of processor time for one file
MOST_MIB = 1500  # of memory for a process
_BATCH = 100  # files whose legs are merged at once
_MEMORY = Path("/dev/shm")  # noqa: S108  # of this process alone, where there is one


@dataclass(kw_only=True)
class Findings:
    """What became of some files."""

    read: Counter[str] = field(default_factory=Counter)  # by dialect
    refused: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def add(self, others: Findings) -> None:
        """Add up."""
        self.read += others.read
        self.refused += others.refused
        self.failures += others.failures


@dataclass(frozen=True, kw_only=True)
class _Read:
    """The records of one file that could be read, and the number of lines that gave none."""

    what: str
    legs: pl.DataFrame
    lines: int
    set_aside: int


class BrokenPromiseError(AssertionError):
    """The reader did what it must not."""


def fuzz(numbers: Sequence[int]) -> Findings:
    """Make, read and check the files of these numbers."""
    findings = Findings()
    memory = _MEMORY if _MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        for at in range(0, len(numbers), _BATCH):
            batch = numbers[at : at + _BATCH]
            reads = [_read_one(number, Path(folder), findings) for number in batch]
            findings.failures += _unaccounted([read for read in reads if read is not None])
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    if peak_mib > MOST_MIB:
        findings.failures.append(f"{peak_mib} MiB for files {numbers[0]} to {numbers[-1]}")
    return findings


def _read_one(number: int, folder: Path, findings: Findings) -> _Read | None:
    rng = Random(f"file {number}")
    dialect, sample = rng.choice(SAMPLES)
    content, mutations = mutate(rng, sample.read_bytes())
    path = folder / sample.name
    path.write_bytes(content)
    found = rng.random() < FOUND_SHARE
    recipe = recipe_for(dialect)
    recipe = replace(recipe, dialect=None) if found else recipe
    how = "to be found" if found else "stated"
    what = f"file {number} ({dialect}/{sample.name}, {how}; {', '.join(mutations)})"
    began_s = time.process_time()
    read = None
    try:
        read = _read(path, recipe, what)
        findings.read[dialect] += 1
    except AffluenceError as error:
        findings.refused[dialect] += 1
        if NUMBER.search(str(error)):
            findings.failures.append(f"{what}: a number in its error")
    except (Exception, pl.exceptions.PanicException) as error:  # noqa: BLE001  # each is a finding
        findings.failures.append(f"{what}: {repr(error)[:300]}")
    lasted_s = time.process_time() - began_s
    if lasted_s > LONGEST_S:
        findings.failures.append(f"{what}: {lasted_s:.1f} s")
    return read


def _read(path: Path, recipe: Recipe, what: str) -> _Read:
    legs, lines, set_aside = [LEGS.empty()], 0, 0
    for part in read_ranges(path, recipe, str):
        read = part.read
        legs.append(read.legs.drop("day"))
        lines += read.lines
        set_aside += read.rejects.height + sum(read.ignored.values())
        for _, reason, shape in read.rejects.iter_rows():
            if NUMBER.search(reason) or NUMBER.search(shape):
                raise BrokenPromiseError("a number in quarantine")
    return _Read(what=what, legs=pl.concat(legs), lines=lines, set_aside=set_aside)


def _unaccounted(reads: Sequence[_Read]) -> list[str]:
    """Files whose lines do not add up, or whose legs cannot be merged.

    They are merged all at once, for speed: whatever is in the others, each keeps its account.
    """
    if not reads:
        return []
    legs = [read.legs.with_columns(part=pl.lit(at, pl.UInt32)) for at, read in enumerate(reads)]
    try:
        merged = calls.merge_legs(pl.concat(legs), platform="desk", longest_call_s=6 * 3600)
    except (Exception, pl.exceptions.PanicException) as error:  # noqa: BLE001  # as above
        if len(reads) == 1:
            return [f"{reads[0].what}: {repr(error)[:300]}"]
        return [failure for read in reads for failure in _unaccounted([read])]
    counted = {part: sum(fates) for part, *fates in merged.fates.iter_rows()}
    return [
        f"{read.what}: {read.lines} lines, of which {counted.get(at, 0)} are records and"
        f" {read.set_aside} set aside"
        for at, read in enumerate(reads)
        if read.lines != counted.get(at, 0) + read.set_aside
    ]


def main() -> None:
    """Fuzz with every core, tell how it goes, and fail if there is a finding."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--files", type=int, default=10_000)
    options.add_argument("--first", type=int, default=0, help="number of the first file")
    options.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    chosen = options.parse_args()
    every = range(chosen.first, chosen.first + chosen.files)
    some = [every[at : at + 10 * _BATCH] for at in range(0, len(every), 10 * _BATCH)]
    os.environ["POLARS_MAX_THREADS"] = "1"  # of the processes: each has a core
    findings, done, began_s = Findings(), 0, time.monotonic()
    with ProcessPoolExecutor(chosen.jobs, mp_context=get_context("spawn")) as pool:
        for numbers, found in zip(some, pool.map(fuzz, some), strict=True):
            findings.add(found)
            done += len(numbers)
            each_ms = (time.monotonic() - began_s) * 1000 / done
            print(f"{done} files, {each_ms:.1f} ms each", *found.failures, sep="\n  ", flush=True)
    for dialect in DIALECTS:
        print(f"{dialect}: {findings.read[dialect]} read, {findings.refused[dialect]} refused")
    print(f"files {every.start} to {every.stop - 1}: {len(findings.failures)} failures")
    sys.exit(bool(findings.failures))


if __name__ == "__main__":
    main()
