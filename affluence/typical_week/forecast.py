"""The weeks ahead, day by day: the typical week, the season, and what the calendar does."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl

from affluence.tables import FORECAST, STATES
from affluence.typical_week.calendar import Hours, opening_by_day
from affluence.typical_week.cells import Floats
from affluence.typical_week.counts import quantiles
from affluence.typical_week.effects import KINDS, Flags
from affluence.typical_week.history import History
from affluence.typical_week.levels import NONE, sure_levels
from affluence.typical_week.model import Model
from affluence.typical_week.shares import Z_INTERVAL, Shares, expit
from affluence.typical_week.table import states

MOST_WEEKS = 6

_INTERVAL = (0.1, 0.9)  # of counts to come: two-sided 80 %


def forecast_table(
    platform: str, history: History, model: Model, flags: Flags, hours: Hours
) -> pl.DataFrame:
    """FORECAST of the weeks after the history of which ``flags`` tell the kinds of days.

    Hours at which the desk will be closed are ``closed`` and have no figures. Levels follow the
    day: where the calendar leaves a day as it is, it has the level of the typical week.
    """
    cells, grid = history.cells, history.cells.grid
    first = history.first_monday + timedelta(days=7 * history.weeks)
    weeks = min(len(flags) - history.weeks, MOST_WEEKS)
    opening = opening_by_day(hours, first, first + timedelta(days=7 * weeks - 1))
    frames = []
    for horizon in range(1, weeks + 1):
        week = [first + timedelta(days=7 * (horizon - 1) + offset) for offset in range(7)]
        spans = [(day.isoweekday(), *span) for day in week for span in opening[day]]
        share_open = cells.covered_by(spans)
        mean, variance = (share_open * each for each in model.foretell(horizon))
        low, high = quantiles(mean, variance, _INTERVAL)
        factor = model.demand_factor(horizon)
        shift = model.load.slope * np.log(factor)
        chance = expit(model.reach.logit + shift)
        low_share, high_share = _share_to_come(chance, mean, model.reach)
        levels = np.where(
            factor == 1.0,
            model.levels.levels,
            np.where(
                model.levels.levels == NONE,
                NONE,
                sure_levels(model.reach.logit + shift, model.reach.variance, model.bounds),
            ),
        )
        known = model.reach.known
        days = [week[weekday - 1] for weekday in grid["weekday"]]
        kinds = flags[history.weeks - 1 + horizon][cells.day]
        is_open = pl.Series(share_open > 0)
        figures = {
            "demand": mean,
            "demand_low": low,
            "demand_high": high,
            "reach": np.where(known, chance, np.nan),
            "reach_low": np.where(known, low_share, np.nan),
            "reach_high": np.where(known, high_share, np.nan),
            "demand_factor": factor,
        }
        frames.append(
            grid.with_columns(
                platform=pl.lit(platform),
                day=pl.Series(days, dtype=pl.Date),
                is_open=is_open,
                state=states(levels),
                **{kind: pl.Series(kinds[:, number]) for number, kind in enumerate(KINDS)},
                **{name: pl.Series(values).fill_nan(None) for name, values in figures.items()},
            ).with_columns(
                pl.when("is_open").then(pl.col(list(figures))),
                state=pl.when("is_open").then("state").otherwise(pl.lit("closed", pl.Enum(STATES))),
            )
        )
    joined = pl.concat(frames) if frames else FORECAST.empty()
    return FORECAST.check(joined.select(list(FORECAST.columns)))


def _share_to_come(chance: Floats, calls: Floats, reach: Shares) -> tuple[Floats, Floats]:
    """80 % interval of the share of so many calls that will reach an agent."""
    of_calls = reach.clustering * chance * (1 - chance) / np.maximum(calls, 1.0)
    of_chance = (chance * (1 - chance)) ** 2 * reach.variance
    far = Z_INTERVAL * np.sqrt(of_calls + of_chance)
    return np.clip(chance - far, 0, 1), np.clip(chance + far, 0, 1)
