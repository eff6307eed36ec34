"""Shares: a logistic regression where nothing is drawn together, and as sure as they are right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import beta

from affluence.typical_week.cells import Cells, Floats, Mask
from affluence.typical_week.grid import Grid
from affluence.typical_week.level_steps import LevelSteps
from affluence.typical_week.reach import ratio
from affluence.typical_week.shares import Shares, Sums
from tests.typical_week.desks import cells_of

WEEKDAYS, ROWS = 5, 9
CELLS = cells_of(WEEKDAYS, ROWS)
USUAL_CLUSTERING = 1.5
SEEDS = {4: 24, 20: 16}  # by weeks
ADDITIVE = (
    1.2 + np.array([-0.6, -0.2, 0.0, 0.3, 0.5])[:, None] + np.linspace(-1.0, 1.2, ROWS)
).ravel()
OF_CELLS = ADDITIVE + np.random.default_rng(1).normal(0, 0.4, CELLS.count)


def share_of_calls(sums: Sums, shape: Sums) -> Floats:  # noqa: ARG001  # as every `Ratio`
    return ratio(sums["reached"], sums["calls"])


def nothing_known(*tables: Cells) -> Shares:
    """Of some platforms; without any of one."""
    return Shares(
        Grid(tables or [CELLS]),
        ("reached", "calls"),
        share_of_calls,
        usual_clustering=USUAL_CLUSTERING,
    )


@dataclass(frozen=True, slots=True)
class Learned:
    """The model of one of the platforms that were learned together."""

    together: Shares
    platform: int = 0

    @property
    def logit(self) -> Floats:
        return self.together.logit[:, self.platform]

    @property
    def variance(self) -> Floats:
        return self.together.variance[:, self.platform]

    @property
    def known(self) -> Mask:
        return self.together.known[:, self.platform]

    @property
    def clustering(self) -> float:
        return float(self.together.clustering[self.platform])

    def interval(self) -> tuple[Floats, Floats, Floats]:
        low, middle, high = (each[:, self.platform] for each in self.together.interval())
        return low, middle, high


def learned(
    reached: Floats, calls: Floats, after: Callable[[Learned], object] = lambda _: None
) -> Learned:
    """After weeks × cells, one week after the other."""
    model = Learned(nothing_known())
    for of_week, all_of_week in zip(reached[..., None], calls[..., None], strict=True):
        model.together.learn({"reached": of_week, "calls": all_of_week}, all_of_week)
        after(model)
    return model


def without_noise(logits: Floats, calls: float, weeks: int = 6) -> Learned:
    """Each week exactly the expected share of so many calls a cell was reached."""
    of_cells = np.full((weeks, CELLS.count), calls)
    return learned(of_cells * expit(logits), of_cells)


# What is known is found again


@pytest.mark.parametrize("logits", [ADDITIVE, OF_CELLS])
def test_shares_without_noise_are_found_again(logits: Floats) -> None:
    assert without_noise(logits, calls=10_000.0).logit == pytest.approx(logits, abs=2e-3)


def test_what_weekdays_and_rows_explain_is_found_in_few_calls() -> None:
    assert without_noise(ADDITIVE, calls=10.0).logit == pytest.approx(ADDITIVE, abs=0.1)


def test_single_cells_are_drawn_towards_weekday_and_row_as_far_as_they_are_few_calls() -> None:
    def nearer(calls: float) -> float:
        """By which part of its own deviation a cell is drawn back."""
        return 1 - float(np.std(without_noise(OF_CELLS, calls).logit) / np.std(OF_CELLS))

    few, more, many = nearer(3.0), nearer(30.0), nearer(3000.0)
    assert few > more > many
    assert many == pytest.approx(0, abs=0.01)


# What few calls tell


@pytest.mark.parametrize("weeks", [1, 4, 12])
@pytest.mark.parametrize("calls", [3.0, 12.0, 100.0])
@pytest.mark.parametrize("reached", [0.0, 1.0])
def test_that_all_agree_is_not_certainty(calls: float, weeks: int, reached: float) -> None:
    """Not surer than even odds for all calls together would be (Jeffreys)."""
    of_cells = np.full((weeks, CELLS.count), calls)
    low, middle, high = learned(reached * of_cells, of_cells).interval()
    total = float(of_cells.sum())
    even_odds = float(beta(total * reached + 0.5, total * (1 - reached) + 0.5).median())
    if reached:
        assert np.all(low < even_odds)
        assert np.all(high < 1)
    else:
        assert np.all(high > even_odds)
        assert np.all(low > 0)
    assert np.all((low < middle) & (middle < high))


def test_the_interval_narrows_with_more_calls_and_weeks() -> None:
    def width(calls: float, weeks: int) -> float:
        low, _, high = without_noise(OF_CELLS, calls, weeks).interval()
        return float((high - low).mean())

    assert width(3.0, 4) > width(12.0, 4) > width(100.0, 4)
    assert width(12.0, 2) > width(12.0, 8) > width(12.0, 32)


def test_cells_without_calls_have_the_share_of_their_weekday_and_row() -> None:
    calls = np.full((6, CELLS.count), 1000.0)
    calls[:, 7] = 0
    model = learned(calls * expit(ADDITIVE), calls)
    assert model.logit[7] == pytest.approx(ADDITIVE[7], abs=0.02)
    assert model.variance[7] > 2 * np.delete(model.variance, 7).max()
    assert model.known.tolist() == [cell != 7 for cell in range(CELLS.count)]


def test_rows_without_calls_are_as_good_as_none() -> None:
    """Of a table of nine rows five are called; or of one of five rows all."""
    first = np.arange(CELLS.count) % ROWS < 5
    rng = np.random.default_rng(6)
    nine, five = Learned(nothing_known()), Learned(nothing_known(cells_of(WEEKDAYS, 5)))
    for _ in range(8):
        calls = np.where(first, 30.0, 0.0)[:, None]
        reached = rng.binomial(30, expit(OF_CELLS)).astype(np.float64)[:, None]
        nine.together.learn({"reached": reached * (calls > 0), "calls": calls}, calls)
        five.together.learn({"reached": reached[first], "calls": calls[first]}, calls[first])
    assert nine.logit[first] == pytest.approx(five.logit, rel=1e-9)
    assert nine.variance[first] == pytest.approx(five.variance, rel=1e-9)


def test_who_knows_nothing_gives_away_nothing() -> None:
    nothing = Learned(nothing_known())
    low, middle, high = nothing.interval()
    assert np.all(low < 0.01)
    assert middle.tolist() == [0.5] * CELLS.count
    assert np.all(high > 0.99)
    assert not nothing.known.any()


def test_a_week_without_calls_changes_nothing() -> None:
    calls = np.full((5, CELLS.count), 10.0)
    silence = np.concatenate([calls, np.zeros((3, CELLS.count))])
    share = expit(OF_CELLS)
    assert learned(silence * share, silence).logit == pytest.approx(
        learned(calls * share, calls).logit, rel=1e-12
    )


# As sure as right


@cache
def coverage(usual: float, calls: float, weeks: int, clustering: float) -> tuple[float, float]:
    """Share of the true shares within their 80 % interval, and the clustering that was learned.

    The logits of weekdays, rows and cells vary by 0.4, 0.6 and 0.3; all drift by 0.05 a week.
    Calls are beta-binomial: a share varies ``clustering`` times as much as of independent calls.
    """
    desks = SEEDS[weeks]
    reached, calls_of, logits = [], [], []
    for seed in range(desks):
        rng = np.random.default_rng(seed)
        of_day, of_row = rng.normal(0, 0.4, (WEEKDAYS, 1)), rng.normal(0, 0.6, ROWS)
        of_cell = rng.normal(0, 0.3, (WEEKDAYS, ROWS))
        drift = np.cumsum(rng.normal(0, 0.05, weeks))[:, None]
        true = logit(usual) + (of_day + of_row + of_cell).ravel() + drift
        correlation = (clustering - 1) / (calls - 1)
        came = rng.poisson(calls, true.shape)
        together = 1 / correlation - 1
        chance = rng.beta(expit(true) * together, expit(-true) * together)
        reached.append(rng.binomial(came, chance).astype(np.float64))
        calls_of.append(came.astype(np.float64))
        logits.append(true[-1])
    model = nothing_known(*[CELLS] * desks)
    weeks_of = zip(np.stack(reached, axis=-1), np.stack(calls_of, axis=-1), strict=True)
    for of_week, all_of_week in weeks_of:
        model.learn({"reached": of_week, "calls": all_of_week}, all_of_week)
    low, _, high = model.interval()
    true_shares = expit(np.stack(logits, axis=-1))
    inside = (low <= true_shares) & (true_shares <= high)
    return float(inside.mean()), float(model.clustering.mean())


in_every_setting = pytest.mark.parametrize(
    ("usual", "calls", "weeks", "clustering"),
    [
        (usual, calls, weeks, clustering)
        for usual in (0.5, 0.8, 0.95)
        for calls, clustering in ((6.0, 1.5), (20.0, 2.0), (60.0, 3.0))
        for weeks in SEEDS
    ],
)


@in_every_setting
def test_the_interval_covers_what_it_says(
    usual: float, calls: float, weeks: int, clustering: float
) -> None:
    covered, _ = coverage(usual, calls, weeks, clustering)
    assert 0.72 <= covered <= 0.88


@pytest.mark.parametrize("clustering", [1.2, 2.0, 4.0])
def test_clustering_is_learned(clustering: float) -> None:
    _, found = coverage(0.8, 20.0, 20, clustering)
    assert found == pytest.approx(clustering, rel=0.15)


def test_where_hardly_anything_fails_calls_still_vary_as_independent_ones() -> None:
    calls = np.full((30, CELLS.count), 20.0)
    assert learned(calls, calls).clustering == 1


# Level


def test_what_the_last_weeks_alone_show_is_weighed_by_how_sure_they_are() -> None:
    """Precisions add up; one observation more is believed, of what all cells show together."""
    model = without_noise(ADDITIVE, calls=300.0)

    def lately(reached: float, calls: float) -> tuple[Floats, Floats]:
        of_cells = np.ones((CELLS.count, 1))
        sums = {"reached": reached * of_cells, "calls": calls * of_cells}
        logits, variances = model.together.lately(sums | {"observations": sums["calls"]})
        return logits[:, 0], variances[:, 0]

    start, doubt = lately(0, 0)
    assert start == pytest.approx(ADDITIVE, abs=0.1)
    observed = (2 + expit(start)) / (10 + 1)  # two of ten
    precision = 10 * observed * (1 - observed) / model.clustering
    middle, variance = lately(2, 10)
    assert 1 / variance == pytest.approx(1 / doubt + precision)
    assert middle / variance == pytest.approx(start / doubt + logit(observed) * precision)


def test_a_level_that_moved_in_all_cells_is_followed_within_two_weeks() -> None:
    """From odds of 4 to odds of 2 everywhere, after half a year."""
    rng = np.random.default_rng(3)
    logits = np.repeat([logit(0.8), logit(0.8) - np.log(2)], [26, 2])[:, None]
    calls = np.full((28, CELLS.count), 30)
    reached = rng.binomial(calls, expit(np.broadcast_to(logits, calls.shape))).astype(np.float64)
    steps: list[float] = []
    learned(reached, calls.astype(np.float64), lambda m: steps.append(float(m.logit.mean())))
    assert steps[25] == pytest.approx(logit(0.8), abs=0.1)
    assert steps[27] == pytest.approx(logit(0.8) - np.log(2), abs=0.1)


def test_where_the_load_has_stepped_the_level_of_the_share_begins_anew() -> None:
    """Without noise: from odds of 4 to 3.5, too little to be told from the share alone."""
    calls = np.full((CELLS.count, 1), 300.0)
    told, untold = nothing_known(), nothing_known()
    for week in range(26):
        share = 0.8 if week < 24 else 3.5 / 4.5
        for model in (told, untold):
            stepped = np.array([model is told and week == 25])
            model.learn({"reached": share * calls, "calls": calls}, calls, has_stepped=stepped)
    off = [float(np.log(3.5) - model.logit.mean()) for model in (told, untold)]
    assert abs(off[0]) < 0.01
    assert off[1] < -0.02


def test_small_numbers_are_not_taken_for_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A desk that never changes, with four lost calls a week."""
    told = []
    learn = LevelSteps.learn

    def listening(self: LevelSteps, surprise: Floats, noise: Floats) -> Mask:
        told.append(learn(self, surprise, noise))
        return told[-1]

    monkeypatch.setattr(LevelSteps, "learn", listening)
    rng = np.random.default_rng(4)
    for _ in range(8):
        calls = np.full((40, CELLS.count), 3)
        learned(rng.binomial(calls, 0.97).astype(np.float64), calls.astype(np.float64))
    assert len(told) == 8 * 39
    assert np.mean(told) < 0.02


