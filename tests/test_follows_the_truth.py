"""The published table follows the truth of simulated platforms, whatever the seed.

The truth of each hour is what happens to first callers over 200 weeks of the scenario without its
special days (`truth-week.csv`); the table is made from thirteen weeks with a holiday, a closure
and an odd day in them.
"""

from __future__ import annotations

import os
from datetime import date

import polars as pl
import pytest

from affluence.config import load
from affluence.measures import measure
from affluence.simulator.demonstration import demonstration
from affluence.simulator.simulation import calls_frame, simulate
from affluence.steps.capacity import configured_lines
from affluence.steps.edition import make_edition, records_of_platform
from affluence.steps.settings import page_of, rules_of
from affluence.typical_week import study_together
from affluence.typical_week.calendar import opening_spans
from tests.conftest import REPOSITORY

TRUTH = pl.read_csv(REPOSITORY / "cdr_samples" / "demonstration" / "truth-week.csv").sort("reach")
PLATFORM = load(REPOSITORY / "config.toml").platform["etrangers"]
CELL = ["weekday", "start_min", "end_min"]
THIRD = TRUTH.height // 3


@pytest.mark.parametrize("seed", range(1, 21 if "AFFLUENCE_LARGE_GRID" in os.environ else 8))
def test_table_follows_the_truth(seed: int) -> None:
    scenario = demonstration()
    calls = calls_frame(simulate(scenario, seed=seed))
    rules = rules_of("etrangers", PLATFORM)
    opening = opening_spans(rules.hours, date(2026, 8, 24), date(2026, 11, 20))
    lines = configured_lines("etrangers", rules.lines, rules.hours.zone)
    slots = measure(calls.with_columns(platform=pl.lit("etrangers")), lines, opening=opening)
    page = page_of("etrangers", PLATFORM)
    (learned,) = study_together([records_of_platform(page, slots, date(2026, 11, 22))])
    edition = make_edition(
        page,
        learned,
        lines,
        today=date(2026, 11, 23),
    )

    beside = TRUTH.select(*CELL, true_reach="reach").join(edition.week, on=CELL)
    assert beside.height == TRUTH.height
    correlation = beside.select(pl.corr("reach", "true_reach", method="spearman")).item()
    assert correlation >= 0.9

    quietest, busiest = (
        set(TRUTH.tail(THIRD).select(CELL).rows()),
        set(TRUTH.head(THIRD).select(CELL).rows()),
    )
    recommended = {(h.weekday, h.start_min, h.end_min) for h in edition.recommended}
    to_avoid = {(h.weekday, h.start_min, h.end_min) for h in edition.to_avoid}
    assert recommended and recommended <= quietest
    assert to_avoid and to_avoid <= busiest
    print(f"seed {seed}: rank correlation {correlation:.3f}")
