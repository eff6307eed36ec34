"""The records that Asterisk's cdr_csv writes of simulated calls: 21 columns, no header.

Imitated: ``loguniqueid``, ``loguserfield``, ``newcdrcolumns`` and ``unanswered`` on, local times
(no ``usegmtime``); a dialplan that counts lines, looks at the clock, then goes to
``Queue(<platform>,,,,600)`` without ``Answer()``, so that ``answer`` is the agent's. Text is
quoted, integers and empty times are not. Instants are cut to the second, durations are cut from
the true span, as in Asterisk's ``main/cdr.c``, so they may be a second less than the difference
of the two instants. A record takes its sequence when it opens and is written when it ends.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from affluence.simulator.arrivals import Person
from affluence.simulator.asterisk_numbers import Numbers, number_channels
from affluence.simulator.call import Call
from affluence.simulator.scenario import Scenario
from affluence.simulator.simulation import Simulation

_GZIP_LEVEL = 9
_TRUNK = "operateur"
_DISPOSITIONS = {
    "answered": "ANSWERED",
    "closed": "ANSWERED",  # by the machine that says so
    "busy": "BUSY",
    "abandoned": "NO ANSWER",
    "unanswered": "NO ANSWER",
}


class Record(NamedTuple):
    """One line of the file, its LF included; sorts in the order in which Asterisk writes."""

    end_ms: int
    sequence: int
    line: str


def asterisk_records(simulation: Simulation) -> list[Record]:
    """Every record of the simulation, in the order of the file."""
    numbers = number_channels(simulation.calls)
    return sorted(
        record
        for index, call in enumerate(simulation.calls)
        for record in _CallWriter(
            call=call,
            index=index,
            person=simulation.persons[call.person],
            scenario=simulation.scenario,
            zone=ZoneInfo(simulation.scenario.zone),
            numbers=numbers,
        ).records()
    )


def asterisk_weeks(simulation: Simulation) -> dict[str, bytes]:
    """One gzip file for each ISO week (local) in which records end: name to content.

    The text inside depends on the seed alone; the compressed bytes, on the zlib at hand besides.
    """
    zone = ZoneInfo(simulation.scenario.zone)

    def file_name(record: Record) -> str:
        year, week, _ = datetime.fromtimestamp(record.end_ms // 1000, zone).isocalendar()
        return f"Master-{year}-W{week:02d}.csv.gz"

    return {
        name: _gzipped("".join(record.line for record in records))
        for name, records in groupby(asterisk_records(simulation), key=file_name)
    }


def _gzipped(text: str) -> bytes:
    buffer = BytesIO()
    # Neither name nor time in the header, or the same text would give other bytes.
    with gzip.GzipFile("", "wb", compresslevel=_GZIP_LEVEL, fileobj=buffer, mtime=0) as file:
        file.write(text.encode("ascii"))
    return buffer.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class _CallWriter:
    """Writes the records of one call."""

    call: Call
    index: int
    person: Person
    scenario: Scenario
    zone: ZoneInfo
    numbers: Numbers

    def records(self) -> Iterator[Record]:
        call = self.call
        for part, ring in enumerate(call.missed, start=1):
            yield self._record(
                part,
                dstchannel=self._agent_channel(ring.agent, part),
                application=self._queue(),
                times_ms=(ring.start_ms, None, ring.end_ms),
                disposition="NO ANSWER",
            )
        if call.released_ms is None:
            return  # Asterisk writes a call when it ends
        picked_up_ms = call.offered_ms if call.outcome == "closed" else call.answered_ms
        yield self._record(
            0,
            dstchannel=self._last_channel(),
            application=self._application(),
            times_ms=(call.offered_ms, picked_up_ms, call.released_ms),
            disposition=_DISPOSITIONS[call.outcome],
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
        if call.outcome == "busy":
            return "Busy", "5"
        if call.outcome == "closed":
            return "Playback", "ferme"
        if call.outcome == "unanswered":
            return "Hangup", ""
        return self._queue()

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
