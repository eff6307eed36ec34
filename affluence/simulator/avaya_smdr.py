"""Simulated calls as the stream of Avaya's IP Office SMDR: no header, no quotes, 30 columns.

Imitated: a call that finds no trunk free leaves no record; announcements and greetings are channels
of the voicemail, and a call that is greeted before it waits has a segment for each. Spans are
rounded up to the second; the ringing of an incoming call includes its wait.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from affluence.simulator.ended_calls import EndedCall, ended_calls
from affluence.simulator.simulation import Simulation
from affluence.simulator.texts import duration, local_time
from affluence.simulator.written import Record, Writer, in_order_of_time

_GROUP, _VOICEMAIL = "200", "V9501,VM Channel 1"
_FIRST_CALL_ID = 1_000_000
_CHARGING_AND_TARGETING = "," * 12  # 13 columns that these calls leave empty


class _Segment(NamedTuple):
    """A part of a call: how long it rang, then was connected, to which device of which name."""

    ring_ms: int
    connected_ms: int
    device: str
    goes_on: bool = False


def _records(simulation: Simulation) -> list[Record]:
    return in_order_of_time(
        (ended.released_ms, _line(ended, segment))
        for ended in ended_calls(simulation)
        if ended.call.line is not None
        for segment in _segments(ended)
    )


def _segments(ended: EndedCall) -> Iterator[_Segment]:
    call, device = ended.call, _agent(ended)
    begun_ms = call.offered_ms
    if ended.announced:
        yield _Segment(0, ended.released_ms - begun_ms, _VOICEMAIL)
        return
    if call.queued_ms is not None and call.queued_ms > begun_ms:
        yield _Segment(0, call.queued_ms - begun_ms, _VOICEMAIL, goes_on=True)
        begun_ms = call.queued_ms
    left_ms = ended.released_ms if call.answered_ms is None else call.answered_ms
    yield _Segment(left_ms - begun_ms, ended.released_ms - left_ms, device)


def _agent(ended: EndedCall) -> str:
    agent = ended.call.agent
    return "," if agent is None else f"E2{agent:02d},Agent {agent}"


def _line(ended: EndedCall, segment: _Segment) -> str:
    call, service_number = ended.call, ended.scenario.service_number
    account, internal, hold_s, park_s = "", 0, 0, 0
    if ended.inbound:
        parties = (ended.caller, "I", _GROUP, service_number)
    else:
        parties = (f"2{ended.agent:02d}", "O", ended.person.number, ended.person.number)
    fields = (
        local_time(call.offered_ms, ended.zone, "%Y/%m/%d %H:%M:%S"),
        duration(_rounded_up_s(segment.connected_ms)),
        *(_rounded_up_s(segment.ring_ms), *parties, account, internal),
        *(_FIRST_CALL_ID + ended.index, int(segment.goes_on), segment.device),
        *(f"T9{call.line:03d}", f"Line 1.{call.line}", hold_s, park_s, _CHARGING_AND_TARGETING),
    )
    return ",".join(map(str, fields)) + "\r\n"


def _rounded_up_s(span_ms: int) -> int:
    return -(-span_ms // 1000)


WRITER = Writer(dialect="avaya-smdr", file_name="smdr-{week}.log", records=_records)
