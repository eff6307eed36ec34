"""Plain means, beside which forecasts are graded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from affluence.typical_week.cells import Floats

_RECENT_WEEKS = 4


class Forecaster(Protocol):
    """Foretells weeks from the weeks before them."""

    def __call__(self, history: Floats, horizon: int) -> Floats:
        """First attempts to come, horizon × cells.

        ``history`` is weeks × cells, nan where nothing was seen; so may the result be.
        """


def last_week(history: Floats, horizon: int) -> Floats:
    """Seasonal naive: the newest count of the cell."""
    weeks_back = np.isfinite(history[::-1]).argmax(0)
    newest = history[len(history) - 1 - weeks_back, np.arange(history.shape[1])]
    return np.repeat(newest[None], horizon, axis=0)


def four_week_mean(history: Floats, horizon: int) -> Floats:
    """Mean of the last four weeks."""
    return all_weeks_mean(history[-_RECENT_WEEKS:], horizon)


def all_weeks_mean(history: Floats, horizon: int) -> Floats:
    """Mean of all weeks."""
    known = np.isfinite(history)
    seen = known.sum(0)
    mean = np.where(known, history, 0.0).sum(0) / np.maximum(seen, 1)
    return np.repeat(np.where(seen > 0, mean, np.nan)[None], horizon, axis=0)


BASELINES: Mapping[str, Forecaster] = {
    "last week": last_week,
    "4-week mean": four_week_mean,
    "all-weeks mean": all_weeks_mean,
}
