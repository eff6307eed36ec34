"""Measure every day of a state folder, all measures or the basic ones; nothing is written.

python -m tests.benchmarks.measures_runner CONFIG basic|all WEEKS
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from affluence import engine
from affluence.config import load


def measure_days(store: Any, name: str, platform: Any, *, basic: bool, weeks: int) -> list[Any]:
    """Read the lake batch by batch, merge the legs of the calls, and measure them.

    Batches are made and spread as `affluence.steps.measure` does; the results are in order.
    """
    from affluence.calls import merge_legs
    from affluence.measures import measure_in_full
    from affluence.steps.measure import _BATCHES_AT_ONCE, _batches, lines_in_service
    from affluence.steps.settings import rules_of
    from affluence.typical_week.calendar import instant, opening_spans
    from tests.benchmarks.basic_measures import measure_basics

    rules, zone, day = rules_of(name, platform), ZoneInfo(platform.zone), timedelta(days=1)
    parts = store.ledger.days.parts(name)
    days = sorted({part.day for part in parts})[: weeks * 7]
    lines = lines_in_service(store, rules)
    measure = measure_basics if basic else measure_in_full

    def work(of_batch: Any) -> Any:
        first, last = of_batch[0], of_batch[-1]
        slices = [part.slice for part in parts if first - day <= part.day <= last + day]
        legs = store.lake.read_legs(name, slices)
        merged = merge_legs(legs, platform=name, longest_call_s=rules.longest_call_s)
        return measure(
            merged.calls,
            lines,
            zone=platform.zone,
            opening=opening_spans(rules.hours, first - day, last + day),
            start=instant(first, 0, zone),
            end=instant(last + day, 0, zone),
            platform=name,
        )

    return list(engine.spread(work, _batches(days, parts), _BATCHES_AT_ONCE))


def run(config: Path, what: str, weeks: int) -> None:
    """Measure what the state folder of a configuration holds of its first platform."""
    engine.keep_memory()  # before Polars is loaded
    from affluence.store import open_store

    settings = load(config)
    (name, platform) = next(iter(settings.platform.items()))
    with open_store(settings.state.folder, settings.state.keys_folder) as store:
        measure_days(store, name, platform, basic=what == "basic", weeks=weeks)


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