# Lately


def test_lately_a_cell_may_have_moved_by_itself() -> None:
    """In the last two weeks half of the calls of one cell fail; a tenth did before."""
    calls = np.full((20, CELLS.count), 40.0)
    share = np.full((20, CELLS.count), 0.9)
    share[18:, 4] = 0.5
    model = learned(calls * share, calls)
    reached, called = (calls * share)[18:].sum(0)[:, None], calls[18:].sum(0)[:, None]
    lately, variance = model.together.lately(
        {"reached": reached, "calls": called, "observations": called}
    )
    assert expit(lately[4]) == pytest.approx(0.55, abs=0.08)
    assert expit(np.delete(lately, 4)) == pytest.approx(0.9, abs=0.02)
    assert np.all(variance > 0)


def test_lately_without_calls_a_cell_is_where_all_are_but_less_sure() -> None:
    calls = np.full((20, CELLS.count), 40.0)
    model = learned(0.9 * calls, calls)
    nothing = np.zeros((CELLS.count, 1))
    lately, variance = model.together.lately(
        {"reached": nothing, "calls": nothing, "observations": nothing}
    )
    assert expit(lately) == pytest.approx(0.9, abs=0.01)
    assert np.all(variance > 0.1)


# Numbers


def test_odd_sums_are_no_reason_to_warn() -> None:
    """All, none or a single cell; millions of calls; nothing at all."""
    with np.errstate(all="raise", under="ignore"):
        for calls in (0.0, 1e-3, 1.0, 1e7):
            for reached in (0.0, 1.0):
                week = np.full((3, CELLS.count), calls)
                low, _, high = learned(reached * week, week).interval()
                assert np.all((low >= 0) & (high <= 1))
        one = np.zeros((3, CELLS.count))
        one[:, 3] = 5
        assert np.isfinite(learned(one, one).logit).all()


def test_the_same_weeks_give_the_same_figures() -> None:
    rng = np.random.default_rng(5)
    calls = rng.poisson(12, (15, CELLS.count)).astype(np.float64)
    reached = rng.binomial(calls.astype(np.int64), 0.8).astype(np.float64)
    one, other = learned(reached, calls), learned(reached, calls)
    assert one.logit.tolist() == other.logit.tolist()
    assert one.variance.tolist() == other.variance.tolist()
