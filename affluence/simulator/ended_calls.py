"""The calls of which a platform leaves a record, with what every writer asks of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from affluence.simulator.arrivals import Person
from affluence.simulator.call import Call
from affluence.simulator.scenario import Scenario
from affluence.simulator.simulation import Simulation
from affluence.simulator.written import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedCall:
    """A call that has ended; ``index`` is its place among all."""

    index: int
    call: Call
    person: Person
    scenario: Scenario
    released_ms: int

    @property
    def zone(self) -> ZoneInfo:
        """That of the platform's clock on the wall."""
        return ZoneInfo(self.scenario.zone)

    @property
    def inbound(self) -> bool:
        """Whether somebody outside calls."""
        return self.call.direction == "inbound"

    @property
    def answered(self) -> bool:
        """Whether an agent and somebody outside spoke."""
        return self.call.outcome == "answered"

    @property
    def agent(self) -> int:
        """Whose phone rang last for the call, or who makes it: for calls that had one."""
        if self.call.agent is None:
            raise AssertionError("no agent's phone rang for this call")
        return self.call.agent

    @property
    def caller(self) -> str:
        """The number that an inbound call shows, empty where it is withheld."""
        return "" if self.person.anonymous else self.person.number

    @property
    def taken_ms(self) -> int | None:
        """When a machine or a person took the call, where a queue takes those that wait in it."""
        times_ms = (self.call.picked_up_ms, self.call.queued_ms)
        return min((at_ms for at_ms in times_ms if at_ms is not None), default=None)

    @property
    def announced(self) -> bool:
        """Whether a machine said why the call may not wait for an agent."""
        return self.call.outcome == "closed" or self.call.refused_by in {"queue", "rule"}


def extension(agent: int) -> str:
    """Number of an agent's phone within the platform."""
    return f"10{agent:02d}"


def ended_calls(simulation: Simulation) -> Iterator[EndedCall]:
    """Those of the calls that leave a record, in order of arrival."""
    for index in simulation.recorded:
        call = simulation.calls[index]
        if call.released_ms is not None:
            yield EndedCall(
                index=index,
                call=call,
                person=simulation.persons[call.person],
                scenario=simulation.scenario,
                released_ms=call.released_ms,
            )


def at_their_end(line_of: Callable[[EndedCall], str]) -> Callable[[Simulation], list[Record]]:
    """A record a call, in the order in which they end, as platforms write them."""
    return lambda simulation: sorted(
        Record(ended.released_ms, ended.index, line_of(ended)) for ended in ended_calls(simulation)
    )


def by_their_beginning(line_of: Callable[[EndedCall], str]) -> Callable[[Simulation], list[Record]]:
    """A record a call, in the order in which they begin, as an export may sort them."""
    return lambda simulation: [
        Record(ended.call.offered_ms, ended.index, line_of(ended))
        for ended in ended_calls(simulation)
    ]
