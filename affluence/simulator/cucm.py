"""Simulated calls as Cisco's CUCM writes them, by the columns of its version 11.5.

Imitated: all calls enter by one trunk; a hunt pilot whose queue takes every call that may wait, at
once or with the greeting before, and from then on counts its waiting time; alternate numbers, each
an announcement, for calls outside opening hours and for those that the queue may not take; *CDR Log
Calls With Zero Duration Flag* on. A phone that rang in vain has a record of its own, as old as the
call. Cisco documents no cause for a queue that gives up: it is written as a phone that nobody
answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from affluence.simulator.ended_calls import EndedCall, ended_calls
from affluence.simulator.simulation import Simulation
from affluence.simulator.texts import identifier, whole_s
from affluence.simulator.written import Record, Writer, in_order_of_time

CLOSED_NUMBER, BUSY_NUMBER = "7901", "7902"
_PILOT, _TRUNK, _ANNUNCIATOR = "7000", "SIP_Operateur", "ANN_2"
_NORMAL, _NO_ANSWER, _NO_CIRCUIT = 16, 19, 34  # causes of Q.850

# In their order; "$" marks text, "#" an identifier, all others are integers.
_LAYOUT = """
    cdrRecordType globalCallID_callManagerId globalCallID_callId origLegCallIdentifier
    dateTimeOrigination origNodeId origSpan origIpAddr callingPartyNumber$
    callingPartyUnicodeLoginUserID$ origCause_location origCause_value origPrecedenceLevel
    origMediaTransportAddress_IP origMediaTransportAddress_Port origMediaCap_payloadCapability
    origMediaCap_maxFramesPerPacket origMediaCap_g723BitRate origVideoCap_Codec
    origVideoCap_Bandwidth origVideoCap_Resolution origVideoTransportAddress_IP
    origVideoTransportAddress_Port origRSVPAudioStat$ origRSVPVideoStat$ destLegCallIdentifier
    destNodeId destSpan destIpAddr originalCalledPartyNumber$ finalCalledPartyNumber$
    finalCalledPartyUnicodeLoginUserID$ destCause_location destCause_value destPrecedenceLevel
    destMediaTransportAddress_IP destMediaTransportAddress_Port destMediaCap_payloadCapability
    destMediaCap_maxFramesPerPacket destMediaCap_g723BitRate destVideoCap_Codec
    destVideoCap_Bandwidth destVideoCap_Resolution destVideoTransportAddress_IP
    destVideoTransportAddress_Port destRSVPAudioStat$ destRSVPVideoStat$ dateTimeConnect
    dateTimeDisconnect lastRedirectDn$ pkid# originalCalledPartyNumberPartition$
    callingPartyNumberPartition$ finalCalledPartyNumberPartition$ lastRedirectDnPartition$
    duration origDeviceName$ destDeviceName$ origCallTerminationOnBehalfOf
    destCallTerminationOnBehalfOf origCalledPartyRedirectOnBehalfOf
    lastRedirectRedirectOnBehalfOf origCalledPartyRedirectReason lastRedirectRedirectReason
    destConversationId globalCallId_ClusterID$ joinOnBehalfOf comment$ authCodeDescription$
    authorizationLevel clientMatterCode$ origDTMFMethod destDTMFMethod callSecuredStatus
    origConversationId origMediaCap_Bandwidth destMediaCap_Bandwidth authorizationCodeValue$
    outpulsedCallingPartyNumber$ outpulsedCalledPartyNumber$ origIpv4v6Addr$ destIpv4v6Addr$
    origVideoCap_Codec_Channel2 origVideoCap_Bandwidth_Channel2 origVideoCap_Resolution_Channel2
    origVideoTransportAddress_IP_Channel2$ origVideoTransportAddress_Port_Channel2
    origVideoChannel_Role_Channel2 destVideoCap_Codec_Channel2 destVideoCap_Bandwidth_Channel2
    destVideoCap_Resolution_Channel2 destVideoTransportAddress_IP_Channel2$
    destVideoTransportAddress_Port_Channel2 destVideoChannel_Role_Channel2 incomingProtocolID
    incomingProtocolCallRef$ outgoingProtocolID outgoingProtocolCallRef$ currentRoutingReason
    origRoutingReason lastRedirectingRoutingReason huntPilotPartition$ huntPilotDN$
    calledPartyPatternUsage outpulsedOriginalCalledPartyNumber$ outpulsedLastRedirectingNumber$
    wasCallQueued totalWaitTimeInQueue callingPartyNumber_uri$ originalCalledPartyNumber_uri$
    finalCalledPartyNumber_uri$ lastRedirectDn_uri$
