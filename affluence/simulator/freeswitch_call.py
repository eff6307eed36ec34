"""The legs of one simulated call, as FreeSWITCH keeps them before a module writes them.

Imitated: calls arrive in the context ``public``; the dialplan counts lines and refuses with
``USER_BUSY``, answers, greets where there is a greeting, and looks at the clock: an announcement,
or ``callcenter``, whose queue rings one phone after another, each a leg of its own. A queue picks
up every call that enters it. Whoever is refused by an announcement is hung up on with ``USER_BUSY``
and whoever the queue gives up with ``NO_ANSWER``. Agents call out through the gateway with
``bridge``. Seconds are those of the clock, and durations the difference of two of them, as in
``switch_channel_set_timestamps``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from zoneinfo import ZoneInfo

from affluence.simulator.asterisk_call import CLOSED_ANNOUNCEMENT
from affluence.simulator.ended_calls import EndedCall, extension
from affluence.simulator.texts import identifier, local_time, whole_s

_Q850 = {"NORMAL_CLEARING": 16, "USER_BUSY": 17, "NO_ANSWER": 19, "ORIGINATOR_CANCEL": 16}
_OUTSIDE, _INSIDE = "192.0.2.10", "192.0.2.20"  # addresses that RFC 5737 keeps for documentation


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One leg: ``made`` by FreeSWITCH itself, or that of who calls. Times in ms, UTC."""

    uuid: str
    call_uuid: str
    made: bool
    channel_name: str
    context: str
    caller_id_name: str
    caller_id_number: str
    destination_number: str
    hangup_cause: str
    start_ms: int
    answer_ms: int | None
    bridge_ms: int | None
    end_ms: int
    zone: ZoneInfo
    application: tuple[str, str] = ("", "")
    joined: tuple[str, str] = ("", "")  # uuid and channel of the leg that it was bridged to
    queue: Mapping[str, object] = field(default_factory=dict)  # what `mod_callcenter` notes

    def profile(self) -> dict[str, str]:
        """What the profile of the caller says."""
        return {
            "caller_id_name": self.caller_id_name,
            "caller_id_number": self.caller_id_number,
            "destination_number": self.destination_number,
            "uuid": self.uuid,
            "source": "mod_sofia",
            "context": self.context,
            "chan_name": self.channel_name,
        }

    def variables(self) -> dict[str, str]:
        """Those of the channel that are set."""
        last_app, last_arg = self.application
        joined_uuid, joined_channel = self.joined
        taken_ms = self.end_ms if self.answer_ms is None else self.answer_ms
        told = {
            "direction": "outbound" if self.made else "inbound",
            "uuid": self.uuid,
            "call_uuid": self.call_uuid,
            "channel_name": self.channel_name,
            **self.queue,
            "last_bridge_to": joined_uuid,
            "bridge_uuid": joined_uuid,
            "signal_bond": joined_uuid,
            "bridge_channel": joined_channel,
            "hangup_cause": self.hangup_cause,
            "hangup_cause_q850": _Q850[self.hangup_cause],
            **dict(self._times()),
            "last_app": last_app,
            "last_arg": last_arg,
            "caller_id": f'"{self.caller_id_name}" <{self.caller_id_number}>',
            "duration": whole_s(self.end_ms) - whole_s(self.start_ms),
            "billsec": whole_s(self.end_ms) - whole_s(taken_ms),
            "billmsec": self.end_ms - taken_ms,
        }
        return {name: str(value) for name, value in told.items() if value != ""}

    def _times(self) -> Iterator[tuple[str, object]]:
        times_ms = {
            "start": self.start_ms,
            "answer": self.answer_ms,
            "bridge": self.bridge_ms,
            "end": self.end_ms,
        }
        for name, at_ms in times_ms.items():
            yield f"{name}_stamp", local_time(at_ms, self.zone)
            yield f"{name}_epoch", whole_s(at_ms)
            yield f"{name}_uepoch", (at_ms or 0) * 1000


def freeswitch_legs(ended: EndedCall) -> Iterator[Leg]:
    """The leg of who calls, then those that were made for it, in order."""
    return _inbound(ended) if ended.inbound else _outbound(ended)


def _uuid(ended: EndedCall, part: int) -> str:
    return identifier("freeswitch", ended.call.offered_ms, ended.index, part)


def _phone(agent: int) -> str:
    """Channel of an agent's phone."""
    return f"sofia/internal/{extension(agent)}@{_INSIDE}"


