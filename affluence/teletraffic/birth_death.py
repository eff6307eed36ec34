"""States between which one steps up or down by one: how likely each is in the long run.

The weights of neighbours have a known ratio. They are multiplied up from the likeliest state, the
mode, outwards: every factor is at most 1, so nothing overflows, and what underflows is nothing
beside the rest. No term is negative: nothing cancels, and each probability keeps its digits.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from affluence.teletraffic.arrays import Floats

MOST_STATES = 4_000_000
_SMALLEST_WEIGHT = 1e-300
_FIRST_STEPS = 256


def stationary(ratio: Callable[[Floats], Floats], mode: int, last: float) -> Floats:
    """Probability of each state from 0 up to the last that is not negligible, ``last`` at most.

    Args:
        ratio: of the weight of each of some states to that of the state below; it never rises.
        mode: the likeliest state: up to it the ratio is at least 1, from there on at most 1.
        last: the highest state, infinite where there is none.

    Raises:
        ValueError: more states than can be listed are likely.

    """
    if mode > MOST_STATES:
        raise ValueError(_too_many(mode))
    above = _outwards(lambda steps: ratio(mode + steps), last - mode)
    below = _outwards(lambda steps: 1 / ratio(mode + 1 - steps), mode)
    unlikely = np.zeros(mode - len(below))
    weights = np.concatenate([unlikely, below[::-1], [1.0], above])
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def _outwards(factor: Callable[[Floats], Floats], room: float) -> Floats:
    """Weights beside the one of the mode, taken as 1, until they are negligible or end."""
    pieces: list[Floats] = [np.empty(0)]
    weight, reached, steps = 1.0, 0, _FIRST_STEPS
    while reached < room and weight > _SMALLEST_WEIGHT:
        steps = int(min(steps, room - reached))
        if reached + steps > MOST_STATES:
            raise ValueError(_too_many(reached + steps))
        factors = factor(np.arange(1.0, steps + 1) + reached)
        pieces.append(np.multiply(weight, np.cumprod(factors), dtype=np.float64))
        weight = float(pieces[-1][-1])
        reached += steps
        steps *= 2
    return np.concatenate(pieces)


def _too_many(states: float) -> str:
    return (
        f"more than {MOST_STATES:,} states are likely ({states:,} and more): waiting calls hardly"
        " ever leave. Give the queue fewer places or abandonment a higher rate."
    )
