"""Simulated calls as Asterisk's channel events (CEL), by the mapping of its sample configuration.

Imitated: the events of the sample and ``LINKEDID_END``, no ``dateformat``, and ``apps`` that names
the applications of the dialplan that `affluence.simulator.asterisk_call` describes, so that the
events tell which announcement was played and whether the queue gave the call up.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from affluence.simulator.asterisk_call import AsteriskCall, asterisk_calls
from affluence.simulator.simulation import Simulation
from affluence.simulator.texts import csv_line, identifier
from affluence.simulator.written import Record, Writer, in_order_of_time

_GREETING = "bonjour"
_BUSY, _NORMAL, _NONE = 17, 16, 0  # causes of Q.850 with which a channel is hung up


class _Channel(NamedTuple):
    """What the events of a channel say of it."""

    name: str
    unique_id: str
    caller: str = ""
    exten: str = "s"
    context: str = "from-internal"


class _Application(NamedTuple):
    """What the first channel runs, and from when on."""

    start_ms: int
    name: str = ""
    data: str = ""


def _records(simulation: Simulation) -> list[Record]:
    return in_order_of_time(
        (at_ms, line)
        for call in asterisk_calls(simulation)
        for at_ms, line in _Events(call).of_a_call()
    )


class _Events:
    """The events of one call: when each happens, and its line."""

    def __init__(self, call: AsteriskCall) -> None:
        self._call = call
        self._ended = call.ended
        caller, exten, context, _ = call.parties()
        self._first = _Channel(call.first_channel(), call.unique_id(), caller, exten, context)
        self._applications = [*_applications(call), _Application(call.ended.released_ms)]

    def of_a_call(self) -> Iterator[tuple[int, str]]:
        call, end_ms = self._ended.call, self._ended.released_ms
        yield self._event(call.offered_ms, "CHAN_START", self._first)
        for running, following in pairwise(self._applications):
            yield self._event(running.start_ms, "APP_START", self._first)
            yield self._event(following.start_ms, "APP_END", self._first, running)
        if call.picked_up_ms is not None:
            yield self._event(call.picked_up_ms, "ANSWER", self._first)
        yield from self._of_other_channels()
        cause = _BUSY if call.refused_by == "lines" else _NORMAL
        yield self._event(end_ms, "HANGUP", self._first, extra=self._hangup(cause))
        yield self._event(end_ms, "CHAN_END", self._first)
        yield self._event(end_ms, "LINKEDID_END", self._first)

    def _of_other_channels(self) -> Iterator[tuple[int, str]]:
        """Those that rang for the call."""
        ended, call = self._ended, self._ended.call
        for part, ring in enumerate(call.missed, start=1):
            name = self._call.agent_channel(ring.agent, part)
            channel = _Channel(name, self._call.unique_id(part))
            yield self._event(ring.start_ms, "CHAN_START", channel)
            yield from self._end(ring.end_ms, channel, _NONE)
        if call.agent is None:
            return
        channel = _Channel(self._call.last_channel(), self._call.unique_id(len(call.missed) + 1))
        yield self._event(call.ring_ms, "CHAN_START", channel)
        if call.answered_ms is not None:
            bridge = json.dumps({"bridge_id": identifier("bridge", self._first.unique_id)})
            yield self._event(call.answered_ms, "ANSWER", channel)
            for at_ms, event in (
                (call.answered_ms, "BRIDGE_ENTER"),
                (ended.released_ms, "BRIDGE_EXIT"),
            ):
                yield self._event(at_ms, event, channel, extra=bridge)
                yield self._event(at_ms, event, self._first, extra=bridge)
        yield from self._end(ended.released_ms, channel, _NORMAL if ended.answered else _NONE)

    def _end(self, at_ms: int, channel: _Channel, cause: int) -> Iterator[tuple[int, str]]:
        yield self._event(at_ms, "HANGUP", channel, extra=self._hangup(cause))
        yield self._event(at_ms, "CHAN_END", channel)

    def _hangup(self, cause: int) -> str:
        dialled = ""
        if not self._ended.inbound:
            dialled = "ANSWER" if self._ended.answered else "CANCEL"
        return json.dumps(
            {"hangupcause": cause, "hangupsource": "", "dialstatus": dialled},
            separators=(",", ":"),
        )

    def _event(
        self,
        at_ms: int,
        event: str,
        channel: _Channel,
        application: _Application | None = None,
        *,
        extra: str = "",
    ) -> tuple[int, str]:
        app = application or self._application(at_ms, event, channel)
        amaflags, nothing = "DOCUMENTATION", ""
        line = (
            *(event, self._ended.scenario.platform, f"{at_ms // 1000}.{at_ms % 1000 * 1000:06d}"),
            *(nothing, channel.caller, channel.caller, nothing, self._first.exten),
            *(channel.exten, channel.context, channel.name, app.name, app.data, amaflags),
            *(nothing, channel.unique_id, self._first.unique_id, nothing, nothing, nothing, extra),
        )
        return at_ms, csv_line(line, quoting=csv.QUOTE_ALL)

    def _application(self, at_ms: int, event: str, channel: _Channel) -> _Application:
        """What the channel runs at that moment; one that rings runs nothing of its own."""
        if event == "CHAN_START":
            return _Application(at_ms)
        if channel != self._first:
            name = "AppQueue" if self._ended.inbound else "AppDial"
            return _Application(at_ms, name, "(Outgoing Line)")
        begun = [app for app in self._applications[:-1] if app.start_ms <= at_ms]
        return begun[-1] if begun else _Application(at_ms)


def _applications(call: AsteriskCall) -> Iterator[_Application]:
    """What the first channel runs, in order; nothing lasts beyond what follows it."""
    ended, told = call.ended, call.ended.call
    greeting_ms = round(ended.scenario.handling.greeting_s * 1000)
    greeted = ended.inbound and told.refused_by != "lines" and greeting_ms > 0
    if greeted:
        yield _Application(told.offered_ms, "Playback", _GREETING)
    if told.queued_ms is not None:
        yield _Application(told.queued_ms, *call.queue())
        if told.outcome == "unanswered":
            yield _Application(ended.released_ms, *call.application())
    else:
        yield _Application(told.offered_ms + greeting_ms * greeted, *call.application())


WRITER = Writer(dialect="asterisk-cel", file_name="Master-{week}.csv", records=_records)
