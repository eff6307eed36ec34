"""Demand: better than plain means where the truth is known, sure of itself as far as it is right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from scipy import stats

from affluence.typical_week.cells import Floats
from affluence.typical_week.demand import HORIZONS_WEEKS, Demand
from tests.typical_week.desks import cells_of
from tests.typical_week.simulated import simulate_history

WEEKDAYS, ROWS = 5, 9
CELLS = cells_of(WEEKDAYS, ROWS)
SEEDS = {4: 60, 12: 48, 52: 24}  # of trials by weeks
Z_80 = 1.2816

in_every_setting = pytest.mark.parametrize(
    ("mean", "weeks"), [(mean, weeks) for mean in (2.0, 8.0, 30.0) for weeks in (4, 12, 52)]
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trial:
    """A simulated desk, what the model says of it, and what came in the four weeks after."""

    model: Demand
    counts: Floats  # of the weeks that were learned; nan where closed or after a closed day
    to_come: Floats  # the same of the four weeks after
    rates: Floats  # true ones in these, on ordinary days
    covered: float  # share of the true rates of a next week that the 80 % interval covered


@cache
def trials(mean: float, weeks: int) -> tuple[Trial, ...]:
    return tuple(trial(seed, mean, weeks) for seed in range(SEEDS[weeks]))


def trial(seed: int, mean: float, weeks: int) -> Trial:
    history = simulate_history(seed, weeks=weeks, mean=mean)
    ordinary = ~(history.closed | history.after_closure)
    counts = np.where(ordinary[:, :, None], history.counts, np.nan).reshape(-1, CELLS.count)
    rates = (history.shape * history.level[:, None, None]).reshape(-1, CELLS.count)
    model = Demand(CELLS)
    covered = []
    for week in range(weeks):
        model.learn(np.nan_to_num(counts[week]), np.isfinite(counts[week]).astype(np.float64))
        off = np.log(model.mean() / rates[week + 1])
        covered.append((np.abs(off) < Z_80 * np.sqrt(model.mean_variance())).mean())
    return Trial(
        model=model,
        counts=counts[:weeks],
        to_come=counts[weeks:],
        rates=rates[weeks:],
        covered=float(np.mean(covered[-max(1, weeks // 4) :])),
    )


def mean_of(weeks: Floats) -> Floats:
    """Plain mean of every cell; of all cells where one was never seen."""
    seen = np.ma.masked_invalid(weeks)
    return np.asarray(seen.mean(0).filled(seen.mean()))


def last_week(weeks: Floats) -> Floats:
    newest = weeks[0]
    for week in weeks[1:]:
        newest = np.where(np.isfinite(week), week, newest)
    return mean_of(newest[None])


BASELINES: dict[str, Callable[[Floats], Floats]] = {
    "4-week mean": lambda weeks: mean_of(weeks[-4:]),
    "all-weeks mean": mean_of,
    "last week": last_week,
}


def wape(mean: Floats, tried: Trial) -> float:
    known = np.isfinite(tried.to_come)
    return float(np.abs(mean - tried.rates)[known].sum() / tried.rates[known].sum())


def deviance(mean: Floats, tried: Trial) -> float:
    """Of the counts to come; a mean of 0 is taken as one call in twenty weeks."""
    counts, means = np.broadcast_arrays(tried.to_come, np.maximum(mean, 0.05))
    known = np.isfinite(counts)
    y, m = counts[known], means[known]
    return float(
        2 * (stats.poisson.logpmf(y, np.maximum(y, 1e-300)) - stats.poisson.logpmf(y, m)).mean()
    )


@pytest.mark.parametrize("score", [wape, deviance])
@in_every_setting
def test_better_than_plain_means(
    mean: float, weeks: int, score: Callable[[Floats, Trial], float]
) -> None:
    tried = trials(mean, weeks)
    ours = np.mean([score(each.model.mean(), each) for each in tried])
    for name, baseline in BASELINES.items():
        assert ours < np.mean([score(baseline(each.counts), each) for each in tried]), name


@cache
def steps(mean: float, weeks: int) -> tuple[Floats, Floats]:
    """Of the counts that came one to four weeks later: chance of fewer, and of at most as many."""
    below, up_to = [], []
    for tried in trials(mean, weeks):
        foretold = tried.model.mean()
        for horizon, counts in zip(HORIZONS_WEEKS, tried.to_come, strict=True):
            known = np.isfinite(counts)
            m, variance = foretold[known], tried.model.variance(foretold, horizon)[known]
            law = stats.nbinom(m**2 / (variance - m), m / variance)
            below.append(law.cdf(counts[known] - 1))
            up_to.append(law.cdf(counts[known]))
    return np.concatenate(below), np.concatenate(up_to)


@in_every_setting
def test_the_interval_of_counts_covers_what_it_says(mean: float, weeks: int) -> None:
    """By the randomised probability integral transform: the steps of counts are drawn apart."""
    below, up_to = steps(mean, weeks)
    transformed = np.random.default_rng(1).uniform(below, up_to)
    assert 0.77 <= np.mean((transformed > 0.1) & (transformed < 0.9)) <= 0.83


@in_every_setting
def test_published_bounds_of_counts_are_not_too_narrow(mean: float, weeks: int) -> None:
    """From the smallest count of which F ≥ 0.1 to the smallest of which F ≥ 0.9."""
    below, up_to = steps(mean, weeks)
    assert np.mean((up_to >= 0.1) & (below < 0.9)) >= 0.77


@in_every_setting
def test_the_interval_of_the_mean_covers_the_true_rate(mean: float, weeks: int) -> None:
    assert 0.72 <= np.mean([tried.covered for tried in trials(mean, weeks)]) <= 0.88
