"""What so many agents and lines give those who call."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from affluence.staffing.desk import Desk, Target
from affluence.teletraffic import (
    RedialledQueue,
    RetrialChain,
    mmskm,
    mmskm_within,
    redialled_mmskm,
    retrial_chain,
)

MOST_LINES_OF_CHAIN = 30  # its work grows with their cube
# Who are so many that the chain would be long redial so slowly that they meet the desk afresh.
_MOST_REDIALLING = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What callers meet in the long run at one load. Persons are not attempts: see names.

    Attributes:
        agents: who answer.
        lines: calls that fit, waiting ones included; infinite where nothing bounds them.
        reached_share: persons who reach an agent, redials included.
        within_share: attempts that are answered within the time of the target.
        full_share: time with all lines taken: first attempts that are refused.
        given_up_share: attempts that give up waiting.
        attempts_per_person: calls that a person makes.
        mean_wait_s: of the attempts that are answered.
        occupancy: busy agents over agents.

    """

    agents: int
    lines: float
    reached_share: float
    within_share: float
    full_share: float
    given_up_share: float
    attempts_per_person: float
    mean_wait_s: float
    occupancy: float

    def meets(self, target: Target) -> bool:
        """Whether all that is asked is given."""
        return (
            self.reached_share >= target.reached_share
            and (target.within_share is None or self.within_share >= target.within_share)
            and (target.full_share is None or self.full_share <= target.full_share)
        )


def serve(
    desk: Desk, persons_per_hour: float, agents: int, lines: float, *, within_s: float
) -> Service:
    """The service of a desk, by the exact chain of redials where lines are few enough for it.

    Redials of callers whose delay is not known, and those on more lines, are taken to meet the desk
    afresh (`redialled_mmskm`), which flatters it somewhat: who redials at once finds it as it was.

    Args:
        desk: how it works.
        persons_per_hour: who call for the first time.
        agents: their number; that of the lines where no call can wait.
        lines: calls that fit, at least as many as agents; infinite where nothing bounds them.
        within_s: time within which calls are answered.

    Raises:
        NotCarriableError: the agents cannot carry the calls, and too few give up.
        ValueError: fewer lines than agents.

    """
    fresh_erlang = persons_per_hour * desk.handling_s / 3600
    abandonment = 0.0 if desk.patience_s is None else desk.handling_s / desk.patience_s
    redials = {
        "abandonment": abandonment,
        "retry_after_busy": desk.redial_after_busy,
        "retry_after_abandonment": desk.redial_after_giving_up,
    }
    balance = redialled_mmskm(agents, lines, fresh_erlang, **redials)
    found: RedialledQueue | RetrialChain = balance
    full_share = balance.attempt_blocking
    if desk.redial_delay_s is not None and lines <= MOST_LINES_OF_CHAIN:
        delay_h = desk.redial_delay_s / desk.handling_s
        redialling = fresh_erlang * (balance.attempts_per_intent - 1) * delay_h
        if redialling <= _MOST_REDIALLING:
            chain = retrial_chain(agents, lines, fresh_erlang, redial_delay_h=delay_h, **redials)
            found, full_share = chain, chain.time_congestion
    offered_erlang = fresh_erlang * found.attempts_per_intent
    queue = mmskm(agents, lines, offered_erlang, abandonment)
    within = mmskm_within(agents, lines, offered_erlang, abandonment, within_s / desk.handling_s)
    return Service(
        agents=agents,
        lines=lines,
        reached_share=1 - found.final_loss,
        within_share=within.p_served,
        full_share=full_share,
        given_up_share=found.attempt_abandonment,
        attempts_per_person=found.attempts_per_intent,
        mean_wait_s=queue.mean_wait_served_h * desk.handling_s,
        occupancy=found.busy_agents / agents,
    )


def lines_of(desk: Desk, agents: int, lines: float) -> float:
    """Calls that fit: as many as agents where none can wait, without end where nothing bounds."""
    if desk.kind == "no_queue":
        return agents
    return inf if desk.kind == "unlimited" else lines
