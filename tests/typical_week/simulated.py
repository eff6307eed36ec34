"""Histories of a desk whose truth is known.

    counts[w, d, r] ~ Poisson(shape[d, r] × level[w] × effect[w, d] × busyness[w, d])

with a busyness of the day ~ Gamma(nu, nu) that nobody can foretell, and a level that drifts. The
model and its figures are those by which the estimators of the typical week were chosen; the peak
after the holidays, steps, closures and odd days are what records of real desks show.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_WEEKDAY_DEVIATION = 0.15  # of the logarithms, as the two that follow
_ROW_DEVIATION = 0.3
INTERACTION_DEVIATION = 0.15
ROW_NOISE = 0.2  # about the usual rows, before all rows are brought to their deviation
AFTER_CLOSURE = 1.2
_ODD = 3.0
_STEP = 1.4
_PEAK = 0.5
_PEAK_WEEKS = 3.0  # standard deviation of the bell
_WEEKS_PER_YEAR = 52


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class History:
    """First attempts of a desk and what was behind them; the last weeks are there to be foretold.

    Shapes are (weeks, weekdays, rows), (weeks, weekdays) for what concerns whole days.
    """

    counts: Floats  # first attempts; nan where closed
    rates: Floats  # shape × level × effect: what one could know of the counts at best
    shape: Floats  # (weekdays, rows): first attempts of an ordinary day at level 1
    level: Floats  # (weeks,)
    closed: NDArray[np.bool_]
    after_closure: NDArray[np.bool_]  # first open day after a closed one: a fifth more calls
    odd: NDArray[np.bool_]  # a robot or a rumour: three times as many calls


def simulate_history(
    seed: int,
    *,
    weeks: int,
    mean: float = 8.0,
    horizon: int = 4,
    weekdays: int = 5,
    rows: int = 9,
    nu: float = 30.0,
    walk: float = 0.03,
    closed_share: float = 0.03,
    odd_share: float = 0.0,
    step_week: int | None = None,
    peak_week: int | None = None,
) -> History:
    """Simulate ``weeks`` weeks, and after them ``horizon`` more to be foretold.

    Args:
        seed: the same one gives the same history.
        weeks: of the past.
        mean: first attempts a row, on average over a week at level 1.
        horizon: weeks to come.
        weekdays: open ones, at least two.
        rows: of a day, at least two.
        nu: a day's busyness has the variance 1 / nu.
        walk: standard deviation of the weekly change of the logarithm of the level.
        closed_share: share of the days that are closed.
        odd_share: share of the open days that are odd.
        step_week: number of the week, from 0, from which on the level is 1.4 times as high.
        peak_week: number of a week in the middle of a yearly peak of half as many calls more.

    """
    rng = np.random.default_rng(seed)
    days = (weeks + horizon, weekdays)
    shape = mean * _shape(rng, weekdays, rows)
    level = _level(rng, weeks + horizon, walk, step_week, peak_week)
    closed = rng.random(days) < closed_share
    odd = (rng.random(days) < odd_share) & ~closed
    after_closure = _days_after(closed) & ~closed
    effect = np.where(after_closure, AFTER_CLOSURE, 1.0) * np.where(odd, _ODD, 1.0)
    rates = shape * (level[:, None] * effect)[:, :, None]
    busyness = rng.gamma(nu, 1 / nu, days)
    counts = rng.poisson(rates * busyness[:, :, None]).astype(np.float64)
    counts[closed] = np.nan
    return History(
        counts=counts,
        rates=rates,
        shape=shape,
        level=level,
        closed=closed,
        after_closure=after_closure,
        odd=odd,
    )


def _shape(rng: np.random.Generator, weekdays: int, rows: int) -> Floats:
    return shape_of(
        rng.normal(usual_weekdays(weekdays), 1),
        rng.normal(usual_rows(rows), ROW_NOISE),
        rng.normal(0, INTERACTION_DEVIATION, (weekdays, rows)),
    )


def usual_weekdays(weekdays: int) -> Floats:
    """A busy beginning of the week."""
    return np.asarray(-0.4 * np.arange(weekdays))


def usual_rows(rows: int) -> Floats:
    """A high peak in the morning, a low one in the afternoon."""
    hour = np.linspace(0, 1, rows)
    peaks = np.exp(-(((hour - 0.2) / 0.2) ** 2)) + 0.4 * np.exp(-(((hour - 0.7) / 0.15) ** 2))
    return np.asarray(peaks)


def shape_of(weekday: Floats, row: Floats, interaction: Floats) -> Floats:
    """A week of mean 1 from its logarithms.

    Args:
        weekday: (..., weekdays), brought to their standard deviation.
        row: (..., rows), brought to theirs.
        interaction: (..., weekdays, rows), as they are.

    """
    weekdays = _factors(weekday, _WEEKDAY_DEVIATION)
    rows = _factors(row, _ROW_DEVIATION)
    shape: Floats = weekdays[..., :, None] * rows[..., None, :] * np.exp(interaction)
    shape /= shape.mean((-2, -1), keepdims=True)
    return shape


def _factors(logarithms: Floats, deviation: float) -> Floats:
    """Positive numbers whose logarithms vary like those given, with that standard deviation."""
    away = logarithms - logarithms.mean(-1, keepdims=True)
    factors: Floats = np.exp(deviation * away / logarithms.std(-1, keepdims=True))
    return factors


def _level(
    rng: np.random.Generator, weeks: int, walk: float, step_week: int | None, peak_week: int | None
) -> Floats:
    week = np.arange(weeks)
    level = np.exp(np.cumsum(rng.normal(0, walk, weeks)))
    if step_week is not None:
        level[week >= step_week] *= _STEP
    if peak_week is not None:
        half_year = _WEEKS_PER_YEAR // 2
        away = (week - peak_week + half_year) % _WEEKS_PER_YEAR - half_year
        level *= 1 + _PEAK * np.exp(-((away / _PEAK_WEEKS) ** 2) / 2)
    return level


def _days_after(closed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Opening days after those given; a Friday's is the Monday of the next week."""
    return np.concatenate([[False], closed.ravel()[:-1]]).reshape(closed.shape)
