"""Simulated calls in the dialect of one's own conversions: all that is known of them, to the ms."""

from __future__ import annotations

import csv
from datetime import datetime
from io import StringIO
from zoneinfo import ZoneInfo

from affluence.simulator.call import Call
from affluence.simulator.simulation import Simulation
from affluence.simulator.written import Record, Writer

_COLUMNS = (
    *("call_id", "caller", "offered_at", "picked_up_at", "queued_at", "answered_at"),
    *("released_at", "direction", "outcome", "refused_by", "line", "agent", "queue", "dialled"),
)


def _records(simulation: Simulation) -> list[Record]:
    return sorted(
        Record(
            call.offered_ms if call.released_ms is None else call.released_ms,
            index,
            _line(_row(index, call, simulation)),
        )
        for index in simulation.recorded
        for call in [simulation.calls[index]]
    )


def _row(index: int, call: Call, simulation: Simulation) -> tuple[object, ...]:
    scenario, person = simulation.scenario, simulation.persons[call.person]
    zone = ZoneInfo(scenario.zone)
    inbound = call.direction == "inbound"
    times_ms = (call.offered_ms, call.picked_up_ms, call.queued_ms, call.answered_ms)
    return (
        f"call-{index}",
        person.number if inbound and not person.anonymous else "",
        *(_time(at_ms, zone) for at_ms in (*times_ms, call.released_ms)),
        *(call.direction, call.outcome, call.refused_by or ""),
        "" if call.line is None else call.line,
        f"agent-{call.agent:02d}" if call.outcome == "answered" else "",
        "" if call.queued_ms is None else scenario.platform,
        scenario.service_number if inbound else person.number,
    )


def _time(at_ms: int | None, zone: ZoneInfo) -> str:
    if at_ms is None:
        return ""
    second = datetime.fromtimestamp(at_ms // 1000, zone)
    return second.replace(microsecond=at_ms % 1000 * 1000).isoformat(timespec="milliseconds")


def _line(row: tuple[object, ...]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerow(row)
    return text.getvalue()


WRITER = Writer(
    dialect="generic", file_name="calls-{week}.csv", records=_records, header=_line(_COLUMNS)
)
