"""The simulated histories are what they are said to be."""

from __future__ import annotations

import numpy as np
import pytest

from tests.typical_week.simulated import History, simulate_history

WEEKS = 2000


@pytest.fixture(scope="module")
def long_history() -> History:
    """So long that means come near what is expected of them; at level 1, for it would drift off."""
    return simulate_history(1, weeks=WEEKS - 4, walk=0.0)


@pytest.mark.parametrize("mean", [2.0, 8.0, 30.0])
def test_a_desk_has_as_many_calls_as_asked_and_varies_as_asked(mean: float) -> None:
    history = simulate_history(1, weeks=12, mean=mean)
    assert history.counts.shape == history.rates.shape == (16, 5, 9)
    assert history.shape.mean() == pytest.approx(mean)
    logarithms = np.log(history.shape)
    interaction = 0.15  # adds to what rows and weekdays vary, the less the more are averaged
    assert logarithms.mean(axis=0).std() == pytest.approx(0.3, abs=2 * interaction / np.sqrt(5))
    assert logarithms.mean(axis=1).std() == pytest.approx(0.15, abs=2 * interaction / np.sqrt(9))


def test_the_morning_has_the_peak() -> None:
    rows = np.mean([simulate_history(seed, weeks=1).shape.mean(axis=0) for seed in range(50)], 0)
    assert rows.argmax() in {1, 2}
    assert rows.argmin() == 8


def test_counts_are_poisson_at_the_rate_of_a_busy_or_quiet_day(long_history: History) -> None:
    """Index of dispersion of a row 1 + rate / nu; of what two rows of a day share, rate / nu."""
    surplus = long_history.counts - long_history.rates
    rates = long_history.rates.mean(axis=(0, 1))
    assert np.nanmean(surplus) == pytest.approx(0, abs=0.1)
    dispersion = np.nanmean(surplus**2, axis=(0, 1)) / np.mean(
        long_history.rates + long_history.rates**2 / 30, axis=(0, 1)
    )
    assert dispersion == pytest.approx(np.ones(9), abs=0.1)
    shared = np.nanmean(surplus[:, :, 0] * surplus[:, :, 1])
    assert shared == pytest.approx(rates[0] * rates[1] / 30, rel=0.2)


def test_the_level_drifts_by_three_percent_a_week() -> None:
    steps = np.diff(np.log(simulate_history(1, weeks=WEEKS).level))
    assert steps.std() == pytest.approx(0.03, rel=0.05)
    assert np.corrcoef(steps[1:], steps[:-1])[0, 1] == pytest.approx(0, abs=0.07)


def test_closed_days_have_no_counts_and_are_followed_by_a_busy_day(long_history: History) -> None:
    closed, after = long_history.closed, long_history.after_closure
    assert closed.mean() == pytest.approx(0.03, abs=0.005)
    assert np.isnan(long_history.counts).all(axis=2).tolist() == closed.tolist()
    assert np.isnan(long_history.counts).any(axis=2).tolist() == closed.tolist()
    in_order = list(zip(closed.ravel()[:-1], closed.ravel()[1:], strict=True))
    assert after.ravel()[1:].tolist() == [before and not now for before, now in in_order]
    busier = long_history.counts[after].mean() / np.nanmean(long_history.counts[~after])
    assert busier == pytest.approx(1.2, rel=0.05)
    assert long_history.rates[after].mean() == pytest.approx(1.2 * 8, rel=0.03)


def test_odd_days_have_three_times_as_many_calls() -> None:
    history = simulate_history(1, weeks=WEEKS, walk=0.0, odd_share=0.05)
    assert history.odd.mean() == pytest.approx(0.05, abs=0.01)
    assert not np.any(history.odd & history.closed)
    busier = history.counts[history.odd].mean() / np.nanmean(history.counts[~history.odd])
    assert busier == pytest.approx(3, rel=0.1)


def test_a_step_and_a_peak_change_the_level_and_nothing_else() -> None:
    plain = simulate_history(1, weeks=104)
    changed = simulate_history(1, weeks=104, step_week=60, peak_week=36)
    assert changed.shape.tolist() == plain.shape.tolist()
    assert changed.closed.tolist() == plain.closed.tolist()
    ratio = changed.level / plain.level
    assert ratio[[0, 36, 59]] == pytest.approx([1, 1.5, 1], rel=1e-6)
    assert ratio[[60, 36 + 52, 100]] == pytest.approx([1.4, 1.4 * 1.5, 1.4], rel=1e-3)


def test_a_seed_makes_one_history_and_another_seed_another() -> None:
    first, again, other = (simulate_history(seed, weeks=4).counts for seed in (1, 1, 2))
    assert np.array_equal(first, again, equal_nan=True)
    assert not np.array_equal(first, other, equal_nan=True)
