"""A simulated call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class MissedRing(NamedTuple):
    """An agent's phone that rang for the call in vain."""

    agent: int
    start_ms: int
    end_ms: int


@dataclass(slots=True, kw_only=True)
class Call:
    """One call attempt, filled in as it lives; instants in milliseconds of the UTC epoch.

    ``attempt`` counts the person's calls, from 1 (0: an agent calls). ``picked_up_ms`` is when the
    first machine or person took the call, ``answered_ms`` when a person did. ``refused_by`` tells
    what refused a busy call: "lines", "queue" or "rule". ``agent`` is whose phone rang last for
    the call (for an outbound call, who makes it), since ``ring_ms``.
    """

    direction: str
    person: int
    attempt: int
    offered_ms: int
    line: int | None
    picked_up_ms: int | None = None
    queued_ms: int | None = None
    answered_ms: int | None = None
    released_ms: int | None = None
    outcome: str = ""
    refused_by: str | None = None
    agent: int | None = None
    ring_ms: int = 0
    missed: list[MissedRing] = field(default_factory=list)

    def pick_up(self, at_ms: int) -> None:
        """Have a machine or a person take the call: the first to do so is noted."""
        if self.picked_up_ms is None:
            self.picked_up_ms = at_ms
