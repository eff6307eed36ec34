"""A queue whose callers call again when they were refused or gave up, in the long run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import inf

from affluence.teletraffic.arguments import NotCarriableError, check_amount, check_share
from affluence.teletraffic.arrays import over_arrays
from affluence.teletraffic.bisection import crossing
from affluence.teletraffic.waiting import Queue, mmskm


@dataclass(frozen=True, slots=True, kw_only=True)
class RedialledQueue:
    """Agents, lines, fresh calls and redials in balance. Attempts are not intents: see names."""

    offered_erlang: float  # redials included
    attempt_blocking: float  # share of attempts refused
    attempt_abandonment: float  # share of attempts that give up waiting
    attempts_per_intent: float
    final_loss: float  # share of intents that never reach an agent
    busy_agents: float  # mean number: erlang carried by the agents


@over_arrays
@lru_cache(maxsize=16)  # the chain of redials asks for what its caller has just asked for
def redialled_mmskm(
    agents: float,
    lines: float,
    fresh_erlang: float,
    *,
    abandonment: float,
    retry_after_busy: float,
    retry_after_abandonment: float,
) -> RedialledQueue:
    """`mmskm` where attempts that fail are followed by another one with given probabilities.

    The root A of A (1 - R_b P_b(A) - R_a P_a(A)) = A0. Each attempt is taken to meet the queue
    afresh, as if callers waited long before they redial; those who redial at once are refused more
    often: see `retrial_chain`. ``mmskm(agents, lines, found.offered_erlang, abandonment)`` tells
    waits.

    Args:
        agents: their whole number s, 1 or more.
        lines: whole number K of calls that fit, at least as many as agents; it may be infinite.
        fresh_erlang: traffic of the first attempts, A0.
        abandonment: rate θ at which a waiting caller gives up: mean holding time over mean
            patience.
        retry_after_busy: probability of another attempt after one that was refused, R_b.
        retry_after_abandonment: probability of another attempt after one that gave up, R_a.

    Source:
        Without a queue Cohen 1957, "Basic problems of telephone traffic theory and the influence of
        repeated calls", Philips Telecommunication Review 18(2); retrials with abandonment as Aguir,
        Aksin, Karaesmen and Dallery 2008, "On the interaction between retrials and sizing of call
        centers", European Journal of Operational Research, doi:10.1016/j.ejor.2007.06.051.

    Raises:
        NotCarriableError: too few give up for good for what the agents cannot carry.
        ValueError: a number is negative, not finite or not whole, or a probability above 1.

    """
    check_amount("fresh_erlang", fresh_erlang)
    check_share("retry_after_busy", retry_after_busy)
    check_share("retry_after_abandonment", retry_after_abandonment)
    _check_redials_end(
        agents,
        lines,
        fresh_erlang,
        given_up=abandonment * (1 - retry_after_abandonment),
        all_redial=retry_after_busy == 1,
    )

    def lost(queue: Queue) -> float:
        """Share of attempts that fail and are not followed by another one."""
        refused = (1 - retry_after_busy) * queue.p_blocked
        return refused + (1 - retry_after_abandonment) * queue.p_abandon

    def fresh(traffic: float) -> float:
        """Fresh calls in so much traffic: those attempts after which there is none other."""
        queue = mmskm(agents, lines, traffic, abandonment)
        return traffic * (queue.p_served + lost(queue))

    most_erlang = fresh_erlang
    while fresh(most_erlang) < fresh_erlang:
        most_erlang *= 2
    offered_erlang = crossing(
        lambda traffic: fresh(traffic) - fresh_erlang, fresh_erlang, most_erlang
    )
    found = mmskm(agents, lines, offered_erlang, abandonment)
    kept = found.p_served + lost(found)
    return RedialledQueue(
        offered_erlang=offered_erlang,
        attempt_blocking=found.p_blocked,
        attempt_abandonment=found.p_abandon,
        attempts_per_intent=1 / kept,
        final_loss=lost(found) / kept,
        busy_agents=found.busy_agents,
    )


def _check_redials_end(
    agents: float, lines: float, fresh_erlang: float, *, given_up: float, all_redial: bool
) -> None:
    """Refuse calls for which redials grow without end.

    Args:
        agents: their number.
        lines: that of calls that fit.
        fresh_erlang: traffic of the first attempts.
        given_up: rate at which a waiting caller gives up for good.
        all_redial: no refused caller gives up for good.

    """
    if lines == inf:
        most_erlang = inf if given_up > 0 else agents
    elif all_redial:
        most_erlang = agents + (lines - agents) * given_up
    else:
        return
    if fresh_erlang >= most_erlang:
        raise NotCarriableError(
            agents,
            fresh_erlang,
            f"Served or given up for good are less than {most_erlang:g} erlang, and redials of the"
            " rest then grow without end.",
            carrier="agent",
        )
