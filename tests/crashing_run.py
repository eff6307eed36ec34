"""``python -m tests.crashing_run CONFIG N``: a run that is killed (SIGKILL) at its N-th step.

Steps are the borders at which a crash could leave something half done: just before and just after
each file takes its name, each transaction ends, each file or folder is removed. Without N the run
ends by itself and prints how many steps it had.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from affluence import pipeline
from affluence.config import load
from affluence.store.ledger import Ledger
from affluence.store.publications import Publications

_NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
_steps = itertools.count(1)
_fatal = int(sys.argv[2]) if len(sys.argv) > 2 else 0


def _step() -> None:
    if next(_steps) == _fatal:
        os.kill(os.getpid(), signal.SIGKILL)


def _with_steps(owner: type, name: str) -> None:
    original: Callable[..., Any] = getattr(owner, name)

    def stepped(*args: Any, **kwargs: Any) -> Any:
        _step()
        result = original(*args, **kwargs)
        _step()
        return result

    setattr(owner, name, stepped)


def main() -> None:
    """Run once, and be killed on the way."""
    for name in ("replace", "rename", "unlink", "symlink_to", "rmdir"):
        _with_steps(Path, name)
    for name in (
        *("add_file", "move_file", "forget_file", "drop_provisional", "add_range", "finish_file"),
        *("set_measured", "seal", "settle", "set_quarantined", "trace_quarantine", "trace_keys"),
    ):
        _with_steps(Ledger, name)
    for name in ("begin_run", "set_week", "add_release", "add_publication", "end_run"):
        _with_steps(Publications, name)
    pipeline.run(load(Path(sys.argv[1])), _NOW)
    print(next(_steps) - 1)


if __name__ == "__main__":
    main()
