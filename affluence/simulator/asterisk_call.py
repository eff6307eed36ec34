"""The records of one simulated call, as Asterisk's cdr_csv writes them: 21 columns.

Imitated: ``loguniqueid``, ``loguserfield``, ``newcdrcolumns`` and ``unanswered`` on, local times
(no ``usegmtime``); a dialplan that counts lines, looks at the clock, then goes to
``Queue(<platform>,,,,600)`` without ``Answer()``, so that ``answer`` is the agent's; or, where
there is a greeting, one that plays it first: then ``answer`` is the machine's, and no record tells
when the queue or the agent took the call. Text is quoted, integers and empty times are not.
Instants are cut to the second, durations are cut from the true span, as in Asterisk's
``main/cdr.c``, so they may be a second less than the difference of the two instants. A record
takes its sequence when it opens and is written when it ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from affluence.simulator.arrivals import Person
from affluence.simulator.asterisk_numbers import Numbers
from affluence.simulator.call import Call
from affluence.simulator.scenario import Scenario

CLOSED_ANNOUNCEMENT = "ferme"
BUSY_ANNOUNCEMENTS = {"queue": "complet", "rule": "rappelez"}  # by what refuses the call
_TRUNK = "operateur"


class Record(NamedTuple):
    """One line of the file, its LF included; sorts in the order in which Asterisk writes."""

    end_ms: int
    sequence: int
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallWriter:
    """Writes the records of one call."""

    call: Call
    index: int
    person: Person
    scenario: Scenario
    zone: ZoneInfo
    numbers: Numbers

    def records(self) -> Iterator[Record]:
        """One for each phone that rang in vain, then the call's own."""
        call = self.call
        for part, ring in enumerate(call.missed, start=1):
            # A leg that opens on a channel that a machine has answered is answered from its start.
            greeted = call.picked_up_ms is not None and call.picked_up_ms < ring.start_ms
            yield self._record(
                part,
                dstchannel=self._agent_channel(ring.agent, part),
                application=self._queue(),
                times_ms=(ring.start_ms, ring.start_ms if greeted else None, ring.end_ms),
                disposition="NO ANSWER",
            )
        if call.released_ms is None:
            return  # Asterisk writes a call when it ends
        yield self._record(
            0,
            dstchannel=self._last_channel(),
            application=self._application(),
            times_ms=(call.offered_ms, call.picked_up_ms, call.released_ms),
            disposition=self._disposition(),
        )

    def _record(
        self,
        part: int,
        *,
        dstchannel: str,
        application: tuple[str, str],
        times_ms: tuple[int, int | None, int],
        disposition: str,
    ) -> Record:
        start_ms, answer_ms, end_ms = times_ms
        sequence = self.numbers.sequences[self.index, part]
        # The first channel of the call names the record (uniqueid) and the call (linkedid).
        unique_id = f"{self.call.offered_ms // 1000}.{self.numbers.channels[self.index, 0]}"
        fields = (
            _quoted(""),  # accountcode
            *map(_quoted, self._parties()),
            _quoted(self._first_channel()),
            _quoted(dstchannel),
            *map(_quoted, application),
            self._clock(start_ms),
            "" if answer_ms is None else self._clock(answer_ms),
            self._clock(end_ms),
            str((end_ms - start_ms) // 1000),
            "0" if answer_ms is None else str((end_ms - answer_ms) // 1000),
            _quoted(disposition),
            _quoted("DOCUMENTATION"),
            _quoted(unique_id),
            _quoted(""),  # userfield
            _quoted(""),  # peeraccount
            _quoted(unique_id),
            str(sequence),
        )
        return Record(end_ms, sequence, ",".join(fields) + "\n")

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

    def _clock(self, at_ms: int) -> str:
        local = datetime.fromtimestamp(at_ms // 1000, self.zone)
        return _quoted(f"{local:%Y-%m-%d %H:%M:%S}")


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
