"""Calls that wait for an agent: with patience and places without end, or not.

In all three systems first attempts and redials together come at random (Poisson), holding times
and patience are exponential, and who waits longest is served first. Times are in mean holding
times of a call by an agent; so the rate of abandonment is the mean holding time over the mean
patience. A caller who finds s agents busy and m - 1 calls waiting is at place m, and the calls up
to his own leave at the rate s + m θ, his own by abandonment at θ. From there on, by induction:

    he is served with probability s / (s + m θ), and waits m / (s + m θ) on average.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan

import numpy as np

from affluence.teletraffic.arguments import (
    NotCarriableError,
    check_amount,
    check_lines,
    check_whole,
)
from affluence.teletraffic.arrays import Floats, over_arrays
from affluence.teletraffic.birth_death import stationary
from affluence.teletraffic.lost_calls import erlang_b
from affluence.teletraffic.offered import carried_share


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What attempts meet. Blocked, abandoned and served attempts add up to 1."""

    p_blocked: float  # share of attempts that find all lines taken
    p_wait: float  # share of attempts that find a line and no free agent
    p_abandon: float  # share of attempts that give up waiting
    p_served: float  # share of attempts that reach an agent
    mean_wait_h: float  # of the accepted attempts, those served at once included
    mean_wait_served_h: float  # of those served, at once or not: average speed of answer
    mean_wait_abandoned_h: float  # of those who give up; NaN where nobody does
    waiting_calls: float  # mean number
    busy_agents: float  # mean number: erlang carried by the agents
    occupancy: float  # busy agents over agents


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What an arriving caller finds, which is how the system is found at any time (PASTA)."""

    p_free: float  # an agent is free
    waiting: Floats  # probability of place 1, 2, ... in the queue
    p_blocked: float

    def over_places(self, value: Floats) -> float:
        """Mean over all attempts of a value that is 0 but for those who get a place.

        Not a product of vectors: for those of thousands, BLAS may wait for threads far longer than
        this takes.
        """
        return float((self.waiting * value).sum())


@over_arrays
def erlang_c(agents: float, traffic_erlang: float) -> Queue:
    """The queue of patient callers, with places without end: M/M/s.

    C = s B / (s - A (1 - B)), with B as in Erlang B; the mean wait is C / (s - A).

    Args:
        agents: their number s, above 0, whole or not.
        traffic_erlang: traffic offered A, below the number of agents.

    Source:
        Erlang 1917; Iversen, "Teletraffic Engineering and Network Planning", chapter on delay
        systems.

    Raises:
        NotCarriableError: as much traffic as there are agents, or more: the queue never ends.
        ValueError: a number is negative or not finite.

    """
    spare = spare_agents(agents, traffic_erlang)
    blocking = erlang_b(agents, traffic_erlang)
    p_wait = agents * blocking / (spare + traffic_erlang * blocking)
    return Queue(
        p_blocked=0.0,
        p_wait=p_wait,
        p_abandon=0.0,
        p_served=1.0,
        mean_wait_h=p_wait / spare,
        mean_wait_served_h=p_wait / spare,
        mean_wait_abandoned_h=nan,
        waiting_calls=traffic_erlang * p_wait / spare,
        busy_agents=traffic_erlang,
        occupancy=traffic_erlang / agents,
    )


@over_arrays
def erlang_a(agents: float, traffic_erlang: float, abandonment: float) -> Queue:
    """The queue of callers who give up, with places without end: M/M/s+M.

    Args:
        agents: their whole number s, 1 or more.
        traffic_erlang: traffic offered A, of all attempts.
        abandonment: rate θ at which a waiting caller gives up: mean holding time over mean
            patience. At 0 this is Erlang C.

    Source:
        Garnett, Mandelbaum and Reiman 2002, "Designing a call center with impatient customers",
        Manufacturing & Service Operations Management 4(3); Mandelbaum and Zeltyn 2005, "The
        Palm/Erlang-A queue, with applications to call centers".

    Raises:
        NotCarriableError: nobody gives up, and the traffic is as much as there are agents or more.
        ValueError: a number is negative, not finite or not whole; waiting calls by the million.

    """
    return mmskm(agents, inf, traffic_erlang, abandonment)


@over_arrays
def mmskm(agents: float, lines: float, traffic_erlang: float, abandonment: float) -> Queue:
    """The queue of callers who give up, with as many places as lines: M/M/s/K+M.

    The weight of k calls is A / (min(k, s) + max(0, k - s) θ) times that of k - 1.

    Args:
        agents: their whole number s, 1 or more.
        lines: whole number K of calls that fit, waiting ones included, at least as many as agents;
            infinite for Erlang A. With as many lines as agents this is Erlang B.
        traffic_erlang: traffic offered A, of all attempts.
        abandonment: rate θ at which a waiting caller gives up: mean holding time over mean
            patience. At 0 nobody does.

    Source:
        Whitt 2005, "Engineering solution of a basic call-center model", Management Science 51(2),
        of which it is the Markovian special case M/M/s/r+M with r = K - s.

    Raises:
        NotCarriableError: nobody gives up, lines are infinite, and the traffic is as much as there
            are agents or more.
        ValueError: a number is negative, not finite or not whole; waiting calls by the million.

    """
    if lines == inf and abandonment == 0:
        return erlang_c(check_whole("agents", agents, least=1), traffic_erlang)
    seen = seen_by_callers(agents, lines, traffic_erlang, abandonment)
    places = np.arange(1.0, len(seen.waiting) + 1)
    leaving = agents + places * abandonment
    served = agents / leaving
    waited_h = seen.over_places(places / leaving)
    p_abandon = abandonment * waited_h
    p_served = seen.p_free + seen.over_places(served)
    p_wait = float(seen.waiting.sum())
    # At each place up to his own a caller is as likely to give up, whatever the time until then.
    served_h = seen.over_places(served * np.cumsum(1 / leaving))
    abandoned_h = seen.over_places(abandonment / leaving * np.cumsum(places / leaving))
    return Queue(
        p_blocked=seen.p_blocked,
        p_wait=p_wait,
        p_abandon=p_abandon,
        p_served=p_served,
        mean_wait_h=waited_h / (seen.p_free + p_wait),
        mean_wait_served_h=served_h / p_served,
        mean_wait_abandoned_h=abandoned_h / p_abandon if p_abandon > 0 else nan,
        waiting_calls=traffic_erlang * waited_h,
        busy_agents=traffic_erlang * p_served,
        occupancy=traffic_erlang * p_served / agents,
    )


def seen_by_callers(agents: float, lines: float, traffic_erlang: float, abandonment: float) -> Seen:
    """What callers find; lines or patience must have an end."""
    servers = check_whole("agents", agents, least=1)
    last = check_lines(lines, servers)
    check_amount("traffic_erlang", traffic_erlang)
    check_amount("abandonment", abandonment)

    def ratio(calls: Floats) -> Floats:
        leaving = np.minimum(calls, servers) + np.maximum(calls - servers, 0) * abandonment
        return np.asarray(traffic_erlang / leaving)

    found = stationary(ratio, _likeliest(servers, last, traffic_erlang, abandonment), last)
    places_end = int(min(last, len(found)))
    return Seen(
        p_free=float(found[:servers].sum()),
        waiting=found[servers:places_end],
        p_blocked=float(found[places_end:].sum()),
    )


def _likeliest(agents: int, lines: float, traffic_erlang: float, abandonment: float) -> int:
    """Number of calls up to which the traffic outweighs what leaves."""
    if traffic_erlang < agents:
        return int(traffic_erlang)
    waiting = (traffic_erlang - agents) / abandonment if abandonment > 0 else inf
    likeliest = min(lines, agents + waiting)
    if likeliest == inf:
        raise ValueError(f"abandonment is too near 0 for a float to tell: {abandonment!r}")
    return int(likeliest)


def spare_agents(agents: float, traffic_erlang: float) -> float:
    """Agents above the traffic; refused where there are none, when nobody gives up."""
    check_amount("agents", agents)
    check_amount("traffic_erlang", traffic_erlang)
    if traffic_erlang >= agents:
        raise NotCarriableError(
            agents,
            traffic_erlang,
            "When nobody gives up, the queue then grows without end and no wait is the mean.",
            carrier="agent",
        )
    return agents - traffic_erlang


def p_at_once(agents: float, traffic_erlang: float) -> float:
    """Share of patient callers that find a free agent: 1 - C, exact too where C is near 1."""
    spare = spare_agents(agents, traffic_erlang)
    refused_erlang = traffic_erlang * erlang_b(agents, traffic_erlang)
    return spare * carried_share(agents, traffic_erlang) / (spare + refused_erlang)
