"""Measure every day of a state folder, all measures or the basic ones; nothing is written.

    python -m tests.benchmarks.measures_runner CONFIG basic|all WEEKS

``basic``: attempts by outcome, seconds held and seconds with all lines taken per slot.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from affluence import engine
from affluence.config import load


def run(config: Path, what: str, weeks: int) -> None:
    """Read the lake batch by batch, merge the legs of the calls, and measure them."""
    engine.keep_memory()  # before Polars is loaded
    from affluence.steps.measure import _batches, _load, lines_in_service
    from affluence.steps.settings import rules_of
    from affluence.store import open_store
    from affluence.typical_week.calendar import instant, opening_spans

    settings = load(config)
    (name, platform) = next(iter(settings.platform.items()))
    rules, zone, day = rules_of(name, platform), ZoneInfo(platform.zone), timedelta(days=1)
    with open_store(settings.state.folder, settings.state.keys_folder) as store:
        parts = store.ledger.parts(name)
        days = sorted({part.day for part in parts})[: weeks * 7]
        lines = lines_in_service(store, rules)
        measure = _measure_basics if what == "basic" else _measure_all
        for batch in engine.ahead(_load(store, rules, b, parts) for b in _batches(days, parts)):
            first, last = batch.days[0], batch.days[-1]
            measure(
                batch.calls,
                lines,
                opening=opening_spans(rules.hours, first - day, last + day),
                start=instant(first, 0, zone),
                end=instant(last + day, 0, zone),
                platform=name,
            )


def _measure_all(calls: Any, lines: Any, **more: Any) -> None:
    from affluence.measures import measure_in_full

    measure_in_full(calls, lines, **more)


def _measure_basics(
    calls: Any, lines: Any, *, opening: Any, start: datetime, end: datetime, platform: str
) -> None:
    import polars as pl

    from affluence.measures.attempts import find_attempts
    from affluence.measures.occupancy import find_holdings, occupy_slots, sweep
    from affluence.measures.spans import local_midnights
    from affluence.measures.timeline import make_timeline, to_us
    from affluence.tables import OUTCOMES

    every_us = 15 * 60_000_000
    timeline = make_timeline(
        lines, platform, opening=opening, recorded=None, start=start, end=end, every_us=every_us
    )
    midnights = local_midnights(calls, ZoneInfo("Europe/Paris"))
    attempts = find_attempts(calls.lazy(), opening, midnights=midnights, every_us=every_us)
    holdings = find_holdings(
        calls.lazy(), refusals_hold_lines=False, longest_us=10**11, records_end_us=to_us(end)
    )
    outcomes = {name: (pl.col("outcome") == name).sum() for name in OUTCOMES}
    attempts.group_by("slot").agg(attempts=pl.len(), **outcomes)
    occupy_slots(sweep(holdings, timeline)).collect()


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
