"""Which calls may wait for an agent, and what refuses the others."""

from __future__ import annotations

from affluence.simulator.scenario import Handling
from affluence.simulator.team import Team


def refused_by(handling: Handling, team: Team, waiting: int) -> str | None:
    """What refuses a call that finds ``waiting`` others in the queue: "rule", "queue" or None."""
    if team.free:
        return None
    longest_s, places = handling.refused_beyond_wait_s, handling.waiting_places
    if longest_s is not None and _expected_wait_s(handling, team, waiting) > longest_s:
        return "rule"
    if places is not None and waiting >= places:
        return "queue"
    return None


def _expected_wait_s(handling: Handling, team: Team, waiting: int) -> float:
    """What a platform that knows its mean times would announce to one who comes last."""
    if not team.on_duty:
        return float("inf")
    # One agent after the other becomes free, for those who wait and then for the new call.
    return (waiting + 1) * (handling.mean_talk_s + handling.mean_wrap_up_s) / team.on_duty
