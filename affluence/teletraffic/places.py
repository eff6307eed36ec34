"""How long until the place of a waiting call comes to an agent, were its caller patient.

Ahead of place m, and with it, calls leave at the rates s + (m - 1) θ, ..., s + θ, s. So its wait V
is longer than t with the probability that M < m, where M is negative binomial:

    P(M = k) = y^a (1 - y)^k a (a + 1) ... (a + k - 1) / k!,   a = s / θ,   y = e^(-θ t)

which is Poisson with mean s t without abandonment. This is e^(-θ V) being Beta(a, m) in
distribution: P(V > t) is the incomplete beta function I_y(a, m) (DLMF 8.17).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, expm1, sqrt

import numpy as np

from affluence.teletraffic.arrays import Floats
from affluence.teletraffic.birth_death import stationary

_LISTED = 1_000_000
_LEAST_PATIENCE = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class ByPlace:
    """For places 1, 2, ...: the two probabilities add up to 1, and both keep their digits."""

    longer: Floats  # P(V > t)
    within: Floats  # P(V <= t)


def waits_by_place(agents: float, abandonment: float, within_h: float, places: int) -> ByPlace:
    """Whether each of so many places takes longer than a time to come to an agent."""
    gone = -expm1(-abandonment * within_h)  # 1 - y
    patient = exp(-abandonment * within_h)  # y
    rate = agents * (gone / abandonment if abandonment > 0 else within_h)  # a (1 - y)

    def ratio(count: Floats) -> Floats:
        return np.asarray((rate + gone * (count - 1)) / count)

    if patient > _LEAST_PATIENCE:
        likeliest = max(0.0, (rate - gone) / patient)
        if likeliest + (40 * sqrt(rate) + 700) / patient < _LISTED:
            return _of_listed(stationary(ratio, int(likeliest), _LISTED), places)
    # Nearly every wait is over by then, or nearly none: from M = 0, in logarithms.
    logs = np.zeros(places)
    logs[1:] = np.cumsum(np.log(ratio(np.arange(1.0, places))))
    longer = np.cumsum(np.exp(logs - agents * within_h)).clip(max=1.0)
    return ByPlace(longer=longer, within=1 - longer)


def _of_listed(probabilities: Floats, places: int) -> ByPlace:
    """Sums from either end, so that neither is what the other leaves of 1."""
    listed = np.zeros(max(places + 1, len(probabilities)))
    listed[: len(probabilities)] = probabilities
    return ByPlace(
        longer=np.cumsum(listed)[:places].clip(max=1.0),
        within=np.cumsum(listed[::-1])[::-1][1 : places + 1],
    )
