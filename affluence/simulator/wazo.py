"""Simulated calls as an export of Wazo's call logs: a header, a row a call, in order of start.

Only whom an agent answered is answered: neither a greeting nor an announcement is.
"""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from affluence.simulator.ended_calls import EndedCall, by_their_beginning, extension
from affluence.simulator.texts import csv_line, exact_time, identifier, whole_s
from affluence.simulator.written import Writer

_COLUMNS = (
    *("id", "tenant_uuid", "answered", "start", "answer", "end", "destination_extension"),
    *("destination_name", "destination_internal_extension", "destination_internal_context"),
    *("destination_user_uuid", "destination_line_id", "duration", "call_direction"),
    *("call_status", "requested_name", "requested_extension", "requested_context"),
    *("requested_internal_extension", "requested_internal_context", "requested_user_uuid"),
    *("source_extension", "source_name", "source_internal_name", "source_internal_extension"),
    *("source_internal_context", "source_user_uuid", "source_line_id", "tags"),
)
_UTC = ZoneInfo("UTC")
_CSV_END = "\r\n"  # of Python's own dialect


def _line(ended: EndedCall) -> str:
    parties = _inbound(ended) if ended.inbound else _outbound(ended)
    told = {**_of_all_rows(ended), **parties}
    return csv_line([told.get(name) for name in _COLUMNS], end=_CSV_END)


def _of_all_rows(ended: EndedCall) -> Mapping[str, object]:
    answered_ms = ended.call.answered_ms
    spoken_s = whole_s(ended.released_ms) - whole_s(answered_ms)
    return {
        "id": ended.index + 1,
        "tenant_uuid": identifier("wazo", ended.scenario.platform),
        "answered": ended.answered,
        "start": exact_time(ended.call.offered_ms, _UTC, "auto"),
        "answer": exact_time(answered_ms, _UTC, "auto"),
        "end": exact_time(ended.released_ms, _UTC, "auto"),
        "duration": spoken_s if ended.answered else "",
        "call_direction": ended.call.direction,
        "call_status": "answered" if ended.answered else "unknown",
    }


def _inbound(ended: EndedCall) -> Mapping[str, object]:
    service_number = ended.scenario.service_number
    return {
        "destination_extension": service_number,
        **(_user("destination", ended) if ended.answered else {}),
        "requested_extension": service_number,
        "requested_context": "from-extern",
        "source_extension": ended.caller or "anonymous",
        "source_name": ended.caller or "Anonymous",
    }


def _outbound(ended: EndedCall) -> Mapping[str, object]:
    number = ended.person.number
    return {
        "destination_extension": number,
        "requested_extension": number,
        "requested_context": "default",
        **_user("source", ended),
        "source_internal_name": f"Agent {ended.agent}",
    }


def _user(party: str, ended: EndedCall) -> Mapping[str, object]:
    """The agent, as one of the two parties."""
    number = extension(ended.agent)
    return {
        f"{party}_extension": number,
        f"{party}_name": f"Agent {ended.agent}",
        f"{party}_internal_extension": number,
        f"{party}_internal_context": "default",
        f"{party}_user_uuid": identifier("user", number),
        f"{party}_line_id": ended.agent,
    }


WRITER = Writer(
    dialect="wazo",
    file_name="cdr-{week}.csv",
    records=by_their_beginning(_line),
    header=csv_line(_COLUMNS, end=_CSV_END),
)
