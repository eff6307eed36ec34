"""Simulated calls as an export of FusionPBX: a header, every column in quotes, the oldest first.

Imitated: all that its permissions may hide is shown; the legs of `affluence.simulator.
freeswitch_call` that it takes over, those of who calls and of agents that a queue rang, with
direction, status and missed calls as ``xml_cdr.php`` works them out. A number that is withheld
loses its letters, and so is empty.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping

from affluence.simulator.ended_calls import EndedCall, ended_calls, extension
from affluence.simulator.freeswitch_call import Leg, freeswitch_legs
from affluence.simulator.simulation import Simulation
from affluence.simulator.texts import csv_line, identifier, local_time, whole_s
from affluence.simulator.written import Record, Writer, in_order_of_time

_COLUMNS = (
    *("domain_uuid", "sip_call_id", "extension", "extension_name", "start_stamp", "end_stamp"),
    *("start_date_formatted", "start_time_formatted", "start_epoch", "hangup_cause", "duration"),
    *("billmsec", "missed_call", "record_path", "record_name", "xml_cdr_uuid", "bridge_uuid"),
    *("direction", "billsec", "caller_id_name", "caller_id_number", "caller_destination"),
    *("source_number", "destination_number", "leg", "read_codec", "write_codec", "cc_side"),
    *("accountcode", "answer_stamp", "status", "sip_hangup_disposition", "pdd_ms"),
    *("rtp_audio_in_mos", "tta"),
)
_QUEUE = "8000"  # its extension
_STATUS = {"NO_ANSWER": "no_answer", "ORIGINATOR_CANCEL": "cancelled", "USER_BUSY": "busy"}


def _records(simulation: Simulation) -> list[Record]:
    return in_order_of_time(
        (leg.start_ms, csv_line([told.get(name) for name in _COLUMNS], quoting=csv.QUOTE_ALL))
        for ended in ended_calls(simulation)
        for leg in freeswitch_legs(ended)
        if not leg.made or leg.queue
        for told in [_told(leg, ended)]
    )


def _told(leg: Leg, ended: EndedCall) -> Mapping[str, object]:
    variables = leg.variables()
    number = re.sub(r"\D", "", leg.caller_id_number)
    missed = variables.get("cc_cause") == "cancel"
    return {
        **{name: variables.get(name) for name in _COLUMNS},
        **_times(leg),
        **_extension(ended, by_agent=leg.made),
        "domain_uuid": identifier("fusionpbx", ended.scenario.platform),
        "sip_call_id": identifier("sip", leg.uuid),
        "duration": variables["billsec"],
        "missed_call": str(missed).lower(),
        "xml_cdr_uuid": leg.uuid,
        "direction": "inbound" if leg.made else ended.call.direction,
        "caller_id_name": leg.caller_id_name,
        "caller_id_number": number,
        "caller_destination": leg.destination_number,
        "source_number": number,
        "destination_number": _QUEUE if leg.context == "public" else leg.destination_number,
        "leg": "a",
        "status": "missed" if missed else _STATUS.get(leg.hangup_cause, "answered"),
        "pdd_ms": 0,
    }


def _times(leg: Leg) -> Mapping[str, object]:
    stamp = "%Y-%m-%d %H:%M:%S%z"
    times_ms = {"start": leg.start_ms, "answer": leg.answer_ms, "end": leg.end_ms}
    answer_ms = leg.start_ms if leg.answer_ms is None else leg.answer_ms
    return {
        # PostgreSQL tells the distance from UTC in hours where it has no minutes.
        **{
            f"{name}_stamp": local_time(at_ms, leg.zone, stamp).removesuffix("00")
            for name, at_ms in times_ms.items()
        },
        "start_date_formatted": local_time(leg.start_ms, leg.zone, "%d %b %Y"),
        "start_time_formatted": local_time(leg.start_ms, leg.zone, "%I:%M %p").lower(),
        "tta": whole_s(answer_ms) - whole_s(leg.start_ms),
    }


def _extension(ended: EndedCall, *, by_agent: bool) -> Mapping[str, object]:
    """That of the agent, where the leg is his or was joined to his."""
    agent = ended.call.agent
    if agent is None or not (by_agent or ended.answered or not ended.inbound):
        return {}
    return {"extension": extension(agent), "extension_name": f"Agent {agent}"}


WRITER = Writer(
    dialect="fusionpbx",
    file_name="cdr_example.org_{week}.csv",
    records=_records,
    header=csv_line(_COLUMNS, quoting=csv.QUOTE_ALL),
)
