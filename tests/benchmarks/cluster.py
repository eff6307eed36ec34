"""How long a run takes on a Dask cluster of this machine, beside the same run without one.

    python -m tests.benchmarks.cluster --records 500000

Makes twenty files of so many records each (kept between runs) and lets `affluence run` read,
measure and publish them from nothing, in turn: on this machine by itself (all cores), and on one
and two workers of one thread each. A cluster exists already: its workers are started, and have done
some work, before the clock runs. What the runs leave must agree before anything is printed.

For more workers than this machine has cores the time is *computed*: every task as it was timed with
one worker is given, in order, to the worker that is free first (list scheduling), reading first,
measuring then, and what the asking machine did by itself is added. No network is in it: the last
column says how much the storage would have to move at that pace while files are read.
"""

from __future__ import annotations

import argparse
import heapq
import itertools
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import distributed

from tests.benchmarks.affluence_runner import write_config
from tests.benchmarks.generate import Records, records
from tests.runs import files_under
from tests.servers import free_port

_ROOT = Path(__file__).resolve().parents[2]
FILES = 20
WORKERS = (1, 2)
COMPUTED = (1, 2, 4, 16, 64)
_ONE_THREAD = {**os.environ, "PYTHONPATH": str(_ROOT), "POLARS_MAX_THREADS": "1"}
_WARM_UP_RECORDS = 2000


@dataclass(frozen=True)
class Tasks:
    """Seconds of every task of one kind, in the order in which they were given out."""

    reading: tuple[float, ...]
    measuring: tuple[float, ...]


@dataclass
class Rounds:
    """What the rounds of one way to run took."""

    name: str
    seconds: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)  # of all processes that take part


