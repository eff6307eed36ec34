"""Which half-lives are chosen, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from affluence.typical_week.memories import Memories, loss_at_first


def test_what_is_usual_loses_nothing_at_first_and_twice_as_long_half_a_unit() -> None:
    loss = loss_at_first((1.0, 2.0, 8.0), (13.0, 26.0), (2.0, 26.0))
    assert loss == pytest.approx(
        np.array([[(1 + 1) / 2, 1 / 2], [1 / 2, 0.0], [(4 + 1) / 2, 4 / 2]])
    )


def test_the_best_is_that_which_has_lost_least_by_platform() -> None:
    memories = Memories(np.array([[0.5, 0.0]]), platforms=2)
    assert memories.best.tolist() == [1, 1]
    memories.add(np.array([[0.0, 0.4], [0.6, 0.8]]))
    assert memories.best.tolist() == [0, 1]


def test_losses_of_a_year_ago_count_half() -> None:
    memories = Memories(np.array([0.0, 0.0]), platforms=1)
    memories.add(np.array([[1.0], [0.0]]))
    for _ in range(52):
        memories.fade()
    memories.add(np.array([[0.0], [0.49]]))
    assert memories.best.tolist() == [1]
    memories.add(np.array([[0.0], [0.02]]))
    assert memories.best.tolist() == [0]
