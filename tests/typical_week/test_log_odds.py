"""Log odds, by hand and beside SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from affluence.typical_week.log_odds import (
    expit,
    logit,
    logit_above,
    logit_information,
    logit_inside,
)

SHARES = np.array([0.001, 0.2, 0.5, 0.97])


def test_logit_and_back() -> None:
    assert logit(SHARES) == pytest.approx(special.logit(SHARES))
    assert expit(special.logit(SHARES)) == pytest.approx(SHARES)
    assert expit(np.array([-1000.0, 1000.0])).tolist() == [0, 1]


def test_shares_of_0_and_1_are_moved_in_by_a_millionth() -> None:
    assert logit(np.array([0.0, 1.0])) == pytest.approx(special.logit([1e-6, 1 - 1e-6]))


def test_half_a_success_and_half_a_failure_more_by_what_one_is_worth() -> None:
    """Of 40 calls, of which two are worth an independent one, none failed."""
    all_of_40 = np.array([40.0])
    assert logit_inside(all_of_40, all_of_40, 2.0) == pytest.approx(np.log((40 + 1) / 1))
    ten = np.array([10.0])
    expected = np.log((40 + 1) / 1) - np.log((10 + 1) / (30 + 1))
    assert logit_above(all_of_40, ten, all_of_40, 2.0) == pytest.approx(expected)


def test_the_information_on_a_logit_is_that_of_independent_calls_by_laplace() -> None:
    """Its variance is 1 ÷ n p (1 - p), with one success and one failure more."""
    seen, one = np.array([28.0]), np.array([1.0])
    share = (28 + 1) / (28 + 2)
    found = logit_information(seen, seen, one)
    assert found == pytest.approx(28 * share * (1 - share))
