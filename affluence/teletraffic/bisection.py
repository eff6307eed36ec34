"""Roots of increasing functions, to the last digit that a float holds."""

from __future__ import annotations

from collections.abc import Callable


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
