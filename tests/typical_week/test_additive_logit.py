"""What weekday and row add to a logit: beside SciPy's own maximum of the same likelihood."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit, logit

from affluence.typical_week.additive_logit import _DAY_DEVIATION, _ROW_DEVIATION, AdditiveLogit
from affluence.typical_week.cells import Floats
from affluence.typical_week.grid import Grid
from tests.typical_week.test_shares import (
    ADDITIVE,
    CELLS,
    OF_CELLS,
    ROWS,
    USUAL_CLUSTERING,
    WEEKDAYS,
)

# Cells × weekdays and rows: 1 where a cell is of one.
DESIGN = np.concatenate(
    [np.kron(np.eye(WEEKDAYS), np.ones((ROWS, 1))), np.tile(np.eye(ROWS), (WEEKDAYS, 1))], axis=1
)


def additive_part(share: Floats, calls: Floats) -> tuple[Floats, Floats]:
    """Of the logits, and its variance, of one platform and memory."""
    one = np.full((1, 1, 1), USUAL_CLUSTERING)
    seen = calls[None, :, None]
    found, variance, _ = AdditiveLogit(Grid([CELLS]), 1).fit(share[None, :, None] * seen, seen, one)
    return found[0, :, 0], variance[0, :, 0]


def test_the_additive_part_is_a_penalised_logistic_regression() -> None:
    """The same likelihood maximised by SciPy: normal priors on what weekdays and rows add."""
    rng = np.random.default_rng(2)
    calls = rng.integers(0, 40, CELLS.count).astype(np.float64)
    reached = rng.binomial(calls.astype(np.int64), expit(OF_CELLS))
    found, _ = additive_part(reached / np.maximum(calls, 1), calls)
    common = logit((reached.sum() + USUAL_CLUSTERING / 2) / (calls.sum() + USUAL_CLUSTERING))
    precision = np.repeat(
        [1 / _DAY_DEVIATION**2, 1 / _ROW_DEVIATION**2],
        [WEEKDAYS, ROWS],
    )

    def lost(added: Floats) -> float:
        eta = common + DESIGN @ added
        log_likelihood = float((reached * eta - calls * np.logaddexp(0, eta)).sum())
        return -log_likelihood / USUAL_CLUSTERING + float((precision * added**2).sum() / 2)

    best = minimize(lost, np.zeros(DESIGN.shape[1]), options={"gtol": 1e-6})
    assert found == pytest.approx(common + DESIGN @ best.x, abs=5e-3)


def test_its_variance_is_that_of_the_likelihood() -> None:
    """Laplace's approximation: the inverse of the information; taken as a sum of two parts here."""
    calls = np.full(CELLS.count, 30.0)
    found, variance = additive_part(expit(ADDITIVE), calls)
    weights = calls * expit(found) * (1 - expit(found)) / USUAL_CLUSTERING
    precision = np.repeat(
        [1 / _DAY_DEVIATION**2, 1 / _ROW_DEVIATION**2],
        [WEEKDAYS, ROWS],
    )
    inverse = np.linalg.inv((DESIGN * weights[:, None]).T @ DESIGN + np.diag(precision))
    expected = np.einsum("ij,jk,ik->i", DESIGN, inverse, DESIGN)
    assert variance == pytest.approx(expected, rel=0.3)
