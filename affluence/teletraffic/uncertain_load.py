"""Erlang B when the traffic of the hour is itself not known for sure."""

from __future__ import annotations

from math import exp, expm1, log, log1p, sqrt

import numpy as np

from affluence.teletraffic.arguments import check_amount
from affluence.teletraffic.arrays import over_arrays
from affluence.teletraffic.bisection import largest
from affluence.teletraffic.lost_calls import erlang_b
from affluence.teletraffic.offered import carried_share

_VANISHED = 40.0  # minus the logarithm of what may be left out
_FURTHEST = 60.0  # from the largest value: all has vanished there
_STEP = 0.35  # of the narrowest of the widths: Erlang B and the gamma are analytic that far


@over_arrays
def erlang_b_gamma(lines: float, mean_erlang: float, shape: float) -> float:
    """Share of calls refused when the traffic offered is gamma distributed.

    E[A B(N, A)] / E[A]: the busier hours have more calls to refuse. The integral is over the
    logarithm of A, by the trapezoidal rule, which for so smooth a function that vanishes at both
    ends gains digits with each step (Trefethen and Weideman 2014, SIAM Review 56(3)).

    Args:
        lines: number of lines N, whole or not.
        mean_erlang: mean of the traffic offered.
        shape: ν; the standard deviation of the traffic is its mean over sqrt(ν). Counts of such
            hours are negative binomial. For ν without end this is `erlang_b` of the mean.

    Source:
        The mixture: Jongbloed and Koole 2001, "Managing uncertainty in call centres using Poisson
        mixtures", who apply it to waits.

    Raises:
        ValueError: a number is negative or not finite, or ``shape`` is 0.

    """
    check_amount("lines", lines)
    check_amount("mean_erlang", mean_erlang)
    check_amount("shape", shape)
    if shape == 0:
        raise ValueError("shape must be above 0: without one the traffic has no distribution")
    if mean_erlang == 0 or lines == 0:
        return erlang_b(lines, mean_erlang)

    def rises(traffic: float) -> bool:
        """The logarithm of the integrand rises with that of the traffic, until its largest."""
        return traffic * (carried_share(lines, traffic) + shape / mean_erlang) <= lines + shape + 1

    # Logarithms of the traffic over its mean: where the weight and the integrand are largest, and
    # how far from there either has vanished, from their slopes.
    weight_at = log1p(1 / shape)
    most_erlang = mean_erlang * ((lines + shape + 1) / shape)
    integrand_at = log(largest(rises, 0.0, most_erlang) / mean_erlang)
    fall = shape * exp(integrand_at)
    before = largest(lambda far: (shape + 1) * (expm1(-far) + far) <= _VANISHED, 0.0, _FURTHEST)
    beyond = largest(lambda far: fall * (expm1(far) - far) <= _VANISHED, 0.0, _FURTHEST)
    step = _STEP / sqrt(1 + max(lines, shape))
    logs = np.arange(weight_at - before, integrand_at + beyond, step)
    log_weight = logs - shape * (np.expm1(logs) - logs)
    weight = np.exp(log_weight - log_weight.max())
    blocking = erlang_b(np.array(float(lines)), mean_erlang * np.exp(logs))
    return float(weight @ blocking / weight.sum())
