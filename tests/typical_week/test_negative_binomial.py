"""Laws of counts against SciPy, against sums over all counts, and against what must hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from scipy import integrate, stats

from affluence.typical_week.cells import Floats
from affluence.typical_week.negative_binomial import poisson_deviance, quantiles, score

EXACT = 1e-9
MEANS = st.one_of(st.just(0.0), st.floats(1e-6, 3), st.floats(1e-6, 60), st.floats(1e-6, 3000))
# Variance ÷ mean - 1. Nearer to 0 SciPy's own negative binomial loses digits.
EXCESSES = st.one_of(st.just(0.0), st.floats(0.01, 5), st.floats(0.01, 200))
COUNTS = st.one_of(st.integers(0, 5), st.integers(0, 100), st.integers(0, 5000))
PROBABILITIES = st.floats(1e-6, 1 - 1e-6)


def cdf(mean: ArrayLike, variance: ArrayLike, y: ArrayLike) -> Floats:
    return score(mean, variance, y).up_to


def crps(mean: ArrayLike, variance: ArrayLike, y: ArrayLike) -> Floats:
    return score(mean, variance, y).crps


def law(mean: float, variance: float) -> Any:
    """The same law from SciPy."""
    if variance <= mean or mean == 0:
        return stats.poisson(mean)
    return stats.nbinom(mean**2 / (variance - mean), mean / variance)


def summed_crps(mean: float, variance: float, y: int) -> float:
    """The definition, over so many counts that the rest is nothing."""
    last = max(y, law(mean, variance).isf(1e-14)) + 2
    k = np.arange(last)
    return float(np.sum((law(mean, variance).cdf(k) - (y <= k)) ** 2))


@given(MEANS, EXCESSES, COUNTS)
def test_cumulative_probabilities_are_those_of_scipy(mean: float, excess: float, y: int) -> None:
    variance = mean * (1 + excess)
    assert cdf(mean, variance, y) == pytest.approx(law(mean, variance).cdf(y), abs=EXACT)


@given(MEANS, EXCESSES, COUNTS)
def test_crps_is_the_sum_over_all_counts(mean: float, excess: float, y: int) -> None:
    variance = mean * (1 + excess)
    expected = summed_crps(mean, variance, y)
    assert crps(mean, variance, y) == pytest.approx(expected, rel=EXACT, abs=EXACT)


@given(MEANS, EXCESSES, PROBABILITIES)
def test_a_quantile_is_the_smallest_count_that_is_likely_enough(
    mean: float, excess: float, probability: float
) -> None:
    variance = mean * (1 + excess)
    (quantile,) = quantiles(mean, variance, [probability])
    assert law(mean, variance).cdf(quantile) >= probability - EXACT
    assert law(mean, variance).cdf(quantile - 1) < probability + EXACT


def test_quantiles_of_ordinary_laws_are_those_of_scipy() -> None:
    means = np.array([0.5, 2.0, 8.0, 30.0, 400.0])
    variances = means + means**2 / 30
    probabilities = (0.1, 0.25, 0.5, 0.9, 0.999)
    expected = [
        [law(*parameters).ppf(probability) for parameters in zip(means, variances, strict=True)]
        for probability in probabilities
    ]
    assert quantiles(means, variances, probabilities).tolist() == expected


@pytest.mark.parametrize("mean", [1000.0, 5000.0, 20000.0])
@pytest.mark.parametrize("excess", [0.0, 0.01, 1.0, 30.0])
def test_large_means(mean: float, excess: float) -> None:
    variance = mean * (1 + excess)
    counts = np.round(mean + np.sqrt(variance) * np.array([-9.0, -3.0, -1.0, 0.0, 0.5, 4.0, 9.0]))
    scores = score(mean, variance, counts.clip(0))
    assert scores.up_to == pytest.approx(law(mean, variance).cdf(counts.clip(0)), abs=EXACT)
    expected = [summed_crps(mean, variance, int(y)) for y in counts.clip(0)]
    assert scores.crps == pytest.approx(expected, rel=EXACT)


def test_crps_is_an_integral_over_the_real_line() -> None:
    mean, variance, y = 8.0, 12.0, 11
    square, _ = integrate.quad(
        lambda x: (law(mean, variance).cdf(np.floor(x)) - (y <= x)) ** 2,
        *(0, 80),
        points=range(1, 80),
        limit=400,
    )
    assert crps(mean, variance, y) == pytest.approx(square, rel=1e-6)


def test_crps_is_what_draws_say() -> None:
    rng = np.random.default_rng(1)
    draws, others = rng.negative_binomial(30, 0.75, (2, 400_000))  # of mean 10
    drawn = np.abs(draws - 14).mean() - np.abs(draws - others).mean() / 2
    assert crps(10.0, 10.0 / 0.75, 14) == pytest.approx(drawn, abs=0.02)


def test_the_truth_has_the_smallest_expected_crps() -> None:
    y = np.arange(200)
    weights = law(20.0, 40.0).pmf(y)

    def expected_crps(mean: float, variance: float) -> float:
        return float(weights @ crps(mean, variance, y))

    truth = expected_crps(20.0, 40.0)
    assert truth < min(expected_crps(mean, 40.0) for mean in (18.0, 19.5, 20.5, 22.0))
    assert truth < min(expected_crps(20.0, variance) for variance in (20.0, 36.0, 44.0, 80.0))


@given(MEANS, EXCESSES)
def test_cumulative_probabilities_rise_from_0_to_1(mean: float, excess: float) -> None:
    variance = mean * (1 + excess)
    y = np.arange(int(mean + 40 * np.sqrt(variance) + 40 * excess) + 20)
    scores = score(mean, variance, y)
    assert np.all(np.diff(scores.up_to) >= 0)
    assert scores.below[0] == 0
    assert scores.below[1:].tolist() == scores.up_to[:-1].tolist()
    assert scores.up_to[-1] == 1
    assert np.all(scores.crps >= 0)


@given(MEANS, EXCESSES)
def test_mean_and_variance_are_as_asked(mean: float, excess: float) -> None:
    variance = mean * (1 + excess)
    y = np.arange(int(mean + 40 * np.sqrt(variance) + 40 * excess) + 20)
    scores = score(mean, variance, y)
    chances = scores.up_to - scores.below
    assert chances @ y == pytest.approx(mean, rel=EXACT, abs=EXACT)
    assert chances @ (y - mean) ** 2 == pytest.approx(variance, rel=1e-7, abs=1e-7)


@given(st.floats(1, 3000), COUNTS)
def test_a_variance_up_to_the_mean_is_poisson(mean: float, y: int) -> None:
    poisson = cdf(mean, mean, y)
    assert cdf(mean, mean / 2, y) == poisson
    assert cdf(mean, mean * (1 + 1e-10), y) == pytest.approx(poisson, abs=1e-7)


@given(st.integers(0, 5000), st.floats(0, 100))
def test_mean_0_is_a_point_mass(y: int, variance: float) -> None:
    scores = score(0.0, variance, y, (0.001, 0.5, 0.999))
    assert scores.crps == y
    assert scores.below == (y > 0)
    assert scores.up_to == 1
    assert scores.quantiles.tolist() == [0, 0, 0]


@given(st.floats(0, 1e-3), COUNTS)
def test_next_to_a_point_mass_crps_is_the_distance(mean: float, y: int) -> None:
    assert crps(mean, mean, y) == pytest.approx(abs(y - mean), abs=2 * mean)


def test_far_from_every_likely_count_crps_is_the_distance_less_the_spread() -> None:
    spread = summed_crps(20.0, 30.0, 10_000) - (10_000 - 20)
    assert crps(20.0, 30.0, 10**9) == pytest.approx(10**9 - 20 + spread, rel=1e-15)


def test_further_axes_of_the_counts_share_the_laws() -> None:
    rng = np.random.default_rng(2)
    mean = rng.uniform(0, 50, (7, 3))
    variance = mean * rng.uniform(0.5, 4, (7, 3))
    y = rng.poisson(mean, (4, 7, 3))
    scores = score(mean, variance, y, (0.1, 0.9))
    assert scores.quantiles.shape == (2, 7, 3)
    for week, counts in enumerate(y):
        alone = score(mean, variance, counts)
        assert scores.crps[week] == pytest.approx(alone.crps, rel=1e-12)
        assert scores.below[week] == pytest.approx(alone.below, abs=1e-12)


def test_laws_and_counts_are_broadcast() -> None:
    table = cdf(np.array([[2.0], [3.0]]), np.array([2.0, 5.0, 9.0]), 2)
    assert table.shape == (2, 3)
    assert table[1, 1] == pytest.approx(law(3.0, 5.0).cdf(2), abs=EXACT)
    assert cdf(np.array([2.0]), 3.0, np.arange(5)) == pytest.approx(cdf(2.0, 3.0, np.arange(5)))
    assert cdf(np.empty((0, 3)), 1.0, 2).shape == (0, 3)


def test_many_laws_of_all_sizes_at_once() -> None:
    """More than one table, and each law back in its place."""
    rng = np.random.default_rng(3)
    mean = 10 ** rng.uniform(-3, 3.3, 20_000)
    variance = mean * (1 + rng.exponential(1, mean.size))
    y = rng.poisson(mean)
    assert cdf(mean, variance, y) == pytest.approx(
        stats.nbinom.cdf(y, mean**2 / (variance - mean), mean / variance), abs=EXACT
    )


def test_what_is_missing_stays_missing() -> None:
    nan = np.nan
    scores = score([1.0, nan, 1.0, 1.0], [2.0, 2.0, nan, 2.0], [3.0, 3.0, 3.0, nan], [0.5])
    missing = [False, True, True, True]
    for values in (scores.crps, scores.up_to, scores.below, poisson_deviance([1, nan], [nan, 1])):
        assert np.isnan(values).tolist() == missing[-len(values) :]
    assert np.isnan(scores.quantiles).tolist() == [[False, True, True, False]]


@pytest.mark.parametrize(("mean", "y"), [(-1.0, 1.0), (1.0, -1.0)])
def test_negative_numbers_are_refused(mean: float, y: float) -> None:
    with pytest.raises(ValueError, match="is negative"):
        score(mean, 1.0, y)


@given(st.floats(1e-3, 3000), COUNTS)
def test_deviance_is_twice_the_log_likelihood_lost(mean: float, y: int) -> None:
    lost = stats.poisson.logpmf(y, y) - stats.poisson.logpmf(y, mean)
    assert poisson_deviance(mean, y) == pytest.approx(2 * lost, rel=1e-7, abs=1e-7)


def test_deviance_where_nothing_came_or_nothing_was_foretold() -> None:
    assert poisson_deviance([3.0, 0.0, 0.0], [0, 0, 2]).tolist() == [6, 0, np.inf]
