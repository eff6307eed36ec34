"""What the events of a queue log say of their calls.

Source: ``apps/app_queue.c`` of Asterisk, and ``extensions_lib_queue.conf`` of XiVO and Wazo.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from affluence.cdr.dialect import Reading
from affluence.cdr.fates import EVIDENCE_OF


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What an event of a call says.

    Attributes:
        evidence: as in LEGS.
        wait: number of its datum that tells the seconds in the queue, 0 where none does.
        talk: likewise of the seconds with an agent.
        ends: whether it is the last of its call in this queue.

    """

    evidence: str
    wait: int = 0
    talk: int = 0
    ends: bool = True


LINKED = "ATTENDEDTRANSFER LINK"  # names two channels where other transfers name one bridge
EVENTS = {
    "ENTERQUEUE": Event(evidence="unknown", ends=False),
    "CONNECT": Event(evidence="agent", wait=1, ends=False),
    "COMPLETEAGENT": Event(evidence="agent", wait=1, talk=2),
    "COMPLETECALLER": Event(evidence="agent", wait=1, talk=2),
    "TRANSFER": Event(evidence="agent", wait=3, talk=4),
    "BLINDTRANSFER": Event(evidence="agent", wait=3, talk=4),
    "ATTENDEDTRANSFER": Event(evidence="agent", wait=3, talk=4),
    LINKED: Event(evidence="agent", wait=4, talk=5),
    "ABANDON": Event(evidence="gave_up", wait=3),
    "EXITWITHTIMEOUT": Event(evidence="rang_out", wait=3),
    "EXITEMPTY": Event(evidence="rang_out", wait=3),
    "WITHDRAW": Event(evidence="rang_out", wait=3),
    "EXITWITHKEY": Event(evidence="self_service", wait=4),
    "SYSCOMPAT": Event(evidence="failed"),
    # Those of XiVO and Wazo; nobody logged in is an answer that the desk does not give.
    "FULL": Event(evidence="refused_queue"),
    "DIVERT_CA_RATIO": Event(evidence="refused_rule"),
    "DIVERT_HOLDTIME": Event(evidence="refused_rule"),
    "CLOSED": Event(evidence="closed"),
    "JOINEMPTY": Event(evidence="rang_out"),
    "LEAVEEMPTY": Event(evidence="rang_out"),
}
PRESENCE_OF = {
    "AGENTLOGIN": "comes",
    "AGENTLOGOFF": "goes",
    "AGENTCALLBACKLOGIN": "comes",
    "AGENTCALLBACKLOGOFF": "goes",
    "ADDMEMBER": "comes",  # unless its first datum says PAUSED
    "REMOVEMEMBER": "goes",
    "PAUSE": "pauses",
    "UNPAUSE": "resumes",
    "PAUSEALL": "pauses",
    "UNPAUSEALL": "resumes",
}
OF_AGENTS = (*PRESENCE_OF, "PENALTY")
OF_RINGING = ("RINGNOANSWER", "RINGCANCELED", "AGENTDUMP")  # the caller waits on


def stated_events(reading: Reading) -> Iterator[tuple[str, Event]]:
    """Events of a service's own, and those that it counts otherwise."""
    for word, outcome in reading.stated.outcomes:
        name = word.upper()
        evidence = EVIDENCE_OF.get(outcome, outcome)  # or a finer word, such as "callback"
        yield name, replace(EVENTS.get(name, Event(evidence=evidence)), evidence=evidence)
