"""The model after its last run → WEEK."""

from __future__ import annotations

import numpy as np
import polars as pl

from affluence.tables import LEVELS, STATES, WEEK
from affluence.typical_week.cells import Floats
from affluence.typical_week.history import History
from affluence.typical_week.intervals import INTERVAL_80
from affluence.typical_week.levels import NONE, Levels
from affluence.typical_week.runs import Runs
from affluence.typical_week.shown_shares import LONGEST_WAIT_S, SHOWN

_UNITS = {"wait": ("_s", LONGEST_WAIT_S)}  # of what is no share in the table
_OF_LINES = ("busy_line_rate", "occupancy_rate")


def week_table(platform: str, history: History, runs: Runs) -> pl.DataFrame:
    """WEEK: sums over the days that count, and what the model makes of them."""
    model, of_cells = runs.model, runs.of_cells
    learned = of_cells(model.learned)
    sums = {name: found.sum(0, where=learned) for name, found in history.sums.items()}
    columns: dict[str, Floats] = dict(sums)
    columns["days"] = learned.sum(0)
    first = sums["first_attempts"]
    columns["refused_share"] = np.where(
        first > 0, sums["first_busy"] / np.maximum(first, 1), np.nan
    )
    shares = {"reach": (model.reach.known, np.array(model.reach.interval()))}
    shares |= {name: model.shown.interval(name) for name in SHOWN}
    for name, (is_known, interval) in shares.items():
        known = of_cells(is_known) & (model.believes_lines or name not in _OF_LINES)
        after, unit = _UNITS.get(name, ("", 1.0))
        for end, values in zip(("_low", "", "_high"), interval, strict=True):
            columns[name + end + after] = np.where(known, unit * of_cells(values), np.nan)
    mean = of_cells(model.demand.mean())
    far = np.exp(INTERVAL_80.deviations * np.sqrt(of_cells(model.demand.mean_variance())))
    columns |= {"demand": mean, "demand_low": mean / far, "demand_high": mean * far}
    frame = history.cells.spans.with_columns(
        pl.Series(name, values) for name, values in columns.items()
    ).with_columns(platform=pl.lit(platform), state=states(runs.levels[-1]))
    return WEEK.check(
        frame.select(
            pl.col(name).fill_nan(None).cast(column.dtype)
            if column.dtype == pl.Float64
            else pl.col(name).cast(column.dtype)
            for name, column in WEEK.columns.items()
        )
    )


def states(levels: Levels) -> pl.Series:
    """Published states of some levels."""
    names = pl.Series([*LEVELS, "not_enough_data"], dtype=pl.Enum(STATES))
    return names.gather(np.where(levels == NONE, len(LEVELS), levels))