def split(traffic: Records, files: int, folder: Path) -> Path:
    """The records in so many files, one after the other; the folder that holds them."""
    there = folder / f"{traffic.csv.stem}-in-{files}"
    if not there.exists():
        unfinished = there.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        with traffic.csv.open("rb") as lines:
            for number in range(files):
                part = itertools.islice(lines, -(-traffic.records // files))
                (unfinished / f"part-{number:02}.csv").write_bytes(b"".join(part))
        unfinished.rename(there)
    return there


@contextmanager
def cluster(workers: int, folder: Path) -> Iterator[str]:
    """The address of a scheduler with so many workers."""
    address = f"tcp://127.0.0.1:{free_port()}"
    dask = [sys.executable, "-m", "dask"]
    port = address.rpartition(":")[2]
    commands = [[*dask, "scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"]]
    worker = [*dask, "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    commands += [[*worker, "--local-directory", str(folder)]] * workers
    with ExitStack() as stack:
        log = stack.enter_context((folder / "cluster.log").open("ab"))
        for command in commands:
            process = subprocess.Popen(command, env=_ONE_THREAD, stdout=log, stderr=log)
            stack.callback(process.wait)
            stack.callback(process.terminate)
        with distributed.Client(address, set_as_default=False, timeout=60) as client:
            client.wait_for_workers(workers, timeout=60)
        yield address


def run(parts: Path, lines: int, workdir: Path, scheduler: str | None) -> tuple[float, float]:
    """Seconds and CPU seconds of one run from nothing, interpreter start included.

    CPU seconds are those of the run and of the workers, not of the scheduler.
    """
    shutil.rmtree(workdir, ignore_errors=True)
    workdir.mkdir()
    config = write_config(parts / "*.csv", workdir, lines)
    if scheduler:
        engine = f'[engine]\nkind = "dask"\nscheduler = "{scheduler}"\n'
        config.write_text(config.read_text("utf-8") + engine, "utf-8")
    environment = {name: text for name, text in _ONE_THREAD.items() if name != "POLARS_MAX_THREADS"}
    command = [sys.executable, "-m", "affluence", "run", "--config", str(config)]
    before, began = _worked_s(scheduler), time.perf_counter()
    with (workdir / "said.txt").open("wb") as said:
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit((workdir / "said.txt").read_text("utf-8"))
    return seconds, usage.ru_utime + usage.ru_stime + _worked_s(scheduler) - before


def _worked_s(scheduler: str | None) -> float:
    """CPU seconds of the workers of a cluster so far."""
    if scheduler is None:
        return 0
    with distributed.Client(scheduler, set_as_default=False) as client:
        worked_s: dict[str, float] = client.run(time.process_time)
        return sum(worked_s.values())


def tasks_of(scheduler: str, parts: Path, lines: int, workdir: Path) -> tuple[float, Tasks]:
    """One more run, its seconds, and every task of it as its worker timed it."""
    with (
        distributed.Client(scheduler, set_as_default=False) as client,
        distributed.get_task_stream(client) as stream,
    ):
        seconds, _ = run(parts, lines, workdir, scheduler)
    told: dict[str, list[tuple[float, float]]] = {"keep_file": [], "measure_batch": []}
    for task in stream.data:
        spans = [span for span in task["startstops"] if span["action"] == "compute"]
        worked = sum(span["stop"] - span["start"] for span in spans)
        told[task["key"].partition("-")[0]].append((spans[0]["start"], worked))
    reading, measuring = (tuple(took for _, took in sorted(told[kind])) for kind in told)
    return seconds, Tasks(reading, measuring)


def makespan(tasks: Sequence[float], workers: int) -> float:
    """Seconds until the last task is done, each given to the worker that is free first."""
    free_at = [0.0] * workers
    for task in tasks:
        heapq.heapreplace(free_at, free_at[0] + task)
    return max(free_at)


def left(workdir: Path) -> dict[str, bytes]:
    """What must be the same: the counts and the site. Calls have keys drawn by lot."""
    lake = workdir / "state" / "lake"
    counts = {name: content for name, content in files_under(lake).items() if "legs/" not in name}
    return counts | files_under(workdir / "site")


def main() -> None:
    """Race, compare, compute, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=500_000, help="of each file")
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "affluence")
    given = parser.parse_args()
    traffic = records(given.records * given.files, given.folder)
    parts = split(traffic, given.files, given.folder)
    few = records(_WARM_UP_RECORDS, given.folder)
    warm_up = split(few, 4, given.folder)
    with ExitStack() as stack:
        workdir = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=given.folder)))
        ways: list[tuple[Rounds, str | None]] = [(Rounds("this machine, all cores"), None)]
        for workers in WORKERS:
            address = stack.enter_context(cluster(workers, workdir))
            run(warm_up, few.lines, workdir / "warm", address)
            ways.append((Rounds(f"Dask, workers: {workers}"), address))
        for nth in range(given.rounds):
            expected = None
            for rounds, scheduler in ways:
                seconds, cpu_s = run(parts, traffic.lines, workdir / "run", scheduler)
                rounds.seconds.append(seconds)
                rounds.cpu_s.append(cpu_s)
                expected = expected or left(workdir / "run")
                if left(workdir / "run") != expected:
                    raise SystemExit(f"{rounds.name}: another result")
                print(
                    f"round {nth + 1}, {rounds.name}: {seconds:.2f} s, CPU {cpu_s:.2f} s",
                    flush=True,
                )
        seconds, tasks = tasks_of(str(ways[1][1]), parts, traffic.lines, workdir / "run")
        legs = workdir / "run" / "state" / "lake" / "legs"
        moved_mb = [
            sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
            for folder in (parts, legs)
        ]
    _print_measured([rounds for rounds, _ in ways])
    _print_computed(seconds, tasks, *moved_mb)


def _print_measured(ways: Sequence[Rounds]) -> None:
    """Medians; ratios to this machine are medians of those of each round."""
    here = ways[0]
    print("\n| measured | seconds | ratio | CPU seconds | ratio |\n|---|---|---|---|---|")
    for way in ways:
        told = [
            (statistics.median(of), statistics.median(b / a for a, b in zip(base, of, strict=True)))
            for base, of in ((here.seconds, way.seconds), (here.cpu_s, way.cpu_s))
        ]
        cells = " | ".join(f"{median:.2f} | {ratio:.2f}" for median, ratio in told)
        print(f"| {way.name} | {cells} |")


def _print_computed(seconds: float, tasks: Tasks, read_mb: float, written_mb: float) -> None:
    asking = seconds - sum(tasks.reading) - sum(tasks.measuring)
    print(
        f"\nWith one worker: {len(tasks.reading)} tasks read {sum(tasks.reading):.2f} s,"
        f" {len(tasks.measuring)} measured {sum(tasks.measuring):.2f} s,"
        f" {read_mb:.0f} MB read, {written_mb:.0f} MB of calls written; the asking machine by"
        f" itself {asking:.2f} s."
    )
    print("\n| computed, workers | seconds | tenfold the tasks | MB/s moved |\n|---|---|---|---|")
    for workers in COMPUTED:
        reading = makespan(tasks.reading, workers)
        whole = asking + reading + makespan(tasks.measuring, workers)
        tenfold = 10 * asking + sum(
            makespan(kind * 10, workers) for kind in (tasks.reading, tasks.measuring)
        )
        pace = (read_mb + written_mb) / reading
        print(f"| {workers} | {whole:.2f} | {tenfold:.2f} | {pace:.0f} |")


if __name__ == "__main__":
    main()
