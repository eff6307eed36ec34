"""``python -m tests.crashing_run CONFIG N``: a run that is killed (SIGKILL) at its N-th step.

Steps are the borders at which a crash could leave something half done: just before and just after
each file takes its name, each transaction ends, each file or folder is removed. Without N the run
ends by itself and prints how many steps it had.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from affluence import pipeline
from affluence.config import load
from affluence.store.ledger import Ledger
from affluence.store.publications import Publications
from tests.killing import steps_taken, with_steps

_NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def main() -> None:
    """Run once, and be killed on the way."""
    with_steps(Path, ("replace", "rename", "unlink", "symlink_to", "rmdir"))
    of_ledger = (
        *("add_file", "move_file", "forget_file", "drop_provisional", "add_range", "finish_file"),
        *("set_measured", "seal", "settle", "set_quarantined", "trace"),
        "bundle",
    )
    with_steps(Ledger, of_ledger)
    with_steps(Publications, ("begin_run", "set_week", "add_release", "add_publication", "end_run"))
    pipeline.run(load(Path(sys.argv[1])), _NOW)
    print(steps_taken())


if __name__ == "__main__":
    main()
