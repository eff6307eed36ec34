"""Run ``affluence run`` in this process and print where its time went, as JSON.

    python -m tests.benchmarks.incremental_steps CONFIG

Seconds of processor by step; a step within another counts for itself alone.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

# Where the pipeline finds a step, and how it is called in the table. Modules are loaded first.
_STEPS = {
    "affluence.pipeline:_situation": "fetch",
    "affluence.steps.fetch:fetch": "fetch",
    "affluence.steps.ingest:ingest": "ingest",
    "affluence.steps.bundle:bundle_small_parts": "ingest",
    "affluence.steps.measure:measure_changed_days": "measure",
    "affluence.steps.forget:forget": "account, forget",
    "affluence.steps.account:add_up": "account, forget",
    "affluence.steps.site:what_is_due": "study",
    "affluence.steps.site:study_together": "study",
    "affluence.steps.site:judge": "edition",
    "affluence.steps.site:build_checked_site": "site",
    "affluence.steps.leaks:clear": "leaks",
    "affluence.steps.release:keep": "deliver",
    "affluence.steps.release:deliver": "deliver",
}


class _Clock:
    """Adds up the time of each step, less that of the steps within it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._within: list[float] = [0.0]

    def timed(self, step: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same work, timed."""

        @wraps(work)
        def do(*args: Any, **named: Any) -> Any:
            began = time.process_time()
            self._within.append(0.0)
            try:
                return work(*args, **named)
            finally:
                took = time.process_time() - began
                self.seconds[step] += took - self._within.pop()
                self._within[-1] += took

        return do


def main() -> None:
    """Run it."""
    from affluence import command_line, engine, pipeline
    from affluence.config import load

    engine.keep_memory()
    clock = _Clock()
    for place, step in _STEPS.items():
        module, _, name = place.partition(":")
        loaded = importlib.import_module(module)
        setattr(loaded, name, clock.timed(step, getattr(loaded, name)))
    clock.seconds["start, imports"] = time.process_time()
    pipeline.run(load(Path(sys.argv[1])), command_line.clock())
    clock.seconds["the rest"] = time.process_time() - sum(clock.seconds.values())
    print(json.dumps(clock.seconds))


if __name__ == "__main__":
    main()
