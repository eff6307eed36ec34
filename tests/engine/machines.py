"""A Dask cluster of processes of this machine: a scheduler, and workers of one thread each."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import distributed

from tests.conftest import REPOSITORY
from tests.servers import free_port, running


@dataclass(frozen=True, kw_only=True)
class Scheduler:
    """A running scheduler, and a folder for logs."""

    address: str
    folder: Path

    @contextmanager
    def worker(
        self, *, environment: Mapping[str, str] | None = None, python: tuple[str, ...] = ()
    ) -> Iterator[subprocess.Popen[bytes]]:
        """One more worker, known to the scheduler, until the end of the block."""
        with self.client() as client:
            before = set(client.nthreads())
            port = free_port()
            command = [
                *(sys.executable, *python, "-m", "dask", "worker", self.address),
                *("--nthreads", "1", "--no-nanny", "--no-dashboard"),
                *("--worker-port", str(port), "--local-directory", str(self.folder)),
            ]
            with (self.folder / f"worker-{port}.log").open("wb") as log:
                process = subprocess.Popen(
                    command,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, "PYTHONPATH": str(REPOSITORY), **(environment or {})},
                )
            try:
                client.wait_for_workers(len(before) + 1, timeout=60)
                yield process
            finally:
                process.kill()
                process.wait()

    @contextmanager
    def client(self) -> Iterator[Any]:
        """A way to look at what the scheduler knows."""
        with distributed.Client(self.address, set_as_default=False) as client:
            yield client


@contextmanager
def scheduler(folder: Path, *, failures: int = 3) -> Iterator[Scheduler]:
    """A scheduler that gives a task up once more workers than that have died of it."""
    port = free_port()
    allowed = f"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES={failures}"
    command = [
        *("env", allowed, sys.executable, "-m", "dask", "scheduler"),
        *("--host", "127.0.0.1", "--port", str(port), "--no-dashboard"),
    ]
    with running(command, port, folder / "scheduler.log"):
        yield Scheduler(address=f"tcp://127.0.0.1:{port}", folder=folder)
