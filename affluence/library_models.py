"""Models of the library statsforecast, beside which `affluence backtest` shows its forecasts.

Each takes ``history`` (weeks, cells), nan where nothing was observed, and gives (horizon, cells):
first attempts, at least 0. It is nan where a model cannot be fitted: for cells that were never
observed, and everywhere if there are fewer weeks than `FEWEST_WEEKS`. Nothing is drawn: the same
history gives the same forecast.

statsforecast 2.1 wants pandas below 3, which the benchmarks do not: it has an extra of its own,
``forecasts``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np
from statsforecast.models import MSTL, AutoETS, SeasonalNaive

from affluence.typical_week.baselines import Forecaster
from affluence.typical_week.cells import Floats


class _Model(Protocol):
    def forecast(self, y: Floats, h: int) -> Mapping[str, Floats]:
        """Point forecasts under "mean"."""


_FEWEST_NUMBERS = 10  # in all, for the trend of MSTL
FEWEST_WEEKS: Mapping[str, int] = {
    "AutoETS": 7,  # of fewer numbers statsforecast says "tiny datasets"
    "MSTL": 2,  # a decomposition wants two seasons
}


def seasonal_naive(history: Floats, horizon: int) -> Floats:
    """SeasonalNaive of the cells in the order of time, one week being the season."""

    def fit(filled: Floats) -> Floats:
        cells = filled.shape[1]
        return _continue(SeasonalNaive(season_length=cells), filled.ravel(), horizon * cells)

    return _fit_observed(fit, history, horizon)


def auto_ets(history: Floats, horizon: int) -> Floats:
    """AutoETS of the weekly counts of each cell.

    Seasons of AutoETS end at 24: those of a week of a desk are longer, and over the weeks of one
    cell there is no season.
    """

    def fit(filled: Floats) -> Floats:
        columns = [_continue(AutoETS(season_length=1), weekly, horizon) for weekly in filled.T]
        return np.stack(columns, axis=1)

    return _fit_observed(fit, history, horizon, FEWEST_WEEKS["AutoETS"])


def mstl(history: Floats, horizon: int) -> Floats:
    """MSTL of the cells in the order of time, one week being the season; AutoETS for its trend."""

    def fit(filled: Floats) -> Floats:
        cells = filled.shape[1]
        # Of fewer numbers it says "tiny datasets"; a single cell has no season within the week.
        if cells < 2 or filled.size < _FEWEST_NUMBERS:
            return np.full((horizon, cells), np.nan)
        return _continue(MSTL(season_length=cells), filled.ravel(), horizon * cells)

    return _fit_observed(fit, history, horizon, FEWEST_WEEKS["MSTL"])


MODELS: Mapping[str, Forecaster] = {
    "SeasonalNaive": seasonal_naive,
    "AutoETS": auto_ets,
    "MSTL": mstl,
}


def _fit_observed(
    fit: Callable[[Floats], Floats],
    history: Floats,
    horizon: int,
    fewest_weeks: int = 1,
) -> Floats:
    """Forecast by ``fit`` of the cells that were ever observed, their gaps filled; at least 0.

    The library takes no gaps. A closed day is filled from the same day of the weeks around it: from
    the hours before and after, the seasonal pattern would be lost.
    """
    forecast = np.full((horizon, history.shape[1]), np.nan)
    observed = ~np.isnan(history).all(axis=0)
    if observed.any() and len(history) >= fewest_weeks:
        filled = np.stack([_without_gaps(weekly) for weekly in history[:, observed].T], axis=1)
        # A trend may lead below zero, where there are no counts.
        forecast[:, observed] = np.maximum(fit(filled).reshape(horizon, -1), 0)
    return forecast


def _without_gaps(weekly: Floats) -> Floats:
    """Counts of one cell, the missing ones interpolated; at the ends the nearest is repeated."""
    week = np.arange(len(weekly))
    known = ~np.isnan(weekly)
    return np.interp(week, week[known], weekly[known])


def _continue(model: _Model, series: Floats, steps: int) -> Floats:
    """Point forecast of a model of statsforecast, ``steps`` beyond the end of the series."""
    # Of seven numbers the spread, which nobody asks for, is divided by zero degrees of freedom.
    with np.errstate(divide="ignore", invalid="ignore"):
        return model.forecast(y=series, h=steps)["mean"]
