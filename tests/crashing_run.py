"""A run for `tests.killing`, with steps at which it may be killed.

They are the borders at which a crash could leave something half done: just before and just after
each file takes its name, each transaction ends, each file or folder is removed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from affluence import pipeline
from affluence.config import load
from affluence.store.days import Days
from affluence.store.ledger import Ledger
from affluence.store.publications import Publications
from affluence.store.read_files import ReadFiles
from affluence.store.retention import Retention
from affluence.store.runs import Runs
from affluence.store.weeks import Weeks
from tests.killing import with_steps

_NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def crashing_run(config: Path) -> None:
    """Run once, in a process that is this run's alone."""
    with_steps(Path, ("replace", "rename", "unlink", "symlink_to", "rmdir"))
    with_steps(ReadFiles, ("add", "move", "forget", "drop_provisional", "add_range", "finish"))
    with_steps(Days, ("set_measured", "bundle"))
    with_steps(Retention, ("seal", "set_quarantined", "trace"))
    with_steps(Ledger, ("settle",))
    with_steps(Runs, ("begin", "end"))
    with_steps(Weeks, ("put",))
    with_steps(Publications, ("add_release", "add_publication"))
    pipeline.run(load(config), _NOW)
