"""What lasts: lines held and in service, agents, open and recorded time, moment by moment.

* `second_by_second` walks through all the seconds of the window. It reads like the definitions,
  and is exact when every instant is a whole second.
* `piece_by_piece` cuts the window wherever anything begins or ends. Nothing changes within a
  piece, so it is exact to the microsecond.

The two agree on whole seconds (tested), which is the oracle's own check.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from .clock import SECOND, Span, is_within
from .question import CountedSpan, Question, count_at


class Surroundings(NamedTuple):
    """What is in progress, in service, open and recorded: all that the seconds depend on."""

    held: Sequence[Span]
    busy_agents: Sequence[Span]
    lines: Sequence[CountedSpan]
    agents: Sequence[CountedSpan]
    agents_known: Sequence[Span]
    opening: Sequence[Span] | None
    recorded: Sequence[Span] | None


class State(NamedTuple):
    """What is true at one moment."""

    calls: int
    busy_agents: int
    lines: int
    agents: int
    agents_known: bool
    is_open: bool
    is_recorded: bool


@dataclass
class Seconds:
    """The columns of one slot that are integrated over time, in microseconds (peak: calls)."""

    sums: Counter[str] = field(default_factory=Counter)
    lasting: Counter[int] = field(default_factory=Counter)
    lasting_open: Counter[int] = field(default_factory=Counter)
    peak: int = 0
    agents_known: bool = True
    agents_known_open: bool = True

    def add(self, length: int, state: State) -> None:
        """Count a stretch of time during which nothing changes."""
        self.agents_known &= state.agents_known
        self.agents_known_open &= state.agents_known or not state.is_open
        rates = {
            "held_s": state.calls,
            "full_s": int(state.lines > 0 and state.calls >= state.lines),
            "line_s": state.lines,
            "agent_busy_s": state.busy_agents,
            "agent_s": state.agents,
        }
        for name, rate in rates.items():
            self.sums[name] += rate * length
            if state.is_open:
                self.sums[name.replace("_s", "_open_s")] += rate * length
        if state.calls > state.lines:
            self.sums["over_s"] += length
        if state.is_open:
            self.sums["open_s"] += length
            self.lasting_open[state.calls] += length
        if state.is_recorded:
            self.sums["recorded_s"] += length
        self.lasting[state.calls] += length
        self.peak = max(self.peak, state.calls)

    def row(self) -> dict[str, Any]:
        """The columns of SLOTS."""
        columns: dict[str, float | None] = {
            name: self.sums[name] / SECOND
            for name in (
                "held_s",
                "full_s",
                "over_s",
                "line_s",
                "open_s",
                "held_open_s",
                "full_open_s",
                "line_open_s",
                "agent_busy_s",
                "agent_busy_open_s",
                "recorded_s",
            )
        }
        for name, known in (
            ("agent_s", self.agents_known),
            ("agent_open_s", self.agents_known_open),
        ):
            columns[name] = self.sums[name] / SECOND if known else None
        return {**columns, "peak_calls": self.peak}


Walk = Callable[[Surroundings, Sequence[Span]], list[Seconds]]


def surroundings(question: Question) -> Surroundings:
    """What the walks look at."""
    return Surroundings(
        held=[(call.offered, call.end) for call in question.calls if call.holds_a_line],
        busy_agents=[
            (call.answered, call.end + question.wrap_up)
            for call in question.calls
            if call.is_on_lines
            and call.recorded_outcome == "answered"
            and call.answered is not None
            and call.end >= call.offered  # else the record tells nothing of what lasted
        ],
        lines=question.lines,
        agents=question.agents,
        agents_known=question.agents_known,
        opening=question.opening,
        recorded=question.recorded,
    )


def second_by_second(around: Surroundings, slots: Sequence[Span]) -> list[Seconds]:
    """Look at every second of every slot.

    The calls and lines of each second are put down beforehand, one second at a time: asking
    every call at every second gives the same and takes minutes.
    """
    first, last = (slots[0][0], slots[-1][1]) if slots else (0, 0)

    def seconds_of(start: int, end: int) -> range:
        return range(max(start, first) // SECOND, min(end, last) // SECOND)

    def counts(counted: Iterable[CountedSpan]) -> Counter[int]:
        in_service: Counter[int] = Counter()
        for start, end, count in counted:
            for second in seconds_of(start, end):
                in_service[second] += count
        return in_service

    calls = counts((*span, 1) for span in around.held)
    busy_agents = counts((*span, 1) for span in around.busy_agents)
    lines = counts(around.lines)
    agents = counts(around.agents)
    agents_known = {second for span in around.agents_known for second in seconds_of(*span)}
    is_open = {second for span in around.opening or () for second in seconds_of(*span)}
    recorded = {second for span in around.recorded or () for second in seconds_of(*span)}

    measured = []
    for start, end in slots:
        seconds = Seconds()
        for second in seconds_of(start, end):
            state = State(
                calls=calls[second],
                busy_agents=busy_agents[second],
                lines=lines[second],
                agents=agents[second],
                agents_known=second in agents_known,
                is_open=around.opening is None or second in is_open,
                is_recorded=around.recorded is None or second in recorded,
            )
            seconds.add(SECOND, state)
        measured.append(seconds)
    return measured


def piece_by_piece(around: Surroundings, slots: Sequence[Span]) -> list[Seconds]:
    """Cut each slot wherever anything begins or ends, and look once at each piece."""
    counted = (*around.lines, *around.agents)
    covered = (*around.held, *around.busy_agents, *(around.opening or ()), *(around.recorded or ()))
    bounds = {at for span in covered for at in span} | {at for s in counted for at in s[:2]}
    measured = []
    for start, end in slots:
        seconds = Seconds()
        cuts = [start, *sorted(at for at in bounds if start < at < end), end]
        for cut, following in pairwise(cuts):
            state = State(
                calls=sum(since <= cut < until for since, until in around.held),
                busy_agents=sum(since <= cut < until for since, until in around.busy_agents),
                lines=count_at(cut, around.lines),
                agents=count_at(cut, around.agents),
                agents_known=is_within(cut, around.agents_known),
                is_open=around.opening is None or is_within(cut, around.opening),
                is_recorded=around.recorded is None or is_within(cut, around.recorded),
            )
            seconds.add(following - cut, state)
        measured.append(seconds)
    return measured


def concurrency(question: Question, seconds: Sequence[Seconds]) -> list[dict[str, Any]]:
    """Rows of CONCURRENCY: how long exactly so many calls were on the lines together."""
    return [
        question.key(slot_start)
        | {
            "calls": calls,
            "lasting_s": lasting / SECOND,
            "lasting_open_s": timed.lasting_open[calls] / SECOND,
        }
        for (slot_start, _), timed in zip(question.slots, seconds, strict=True)
        for calls, lasting in sorted(timed.lasting.items())
        if calls >= 1
    ]
