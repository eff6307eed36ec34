"""Where monotone conditions change: to the last digit of a float, or among whole numbers."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, ulp

_NEAR_ULPS = 4  # how near both ends are in the end


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


def crossing(excess: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function that is smooth crosses 0, to the last digits of a float.

    Interpolation, with the end that stays weighed down: a fifth of the steps of `largest` where the
    function is smooth. Where that does not at least halve the rest in three steps, it is halved.

    Args:
        excess: at most 0 at ``low``, above 0 at ``high``.
        low: lower end.
        high: upper end.

    Source:
        Anderson and Björck 1973, "A new high order method of regula falsi type for computing a
        root of an equation", BIT 13.

    """
    at_low, at_high = excess(low), excess(high)
    rose, step, width = None, 0, high - low
    while high - low > (near := _NEAR_ULPS * ulp(high)):
        guess = low - at_low * (high - low) / (at_high - at_low)
        step += 1
        if step % 3 == 0:
            if high - low > width / 2:
                guess = low + (high - low) / 2
            width = high - low
        # Near an end it is looked just beyond it: then all is within a few digits.
        guess = min(max(guess, low + near / 2), high - near / 2)
        found = excess(guess)
        if found > 0:
            at_low *= _weight(found, at_high) if rose is True else 1
            high, at_high, rose = guess, found, True
        else:
            at_high *= _weight(found, at_low) if rose is False else 1
            low, at_low, rose = guess, found, False
    return low


def _weight(found: float, before: float) -> float:
    """By how much the value at the end that stays counts less."""
    left = 1 - found / before if before else 0.0
    return left if left > 0 else 0.5


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
