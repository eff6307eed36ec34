"""The desk at work: an event-driven simulation of lines, queue and agents.

The clock ticks in whole milliseconds, so that spans add up exactly and the last bit of a
logarithm, which may differ between platforms, is rounded away.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from random import Random

from affluence.simulator.arrivals import Arrivals
from affluence.simulator.call import Call, MissedRing
from affluence.simulator.days import QUARTER_MS, Quarter
from affluence.simulator.draws import exponential, lognormal, uniform
from affluence.simulator.scenario import Scenario
from affluence.simulator.tally import Tally
from affluence.simulator.team import Team

# Kinds of events, in the order in which those of one instant happen: what frees comes first.
# An event is (instant in ms, kind, subject); the subject is a call, an agent, a number of agents
# or a person, according to the kind.
_RELEASE, _READY, _DUTY, _PICK_UP, _RING_OUT, _GIVE_UP, _CALL_IN, _CALL_OUT = range(8)
_CLOSED = -1  # subject of _DUTY when the desk closes


def _ms(seconds: float) -> int:
    return round(seconds * 1000.0)


class Desk:
    """Lines, queue and agents, and all that happens to them once ``run``."""

    def __init__(
        self, scenario: Scenario, period: Sequence[Quarter], arrivals: Arrivals, rng: Random
    ) -> None:
        self.calls: list[Call] = []
        self.tally = Tally(scenario.lines)
        self._callers = scenario.callers
        self._handling = scenario.handling
        self._timeout_ms = _ms(scenario.handling.queue_timeout_s)
        self._end_ms = period[-1].start_ms + QUARTER_MS
        self._rng = rng
        self._attempts = [0] * len(arrivals.persons)
        self._free_lines = list(range(1, scenario.lines + 1))  # a heap: the first free is taken
        self._team = Team()
        self._waiting: deque[int] = deque()  # calls, by index, that no phone rings for
        self._events = [
            *((at_ms, _CALL_IN, person) for at_ms, person in arrivals.inbound),
            *((at_ms, _CALL_OUT, person) for at_ms, person in arrivals.outbound),
            *((at_ms, _DUTY, agents) for at_ms, agents in _changes_of_duty(period)),
        ]

    def run(self) -> None:
        """Let everything happen, until the last caller of the period has hung up."""
        events = self._events
        heapify(events)
        handlers = (
            self._release,
            self._agent_ready,
            self._change_duty,
            self._pick_up,
            self._ring_out,
            self._give_up,
            self._call_in,
            self._call_out,
        )
        while events:
            at_ms, kind, subject = heappop(events)
            handlers[kind](at_ms, subject)

    def _plan(self, at_ms: int, kind: int, subject: int) -> None:
        heappush(self._events, (at_ms, kind, subject))

    # Calls begin

    def _call_in(self, at_ms: int, person: int) -> None:
        self._attempts[person] += 1
        line = self._seize_line(at_ms) if self._free_lines else None
        index = self._begin(at_ms, "inbound", person, line)
        call, rng, handling = self.calls[index], self._rng, self._handling
        if line is None:
            call.outcome = "busy"
            self._plan(at_ms + _ms(uniform(rng, handling.busy_tone_s)), _RELEASE, index)
            self._redial(at_ms, person, self._callers.redial_after_busy_share)
        elif not self._team.open:
            call.outcome = "closed"
            self._plan(at_ms + _ms(uniform(rng, handling.closed_message_s)), _RELEASE, index)
        else:
            patience_ms = _ms(exponential(rng, self._callers.mean_patience_s))
            self._plan(at_ms + min(patience_ms, self._timeout_ms), _GIVE_UP, index)
            self._waiting.append(index)
            self._serve(at_ms)

    def _call_out(self, at_ms: int, person: int) -> None:
        if not (self._team.free and self._free_lines):
            return  # the agents have no time, or no line, for it
        index = self._begin(at_ms, "outbound", person, self._seize_line(at_ms))
        call, rng, handling = self.calls[index], self._rng, self._handling
        call.agent, call.ring_ms = self._team.engage(), at_ms
        end_ms = at_ms + _ms(uniform(rng, handling.outbound_ring_s))
        if rng.random() < handling.outbound_answered_share:
            call.outcome, call.answered_ms = "answered", end_ms
            end_ms += self._draw_talk_ms()
        else:
            call.outcome = "unanswered"
        self._plan(end_ms, _RELEASE, index)

    def _begin(self, at_ms: int, direction: str, person: int, line: int | None) -> int:
        self.calls.append(
            Call(
                direction=direction,
                person=person,
                attempt=self._attempts[person],
                offered_ms=at_ms,
                line=line,
            )
        )
        return len(self.calls) - 1

    # Calls wait, ring, are answered or not

    def _serve(self, at_ms: int) -> None:
        """Ring the phones of the free agents for those who have waited longest."""
        handling = self._handling
        while self._waiting and self._team.free:
            index = self._waiting.popleft()
            call = self.calls[index]
            call.agent, call.ring_ms = self._team.engage(), at_ms
            if self._rng.random() < handling.missed_ring_share:
                self._plan(at_ms + _ms(handling.missed_ring_s), _RING_OUT, index)
            else:
                self._plan(at_ms + _ms(uniform(self._rng, handling.ring_s)), _PICK_UP, index)

    def _pick_up(self, at_ms: int, index: int) -> None:
        call = self.calls[index]
        if call.outcome:
            return  # the caller gave up while it rang
        call.outcome, call.answered_ms = "answered", at_ms
        self._plan(at_ms + self._draw_talk_ms(), _RELEASE, index)

    def _ring_out(self, at_ms: int, index: int) -> None:
        call = self.calls[index]
        if call.outcome or call.agent is None:
            return  # the caller gave up while it rang
        agent, call.agent = call.agent, None
        call.missed.append(MissedRing(agent, call.ring_ms, at_ms))
        self._waiting.appendleft(index)
        self._agent_ready(at_ms, agent)

    def _give_up(self, at_ms: int, index: int) -> None:
        call = self.calls[index]
        if call.answered_ms is not None:
            return
        timed_out = at_ms - call.offered_ms >= self._timeout_ms
        call.outcome = "unanswered" if timed_out else "abandoned"
        if call.agent is None:
            self._waiting.remove(index)
        self._end(at_ms, call)
        if call.agent is not None:
            self._agent_ready(at_ms, call.agent)
        self._redial(at_ms, call.person, self._callers.redial_after_giving_up_share)

    def _release(self, at_ms: int, index: int) -> None:
        call = self.calls[index]
        self._end(at_ms, call)
        if call.agent is not None:
            wrap_up_ms = _ms(exponential(self._rng, self._handling.mean_wrap_up_s))
            self._plan(at_ms + wrap_up_ms, _READY, call.agent)

    def _end(self, at_ms: int, call: Call) -> None:
        call.released_ms = at_ms
        self.tally.count(call)
        if call.line is not None:
            heappush(self._free_lines, call.line)
            self.tally.take_lines(at_ms, -1)

    def _redial(self, at_ms: int, person: int, share: float) -> None:
        rng, callers = self._rng, self._callers
        if rng.random() >= share:
            return
        if rng.random() < callers.quick_redial_share:
            delay_s = uniform(rng, callers.quick_redial_s)
        else:
            delay_s = callers.slow_redial_from_s
            delay_s += exponential(rng, callers.mean_slow_redial_beyond_s)
        if at_ms + _ms(delay_s) < self._end_ms:
            self._plan(at_ms + _ms(delay_s), _CALL_IN, person)

    # Lines and agents

    def _seize_line(self, at_ms: int) -> int:
        self.tally.take_lines(at_ms, 1)
        return heappop(self._free_lines)

    def _agent_ready(self, at_ms: int, agent: int) -> None:
        self._team.ready(agent, queue_waits=bool(self._waiting))
        self._serve(at_ms)

    def _change_duty(self, at_ms: int, agents: int) -> None:
        self._team.change_duty(None if agents == _CLOSED else agents)
        self._serve(at_ms)

    def _draw_talk_ms(self) -> int:
        handling = self._handling
        return _ms(lognormal(self._rng, handling.mean_talk_s, handling.talk_variation))


def _changes_of_duty(period: Sequence[Quarter]) -> list[tuple[int, int]]:
    """Instants (ms) at which the number of agents changes, and that number."""
    changes = []
    before: int | None = None
    for quarter in period:
        if quarter.agents != before:
            changes.append(
                (quarter.start_ms, _CLOSED if quarter.agents is None else quarter.agents)
            )
        before = quarter.agents
    return changes
