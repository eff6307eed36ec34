"""How good the forecasts were: every weekly run graded against the four weeks that followed it.

Only what was known at the time goes into a forecast. Days without records are left out, closed
ones too; all other days count, odd ones and days after a closure included, for everyone alike.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from affluence.typical_week import negative_binomial
from affluence.typical_week.baselines import BASELINES, Forecaster, last_week
from affluence.typical_week.cells import Floats, Mask
from affluence.typical_week.day_variance import HORIZONS_WEEKS
from affluence.typical_week.grades import OURS, Backtest, Errors, Scores, Stability
from affluence.typical_week.history import History, callers_of
from affluence.typical_week.intervals import INTERVAL_80
from affluence.typical_week.levels import NONE
from affluence.typical_week.runs import Runs

FIRST_ORIGIN_WEEKS = 4  # weeks that a forecast must rest on to be graded

_USUAL_EXCESS = 0.05  # relative variance of a count, before a forecaster has made errors
_LEAST_MEAN = 0.05  # calls, a call in twenty weeks: nobody called yet is not nobody can call
_QUIETEST_SHARE = 1 / 5  # of the cells, in hit rate and regret
_PIT_SEED = 20261126


def backtest(
    runs: Runs, history: History, others: Mapping[str, Forecaster] = BASELINES
) -> Backtest:
    """Grade the runs, and other forecasters in the same places.

    Cells that were only partly open are graded for their part. A place in which any forecaster
    has nothing to say is graded for none.
    """
    level, shape = runs.model.demand.half_lives_weeks[:, runs.platform].tolist()
    places = _places(runs, history)
    foretold = _foretold(runs, places, others)
    if foretold is None:
        return Backtest(scores={}, stability=None, half_lives_weeks=(level, shape))
    known = foretold.known
    naive = _of_origins(last_week, places) * places.exposure
    scale = np.abs(naive - places.came)[known & np.isfinite(naive)].mean()
    variances = {
        name: runs.variance[places.origins] if name == OURS else _learned_variance(mean, places)
        for name, mean in foretold.means.items()
    }
    return Backtest(
        scores={
            name: _score(mean, variances[name], places, known, scale)
            for name, mean in foretold.means.items()
        },
        stability=_stability(runs, places),
        half_lives_weeks=(level, shape),
    )


def errors_of(
    runs: Runs, history: History, others: Mapping[str, Forecaster] = BASELINES
) -> dict[str, Errors]:
    """The errors that `backtest` finds, by the name of the forecaster; none if none is graded.

    How sure each forecast was is not looked at: of years with thousands of calls a cell that takes
    ten times as long as all the rest.
    """
    places = _places(runs, history)
    foretold = _foretold(runs, places, others)
    if foretold is None:
        return {}
    return {name: _errors(mean, places, foretold.known) for name, mean in foretold.means.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """What is foretold: origins × horizons × cells; and what is known at each origin.

    Attributes:
        origins: last week that is known.
        seen: counts of a whole row, weeks × cells; nan where nothing is known.
        came: counts to foretell.
        exposure: part of the row's time in which they came.
        known: whether there is anything to foretell.
        row_hours: length of the row of each cell.

    """

    origins: NDArray[np.int64]
    seen: Floats
    came: Floats
    exposure: Floats
    known: Mask
    row_hours: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class _Foretold:
    """What forecasters foretold: means by their names, and the places that are graded."""

    means: Mapping[str, Floats]
    known: Mask


def _foretold(runs: Runs, places: _Places, others: Mapping[str, Forecaster]) -> _Foretold | None:
    """None where there is no place of which all of them have something to say."""
    if not places.origins.size:
        return None
    means = {OURS: runs.mean[places.origins]}
    means |= {name: _of_origins(forecaster, places) for name, forecaster in others.items()}
    known = places.known & np.all([np.isfinite(mean) for mean in means.values()], axis=0)
    return _Foretold(means=means, known=known) if known.any() else None


def _places(runs: Runs, history: History) -> _Places:
    origins = np.arange(FIRST_ORIGIN_WEEKS - 1, history.weeks - 1)
    lost = {aside.day for aside in runs.set_aside if aside.reason in {"no_records", "hole"}}
    recorded = history.without(history.days_among(lost))
    exposure = recorded.exposure
    came = recorded.sums[callers_of(history)]
    seen = np.divide(came, exposure, where=exposure > 0, out=np.full(came.shape, np.nan))
    targets = origins[:, None] + np.array(HORIZONS_WEEKS)
    within = np.minimum(targets, history.weeks - 1)
    known = (exposure[within] > 0) & (targets < history.weeks)[..., None]
    minutes = history.cells.spans["end_min"] - history.cells.spans["start_min"]
    return _Places(
        origins=origins,
        seen=seen,
        came=np.where(known, came[within], 0.0),
        exposure=np.where(known, exposure[within], 0.0),
        known=known,
        row_hours=minutes.to_numpy() / 60,
    )


def _of_origins(forecaster: Forecaster, places: _Places) -> Floats:
    return np.stack(
        [forecaster(places.seen[: origin + 1], len(HORIZONS_WEEKS)) for origin in places.origins]
    )


def _learned_variance(mean: Floats, places: _Places) -> Floats:
    """Variance that a forecaster's own errors so far suggest: m + s² m², by horizon."""
    known = places.known & np.isfinite(mean)
    expected = np.where(known, mean * places.exposure, 0.0)
    excess = np.where(known, (places.came - expected) ** 2 - expected, 0.0).sum(-1)
    squares = (expected**2).sum(-1)
    spread = np.full(squares.shape, _USUAL_EXCESS)
    for position, horizon in enumerate(HORIZONS_WEEKS):
        # What was foretold `horizon` weeks before the origin is known at the origin, no later.
        so_far, weight = excess[:, position].cumsum(), squares[:, position].cumsum()
        ready = weight[:-horizon] > 0
        found = so_far[:-horizon] / np.maximum(weight[:-horizon], 1e-9)
        spread[horizon:, position] = np.where(ready, np.maximum(found, 0.0), _USUAL_EXCESS)
    return mean + spread[..., None] * mean**2


