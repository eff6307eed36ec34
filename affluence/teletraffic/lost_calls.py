"""Erlang B: the share of calls that find every line taken, when nobody waits and nobody redials.

    B(N, A) = (A^N / N!) / (1 + A + A^2/2! + ... + A^N/N!)

Neither powers nor factorials are ever formed. One more line gives (Erlang 1917; Iversen,
"Teletraffic Engineering and Network Planning", chapter on Erlang's loss system)

    B(x, A) = A B(x-1, A) / (x + A B(x-1, A))

which loses no digit and cannot overflow: all its terms are positive and B is at most 1. It holds
for a real x too, started from the part of a line that x has beyond the whole ones.
"""

from __future__ import annotations

from math import exp, fsum, inf, lgamma, log, log1p

import numpy as np

from affluence.teletraffic.arguments import check_amount, check_share
from affluence.teletraffic.arrays import Floats, over_arrays, over_arrays_at_once
from affluence.teletraffic.bisection import largest
from affluence.teletraffic.part_of_a_line import log_blocking_of_part

# Next to a number of lines of at least 1, so little is nothing to a float.
_NEGLIGIBLE = 1e-30


def _erlang_b_at_once(lines: Floats, traffic_erlang: Floats) -> Floats:
    """`erlang_b` of many: each step of the recurrence is taken for all that have so many lines."""
    for value in lines:
        check_amount("lines", float(value))
    for value in traffic_erlang:
        check_amount("traffic_erlang", float(value))
    fewest_first = np.argsort(lines, kind="stable")
    traffic = traffic_erlang[fewest_first]
    part, whole = np.modf(lines[fewest_first])
    blocking = np.array(
        [_of_part(*one) for one in zip(part.tolist(), traffic.tolist(), strict=True)]
    )
    more = np.searchsorted(whole, np.arange(1, whole.max(initial=0) + 1)).tolist()
    for line, first in enumerate(more, start=1):
        refused_erlang = traffic[first:] * blocking[first:]
        blocking[first:] = refused_erlang / (part[first:] + line + refused_erlang)
    in_order = np.empty_like(blocking)
    in_order[fewest_first] = blocking
    return in_order


def _of_part(part: float, traffic_erlang: float) -> float:
    """Erlang B for less than one line."""
    if traffic_erlang == 0:
        return 1.0 if part == 0 else 0.0
    return exp(log_blocking_of_part(part, traffic_erlang))


@over_arrays_at_once(_erlang_b_at_once)
def erlang_b(lines: float, traffic_erlang: float) -> float:
    """Share of calls refused by ``lines`` lines, whole or not, offered ``traffic_erlang``.

    What is too small for a float comes out as 0: see `log_erlang_b`.

    Raises:
        ValueError: a number is negative or not finite.

    """
    check_amount("lines", lines)
    check_amount("traffic_erlang", traffic_erlang)
    whole = int(lines)
    part = lines - whole
    blocking = _of_part(part, traffic_erlang)
    for line in range(1, whole + 1):
        refused_erlang = traffic_erlang * blocking
        blocking = refused_erlang / (part + line + refused_erlang)
    return blocking


@over_arrays
def log_erlang_b(lines: float, traffic_erlang: float) -> float:
    """Natural logarithm of `erlang_b`, also where that is too small or too near 1 for a float.

    It is ``-inf`` without traffic.

    Raises:
        ValueError: a number is negative or not finite.

    """
    check_amount("lines", lines)
    check_amount("traffic_erlang", traffic_erlang)
    if traffic_erlang == 0:
        return 0.0 if lines == 0 else -inf
    whole = int(lines)
    part = lines - whole
    log_blocking = log_blocking_of_part(part, traffic_erlang)
    refused_erlang = traffic_erlang * exp(log_blocking)
    line = 0
    odds = 0.0  # of getting a line against being refused: B = 1 / (1 + odds)
    while line < whole and refused_erlang > _NEGLIGIBLE:
        line += 1
        odds = (part + line) / refused_erlang
        refused_erlang = traffic_erlang / (1 + odds)
    if line > 0:
        log_blocking = -log1p(odds)
    # From here on x + A B = x: each further line x multiplies B by A/x.
    log_traffic = log(traffic_erlang)
    further = (log_traffic - log(part + rest) for rest in range(line + 1, whole + 1))
    return log_blocking + fsum(further)


@over_arrays
def lines_for(traffic_erlang: float, blocking: float) -> int:
    """Smallest whole number of lines that refuses at most a share ``blocking`` of the calls.

    Raises:
        ValueError: the traffic is negative or not finite, or ``blocking`` is not in (0, 1].

    """
    check_amount("traffic_erlang", traffic_erlang)
    check_share("blocking", blocking)
    if blocking == 0:
        raise ValueError("blocking must be above 0: no number of lines never refuses a call")
    lines = 0
    reached = 1.0
    while reached > blocking:
        lines += 1
        refused_erlang = traffic_erlang * reached
        reached = refused_erlang / (lines + refused_erlang)
    return lines


@over_arrays
def traffic_for(lines: float, blocking: float) -> float:
    """The largest traffic, in erlang, of which ``lines`` refuse at most a share ``blocking``.

    Raises:
        ValueError: no line, or ``blocking`` not in [0, 1): no traffic is the largest.

    """
    check_amount("lines", lines)
    check_share("blocking", blocking)
    if lines == 0:
        raise ValueError("lines must be above 0: without a line every call is refused")
    if blocking == 1:
        raise ValueError("blocking must be below 1: every traffic is within it, none the largest")
    if blocking == 0:
        return 0.0
    # B <= A^N / N!, hence A >= (B N!)^(1/N); halved, for that may be the root to the last digit.
    at_least = exp((log(blocking) + lgamma(lines + 1)) / lines) / 2
    # The lines carry A (1 - B), which is less than one call each.
    at_most = lines / (1 - blocking)
    return largest(lambda traffic: erlang_b(lines, traffic) <= blocking, at_least, at_most)
