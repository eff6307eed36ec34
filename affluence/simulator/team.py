"""The agents: who is on duty, who is free, who is on a call or at its paperwork."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from affluence.simulator.days import Quarter

CLOSED = -1  # agents on duty while the desk is closed to the public


class Team:
    """Agents 1 to ``on_duty``; ``free`` has first the one who has been free longest."""

    def __init__(self) -> None:
        self.open = False
        self.free: deque[int] = deque()
        self.on_duty = 0
        self._engaged: set[int] = set()

    def engage(self) -> int:
        """Take the agent who has been free longest."""
        agent = self.free.popleft()
        self._engaged.add(agent)
        return agent

    def ready(self, agent: int, *, queue_waits: bool) -> None:
        """The agent may take the next call, or goes home.

        At closing time nobody is left in the queue: the agents empty it before they go.
        """
        self._engaged.discard(agent)
        if agent <= self.on_duty or (queue_waits and not self.open):
            self.free.append(agent)

    def change_duty(self, agents: int) -> None:
        """From now on this many agents are on duty, or the desk is `CLOSED`.

        Whoever is free and no more on duty leaves at once, the engaged when they are ready.
        """
        self.open = agents != CLOSED
        self.on_duty = agents if self.open else 0
        stay = [agent for agent in self.free if agent <= self.on_duty]
        come = set(range(1, self.on_duty + 1)) - self._engaged - set(stay)
        self.free = deque([*stay, *sorted(come)])


def changes_of_duty(period: Sequence[Quarter]) -> list[tuple[int, int]]:
    """Instants (ms) at which the number of agents on duty changes, and that number."""
    changes = []
    before = CLOSED
    for quarter in period:
        agents = CLOSED if quarter.agents is None else quarter.agents
        if agents != before:
            changes.append((quarter.start_ms, agents))
        before = agents
    return changes
