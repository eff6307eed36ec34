"""The desk at work: an event-driven simulation of lines, queue and agents.

The clock ticks in whole milliseconds, so that spans add up exactly and the last bit of a
logarithm, which may differ between platforms, is rounded away.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from random import Random

from affluence.simulator.admission import refused_by
from affluence.simulator.arrivals import Arrivals
from affluence.simulator.call import Call, MissedRing
from affluence.simulator.days import Quarter
from affluence.simulator.draws import exponential, lognormal, uniform
from affluence.simulator.lines import Lines
from affluence.simulator.redials import draw_redial_s
from affluence.simulator.scenario import Scenario
from affluence.simulator.tally import Tally
from affluence.simulator.team import Team, changes_of_duty

# Kinds of events, in the order in which those of one instant happen: what frees comes first.
# An event is (instant in ms, kind, subject); the subject is a call, an agent, a number of agents
# or a person, according to the kind.
_RELEASE, _READY, _DUTY, _PICK_UP, _RING_OUT, _GIVE_UP, _GREETED, _CALL_IN, _CALL_OUT = range(9)


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
        self._rng = rng
        self._persons = arrivals.persons
        self._attempts = [0] * len(arrivals.persons)
        self._lines = Lines(scenario.lines, self.tally)
        self._team = Team()
        self._waiting: deque[int] = deque()  # calls, by index, that no phone rings for
        self._events = [
            *((at_ms, _CALL_IN, person) for at_ms, person in arrivals.inbound),
            *((at_ms, _CALL_OUT, person) for at_ms, person in arrivals.outbound),
            *((at_ms, _DUTY, agents) for at_ms, agents in changes_of_duty(period)),
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
            self._admit,
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
        line = self._lines.seize(at_ms)
        index = self._begin(at_ms, "inbound", person, line)
        call, handling = self.calls[index], self._handling
        if line is None:
            call.outcome, call.refused_by = "busy", "lines"
            self._plan(at_ms + _ms(uniform(self._rng, handling.busy_tone_s)), _RELEASE, index)
            self._redial(at_ms, person, self._callers.redial_after_busy_share)
        elif handling.greeting_s:
            call.pick_up(at_ms)
            self._plan(at_ms + _ms(handling.greeting_s), _GREETED, index)
        else:
            self._admit(at_ms, index)

    def _admit(self, at_ms: int, index: int) -> None:
        """Let the call wait for an agent, or have a machine say why it may not."""
        call, handling = self.calls[index], self._handling
        if not self._team.open:
            call.outcome = "closed"
            self._announce(at_ms, index, handling.closed_message_s)
        elif by := refused_by(handling, self._team, len(self._waiting)):
            call.outcome, call.refused_by = "busy", by
            end_ms = self._announce(at_ms, index, handling.refusal_message_s)
            self._redial(end_ms, call.person, self._callers.redial_after_busy_share)
        else:
            call.queued_ms = at_ms
            patience_ms = _ms(exponential(self._rng, self._callers.mean_patience_s))
            self._plan(at_ms + min(patience_ms, self._timeout_ms), _GIVE_UP, index)
            self._waiting.append(index)
            self._serve(at_ms)

    def _announce(self, at_ms: int, index: int, message_s: tuple[float, float]) -> int:
        """Have a machine say its message and hang up; tell when."""
        self.calls[index].pick_up(at_ms)
        end_ms = at_ms + _ms(uniform(self._rng, message_s))
        self._plan(end_ms, _RELEASE, index)
        return end_ms

    def _call_out(self, at_ms: int, person: int) -> None:
        if not (self._team.free and self._lines.free):
            return  # the agents have no time, or no line, for it
        index = self._begin(at_ms, "outbound", person, self._lines.seize(at_ms))
        call, rng, handling = self.calls[index], self._rng, self._handling
        call.agent, call.ring_ms = self._team.engage(), at_ms
        end_ms = at_ms + _ms(uniform(rng, handling.outbound_ring_s))
        if rng.random() < handling.outbound_answered_share:
            call.outcome, call.answered_ms = "answered", end_ms
            call.pick_up(end_ms)
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
        call.pick_up(at_ms)
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
        if call.answered_ms is not None or call.queued_ms is None:
            return
        timed_out = at_ms - call.queued_ms >= self._timeout_ms
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
            self._lines.release(at_ms, call.line)

    def _redial(self, at_ms: int, person: int, share: float) -> None:
        delay_s = draw_redial_s(self._rng, self._callers, share)
        # A person is one for a day: whoever would call again on the next does not.
        if delay_s is not None and at_ms + _ms(delay_s) < self._persons[person].until_ms:
            self._plan(at_ms + _ms(delay_s), _CALL_IN, person)

    # Agents

    def _agent_ready(self, at_ms: int, agent: int) -> None:
        self._team.ready(agent, queue_waits=bool(self._waiting))
        self._serve(at_ms)

    def _change_duty(self, at_ms: int, agents: int) -> None:
        self._team.change_duty(agents)
        self._serve(at_ms)

    def _draw_talk_ms(self) -> int:
        mean_s, variation = self._handling.mean_talk_s, self._handling.talk_variation
        if variation is None:
            return _ms(exponential(self._rng, mean_s))
        return _ms(lognormal(self._rng, mean_s, variation))
