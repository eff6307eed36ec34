"""Callers who redial after a while of random length, without any approximation.

A Markov chain of two numbers: j callers who will redial, and i calls on the lines. Only j + 1, j
and j - 1 follow on j, so the probabilities of level j are those of level j - 1 times a matrix R_j,
found from the highest level downwards by block elimination:

    R_j = U (-(D_j + R_{j+1} L_{j+1}))^-1

with U the rates one level up, D_j within it and L_j one level down. Only rows of U with a rate in
it, those of states in which somebody fails, have a row in R_j.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from affluence.teletraffic.arguments import check_amount, check_lines, check_share, check_whole
from affluence.teletraffic.arrays import Floats, over_arrays
from affluence.teletraffic.redialled_queue import redialled_mmskm

_TAIL = 1e-14
_LARGE = 1e200
_MOST_NUMBERS = 40_000_000  # in all R_j together: 320 MB


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrialChain:
    """What callers meet who redial. Attempts are not intents: see names."""

    time_congestion: float  # share of time with all lines taken; of first attempts refused
    attempt_blocking: float  # share of all attempts refused
    attempt_abandonment: float  # share of all attempts that give up waiting
    attempts_per_intent: float
    final_loss: float  # share of intents that never reach an agent
    busy_agents: float  # mean number: erlang carried by the agents
    waiting_calls: float  # mean number
    redialling_callers: float  # mean number of those who will call again


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rates:
    """Of the chain, per mean holding time."""

    within: Floats  # from i to i' calls at the same level, with what leaves i as its diagonal
    up: Floats  # rows of the states in which somebody fails
    failing: slice  # those states
    redial: Floats  # one redialling caller: the level goes down
    redial_leaves: Floats  # what that takes from i


@over_arrays
def retrial_chain(
    agents: float,
    lines: float,
    fresh_erlang: float,
    *,
    redial_delay_h: float,
    retry_after_busy: float,
    abandonment: float = 0.0,
    retry_after_abandonment: float = 0.0,
) -> RetrialChain:
    """The exact steady state of `mmskm` with redials after an exponential delay.

    With as many lines as agents nobody waits: only refused callers redial. The slower the redials
    the nearer is `redialled_mmskm`, to the blocking of which time congestion tends.

    Args:
        agents: their whole number s, 1 or more.
        lines: whole number K of calls that fit, at least as many as agents; up to some dozens: the
            work grows with its cube, and with the mean number of redialling callers.
        fresh_erlang: traffic of the first attempts.
        redial_delay_h: mean time from a failed attempt to the next, in mean holding times.
        retry_after_busy: probability of another attempt after one that was refused.
        abandonment: rate θ at which a waiting caller gives up: mean holding time over mean
            patience.
        retry_after_abandonment: probability of another attempt after one that gave up.

    Source:
        The chain: Cohen 1957, "Basic problems of telephone traffic theory and the influence of
        repeated calls", Philips Telecommunication Review 18(2); Falin and Templeton 1997, "Retrial
        Queues". Its solution: Bright and Taylor 1995, "Calculating the equilibrium distribution in
        level dependent quasi-birth-and-death processes", Stochastic Models 11(3).

    Raises:
        NotCarriableError: too few give up for good for what the agents cannot carry.
        ValueError: a number is negative, not finite or not whole, a probability above 1, no delay,
            or more redialling callers than can be listed.

    """
    servers = check_whole("agents", agents, least=1)
    places = int(check_whole("lines", check_lines(lines, servers), least=servers))
    check_amount("fresh_erlang", fresh_erlang)
    check_amount("redial_delay_h", redial_delay_h)
    check_share("retry_after_busy", retry_after_busy)
    check_amount("abandonment", abandonment)
    check_share("retry_after_abandonment", retry_after_abandonment)
    if redial_delay_h == 0:
        raise ValueError("redial_delay_h must be above 0: redials at once never end")
    if fresh_erlang == 0:
        return _OF_NO_CALLS
    balance = redialled_mmskm(
        agents,
        lines,
        fresh_erlang,
        abandonment=abandonment,
        retry_after_busy=retry_after_busy,
        retry_after_abandonment=retry_after_abandonment,
    )
    mean = (balance.offered_erlang - fresh_erlang) * redial_delay_h
    rates = _rates(
        servers,
        places,
        fresh_erlang=fresh_erlang,
        redial_rate=1 / redial_delay_h,
        retry_after_busy=retry_after_busy,
        abandonment=abandonment,
        retry_after_abandonment=retry_after_abandonment,
    )
    levels = _solve(rates, round(mean + 10 * sqrt(mean)) + 32)
    calls = np.arange(places + 1.0)
    p_calls = levels.sum(axis=0)
    redialling = np.arange(len(levels)) @ levels  # mean number, by calls on the lines
    blocked = fresh_erlang * p_calls[-1] + redialling[-1] / redial_delay_h
    waiting = float(np.maximum(calls - servers, 0) @ p_calls)
    abandoned = abandonment * waiting
    attempts = fresh_erlang + float(redialling.sum()) / redial_delay_h
    lost = (1 - retry_after_busy) * blocked + (1 - retry_after_abandonment) * abandoned
    return RetrialChain(
        time_congestion=float(p_calls[-1]),
        attempt_blocking=float(blocked) / attempts,
        attempt_abandonment=abandoned / attempts,
        attempts_per_intent=attempts / fresh_erlang,
        final_loss=float(lost) / fresh_erlang,
        busy_agents=float(np.minimum(calls, servers) @ p_calls),
        waiting_calls=waiting,
        redialling_callers=float(redialling.sum()),
    )


_OF_NO_CALLS = RetrialChain(
    time_congestion=0.0,
    attempt_blocking=0.0,
    attempt_abandonment=0.0,
    attempts_per_intent=1.0,
    final_loss=0.0,
    busy_agents=0.0,
    waiting_calls=0.0,
    redialling_callers=0.0,
)


def _rates(
    agents: int,
    lines: int,
    *,
    fresh_erlang: float,
    redial_rate: float,
    retry_after_busy: float,
    abandonment: float,
    retry_after_abandonment: float,
) -> _Rates:
    calls = np.arange(lines + 1.0)
    gives_up = np.maximum(calls - agents, 0) * abandonment
    for_good = np.minimum(calls, agents) + gives_up * (1 - retry_after_abandonment)
    up = np.diag(gives_up[1:] * retry_after_abandonment, -1)
    up[-1, -1] = fresh_erlang * retry_after_busy
    within = np.diag(np.full(lines, fresh_erlang), 1) + np.diag(for_good[1:], -1)
    within -= np.diag(within.sum(axis=1) + up.sum(axis=1))
    redial = np.diag(np.full(lines, redial_rate), 1)
    redial[-1, -1] = redial_rate * (1 - retry_after_busy)
    first = agents + 1 if abandonment * retry_after_abandonment > 0 else lines
    failing = slice(min(first, lines), None)
    return _Rates(
        within=within,
        up=up[failing],
        failing=failing,
        redial=redial,
        redial_leaves=np.diag(redial.sum(axis=1)),
    )


def _solve(rates: _Rates, highest: int) -> Floats:
    """Probability of every level and number of calls; as many levels as are likely."""
    while True:
        if highest * rates.up.size > _MOST_NUMBERS:
            raise ValueError(
                f"more than {highest // 2:,} callers may be about to redial, too many to list them:"
                " a shorter delay or fewer lines can be solved, and slow redials have"
                " `redialled_mmskm`"
            )
        levels = _levels(rates, highest)
        if levels[-1].sum() < _TAIL:
            return levels
        highest *= 2


def _levels(rates: _Rates, highest: int) -> Floats:
    """Probabilities of the levels up to the highest, above which nobody is let."""
    steps = np.zeros((highest + 2, *rates.up.shape))
    for level in range(highest, 0, -1):
        leaves = level * rates.redial_leaves - rates.within
        leaves[rates.failing] -= steps[level + 1] @ ((level + 1) * rates.redial)
        steps[level] = np.linalg.solve(leaves.T, rates.up.T).T
    lowest = rates.within.copy()
    lowest[rates.failing] += steps[1] @ rates.redial
    lowest[:, 0] = 1  # in place of one balance, which the others imply: the sum
    levels = np.zeros((highest + 1, len(lowest)))
    levels[0] = np.linalg.solve(lowest.T, np.eye(len(lowest))[0])
    for level in range(1, highest + 1):
        levels[level] = levels[level - 1, rates.failing] @ steps[level]
        if (size := levels[level].sum()) > _LARGE:
            levels[: level + 1] /= size
    return np.asarray(levels / levels.sum())
