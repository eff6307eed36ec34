"""What a change would do to every row of a week: the agents, the lines, the calls, the hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from affluence.staffing.advice import serve_today
from affluence.staffing.desk import Desk, Target
from affluence.staffing.service import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A row of the week: who call in it, and who answer.

    Attributes:
        persons_per_hour: who call for the first time.
        hours: how long the row is.
        agents: on duty; None where they are not known.
        lines: in service; None where nothing bounds them, or nobody knows.

    """

    persons_per_hour: float
    hours: float
    agents: int | None
    lines: int | None

    @property
    def persons(self) -> float:
        """Who call for the first time within the row."""
        return self.persons_per_hour * self.hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What differs from what there is, in every row.

    Attributes:
        agents: so many more of them.
        lines: so many more of them.
        handling: times as long takes a call.
        moved_share: of the persons of every other row who call in a recommended one instead.

    """

    agents: int = 0
    lines: int = 0
    handling: float = 1.0
    moved_share: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a change gives, row by row; a service is None where it is not known or has no end."""

    change: Change
    loads: tuple[Load, ...]
    services: tuple[Service | None, ...]

    @property
    def is_known(self) -> bool:
        """Whether the service of every row is."""
        return None not in self.services

    @property
    def persons(self) -> float:
        """Who call."""
        return sum(load.persons for load in self.loads)

    @property
    def reached(self) -> float:
        """Of these, who reach an agent.

        Raises:
            ValueError: the service of a row is not known.

        """
        return sum(load.persons * found.reached_share for load, found in self._known())

    @property
    def attempts(self) -> float:
        """Calls that these persons make; raises likewise."""
        return sum(load.persons * found.attempts_per_person for load, found in self._known())

    def _known(self) -> list[tuple[Load, Service]]:
        pairs = zip(self.loads, self.services, strict=True)
        known = [(load, found) for load, found in pairs if found is not None]
        if len(known) < len(self.loads):
            raise ValueError("the service of a row is not known")
        return known


def try_change(desk: Desk, loads: Sequence[Load], change: Change, target: Target) -> Trial:
    """What a change gives.

    Args:
        desk: how calls are handled and how callers behave today.
        loads: the rows of the week, those who would move moved already.
        change: what is tried; where no call can wait each line has its agent, and ``change.agents``
            says nothing.
        target: what is asked: within which time calls are answered.

    """
    changed = replace(desk, handling_s=desk.handling_s * change.handling)
    return Trial(
        change=change,
        loads=tuple(loads),
        services=tuple(
            serve_today(
                changed,
                load.persons_per_hour,
                target,
                agents_today=_more(load.agents, change.agents),
                lines_today=_more(load.lines, change.lines),
            )
            for load in loads
        ),
    )


def _more(count: int | None, more: int) -> int | None:
    return None if count is None else count + more
