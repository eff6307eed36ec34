"""What has become of an attempt a given time after it came: served, given up, still waiting."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, expm1, inf

import numpy as np

from affluence.teletraffic.arguments import check_amount, check_whole
from affluence.teletraffic.arrays import over_arrays
from affluence.teletraffic.places import waits_by_place
from affluence.teletraffic.waiting import erlang_c, p_at_once, seen_by_callers, spare_agents


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """What happens within a time, and the four service levels in use: name the one you mean."""

    p_served: float  # share of all attempts, blocked ones included: service level "of offered"
    p_abandoned: float  # share of all attempts that give up within the time
    p_waiting: float  # share of all attempts that wait longer, whatever becomes of them then
    of_served: float  # of those ever served: service level "of answered"
    of_not_given_up: float  # of all but those who give up within the time
    virtual: float  # share of accepted attempts for whom an agent would be free within the time


@over_arrays
def erlang_c_within(agents: float, traffic_erlang: float, within_h: float) -> Within:
    """`erlang_c`, a time after the attempt: P(W > t) = C e^-(s - A) t.

    Args:
        agents: their number s, above 0, whole or not.
        traffic_erlang: traffic offered A, below the number of agents.
        within_h: the time t, in mean holding times.

    Source:
        As `erlang_c`.

    Raises:
        NotCarriableError: as much traffic as there are agents, or more.
        ValueError: a number is negative or not finite.

    """
    check_amount("within_h", within_h)
    elapsed = within_h * spare_agents(agents, traffic_erlang)
    p_wait = erlang_c(agents, traffic_erlang).p_wait
    p_served = p_at_once(agents, traffic_erlang) - p_wait * expm1(-elapsed)
    return Within(
        p_served=p_served,
        p_abandoned=0.0,
        p_waiting=p_wait * exp(-elapsed),
        of_served=p_served,
        of_not_given_up=p_served,
        virtual=p_served,
    )


@over_arrays
def erlang_a_within(
    agents: float, traffic_erlang: float, abandonment: float, within_h: float
) -> Within:
    """`erlang_a`, a time after the attempt: `mmskm_within` on lines without end.

    Args:
        agents: their whole number s, 1 or more.
        traffic_erlang: traffic offered A, of all attempts.
        abandonment: rate θ at which a waiting caller gives up: mean holding time over mean
            patience.
        within_h: the time t, in mean holding times.

    Raises:
        NotCarriableError: nobody gives up, and the traffic is as much as there are agents or more.
        ValueError: a number is negative, not finite or not whole; waiting calls by the million.

    """
    return mmskm_within(agents, inf, traffic_erlang, abandonment, within_h)


@over_arrays
def mmskm_within(
    agents: float, lines: float, traffic_erlang: float, abandonment: float, within_h: float
) -> Within:
    """`mmskm`, a time after the attempt.

    Sums over the places in the queue that an attempt may get: see `affluence.teletraffic.places`.
    Place m is left by the time t, served or not, with probability F(m) = 1 - e^-θt P(V > t), and
    by giving up with θ (F(1) + ... + F(m)) / (s + m θ), from the backward equations.

    Args:
        agents: their whole number s, 1 or more.
        lines: whole number K of calls that fit, at least as many as agents; infinite for Erlang A.
        traffic_erlang: traffic offered A, of all attempts.
        abandonment: rate θ at which a waiting caller gives up: mean holding time over mean
            patience.
        within_h: the time t, in mean holding times.

    Source:
        As `mmskm`; on the service levels in use Jouini, Koole and Roubos 2013, "Performance
        indicators for call centers with impatience", IIE Transactions 45.

    Raises:
        NotCarriableError: nobody gives up, lines are infinite, and the traffic is as much as there
            are agents or more.
        ValueError: a number is negative, not finite or not whole; waiting calls by the million.

    """
    if lines == inf and abandonment == 0:
        return erlang_c_within(check_whole("agents", agents, least=1), traffic_erlang, within_h)
    check_amount("within_h", within_h)
    seen = seen_by_callers(agents, lines, traffic_erlang, abandonment)
    count = len(seen.waiting)
    places = np.arange(1.0, count + 1)
    leaving = agents + places * abandonment
    until_free = waits_by_place(agents, abandonment, within_h, count)
    # Whoever is served was patient until then, which makes waits shorter: a + 1 in place of a.
    until_served = waits_by_place(agents + abandonment, abandonment, within_h, count)
    patient = exp(-abandonment * within_h)
    not_waiting = -expm1(-abandonment * within_h) + patient * until_free.within
    p_served = seen.p_free + seen.over_places(agents / leaving * until_served.within)
    p_abandoned = abandonment * seen.over_places(np.cumsum(not_waiting) / leaving)
    p_waiting = patient * seen.over_places(until_free.longer)
    free = seen.p_free + seen.over_places(until_free.within)
    return Within(
        p_served=p_served,
        p_abandoned=p_abandoned,
        p_waiting=p_waiting,
        of_served=p_served / (seen.p_free + seen.over_places(agents / leaving)),
        of_not_given_up=p_served / (p_served + p_waiting + seen.p_blocked),
        virtual=free / (seen.p_free + float(seen.waiting.sum())),
    )