def _score(
    mean: Floats, variance: Floats, places: _Places, known: Mask, naive_error: float
) -> Scores:
    expected, came = _expected(mean, places, known), places.came[known]
    errors = _errors(mean, places, known)
    # Of a place that was partly open in proportion: somewhat more than it is.
    spread = np.maximum(variance * places.exposure, _LEAST_MEAN)[known]
    law = negative_binomial.score(expected, spread, came)
    low, high, _ = INTERVAL_80
    drawn = np.random.default_rng(_PIT_SEED).random(came.size)
    pit = law.below + drawn * (law.up_to - law.below)
    hit_rate, regret = _quietest(mean, places, known)
    error = float(np.abs(came - expected).mean())
    return Scores(
        forecasts=errors.forecasts,
        poisson_deviance=errors.poisson_deviance,
        crps=float(law.crps.mean()),
        wape=errors.wape,
        mase=error / naive_error if naive_error else math.nan,
        # From the first count that reaches the lower probability to that which reaches the upper.
        coverage=float(((law.up_to >= low) & (law.below < high)).mean()),
        pit_coverage=float(((low < pit) & (pit < high)).mean()),
        hit_rate=hit_rate,
        regret=regret,
    )


def _errors(mean: Floats, places: _Places, known: Mask) -> Errors:
    expected, came = _expected(mean, places, known), places.came[known]
    return Errors(
        forecasts=int(came.size),
        poisson_deviance=float(negative_binomial.poisson_deviance(expected, came).mean()),
        wape=float(np.abs(came - expected).sum() / max(came.sum(), 1.0)),
    )


def _expected(mean: Floats, places: _Places, known: Mask) -> Floats:
    """Means of the graded places, at least `_LEAST_MEAN`."""
    expected: Floats = np.maximum(mean * places.exposure, _LEAST_MEAN)[known]
    return expected


def _quietest(mean: Floats, places: _Places, known: Mask) -> tuple[float, float]:
    """Hit rate and regret of the cells with the fewest calls an hour, over all origins."""
    hours = places.exposure.sum(1, where=known) * places.row_hours
    foretold = (mean * places.exposure).sum(1, where=known)
    came = places.came.sum(1, where=known)
    count = max(1, round(places.row_hours.size * _QUIETEST_SHARE))
    usable = hours > 0
    graded = usable.sum(1) > count
    if not graded.any():
        return math.nan, math.nan
    chosen, best = (
        # Of equally quiet cells the first of the week.
        np.where(usable, calls / np.maximum(hours, 1e-9), np.inf)[graded]
        .argsort(axis=1, kind="stable")
        .argsort(axis=1)
        < count
        for calls in (foretold, came)
    )
    an_hour = (came / np.maximum(hours, 1e-9))[graded]
    called, least = (float(an_hour.sum(where=cells)) for cells in (chosen, best))
    hit_rate = (chosen & best).sum() / (len(an_hour) * count)
    return float(hit_rate), called / least - 1 if least else math.nan


def _stability(runs: Runs, places: _Places) -> Stability:
    levels = runs.levels[places.origins[0] :]
    both = (levels[1:] != NONE) & (levels[:-1] != NONE)
    changed = (levels[1:] != levels[:-1]) & both
    advice = [set(each.recommended) for each in runs.advice[places.origins[0] :]]
    named = sum(len(now) for now in advice[1:])
    new = sum(len(now - before) for before, now in pairwise(advice))
    return Stability(
        runs=len(advice) - 1,
        levels_changed=float(changed.sum() / max(both.sum(), 1)),
        advice_changed=new / max(named, 1),
    )
