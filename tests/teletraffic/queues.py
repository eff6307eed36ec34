"""Queues to 50 digits, by other routes than the code under test.

States by their plain products from state 0 up; means by the laws of flows (Little), not caller by
caller; what becomes of one caller from the matrix of his own moves, or by numerical integration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mpmath import mp, mpf


@dataclass(frozen=True, slots=True, kw_only=True)
class Exact:
    """A queue in balance; ``found`` is the probability of each number of calls."""

    found: Sequence[Any]
    p_blocked: Any
    p_wait: Any
    p_abandon: Any
    p_served: Any
    waiting_calls: Any
    busy_agents: Any
    mean_wait_h: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """Shares of all attempts."""

    p_served: Any
    p_waiting: Any
    p_abandoned: Any


def queue(agents: int, lines: int, traffic: float, abandonment: float) -> Exact:
    with mp.workdps(50):
        offered, rate = mpf(traffic), mpf(abandonment)
        weights = [mpf(1)]
        for calls in range(1, lines + 1):
            leaving = min(calls, agents) + max(0, calls - agents) * rate
            weights.append(weights[-1] * offered / leaving)
        total = mp.fsum(weights)
        found = [weight / total for weight in weights]
        waiting = mp.fsum((calls - agents) * p for calls, p in enumerate(found) if calls > agents)
        busy = mp.fsum(min(calls, agents) * p for calls, p in enumerate(found))
        return Exact(
            found=found,
            p_blocked=found[-1],
            p_wait=mp.fsum(found[agents:-1]),
            p_abandon=rate * waiting / offered,
            p_served=busy / offered,
            waiting_calls=waiting,
            busy_agents=busy,
            mean_wait_h=waiting / (offered * (1 - found[-1])),
        )


def fate_by_matrix(
    agents: int, lines: int, traffic: float, abandonment: float, within_h: float
) -> Fate:
    """From the exponential of the generator of the places that one caller goes through."""
    with mp.workdps(50):
        exact = queue(agents, lines, traffic, abandonment)
        moves, starts = _moves(agents, lines, abandonment, exact)
        then = mp.expm(moves * mpf(within_h))
        gone = starts * then
        served = mp.fsum(exact.found[:agents]) + gone[0, lines - agents]
        waiting = mp.fsum(gone[0, place] for place in range(lines - agents))
        return Fate(
            p_served=served,
            p_waiting=waiting,
            p_abandoned=1 - exact.p_blocked - served - waiting,
        )


def mean_waits_by_matrix(
    agents: int, lines: int, traffic: float, abandonment: float
) -> tuple[Any, Any]:
    """Of those served and of those who give up: the square of the inverse of the generator."""
    with mp.workdps(50):
        exact = queue(agents, lines, traffic, abandonment)
        places = lines - agents
        moves, starts = _moves(agents, lines, abandonment, exact)
        inner = moves[:places, :places]
        twice = starts[0, :places] * mp.inverse(inner) * mp.inverse(inner)
        served = mp.fsum(twice[0, place] * moves[place, places] for place in range(places))
        abandoned = mp.fsum(twice[0, place] * mpf(abandonment) for place in range(places))
        return served / exact.p_served, abandoned / exact.p_abandon


def _moves(agents: int, lines: int, abandonment: float, exact: Exact) -> tuple[Any, Any]:
    """Rates between places 1, 2, ... and service, the last column; and who starts at which."""
    places = lines - agents
    moves = mp.zeros(places + 1)
    starts = mp.zeros(1, places + 1)
    for ahead in range(places):
        onwards = agents + ahead * mpf(abandonment)
        moves[ahead, ahead - 1 if ahead > 0 else places] += onwards
        moves[ahead, ahead] -= onwards + mpf(abandonment)
        starts[0, ahead] = exact.found[agents + ahead]
    return moves, starts


def fate_by_integration(
    agents: int, lines: int, traffic: float, abandonment: float, within_h: float
) -> Fate:
    """By the Beta law of e^-θV: a caller is served within t if it is above e^-θt, and patient."""
    with mp.workdps(30):
        exact = queue(agents, lines, traffic, abandonment)
        rate = mpf(abandonment)
        shape, least = agents / rate, mp.exp(-rate * mpf(within_h))
        waiting = exact.found[agents:-1]
        constants = [p / mp.beta(shape, ahead + 1) for ahead, p in enumerate(waiting)]

        def served_at(value: Any) -> Any:
            return value**shape * mp.polyval(constants, 1 - value, asc=True)

        served = mp.fsum(exact.found[:agents]) + mp.quad(
            served_at, mp.linspace(least, 1, 5), maxdegree=7
        )
        still = least * mp.fsum(
            p * mp.betainc(shape, ahead + 1, 0, least, regularized=True)
            for ahead, p in enumerate(waiting)
        )
        return Fate(
            p_served=served, p_waiting=still, p_abandoned=1 - exact.p_blocked - served - still
        )