def _inbound(ended: EndedCall) -> Iterator[Leg]:
    call, caller = ended.call, ended.caller or "anonymous"
    channel = f"sofia/external/{caller}@{_OUTSIDE}"
    last = len(call.missed) + 1
    joined = ("", "")
    if ended.answered:
        joined = (_uuid(ended, last), _phone(ended.agent))
    cause, application = _end_of_inbound(ended)
    yield Leg(
        uuid=_uuid(ended, 0),
        call_uuid=_uuid(ended, 0),
        made=False,
        channel_name=channel,
        context="public",
        caller_id_name=caller,
        caller_id_number=caller,
        destination_number=ended.scenario.service_number,
        hangup_cause=cause,
        start_ms=call.offered_ms,
        answer_ms=ended.taken_ms,
        bridge_ms=call.answered_ms,
        end_ms=ended.released_ms,
        zone=ended.zone,
        application=application,
        joined=joined,
        queue={} if call.queued_ms is None else _of_member(ended),
    )
    for part, ring in enumerate(_rings(ended), start=1):
        yield Leg(
            uuid=_uuid(ended, part),
            call_uuid=_uuid(ended, part),
            made=True,
            channel_name=_phone(ring.agent),
            context="default",
            caller_id_name=caller,
            caller_id_number=caller,
            destination_number=extension(ring.agent),
            hangup_cause=ring.hangup_cause,
            start_ms=ring.start_ms,
            answer_ms=ring.answer_ms,
            bridge_ms=None,
            end_ms=ring.end_ms,
            zone=ended.zone,
            joined=("", "") if ring.answer_ms is None else (_uuid(ended, 0), channel),
            queue={
                "cc_side": "agent",
                "cc_member_session_uuid": _uuid(ended, 0),
                "cc_queue": queue_name(ended),
                "cc_agent": f"agent-{extension(ring.agent)}",
            },
        )


class _Ring(NamedTuple):
    """An agent's phone that rang, and what came of it."""

    agent: int
    start_ms: int
    answer_ms: int | None
    end_ms: int
    hangup_cause: str


def _rings(ended: EndedCall) -> Iterator[_Ring]:
    call = ended.call
    for ring in call.missed:
        yield _Ring(ring.agent, ring.start_ms, None, ring.end_ms, "NO_ANSWER")
    if call.agent is not None:
        cause = "NORMAL_CLEARING" if ended.answered else "ORIGINATOR_CANCEL"
        yield _Ring(call.agent, call.ring_ms, call.answered_ms, ended.released_ms, cause)


def _end_of_inbound(ended: EndedCall) -> tuple[str, tuple[str, str]]:
    """Why the call was hung up on, and the application that it ran last."""
    call = ended.call
    if call.outcome == "busy":
        return "USER_BUSY", ("hangup", "USER_BUSY")
    if call.outcome == "closed":
        return "NORMAL_CLEARING", ("playback", f"{CLOSED_ANNOUNCEMENT}.wav")
    if call.outcome == "unanswered":
        return "NO_ANSWER", ("hangup", "NO_ANSWER")
    return "NORMAL_CLEARING", ("callcenter", queue_name(ended))


def queue_name(ended: EndedCall) -> str:
    """Of the queue, as `mod_callcenter` has it."""
    return f"{ended.scenario.platform}@default"


def _of_member(ended: EndedCall) -> Mapping[str, object]:
    """What the queue notes of a call that enters it."""
    call, end_s = ended.call, whole_s(ended.released_ms)
    noted: dict[str, object] = {
        "cc_side": "member",
        "cc_member_uuid": identifier("member", call.offered_ms, ended.index),
        "cc_queue": queue_name(ended),
        "cc_queue_joined_epoch": whole_s(call.queued_ms),
    }
    if ended.answered:
        return noted | {
            "cc_agent": f"agent-{extension(ended.agent)}",
            "cc_agent_bridged": "true",
            "cc_queue_answered_epoch": whole_s(call.answered_ms),
            "cc_queue_terminated_epoch": end_s,
            "cc_cause": "answered",
        }
    reason = "TIMEOUT" if call.outcome == "unanswered" else "BREAK_OUT"
    return noted | {
        "cc_queue_canceled_epoch": end_s,
        "cc_cause": "cancel",
        "cc_cancel_reason": reason,
    }


def _outbound(ended: EndedCall) -> Iterator[Leg]:
    call, number = ended.call, ended.person.number
    phone, number_inside = _phone(ended.agent), extension(ended.agent)
    line = f"sofia/external/{number}"
    sides = [
        (phone, line, ("bridge", f"sofia/gateway/operateur/{number}"), call.answered_ms),
        (line, phone, ("", ""), None),
    ]
    for part, (channel, other, application, bridge_ms) in enumerate(sides):
        yield Leg(
            uuid=_uuid(ended, part),
            call_uuid=_uuid(ended, 0),
            made=part > 0,
            channel_name=channel,
            context="default",
            caller_id_name=f"Agent {number_inside}",
            caller_id_number=number_inside,
            destination_number=number,
            hangup_cause="NORMAL_CLEARING" if ended.answered else "ORIGINATOR_CANCEL",
            start_ms=call.offered_ms + part,  # the dialplan takes a moment to call out
            answer_ms=call.answered_ms,
            bridge_ms=bridge_ms,
            end_ms=ended.released_ms,
            zone=ended.zone,
            application=application,
            joined=(_uuid(ended, 1 - part), other) if ended.answered else ("", ""),
        )
