"""Shrinkage: how far groups truly differ, beyond what is noise, and each drawn that far together.

Method of moments, as in empirical Bayes (DerSimonian and Laird 1986; Efron and Morris 1975): with
x_i the deviation of a group from what is expected of all, v_i the variance that noise gives to it
and w_i weights, Σ w_i (x_i² - v_i) ÷ Σ w_i estimates the variance τ² of the true deviations, and
τ² ÷ (τ² + v_i) is how much of a deviation is believed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affluence.typical_week.cells import Floats, Mask

_TINY = 1e-12  # in the place of 0 where something is divided by it


class UsualSpread(NamedTuple):
    """What is believed of true deviations before anything is seen.

    A standard deviation, and as many groups as it is worth.
    """

    deviation: float
    groups: float


def true_variance(
    deviations: Floats,
    noise: Floats,
    weights: Floats,
    known: Mask,
    *,
    fitted: NDArray[np.int64] | int,
    usual: UsualSpread,
    least: float = _TINY,
) -> Floats:
    """Variance τ² of the true deviations of groups, … × 1 × platforms.

    Args:
        deviations: … × groups × platforms.
        noise: variance that chance gives to each.
        weights: what each counts.
        known: of which groups anything is known.
        fitted: how many factors have been fitted to them, and leave so many fewer to be free.
        usual: what is believed at first.
        least: it is at least so much.

    """
    groups = known.sum(-2, keepdims=True)
    freedom_share = np.maximum(groups - fitted, 1) / np.maximum(groups, 1)
    moments = np.where(known, weights * (deviations**2 - noise * freedom_share), 0.0)
    total = np.maximum(weights.sum(-2, keepdims=True), _TINY)
    seen = moments.sum(-2, keepdims=True) / total / freedom_share
    believed = seen * groups + usual.deviation**2 * usual.groups
    variance: Floats = np.maximum(believed / (groups + usual.groups), least)
    return variance


def shrink_ratios(
    counts: Floats,
    expected: Floats,
    noise: Floats,
    *,
    fitted: NDArray[np.int64] | int,
    usual: UsualSpread,
) -> tuple[Floats, Floats]:
    """Ratios counts ÷ expected, drawn towards their mean as far as they are noise.

    Args:
        counts: candidates × groups × platforms.
        expected: the same shape; 0 where nothing is known of a group.
        noise: variance of a count over its mean.
        fitted: as `true_variance` takes it.
        usual: the same, of the ratios over their mean.

    Returns:
        Ratios, and the relative variance that is left about them.

    """
    known = expected > 0
    safe = np.where(known, expected, _TINY)
    mean = counts.sum(1, keepdims=True) / safe.sum(1, keepdims=True)
    alike = safe * np.maximum(mean, _TINY)  # counts if all ratios were the same
    deviations = np.where(known, counts / alike - 1, 0.0)
    of_chance = noise / alike
    spread = true_variance(deviations, of_chance, safe, known, fitted=fitted, usual=usual)
    # Next to nothing, where nothing is known.
    believed = spread / (spread + of_chance)
    return mean * (1 + believed * deviations), believed * of_chance
