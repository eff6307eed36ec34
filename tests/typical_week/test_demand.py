"""Demand: better than plain means where the truth is known, and as sure as it is right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from scipy import stats

from affluence.typical_week.cells import Floats
from affluence.typical_week.day_variance import HORIZONS_WEEKS
from affluence.typical_week.demand import Demand
from affluence.typical_week.grid import Grid
from tests.typical_week.desks import cells_of
from tests.typical_week.simulated import History, simulate_history

WEEKDAYS, ROWS = 5, 9
CELLS = cells_of(WEEKDAYS, ROWS)
SEEDS = {4: 60, 12: 48, 52: 24}  # of trials by weeks
Z_80 = 1.2816

in_every_setting = pytest.mark.parametrize(
    ("mean", "weeks"), [(mean, weeks) for mean in (2.0, 8.0, 30.0) for weeks in (4, 12, 52)]
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Learned:
    """The model of one of the platforms that were learned together."""

    together: Demand
    platform: int = 0

    def mean(self) -> Floats:
        return self.together.mean()[:, self.platform]

    def mean_variance(self) -> Floats:
        return self.together.mean_variance()[:, self.platform]

    def variance(self, mean: Floats, horizon: int) -> Floats:
        return self.together.variance(mean[:, None], horizon)[:, self.platform]

    @property
    def half_lives_weeks(self) -> list[float]:
        half_lives: list[float] = self.together.half_lives_weeks[:, self.platform].tolist()
        return half_lives


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trial:
    """A simulated desk, what the model says of it, and what came in the four weeks after."""

    model: Learned
    counts: Floats  # of the weeks that were learned; nan where closed or after a closed day
    to_come: Floats  # the same of the four weeks after
    rates: Floats  # true ones in these, on ordinary days
    covered: float  # share of the true rates of a next week that the 80 % interval covered


@cache
def trials(mean: float, weeks: int) -> tuple[Trial, ...]:
    """Desks that are learned together."""
    histories = [simulate_history(seed, weeks=weeks, mean=mean) for seed in range(SEEDS[weeks])]
    counts = np.stack([ordinary_counts(history) for history in histories], axis=-1)
    rates = np.stack(
        [
            (history.shape * history.level[:, None, None]).reshape(-1, CELLS.count)
            for history in histories
        ],
        axis=-1,
    )
    model = Demand(Grid([CELLS] * len(histories)))
    covered = []
    for week in range(weeks):
        model.learn(np.nan_to_num(counts[week]), np.isfinite(counts[week]).astype(np.float64))
        off = np.log(model.mean() / rates[week + 1])
        covered.append((np.abs(off) < Z_80 * np.sqrt(model.mean_variance())).mean(0))
    of_newest = np.mean(covered[-max(1, weeks // 4) :], axis=0)
    return tuple(
        Trial(
            model=Learned(together=model, platform=desk),
            counts=counts[:weeks, :, desk],
            to_come=counts[weeks:, :, desk],
            rates=rates[weeks:, :, desk],
            covered=float(of_newest[desk]),
        )
        for desk in range(len(histories))
    )


def ordinary_counts(history: History) -> Floats:
    """Weeks × cells; nan where closed or after a closed day."""
    ordinary = ~(history.closed | history.after_closure)
    counts: Floats = np.where(ordinary[:, :, None], history.counts, np.nan)
    return counts.reshape(-1, CELLS.count)


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


# Exposure

DAY_FACTORS = np.array([1.3, 1.1, 1.0, 0.9, 0.7])
PRODUCT = (20 * DAY_FACTORS[:, None] * np.linspace(1.6, 0.4, ROWS)).ravel()
BESIDES = np.exp(np.random.default_rng(1).normal(0, 0.15, CELLS.count))  # what cells add
WHOLE = np.ones(CELLS.count)


def learned(counts: Floats, exposure: Floats = WHOLE, weeks: int = 8) -> Learned:
    """The same week, or one after the other."""
    model = Demand(Grid([CELLS]))
    shape = (weeks, CELLS.count)
    for of_week, exposed in zip(
        np.broadcast_to(counts, shape), np.broadcast_to(exposure, shape), strict=True
    ):
        model.learn(of_week[:, None], exposed[:, None])
    return Learned(together=model)


def test_what_is_a_product_of_weekday_and_row_is_found_again() -> None:
    assert learned(PRODUCT).mean() == pytest.approx(PRODUCT, rel=0.03)


def test_single_cells_are_drawn_towards_the_product_as_far_as_they_are_few_calls() -> None:
    def added(means: Floats) -> float:
        """How far cells lie from weekday and row, on the logarithm."""
        logs = np.log(means).reshape(WEEKDAYS, ROWS)
        return float((logs - logs.mean(0) - logs.mean(1, keepdims=True) + logs.mean()).std())

    def drawn(scale: float) -> float:
        return 1 - added(learned(scale * PRODUCT * BESIDES).mean()) / added(BESIDES)

    few, more, many = drawn(0.05), drawn(1.0), drawn(100.0)
    assert few > more > many
    assert few > 0.5
    assert many == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize("cells", [slice(3, 4), slice(0, ROWS), slice(0, None, ROWS)])
def test_half_of_the_exposure_with_half_of_the_counts_leaves_the_mean(cells: slice) -> None:
    """Of a cell, of a day and of a row."""
    half = WHOLE.copy()
    half[cells] = 0.5
    assert learned(half * PRODUCT, half).mean() == pytest.approx(learned(PRODUCT).mean(), rel=0.02)


def test_a_missing_day_leaves_the_mean() -> None:
    exposure = np.ones((8, CELLS.count))
    exposure[3, ROWS : 2 * ROWS] = 0
    counts = PRODUCT * BESIDES
    missing = learned(counts, exposure).mean()
    assert missing == pytest.approx(learned(counts).mean(), rel=0.02)


def test_counts_where_nothing_is_exposed_count_nothing() -> None:
    exposure = np.ones((8, CELLS.count))
    exposure[3, ROWS : 2 * ROWS] = 0
    absurd = np.where(exposure > 0, PRODUCT, 1e6)
    assert learned(absurd, exposure).mean().tolist() == learned(PRODUCT, exposure).mean().tolist()


def test_a_week_without_anything_leaves_all_as_it_is() -> None:
    exposure = np.ones((8, CELLS.count))
    exposure[3] = 0
    closed, seven = learned(PRODUCT, exposure), learned(PRODUCT, weeks=7)
    assert closed.mean().tolist() == seven.mean().tolist()
    assert closed.mean_variance().tolist() == seven.mean_variance().tolist()


def test_cells_that_were_never_seen_have_the_product_of_weekday_and_row() -> None:
    exposure = WHOLE.copy()
    exposure[[7, 20]] = 0
    unseen = learned(PRODUCT, exposure)
    assert unseen.mean()[[7, 20]] == pytest.approx(PRODUCT[[7, 20]], rel=0.03)
    assert unseen.mean_variance()[[7, 20]].min() > unseen.mean_variance()[0]


def test_a_weekday_that_was_never_seen_is_a_mean_one() -> None:
    exposure = WHOLE.copy()
    exposure[:ROWS] = 0
    others = PRODUCT[ROWS:].reshape(-1, ROWS).mean(0)
    assert learned(PRODUCT, exposure).mean()[:ROWS] == pytest.approx(others, rel=0.03)


def test_rows_that_are_never_open_are_as_good_as_none() -> None:
    """Of a table of nine rows five are open; or of one of five rows all."""
    first = np.arange(CELLS.count) % ROWS < 5
    counts = np.random.default_rng(6).poisson(PRODUCT * BESIDES, (8, CELLS.count))
    nine, five = Demand(Grid([CELLS])), Demand(Grid([cells_of(WEEKDAYS, 5)]))
    for week in counts.astype(np.float64)[..., None]:
        nine.learn(week, first.astype(np.float64)[:, None])
        five.learn(week[first], np.ones((5 * WEEKDAYS, 1)))
    assert nine.mean()[first] == pytest.approx(five.mean(), rel=1e-9)
    assert nine.mean_variance()[first] == pytest.approx(five.mean_variance(), rel=1e-9)


# Level


@pytest.mark.parametrize("factor", [1.4, 0.6])
def test_a_step_is_followed_within_two_weeks(factor: float) -> None:
    rng = np.random.default_rng(2)
    level = np.repeat([1.0, factor], [12, 2])[:, None]
    mean = learned(rng.poisson(level * PRODUCT).astype(np.float64), weeks=14).mean()
    assert mean.sum() == pytest.approx(factor * PRODUCT.sum(), rel=0.07)


def test_a_step_is_told_the_week_after_it_and_once() -> None:
    rng = np.random.default_rng(7)
    model = Demand(Grid([CELLS]))
    told = []
    for week in range(30):
        counts = rng.poisson((1.4 if week >= 20 else 1.0) * PRODUCT).astype(np.float64)
        model.learn(counts[:, None], WHOLE[:, None])
        told.append(model.has_stepped.item())
    assert np.flatnonzero(told).tolist() == [21]


def test_a_level_that_rests_is_remembered_for_longer() -> None:
    def half_life(walk: float) -> float:
        """Of the level, on average over some desks."""
        found = []
        for seed in range(6):
            rng = np.random.default_rng(seed)
            level = np.exp(np.cumsum(rng.normal(0, walk, 60)))[:, None]
            counts = rng.poisson(level * PRODUCT).astype(np.float64)
            found.append(learned(counts, weeks=60).half_lives_weeks[0])
        return float(np.mean(found))

    assert half_life(0.0) > 2 * half_life(0.1)


# Numbers


def test_ten_times_the_counts_are_ten_times_the_means() -> None:
    counts = np.random.default_rng(3).poisson(PRODUCT * BESIDES, (8, CELLS.count))
    one, ten = (learned((scale * counts).astype(np.float64)) for scale in (1, 10))
    assert ten.mean() == pytest.approx(10 * one.mean(), rel=0.02)


def test_the_variance_of_a_count_is_at_least_that_of_poisson() -> None:
    model = learned(np.round(PRODUCT))
    for horizon in HORIZONS_WEEKS:
        assert np.all(model.variance(model.mean(), horizon) >= model.mean())


def test_the_same_weeks_give_the_same_figures() -> None:
    counts = np.random.default_rng(4).poisson(PRODUCT, (20, CELLS.count)).astype(np.float64)
    one, other = (learned(counts, weeks=20) for _ in range(2))
    assert one.mean().tolist() == other.mean().tolist()
    assert one.variance(one.mean(), 2).tolist() == other.variance(other.mean(), 2).tolist()
    assert one.half_lives_weeks == other.half_lives_weeks


@pytest.mark.parametrize("scale", [0.001, 1.0, 1e6])
@pytest.mark.parametrize("seen", [0.02, 0.5, 1.0])
def test_odd_weeks_are_no_reason_to_warn(scale: float, seen: float) -> None:
    """Hardly any calls, millions, and cells that are mostly closed."""
    rng = np.random.default_rng(5)
    exposure = rng.uniform(0.01, 1, (12, CELLS.count)) * (rng.random((12, CELLS.count)) < seen)
    counts = rng.poisson(scale * exposure * PRODUCT).astype(np.float64)
    with np.errstate(all="raise", under="ignore"):
        model = learned(counts, exposure, weeks=12)
        for figures in (model.mean(), model.variance(model.mean(), 4), model.mean_variance()):
            assert np.all(np.isfinite(figures) & (figures >= 0))


def test_a_table_of_one_cell_is_a_table() -> None:
    model = Demand(Grid([cells_of(1, 1)]))
    for _ in range(10):
        model.learn(np.array([[12.0]]), np.array([[1.0]]))
    assert model.mean() == pytest.approx(12.0, rel=1e-6)


def test_the_level_that_a_week_alone_shows() -> None:
    """Three times the usual calls, and half of them while the desk was open for half the time."""
    model = Demand(Grid([CELLS]))
    usual, whole = np.full((CELLS.count, 1), 8.0), np.ones((CELLS.count, 1))
    for _ in range(4):
        model.learn(usual, whole)
    (ordinary,) = model.level_of(usual, whole)
    assert model.level_of(3 * usual, whole) == pytest.approx(ordinary + np.log(3))
    assert model.level_of(0.5 * usual, 0.5 * whole) == pytest.approx(ordinary)
    assert np.isnan(model.level_of(usual, 0 * whole)).all()
