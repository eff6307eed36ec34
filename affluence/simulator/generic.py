"""Simulated calls in the dialect of one's own conversions: all that is known of them, to the ms."""

from __future__ import annotations

from affluence.simulator.ended_calls import EndedCall, at_their_end
from affluence.simulator.texts import csv_line, exact_time
from affluence.simulator.written import Writer

_COLUMNS = (
    *("call_id", "caller", "offered_at", "picked_up_at", "queued_at", "answered_at"),
    *("released_at", "direction", "outcome", "refused_by", "line", "agent", "queue", "dialled"),
)


def _line(ended: EndedCall) -> str:
    call, scenario = ended.call, ended.scenario
    times_ms = (call.offered_ms, call.picked_up_ms, call.queued_ms, call.answered_ms)
    return csv_line(
        (
            f"call-{ended.index}",
            ended.caller if ended.inbound else "",
            *(exact_time(at_ms, ended.zone) for at_ms in (*times_ms, ended.released_ms)),
            *(call.direction, call.outcome, call.refused_by, call.line),
            f"agent-{call.agent:02d}" if ended.answered else "",
            "" if call.queued_ms is None else scenario.platform,
            scenario.service_number if ended.inbound else ended.person.number,
        )
    )


WRITER = Writer(
    dialect="generic",
    file_name="calls-{week}.csv",
    records=at_their_end(_line),
    header=csv_line(_COLUMNS),
)
