"""The weeks ahead, day by day: the typical week, the season, and what the calendar does."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl

from affluence.tables import FORECAST, STATES
from affluence.typical_week.calendar import Hours, opening_by_day
from affluence.typical_week.calendar_effects import KINDS, Flags
from affluence.typical_week.cells import Floats
from affluence.typical_week.history import History
from affluence.typical_week.intervals import INTERVAL_80
from affluence.typical_week.levels import NONE, sure_levels
from affluence.typical_week.log_odds import expit
from affluence.typical_week.negative_binomial import quantiles
from affluence.typical_week.runs import Runs
from affluence.typical_week.table import states

MOST_WEEKS = 6


def forecast_table(
    platform: str, history: History, runs: Runs, flags: Flags, hours: Hours
) -> pl.DataFrame:
    """FORECAST of the weeks after the history of which ``flags`` tell the kinds of days.

    Hours at which the desk will be closed are ``closed`` and have no figures. Levels follow the
    day: where the calendar leaves a day as it is, it has the level of the typical week.
    """
    cells, spans = history.cells, history.cells.spans
    model, of_cells = runs.model, runs.of_cells
    first = history.first_monday + timedelta(days=7 * history.weeks)
    weeks = min(len(flags) - history.weeks, MOST_WEEKS)
    if weeks < 1:
        return FORECAST.check(FORECAST.empty())
    ahead = range(1, weeks + 1)
    days = [
        [first + timedelta(days=7 * week + offset) for offset in range(7)] for week in range(weeks)
    ]
    opening = opening_by_day(hours, first, days[-1][-1])
    # Weeks × cells from here on.
    share_open = np.stack(
        [
            cells.covered_by((day.isoweekday(), *span) for day in week for span in opening[day])
            for week in days
        ]
    )
    mean, variance = (share_open * of_cells(each) for each in model.foretell(ahead))
    low, high = quantiles(mean, variance, INTERVAL_80[:2])
    factor = of_cells(model.demand_factors(ahead))
    shift = model.load.slope[runs.platform] * np.log(factor)
    reach, uncertainty = of_cells(model.reach.logit), of_cells(model.reach.variance)
    chance = expit(reach + shift)
    clustering = model.reach.clustering[runs.platform]
    low_share, high_share = _share_to_come(chance, mean, clustering, uncertainty)
    known = of_cells(model.reach.known)
    standing = runs.levels[-1]
    of_days = np.stack([sure_levels(reach + of, uncertainty, model.bounds) for of in shift])
    levels = np.where((factor == 1.0) | (standing == NONE), standing, of_days)
    kinds = flags[history.weeks : history.weeks + weeks][:, cells.day]
    figures = {
        "demand": mean,
        "demand_low": low,
        "demand_high": high,
        "reach": np.where(known, chance, np.nan),
        "reach_low": np.where(known, low_share, np.nan),
        "reach_high": np.where(known, high_share, np.nan),
        "demand_factor": factor,
    }
    of_rows = [week[weekday - 1] for week in days for weekday in spans["weekday"]]
    frame = pl.concat([spans] * weeks).with_columns(
        platform=pl.lit(platform),
        day=pl.Series(of_rows, dtype=pl.Date),
        is_open=pl.Series(share_open.ravel() > 0),
        state=states(levels.ravel()),
        **{kind: pl.Series(kinds[..., number].ravel()) for number, kind in enumerate(KINDS)},
        **{name: pl.Series(values.ravel()).fill_nan(None) for name, values in figures.items()},
    )
    open_only = frame.with_columns(
        pl.when("is_open").then(pl.col(list(figures))),
        state=pl.when("is_open").then("state").otherwise(pl.lit("closed", pl.Enum(STATES))),
    )
    return FORECAST.check(open_only.select(list(FORECAST.columns)))


def _share_to_come(
    chance: Floats, calls: Floats, clustering: float, variance: Floats
) -> tuple[Floats, Floats]:
    """80 % interval of the share of so many calls that will reach an agent.

    ``variance`` is that of the logit of the chance.
    """
    of_calls = clustering * chance * (1 - chance) / np.maximum(calls, 1.0)
    of_chance = (chance * (1 - chance)) ** 2 * variance
    far = INTERVAL_80.deviations * np.sqrt(of_calls + of_chance)
    return (chance - far).clip(0, 1), (chance + far).clip(0, 1)
