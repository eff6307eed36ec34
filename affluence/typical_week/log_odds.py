"""Shares on the logit, the logarithm of the odds, where effects add up and nothing leaves 0-1."""

from __future__ import annotations

import math

import numpy as np

from affluence.typical_week.cells import Floats

_MILLIONTH = 1e-6
_MOST_LOGIT = math.log((1 - _MILLIONTH) / _MILLIONTH)


def logit(share: Floats) -> Floats:
    """Log odds; shares of 0 and 1 are moved in by a millionth."""
    inside = np.asarray(share).clip(_MILLIONTH, 1 - _MILLIONTH)
    odds: Floats = np.log(inside / (1 - inside))
    return odds


def expit(log_odds: Floats) -> Floats:
    """The share of which these are the log odds."""
    # The same as 1 / (1 + exp(-x)), and nothing overflows.
    share: Floats = 0.5 + 0.5 * np.tanh(0.5 * log_odds)
    return share


def logit_above(came: Floats, expected: Floats, seen: Floats, one: Floats | float) -> Floats:
    """By how much the logit of what came lies above that of what was expected.

    Next to 0 and 1 the logit of few observations is far off: both are moved inside alike.
    """
    return logit_inside(came, seen, one) - logit_inside(expected, seen, one)


def logit_inside(successes: Floats, seen: Floats, one: Floats | float) -> Floats:
    """The logit of `inside`."""
    few = one / 2
    log_odds: Floats = np.log((successes + few) / (seen - successes + few))
    return log_odds.clip(-_MOST_LOGIT, _MOST_LOGIT)


def inside(successes: Floats, seen: Floats, one: Floats | float) -> Floats:
    """Share of successes with half a success and half a failure more (Haldane 1956).

    What never happened in n calls is not impossible. ``one`` is how many of the observations
    are worth an independent one.
    """
    share: Floats = (successes + one / 2) / (seen + one)
    return share


def logit_information(successes: Floats, seen: Floats, one: Floats) -> Floats:
    """What observations tell of a logit, by Laplace's rule where all of them agree."""
    share = inside(successes, seen, 2 * one)
    information: Floats = seen * share * (1 - share)
    return information
