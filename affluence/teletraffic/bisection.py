"""Where monotone conditions change: to the last digit of a float, or among whole numbers."""

from __future__ import annotations

from collections.abc import Callable
from math import inf


def largest(is_reached: Callable[[float], bool], low: float, high: float) -> float:
    """The largest float in ``[low, high)`` up to which a condition holds, taken to hold at ``low``.

    Halving is slower than Newton's method and cannot fail: the functions at hand are nearly flat
    at one end and nearly straight at the other.
    """
    middle = low + (high - low) / 2
    while low < middle < high:
        if is_reached(middle):
            low = middle
        else:
            high = middle
        middle = low + (high - low) / 2
    return low


def smallest(is_reached: Callable[[int], bool], least: int, most: float = inf) -> int:
    """The smallest whole number, ``least`` or more, from which on a condition holds.

    Steps are doubled until it does, at ``most`` at the latest, then halved.
    """
    below, step = least - 1, 1
    while not is_reached(reached := int(min(below + step, most))) and reached < most:
        below, step = reached, 2 * step
    while reached - below > 1:
        middle = (below + reached) // 2
        if is_reached(middle):
            reached = middle
        else:
            below = middle
    return reached
