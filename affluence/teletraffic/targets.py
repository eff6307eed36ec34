"""The fewest agents or lines with which a queue meets what is asked of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from affluence.teletraffic.arguments import (
    check_amount,
    check_lines,
    check_share,
    check_whole,
)
from affluence.teletraffic.arrays import over_arrays
from affluence.teletraffic.bisection import smallest
from affluence.teletraffic.waiting import Queue, mmskm
from affluence.teletraffic.within import mmskm_within


class TargetError(ValueError):
    """No number of agents or lines does what is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What is asked of a queue: every one that is given.

    Each is met from some number of agents on, whether lines or places for waiting calls are fixed.
    """

    most_blocked: float | None = None  # share of attempts
    most_abandoned: float | None = None  # share of attempts
    most_wait: float | None = None  # share of accepted attempts that wait
    most_mean_wait_h: float | None = None  # of accepted attempts, in mean holding times
    least_served: float | None = None  # share of attempts served within ``within_h``
    within_h: float = 0.0  # in mean holding times

    def __post_init__(self) -> None:
        for name in ("most_blocked", "most_abandoned", "most_wait", "most_mean_wait_h"):
            if (most := getattr(self, name)) is not None:
                check_amount(name, most)
                if most == 0:
                    raise ValueError(f"{name} must be above 0: never is more than can be promised")
        if self.least_served is not None:
            check_share("least_served", self.least_served)
            if self.least_served == 1:
                raise ValueError("least_served must be below 1: always cannot be promised")
        check_amount("within_h", self.within_h)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing:
    """The fewest agents, and why not one fewer."""

    agents: int
    lines: float
    queue: Queue
    failed_with_one_fewer: tuple[str, ...]  # names of targets; none where there is no fewer


def agents_for(
    traffic_erlang: float,
    abandonment: float,
    targets: Targets,
    *,
    lines: float = inf,
    places: int | None = None,
) -> Staffing:
    """The smallest number of agents with which `mmskm` meets all targets.

    Args:
        traffic_erlang: traffic offered, of all attempts.
        abandonment: rate at which a waiting caller gives up: mean holding time over mean patience.
        targets: what is asked.
        lines: calls that fit, whatever the number of agents, which cannot be more then.
        places: calls that fit beyond those with an agent, in place of ``lines``.

    Raises:
        TargetError: no number of agents meets them all, or not as many as there are lines.
        ValueError: a number makes no sense.

    """
    check_amount("traffic_erlang", traffic_erlang)
    check_lines(lines, 1)
    if places is not None:
        check_whole("places", places, least=0)
        if lines < inf:
            raise ValueError("lines and places cannot both be given: places go beyond the agents")

    def failed(agents: int) -> tuple[str, ...]:
        fit = lines if places is None else agents + places
        return tuple(_failed(targets, agents, fit, traffic_erlang, abandonment))

    endless = lines == inf and places is None and abandonment == 0
    least = int(traffic_erlang) + 1 if endless else 1  # with fewer the queue never ends
    most = lines if places is None else inf
    if most < inf and (missed := failed(int(most))):
        raise TargetError(
            f"{', '.join(missed)} cannot be met with {lines:g} line(s), were there as many agents:"
            " more lines are needed, or less traffic"
        )
    agents = smallest(lambda count: not failed(count), least, most)
    fit = lines if places is None else agents + places
    return Staffing(
        agents=agents,
        lines=fit,
        queue=mmskm(agents, fit, traffic_erlang, abandonment),
        failed_with_one_fewer=failed(agents - 1) if agents > least else (),
    )


def _failed(
    targets: Targets, agents: int, lines: float, traffic_erlang: float, abandonment: float
) -> Iterator[str]:
    """Names of the targets that so many agents miss."""
    queue = mmskm(agents, lines, traffic_erlang, abandonment)
    upper_bounds = {
        "most_blocked": queue.p_blocked,
        "most_abandoned": queue.p_abandon,
        "most_wait": queue.p_wait / (queue.p_served + queue.p_abandon),
        "most_mean_wait_h": queue.mean_wait_h,
    }
    for name, value in upper_bounds.items():
        if (most := getattr(targets, name)) is not None and value > most:
            yield name
    if targets.least_served is not None:
        found = mmskm_within(agents, lines, traffic_erlang, abandonment, targets.within_h)
        if found.p_served < targets.least_served:
            yield "least_served"


@over_arrays
def queue_lines_for(
    agents: float, traffic_erlang: float, abandonment: float, blocking: float
) -> int:
    """Smallest number of lines, waiting calls included, with which `mmskm` refuses few enough.

    Args:
        agents: their whole number, 1 or more.
        traffic_erlang: traffic offered, of all attempts.
        abandonment: rate at which a waiting caller gives up: mean holding time over mean patience.
        blocking: share of attempts that may be refused, above 0.

    Raises:
        TargetError: nobody gives up, and the agents serve a smaller share, however many wait.
        ValueError: a number makes no sense, or millions of waiting calls would be needed.

    """
    least = check_whole("agents", agents, least=1)
    check_amount("traffic_erlang", traffic_erlang)
    check_share("blocking", blocking)
    if blocking == 0:
        raise ValueError("blocking must be above 0: no number of lines never refuses a call")
    if abandonment == 0 and traffic_erlang * (1 - blocking) >= agents:
        raise TargetError(
            f"{agents:g} agent(s) cannot serve a share {1 - blocking:g} of {traffic_erlang:g}"
            " erlang, however many calls wait: it takes more agents"
        )

    def is_reached(lines: int) -> bool:
        return mmskm(agents, lines, traffic_erlang, abandonment).p_blocked <= blocking

    return smallest(is_reached, least)
