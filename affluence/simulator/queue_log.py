"""Simulated calls as Asterisk's queue_log tells them: one line an event, separated by pipes.

As ``app_queue`` of stock Asterisk writes it: calls that never enter the queue leave no line, be
they refused, outside opening hours or made by the agents. Seconds are those of the clock, and
waits the difference of two of them. Who hangs up is not simulated: it is always the caller.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from affluence.simulator.asterisk_numbers import Numbers, number_channels
from affluence.simulator.call import Call
from affluence.simulator.ended_calls import ended_calls
from affluence.simulator.simulation import Simulation
from affluence.simulator.texts import whole_s
from affluence.simulator.written import Record, Writer, in_order_of_time

_NOBODY = "NONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Queued:
    """A call that has entered the queue and left it again."""

    index: int
    call: Call
    queued_ms: int
    left_ms: int
    released_ms: int


def _records(simulation: Simulation) -> list[Record]:
    queued = list(_queued(simulation))
    entered_at, left_at = _positions(queued)
    numbers = number_channels(simulation.calls)
    return in_order_of_time(
        (at_ms, f"{whole_s(at_ms)}|{event}\n")
        for one in queued
        for at_ms, event in _events(
            one, entered_at[one.index], left_at[one.index], simulation, numbers
        )
    )


def _queued(simulation: Simulation) -> Iterator[_Queued]:
    for ended in ended_calls(simulation):
        call = ended.call
        if call.queued_ms is not None:
            yield _Queued(
                index=ended.index,
                call=call,
                queued_ms=call.queued_ms,
                left_ms=ended.released_ms if call.answered_ms is None else call.answered_ms,
                released_ms=ended.released_ms,
            )


def _positions(queued: list[_Queued]) -> tuple[Mapping[int, int], Mapping[int, int]]:
    """Position in the queue at which each call enters, and at which it leaves."""
    moments = sorted(
        moment
        for one in queued
        for moment in ((one.queued_ms, False, one.index), (one.left_ms, True, one.index))
    )
    waiting: list[int] = []
    entered_at, left_at = {}, {}
    for _, leaves, index in moments:
        if leaves:
            left_at[index] = waiting.index(index) + 1
            waiting.remove(index)
        else:
            waiting.append(index)
            entered_at[index] = len(waiting)
    return entered_at, left_at


def _events(
    one: _Queued, entered_at: int, left_at: int, simulation: Simulation, numbers: Numbers
) -> Iterator[tuple[int, str]]:
    """When each event of a call is written, and all of its line but the time."""
    call, person = one.call, simulation.persons[one.call.person]
    call_id = numbers.unique_id(one.index, call)

    def event(name: str, *data: object, agent: int | None = None) -> str:
        who = _NOBODY if agent is None else f"PJSIP/agent-{agent:02d}"
        return "|".join(map(str, (call_id, simulation.scenario.platform, who, name, *data)))

    wait_s = whole_s(one.left_ms) - whole_s(one.queued_ms)
    caller = "" if person.anonymous else person.number
    yield one.queued_ms, event("ENTERQUEUE", "", caller, entered_at)
    for ring in call.missed:
        rang_ms = ring.end_ms - ring.start_ms
        yield ring.end_ms, event("RINGNOANSWER", rang_ms, agent=ring.agent)
    if call.answered_ms is None:
        name = "EXITWITHTIMEOUT" if call.outcome == "unanswered" else "ABANDON"
        yield one.left_ms, event(name, left_at, entered_at, wait_s)
        return
    telephone = numbers.unique_id(one.index, call, part=len(call.missed) + 1)
    ring_s = whole_s(one.left_ms) - whole_s(call.ring_ms)
    talk_s = whole_s(one.released_ms) - whole_s(one.left_ms)
    yield one.left_ms, event("CONNECT", wait_s, telephone, ring_s, agent=call.agent)
    yield one.released_ms, event("COMPLETECALLER", wait_s, talk_s, entered_at, agent=call.agent)


WRITER = Writer(dialect="queue-log", file_name="queue_log-{week}", records=_records)
