"""The records of one simulated call, as Asterisk keeps them before a backend writes them.

Imitated: ``unanswered`` on; a dialplan that counts lines, looks at the clock, then goes to
``Queue(<platform>,,,,600)`` without ``Answer()``, so that ``answer`` is the agent's; or, where
there is a greeting, one that plays it first: then ``answer`` is the machine's, and no record tells
when the queue or the agent took the call. Durations are cut from the true span, as in Asterisk's
``main/cdr.c``, so they may be a second less than the difference of the two instants, which are cut
to the second. A record takes its sequence when it opens and is written when it ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from affluence.simulator.asterisk_numbers import Numbers, number_channels
from affluence.simulator.ended_calls import EndedCall, ended_calls
from affluence.simulator.simulation import Simulation
from affluence.simulator.written import Record

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
    return sorted(leg for call in asterisk_calls(simulation) for leg in call.legs())


def leg_records(line_of: Callable[[Leg, ZoneInfo], str]) -> Callable[[Simulation], list[Record]]:
    """A record a leg; its line may depend on the zone of the clock on the wall."""

    def records(simulation: Simulation) -> list[Record]:
        zone = ZoneInfo(simulation.scenario.zone)
        legs = asterisk_legs(simulation)
        return [Record(leg.end_ms, leg.sequence, line_of(leg, zone)) for leg in legs]

    return records


def asterisk_calls(simulation: Simulation) -> Iterator[AsteriskCall]:
    """The calls that leave a record, in order of arrival."""
    # Calls that leave no record take their numbers all the same.
    numbers = number_channels(simulation.calls)
    return (AsteriskCall(ended=ended, numbers=numbers) for ended in ended_calls(simulation))


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskCall:
    """One call as Asterisk has it: its parties, channels and applications."""

    ended: EndedCall
    numbers: Numbers

    def legs(self) -> Iterator[Leg]:
        """One for each phone that rang in vain, then the call's own."""
        call = self.ended.call
        for part, ring in enumerate(call.missed, start=1):
            # A leg that opens on a channel that a machine has answered is answered from its start.
            greeted = call.picked_up_ms is not None and call.picked_up_ms < ring.start_ms
            yield self._leg(
                part,
                dstchannel=self.agent_channel(ring.agent, part),
                application=self.queue(),
                times_ms=(ring.start_ms, ring.start_ms if greeted else None, ring.end_ms),
                disposition="NO ANSWER",
            )
        yield self._leg(
            0,
            dstchannel=self.last_channel(),
            application=self.application(),
            times_ms=(call.offered_ms, call.picked_up_ms, self.ended.released_ms),
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
        src, dst, dcontext, clid = self.parties()
        lastapp, lastdata = application
        return Leg(
            end_ms=end_ms,
            sequence=self.numbers.sequences[self.ended.index, part],
            start_ms=start_ms,
            answer_ms=answer_ms,
            src=src,
            dst=dst,
            dcontext=dcontext,
            clid=clid,
            channel=self.first_channel(),
            dstchannel=dstchannel,
            lastapp=lastapp,
            lastdata=lastdata,
            disposition=disposition,
            unique_id=self.unique_id(),
        )

    def unique_id(self, part: int = 0) -> str:
        """Of the channel of a part; that of the first names the call."""
        return self.numbers.unique_id(self.ended.index, self.ended.call, part)

    def parties(self) -> tuple[str, str, str, str]:
        """Columns src, dst, dcontext, clid."""
        call, person = self.ended.call, self.ended.person
        if not self.ended.inbound:
            extension = f"{call.agent:02d}"
            caller = f'"Agent {extension}" <{extension}>'
            return extension, person.number, "from-internal", caller
        service = self.ended.scenario.service_number
        if person.anonymous:
            return "", service, "from-trunk", '"Anonymous" <anonymous>'
        number = person.number
        return number, service, "from-trunk", f'"Usager {call.person}" <{number}>'

    def application(self) -> tuple[str, str]:
        """Columns lastapp and lastdata of the call's own record."""
        call = self.ended.call
        if not self.ended.inbound:
            return "Dial", f"PJSIP/{self.ended.person.number}@{_TRUNK},30"
        if call.refused_by == "lines":
            return "Busy", "5"
        if call.refused_by is not None:
            return "Playback", BUSY_ANNOUNCEMENTS[call.refused_by]
        if call.outcome == "closed":
            return "Playback", CLOSED_ANNOUNCEMENT
        if call.outcome == "unanswered":
            return "Hangup", ""
        return self.queue()

    def _disposition(self) -> str:
        call = self.ended.call
        if call.refused_by == "lines":
            return "BUSY"
        # While a phone rings, the record tells of the ring even where a machine has answered.
        rings_in_vain = call.agent is not None and call.outcome != "answered"
        return "NO ANSWER" if call.picked_up_ms is None or rings_in_vain else "ANSWERED"

    def queue(self) -> tuple[str, str]:
        """The application that has callers wait, and its data."""
        timeout_s = self.ended.scenario.handling.queue_timeout_s
        return "Queue", f"{self.ended.scenario.platform},,,,{timeout_s:.0f}"

    def first_channel(self) -> str:
        """Name of the channel of who calls."""
        call = self.ended.call
        if not self.ended.inbound and call.agent is not None:
            return self.agent_channel(call.agent, 0)
        return self._channel(_TRUNK, 0)

    def last_channel(self) -> str:
        """Name of the channel that rang last, empty where none did."""
        call = self.ended.call
        if call.agent is None:
            return ""
        part = len(call.missed) + 1
        if not self.ended.inbound:
            return self._channel(_TRUNK, part)
        return self.agent_channel(call.agent, part)

    def agent_channel(self, agent: int, part: int) -> str:
        """Name of the channel of an agent's phone."""
        return self._channel(f"agent-{agent:02d}", part)

    def _channel(self, endpoint: str, part: int) -> str:
        return f"PJSIP/{endpoint}-{self.numbers.channels[self.ended.index, part]:08x}"
