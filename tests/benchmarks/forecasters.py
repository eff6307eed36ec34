"""What the forecasts of the typical week have to beat: plain means, and the library statsforecast.

All have one signature: ``history`` (weeks, cells), nan where nothing was observed, and the number
of weeks to come give (horizon, cells): first attempts, at least 0. It is nan where a model cannot
be fitted: for cells that were never observed, and everywhere if there are fewer weeks than
`FEWEST_WEEKS`. Nothing is drawn: the same history gives the same forecast.

statsforecast 2.1 wants pandas below 3, and the other benchmarks want pandas 3: it needs an
environment of its own (extra ``forecasts``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Forecaster = Callable[[Floats, int], Floats]


def same_slot_last_week(history: Floats, horizon: int) -> Floats:
    """Seasonal naive: the newest count of each cell that is not missing."""
    newest_first = history[::-1]
    newest = np.argmax(~np.isnan(newest_first), axis=0)
    return _every_week(newest_first[newest, np.arange(history.shape[1])], horizon)


def mean_of_all_weeks(history: Floats, horizon: int) -> Floats:
    """Mean count of each cell."""
    return _every_week(_mean(history), horizon)


def mean_of_4_weeks(history: Floats, horizon: int) -> Floats:
    """Mean count of each cell over the last four weeks, over all where it misses all four."""
    recent = _mean(history[-4:])
    return _every_week(np.where(np.isnan(recent), _mean(history), recent), horizon)


def library_seasonal_naive(history: Floats, horizon: int) -> Floats:
    """SeasonalNaive of the cells in the order of time, one week being the season."""
    from statsforecast.models import SeasonalNaive

    def fit(filled: Floats) -> Floats:
        cells = filled.shape[1]
        return _continue(SeasonalNaive(season_length=cells), filled.ravel(), horizon * cells)

    return _fit_observed(fit, history, horizon)


def library_auto_ets(history: Floats, horizon: int) -> Floats:
    """AutoETS of the weekly counts of each cell.

    Seasons of AutoETS end at 24: those of a week of a desk are longer, and over the weeks of one
    cell there is no season.
    """
    from statsforecast.models import AutoETS

    def fit(filled: Floats) -> Floats:
        columns = [_continue(AutoETS(season_length=1), weekly, horizon) for weekly in filled.T]
        return np.stack(columns, axis=1)

    return _fit_observed(fit, history, horizon, FEWEST_WEEKS["AutoETS"])


def library_mstl(history: Floats, horizon: int) -> Floats:
    """MSTL of the cells in the order of time, one week being the season; AutoETS for its trend."""
    from statsforecast.models import MSTL

    def fit(filled: Floats) -> Floats:
        cells = filled.shape[1]
        return _continue(MSTL(season_length=cells), filled.ravel(), horizon * cells)

    return _fit_observed(fit, history, horizon, FEWEST_WEEKS["MSTL"])


FORECASTERS: Mapping[str, Forecaster] = {
    "last week": same_slot_last_week,
    "4-week mean": mean_of_4_weeks,
    "all-weeks mean": mean_of_all_weeks,
    "SeasonalNaive": library_seasonal_naive,
    "AutoETS": library_auto_ets,
    "MSTL": library_mstl,
}

FEWEST_WEEKS: Mapping[str, int] = {
    "AutoETS": 7,  # of fewer numbers statsforecast says "tiny datasets"
    "MSTL": 2,  # a decomposition wants two seasons
}


def _every_week(week: Floats, horizon: int) -> Floats:
    return np.tile(week, (horizon, 1))


def _mean(history: Floats) -> Floats:
    """Mean of what is not missing, per cell; nan where everything is."""
    known = np.sum(~np.isnan(history), axis=0)
    total = np.nansum(history, axis=0)
    mean: Floats = np.divide(total, known, out=np.full(total.shape, np.nan), where=known > 0)
    return mean


def _fit_observed(
    fit: Callable[[Floats], Floats], history: Floats, horizon: int, fewest_weeks: int = 1
) -> Floats:
    """Forecast by ``fit`` of the cells that were ever observed, their gaps filled; at least 0.

    The library takes no gaps. A closed day is filled from the same day of the weeks around it: from
    the hours before and after, the seasonal pattern would be lost.
    """
    forecast = np.full((horizon, history.shape[1]), np.nan)
    observed = ~np.isnan(history).all(axis=0)
    if observed.any() and len(history) >= fewest_weeks:
        filled = np.stack([_without_gaps(weekly) for weekly in history[:, observed].T], axis=1)
        with suppress(NotImplementedError):  # "tiny datasets": not even ten numbers in all
            # A trend may lead below zero, where there are no counts.
            forecast[:, observed] = np.maximum(fit(filled).reshape(horizon, -1), 0)
    return forecast


def _without_gaps(weekly: Floats) -> Floats:
    """Counts of one cell, the missing ones interpolated; at the ends the nearest is repeated."""
    week = np.arange(len(weekly))
    known = ~np.isnan(weekly)
    return np.interp(week, week[known], weekly[known])


def _continue(model: Any, series: Floats, steps: int) -> Floats:
    """Point forecast of a model of statsforecast, ``steps`` beyond the end of the series."""
    # Of seven numbers the spread, which nobody asks for, is divided by zero degrees of freedom.
    with np.errstate(divide="ignore", invalid="ignore"):
        forecast: Floats = model.forecast(y=series, h=steps)["mean"]
    return forecast
