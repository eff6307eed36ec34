"""The fewest agents, and then lines, with which a desk gives what is asked of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from affluence.staffing.desk import Desk, Target
from affluence.staffing.service import MOST_LINES_OF_CHAIN, Service, lines_of, serve
from affluence.teletraffic import NotCarriableError, TargetError
from affluence.teletraffic.bisection import smallest

_MOST = 1000  # agents or lines that are tried
# With so many agents or fewer, all lines that the exact chain can tell of leave room to wait.
_FEW_AGENTS = MOST_LINES_OF_CHAIN - 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What is advised for a load, beside what there is.

    Attributes:
        persons_per_hour: the load that is planned for.
        today: with the agents and lines that there are; None where they are not known, or where
            the queue would grow without end.
        one_less: with one agent fewer than advised; None where there are none, or no end.
        advised: the fewest agents, and lines for them, that meet the target.
        one_more: with one agent more.

    """

    persons_per_hour: float
    today: Service | None
    one_less: Service | None
    advised: Service
    one_more: Service


def advise(
    desk: Desk,
    persons_per_hour: float,
    target: Target,
    *,
    agents_today: int | None,
    lines_today: int | None,
) -> Advice:
    """The fewest agents that meet the target, and the fewest lines that suffice them.

    Agents come first, for they cost more: as few as if no call were ever refused; then lines, never
    fewer than there are today. Where no call can wait, agents and lines are the same.

    Raises:
        TargetError: a thousand agents or lines do not suffice.

    """

    def at(agents: int, lines: float) -> Service | None:
        return _serve_if_carriable(desk, persons_per_hour, agents, lines, target)

    def meets(agents: int, lines: float) -> bool:
        service = at(agents, lines)
        return service is not None and service.meets(target)

    def ample(count: int) -> float:
        """So many lines that hardly a call is refused, told of in the same way as fewer."""
        lines = MOST_LINES_OF_CHAIN if count <= _FEW_AGENTS else inf
        return lines_of(desk, count, max(lines, lines_today or 0))

    agents = _fewest(lambda count: meets(count, ample(count)), 1)
    lines = ample(agents)
    if desk.kind == "queue":
        lines = _fewest(lambda count: meets(agents, count), max(agents, lines_today or 1))

    def with_agents(count: int) -> Service | None:
        return at(count, lines_of(desk, count, max(lines, count)))

    advised, one_more = with_agents(agents), with_agents(agents + 1)
    if advised is None or one_more is None:
        raise AssertionError("more agents than suffice do not suffice")
    return Advice(
        persons_per_hour=persons_per_hour,
        today=serve_today(
            desk, persons_per_hour, target, agents_today=agents_today, lines_today=lines_today
        ),
        one_less=with_agents(agents - 1),
        advised=advised,
        one_more=one_more,
    )


def serve_today(
    desk: Desk,
    persons_per_hour: float,
    target: Target,
    *,
    agents_today: int | None,
    lines_today: int | None,
) -> Service | None:
    """What there is gives so much; None as in `Advice`."""
    agents = agents_today
    if desk.kind == "no_queue" and lines_today is not None:
        agents = lines_today
    if agents is None or (desk.kind == "queue" and lines_today is None):
        return None
    fit = lines_of(desk, agents, inf if lines_today is None else lines_today)
    return _serve_if_carriable(desk, persons_per_hour, int(min(agents, fit)), fit, target)


def _serve_if_carriable(
    desk: Desk, persons_per_hour: float, agents: int, lines: float, target: Target
) -> Service | None:
    if agents < 1:
        return None
    try:
        return serve(desk, persons_per_hour, agents, lines, within_s=target.within_s)
    except NotCarriableError:
        return None


def _fewest(suffice: Callable[[int], bool], least: int) -> int:
    found = smallest(suffice, least, _MOST)
    if not suffice(found):
        raise TargetError(f"agents or lines that meet the target: {_MOST} do not suffice")
    return found