"""
_COLUMNS = {name.rstrip("$#"): name[-1] for name in _LAYOUT.split()}
_TYPES = {"$": "VARCHAR(50)", "#": "UNIQUEIDENTIFIER"}


def _records(simulation: Simulation) -> list[Record]:
    return in_order_of_time(
        (at_ms, _line(told)) for ended in ended_calls(simulation) for at_ms, told in _told(ended)
    )


def _told(ended: EndedCall) -> Iterator[tuple[int, Mapping[str, object]]]:
    """What the records of a call say, and when each is written."""
    for part, ring in enumerate(ended.call.missed, start=1):
        yield (
            ring.end_ms,
            {
                **_of_all_records(ended, part),
                "dateTimeDisconnect": whole_s(ring.end_ms),
                "finalCalledPartyNumber": _extension(ring.agent),
                "destDeviceName": _phone(ring.agent),
                "destCause_value": _NO_ANSWER,
            },
        )
    yield ended.released_ms, {**_of_all_records(ended, 0), **_fate(ended), **_times(ended)}


def _of_all_records(ended: EndedCall, part: int) -> Mapping[str, object]:
    call, service_number = ended.call, ended.scenario.service_number
    number = service_number if ended.inbound else ended.person.number
    return {
        "cdrRecordType": 1,
        "globalCallID_callManagerId": 1,
        "globalCallID_callId": ended.index + 1,
        "globalCallId_ClusterID": "StandAloneCluster",
        "pkid": identifier("cucm", call.offered_ms, ended.index, part),
        "dateTimeOrigination": whole_s(call.offered_ms),
        "callingPartyNumber": ended.caller if ended.inbound else _extension(ended.agent),
        "originalCalledPartyNumber": number,
        "finalCalledPartyNumber": _PILOT if ended.inbound else number,
        "huntPilotDN": _PILOT if ended.inbound else "",
        "origDeviceName": _TRUNK if ended.inbound else _phone(ended.agent),
        "destDeviceName": "" if ended.inbound else _TRUNK,
    }


def _times(ended: EndedCall) -> Mapping[str, object]:
    taken_s, released_s = whole_s(ended.taken_ms), whole_s(ended.released_ms)
    told: dict[str, object] = {
        "dateTimeConnect": taken_s,
        "dateTimeDisconnect": released_s,
        "duration": released_s - taken_s if taken_s else 0,
    }
    if ended.call.queued_ms is not None:
        left_s = whole_s(ended.call.answered_ms) or released_s
        told |= {"wasCallQueued": 1, "totalWaitTimeInQueue": left_s - taken_s}
    return told


def _fate(ended: EndedCall) -> Mapping[str, object]:
    """Who took the call in the end, and the cause with which a side cleared it."""
    call = ended.call
    if ended.announced:
        number = CLOSED_NUMBER if call.outcome == "closed" else BUSY_NUMBER
        return {
            "finalCalledPartyNumber": number,
            "lastRedirectDn": _PILOT,
            "destDeviceName": _ANNUNCIATOR,
            "destCause_value": _NORMAL,
        }
    if call.refused_by == "lines":
        return {"destCause_value": _NO_CIRCUIT}
    if not ended.inbound:
        return {"origCause_value": _NORMAL}
    if call.outcome == "unanswered":
        return {"destCause_value": _NO_ANSWER}
    if ended.answered:
        phone = {
            "finalCalledPartyNumber": _extension(ended.agent),
            "destDeviceName": _phone(ended.agent),
        }
        return {"origCause_value": _NORMAL, **phone}
    return {"origCause_value": _NORMAL}


def _extension(agent: int) -> str:
    return f"71{agent:02d}"


def _phone(agent: int) -> str:
    return f"SEP00DEADBEEF{agent:02d}"


def _line(told: Mapping[str, object]) -> str:
    return _joined(
        f'"{told.get(name, "")}"' if kind in _TYPES else told.get(name, 0)
        for name, kind in _COLUMNS.items()
    )


def _joined(values: Iterable[object]) -> str:
    return ",".join(map(str, values)) + "\n"


WRITER = Writer(
    dialect="cucm",
    file_name="cdr_StandAloneCluster_01_{week}",
    records=_records,
    header=_joined(f'"{name}"' for name in _COLUMNS)
    + _joined(_TYPES.get(kind, "INTEGER") for kind in _COLUMNS.values()),
)
