"""One run of a configuration, and the seconds that its main steps took, as a line of JSON.

    python -m tests.benchmarks.platforms_runner WORKDIR

Seconds of a step are those between its begin and its end; of steps that run at once they are added
up, so that they may be more than the run took.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from affluence import engine

_STEPS = {
    "ingest": ("affluence.steps.ingest", "ingest"),
    "measure": ("affluence.steps.measure", "measure_changed_days"),
    "forget": ("affluence.steps.forget", "forget"),
    "learn": ("affluence.steps.site", "study_together"),
    "judge": ("affluence.steps.site", "_judge"),
    "build": ("affluence.steps.site", "_make"),
    "join": ("affluence.publication.portal", "join_sites"),
    "leaks": ("affluence.steps.leaks", "clear"),
    "keep": ("affluence.steps.release", "keep"),
    "deliver": ("affluence.steps.release", "deliver"),
}


def main() -> None:
    """Run the configuration in the folder of the command line."""
    engine.keep_memory()  # before Polars is loaded
    from affluence import pipeline
    from affluence.config import load

    phases = dict.fromkeys(_STEPS, 0.0)
    for phase, (module, name) in _STEPS.items():
        _time(importlib.import_module(module), name, phase, phases)
    pipeline.run(load(Path(sys.argv[1]) / "config.toml"), datetime(2026, 12, 1, 12, tzinfo=UTC))
    print(json.dumps(phases))


def _time(module: Any, name: str, phase: str, phases: dict[str, float]) -> None:
    step: Callable[..., Any] = getattr(module, name)
    adding = Lock()

    def timed(*args: Any, **kwargs: Any) -> Any:
        began = time.perf_counter()
        try:
            return step(*args, **kwargs)
        finally:
            with adding:
                phases[phase] += time.perf_counter() - began

    setattr(module, name, timed)


if __name__ == "__main__":
    main()
