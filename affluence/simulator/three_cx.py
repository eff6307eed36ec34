"""Simulated calls as 3CX writes them: 27 fields in their usual order, never quoted, times in UTC.

Imitated: one queue behind one trunk; announcements are digital receptionists (IVR), to which the
queue sends whom it may not take, and so is a greeting: then the time of the answer is its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from affluence.simulator.ended_calls import EndedCall, at_their_end, extension
from affluence.simulator.texts import duration, identifier, local_time, whole_s
from affluence.simulator.written import Writer

_FIELDS = (
    *("historyid", "callid", "duration", "time-start", "time-answered", "time-end"),
    *("reason-terminated", "from-no", "to-no", "from-dn", "to-dn", "dial-no", "reason-changed"),
    *("final-number", "final-dn", "bill-code", "bill-rate", "bill-cost", "bill-name", "chain"),
    *("from-type", "to-type", "final-type", "from-dispname", "to-dispname", "final-dispname"),
    "missed-queue-calls",
)
_UTC = ZoneInfo("UTC")
_TRUNK, _QUEUE, _RECEPTIONIST = "10000", "800", "810"


def _line(ended: EndedCall) -> str:
    parties = _inbound(ended) if ended.inbound else _outbound(ended)
    told = {**_times(ended), **parties}
    return ",".join(told.get(name, "") for name in _FIELDS) + "\r\n"


def _times(ended: EndedCall) -> Mapping[str, str]:
    call, pattern = ended.call, "%Y/%m/%d %H:%M:%S"
    spoken_s = whole_s(ended.released_ms) - whole_s(call.picked_up_ms)
    return {
        "historyid": f"Call {ended.index + 1}",
        "callid": identifier("3cx", call.offered_ms, ended.index)[:16],
        "duration": duration(spoken_s if call.picked_up_ms else 0),
        "time-start": local_time(call.offered_ms, _UTC, pattern),
        "time-answered": local_time(call.picked_up_ms, _UTC, pattern),
        "time-end": local_time(ended.released_ms, _UTC, pattern),
    }


def _inbound(ended: EndedCall) -> Mapping[str, str]:
    call, caller = ended.call, ended.caller or "anonymous"
    final = _final(ended)
    by_whom = "Dst" if ended.announced or call.outcome == "unanswered" else "Src"
    stations = [caller, f"Ext.{_QUEUE}", *filter(None, [final.get("final-number")])]
    return {
        **final,
        "reason-terminated": "Busy" if call.refused_by == "lines" else f"TerminatedBy{by_whom}",
        "from-no": caller,
        "to-no": f"Ext.{_QUEUE}",
        "from-dn": _TRUNK,
        "to-dn": _QUEUE,
        "dial-no": ended.scenario.service_number,
        "chain": _chain(*stations),
        "from-type": "Line",
        "to-type": "Queue",
        "from-dispname": caller,
        "to-dispname": ended.scenario.platform,
        "missed-queue-calls": ";".join(extension(ring.agent) for ring in call.missed),
    }


def _final(ended: EndedCall) -> Mapping[str, str]:
    """Who took the call in the end, where anyone did."""
    if ended.announced:
        number, kind, name = _RECEPTIONIST, "IVR", "Accueil"
    elif ended.answered:
        number, kind, name = extension(ended.agent), "Extension", f"Agent {ended.agent}"
    else:
        return {}
    return {
        "reason-changed": "ReplacedDst",
        "final-number": f"Ext.{number}",
        "final-dn": number,
        "final-type": kind,
        "final-dispname": name,
    }


def _outbound(ended: EndedCall) -> Mapping[str, str]:
    number, station = ended.person.number, extension(ended.agent)
    return {
        "reason-terminated": "TerminatedBySrc",
        "from-no": f"Ext.{station}",
        "to-no": number,
        "from-dn": station,
        "to-dn": _TRUNK,
        "dial-no": number,
        "final-dn": _TRUNK if ended.answered else "",
        "chain": _chain(f"Ext.{station}", number),
        "from-type": "Extension",
        "to-type": "Line",
        "final-type": "Line" if ended.answered else "",
        "from-dispname": f"Agent {ended.agent}",
        "to-dispname": number,
    }


def _chain(*stations: str) -> str:
    return "Chain: " + "".join(f"{station};" for station in stations)


WRITER = Writer(dialect="3cx", file_name="cdr-{week}.log", records=at_their_end(_line))
