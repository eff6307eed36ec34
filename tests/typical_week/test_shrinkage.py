"""How far groups truly differ, by hand and where the truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from affluence.typical_week.cells import Floats
from affluence.typical_week.shrinkage import UsualSpread, shrink_ratios, true_variance


def column(*values: float) -> Floats:
    """One candidate, a group a value, one platform."""
    return np.array(values)[None, :, None]


def test_the_true_variance_by_hand() -> None:
    """Four groups, of which one factor has been fitted; a belief worth four more."""
    deviations, noise = column(0.3, -0.3, 0.3, -0.3), column(0.04, 0.04, 0.04, 0.04)
    found = true_variance(
        deviations,
        noise,
        column(1, 1, 1, 1),
        deviations != 0,
        fitted=1,
        usual=UsualSpread(0.1, 4.0),
    )
    seen = (0.09 - 0.04 * 3 / 4) / (3 / 4)
    assert found.ravel() == pytest.approx([(4 * seen + 4 * 0.1**2) / 8])


def test_it_is_never_below_the_least() -> None:
    alike = column(0.01, -0.01)
    usual = UsualSpread(0.0, 1.0)
    for least in (1e-12, 1e-4):
        found = true_variance(
            alike, alike**0, alike**0, alike != 0, fitted=1, usual=usual, least=least
        )
        assert found.ravel().tolist() == [least]


@pytest.mark.parametrize("true_deviation", [0.1, 0.3])
def test_the_truth_is_found_beneath_noise_of_unequal_groups(true_deviation: float) -> None:
    rng = np.random.default_rng(1)
    noise = rng.uniform(0.01, 0.2, (1, 20_000, 1))
    deviations = rng.normal(0, true_deviation, noise.shape) + rng.normal(0, np.sqrt(noise))
    found = true_variance(
        deviations, noise, 1 / noise, noise > 0, fitted=0, usual=UsualSpread(0.2, 10.0)
    )
    assert np.sqrt(found).item() == pytest.approx(true_deviation, rel=0.05)


def test_ratios_are_drawn_to_their_mean_as_far_as_they_are_noise() -> None:
    """40 counts where 20 were expected; of a third group nothing is known."""
    counts, expected = column(30, 10, 0), column(10, 10, 0)
    ratios, variance = shrink_ratios(
        counts, expected, column(1.0), fitted=1, usual=UsualSpread(0.2, 2.0)
    )
    noise = 1 / 20  # of a count of 20, over its square
    true = (2 * (0.5**2 - noise / 2) / (1 / 2) + 2 * 0.2**2) / 4
    believed = true / (true + noise)
    assert ratios.ravel() == pytest.approx([2 * (1 + believed / 2), 2 * (1 - believed / 2), 2])
    assert variance.ravel() == pytest.approx([believed * noise, believed * noise, true])
