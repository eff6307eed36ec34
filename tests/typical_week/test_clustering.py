"""By how much shares vary more than independent calls would, by hand and where it is known."""

from __future__ import annotations

import numpy as np
import pytest

from affluence.typical_week.cells import Floats
from affluence.typical_week.clustering import Clustering


def places(*values: float) -> Floats:
    return np.array(values)[:, None]


def test_pearsons_statistic_beside_a_belief_that_is_worth_sixty_cells() -> None:
    """A cell two deviations off, one as foretold, and one of which nothing was seen."""
    clustering = Clustering(np.array([1.5]))
    assert clustering.value == 1.5
    off = 2 * (0.5 * 0.5 / 100) ** 0.5
    clustering.learn(places(0.5 + off, 0.5, 0.9), places(0.5, 0.5, 0.5), places(100, 100, 0))
    assert clustering.value == pytest.approx((60 * 1.5 + 4) / (60 + 2))


def test_one_cell_counts_as_five_deviations_at_most() -> None:
    clustering = Clustering(np.array([1.5]))
    clustering.learn(places(0.0), places(0.5), places(1000))
    assert clustering.value == pytest.approx((60 * 1.5 + 25) / (60 + 1))


def test_what_was_seen_half_a_year_ago_counts_half_and_the_belief_as_at_first() -> None:
    clustering = Clustering(np.array([1.5]))
    clustering.learn(places(0.0), places(0.5), places(1000))
    for _ in range(26):
        clustering.learn(places(0.5), places(0.5), places(0))
    assert clustering.value == pytest.approx((60 * 1.5 + 25 / 2) / (60 + 1 / 2))


@pytest.mark.parametrize(("usual", "least"), [(1.5, 1.0), (0.05, 0.005)])
def test_calls_are_independent_at_best_and_waits_hardly_vary(usual: float, least: float) -> None:
    clustering = Clustering(np.array([usual]))
    for _ in range(400):
        clustering.learn(np.full((200, 1), 0.5), np.full((200, 1), 0.5), np.full((200, 1), 10.0))
    assert clustering.value == pytest.approx(least)


def test_clusters_of_calls_that_share_their_fate_are_found() -> None:
    """Always three calls are refused together, or none of them."""
    rng = np.random.default_rng(1)
    clustering = Clustering(np.array([1.5]))
    for _ in range(100):
        share = rng.binomial(20, 0.3, (50, 1)) / 20
        clustering.learn(share, np.full((50, 1), 0.3), np.full((50, 1), 60.0))
    assert clustering.value == pytest.approx(3.0, rel=0.07)
