"""Run one command and print what it took, as JSON: ``{"code", "seconds", "cpu_s", "peak_mib"}``.

    python -m tests.benchmarks.timed_process OUTPUT COMMAND…

A process of its own because Linux counts the memory of the *parent* at the moment of the start in
the peak of the child (`ru_maxrss` survives `exec`): started from the orchestrator, which has read
Parquet files, a contender could never be smaller than that. This one imports next to nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time


def main() -> None:
    """Run ``COMMAND`` with its output in the file ``OUTPUT``."""
    with open(sys.argv[1], "wb") as output:  # noqa: PTH123 - pathlib would be the largest import
        began = time.perf_counter()
        process = subprocess.Popen(sys.argv[2:], stdout=output, stderr=output)
        # wait4 tells the peak of this child: the largest of it and its own children.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    taken = {
        "code": process.returncode,
        "seconds": seconds,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_mib": usage.ru_maxrss / 1024,
    }
    print(json.dumps(taken))


if __name__ == "__main__":
    main()
