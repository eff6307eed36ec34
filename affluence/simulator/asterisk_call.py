"""The records of one simulated call, as Asterisk keeps them before a backend writes them.

Imitated: ``unanswered`` on; a dialplan that counts lines, looks at the clock, then goes to
``Queue(<platform>,,,,600)`` without ``Answer()``, so that ``answer`` is the agent's; or, where
there is a greeting, one that plays it first: then ``answer`` is the machine's, and no record tells
when the queue or the agent took the call. Durations are cut from the true span, as in Asterisk's
``main/cdr.c``, so they may be a second less than the difference of the two instants, which are cut
to the second. A record takes its sequence when it opens and is written when it ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from affluence.simulator.arrivals import Person
from affluence.simulator.asterisk_numbers import Numbers, number_channels
from affluence.simulator.call import Call
from affluence.simulator.scenario import Scenario
from affluence.simulator.simulation import Simulation

CLOSED_ANNOUNCEMENT = "ferme"
BUSY_ANNOUNCEMENTS = {"queue": "complet", "rule": "rappelez"}  # by what refuses the call
_TRUNK = "operateur"


class Leg(NamedTuple):
    """One record; sorts in the order in which Asterisk writes. Times in milliseconds, UTC.

    All legs of a call have one unique id: that of its first channel, which names the call.
    """

    end_ms: int
    sequence: int
    start_ms: int
    answer_ms: int | None
    src: str
    dst: str
    dcontext: str
    clid: str
    channel: str
    dstchannel: str
    lastapp: str
    lastdata: str
    disposition: str
    unique_id: str

    @property
    def duration_s(self) -> int:
        """From start to end."""
        return (self.end_ms - self.start_ms) // 1000

    @property
    def billsec_s(self) -> int:
        """From answer to end."""
        return 0 if self.answer_ms is None else (self.end_ms - self.answer_ms) // 1000


def asterisk_legs(simulation: Simulation) -> list[Leg]:
    """Every record of the simulation, in the order in which Asterisk writes them."""
    # Calls that leave no record take their numbers all the same.
    numbers = number_channels(simulation.calls)
    recorded = [(index, simulation.calls[index]) for index in simulation.recorded]
    return sorted(
        leg
        for index, call in recorded
        for leg in CallLegs(
            call=call,
            index=index,
            person=simulation.persons[call.person],
            scenario=simulation.scenario,
            numbers=numbers,
        ).legs()
    )


def local_time(at_ms: int, zone: ZoneInfo) -> str:
    """An instant as Asterisk's backends write it, by the clock on the wall."""
    return f"{datetime.fromtimestamp(at_ms // 1000, zone):%Y-%m-%d %H:%M:%S}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLegs:
    """What makes the records of one call."""

    call: Call
    index: int
    person: Person
    scenario: Scenario
    numbers: Numbers

    def legs(self) -> Iterator[Leg]:
        """One for each phone that rang in vain, then the call's own."""
        call = self.call
        for part, ring in enumerate(call.missed, start=1):
            # A leg that opens on a channel that a machine has answered is answered from its start.
            greeted = call.picked_up_ms is not None and call.picked_up_ms < ring.start_ms
            yield self._leg(
                part,
                dstchannel=self._agent_channel(ring.agent, part),
                application=self._queue(),
                times_ms=(ring.start_ms, ring.start_ms if greeted else None, ring.end_ms),
                disposition="NO ANSWER",
            )
        if call.released_ms is None:
            return  # Asterisk writes a call when it ends
        yield self._leg(
            0,
            dstchannel=self._last_channel(),
            application=self._application(),
            times_ms=(call.offered_ms, call.picked_up_ms, call.released_ms),
            disposition=self._disposition(),
        )

    def _leg(
        self,
        part: int,
        *,
        dstchannel: str,
        application: tuple[str, str],
        times_ms: tuple[int, int | None, int],
        disposition: str,
    ) -> Leg:
        start_ms, answer_ms, end_ms = times_ms
        src, dst, dcontext, clid = self._parties()
        lastapp, lastdata = application
        return Leg(
            end_ms=end_ms,
            sequence=self.numbers.sequences[self.index, part],
            start_ms=start_ms,
            answer_ms=answer_ms,
            src=src,
            dst=dst,
            dcontext=dcontext,
            clid=clid,
            channel=self._first_channel(),
            dstchannel=dstchannel,
            lastapp=lastapp,
            lastdata=lastdata,
            disposition=disposition,
            unique_id=self.numbers.unique_id(self.index, self.call),
        )

    def _parties(self) -> tuple[str, str, str, str]:
        """Columns src, dst, dcontext, clid."""
        if self.call.direction == "outbound":
            extension = f"{self.call.agent:02d}"
            caller = f'"Agent {extension}" <{extension}>'
            return extension, self.person.number, "from-internal", caller
        service = self.scenario.service_number
        if self.person.anonymous:
            return "", service, "from-trunk", '"Anonymous" <anonymous>'
        number = self.person.number
        return number, service, "from-trunk", f'"Usager {self.call.person}" <{number}>'

    def _application(self) -> tuple[str, str]:
        """Columns lastapp and lastdata of the call's own record."""
        call = self.call
        if call.direction == "outbound":
            return "Dial", f"PJSIP/{self.person.number}@{_TRUNK},30"
        if call.refused_by == "lines":
            return "Busy", "5"
        if call.refused_by is not None:
            return "Playback", BUSY_ANNOUNCEMENTS[call.refused_by]
        if call.outcome == "closed":
            return "Playback", CLOSED_ANNOUNCEMENT
        if call.outcome == "unanswered":
            return "Hangup", ""
        return self._queue()

    def _disposition(self) -> str:
        call = self.call
        if call.refused_by == "lines":
            return "BUSY"
        # While a phone rings, the record tells of the ring even where a machine has answered.
        rings_in_vain = call.agent is not None and call.outcome != "answered"
        return "NO ANSWER" if call.picked_up_ms is None or rings_in_vain else "ANSWERED"

    def _queue(self) -> tuple[str, str]:
        timeout_s = self.scenario.handling.queue_timeout_s
        return "Queue", f"{self.scenario.platform},,,,{timeout_s:.0f}"

    def _first_channel(self) -> str:
        if self.call.direction == "outbound" and self.call.agent is not None:
            return self._agent_channel(self.call.agent, 0)
        return self._channel(_TRUNK, 0)

    def _last_channel(self) -> str:
        if self.call.agent is None:
            return ""
        part = len(self.call.missed) + 1
        if self.call.direction == "outbound":
            return self._channel(_TRUNK, part)
        return self._agent_channel(self.call.agent, part)

    def _agent_channel(self, agent: int, part: int) -> str:
        return self._channel(f"agent-{agent:02d}", part)

    def _channel(self, endpoint: str, part: int) -> str:
        return f"PJSIP/{endpoint}-{self.numbers.channels[self.index, part]:08x}"
