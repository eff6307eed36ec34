"""A run for `tests.killing`, with steps at which it may be killed.

They are the borders at which a crash could leave something half done: just before and just after
each file takes its name, each transaction ends, each file or folder is removed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from affluence import pipeline
from affluence.config import load
from affluence.store.ledger import Ledger
from affluence.store.publications import Publications
from tests.killing import with_steps

_NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def crashing_run(config: Path) -> None:
    """Run once, in a process that is this run's alone."""
    with_steps(Path, ("replace", "rename", "unlink", "symlink_to", "rmdir"))
    of_ledger = (
        *("add_file", "move_file", "forget_file", "drop_provisional", "add_range", "finish_file"),
        *("set_measured", "seal", "settle", "set_quarantined", "trace"),
        "bundle",
    )
    with_steps(Ledger, of_ledger)
    with_steps(Publications, ("begin_run", "set_week", "add_release", "add_publication", "end_run"))
    pipeline.run(load(config), _NOW)
