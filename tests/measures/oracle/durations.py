"""Histograms of durations, in the slot where the call arrives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from .clock import HOUR, Span, bin_of, closings, is_within, openings
from .question import Call, Question

DURATION_KINDS = (
    "answered",
    "abandoned",
    "unanswered",
    "machine_pick_up",
    "agent_pick_up",
    "queue_answered",
    "queue_abandoned",
    "talk",
    "line_holding",
    "before_opening",
    "after_closing",
)
_FAR = 12 * HOUR  # an opening or a closing farther away than this counts as so far


def histogram(question: Question) -> list[dict[str, Any]]:
    """Rows of DURATIONS, in order."""
    counts: Counter[tuple[int, int, int]] = Counter()
    for call in question.calls:
        slot = question.slot_of(call.offered)
        if slot is None:
            continue
        for kind, start, end in _bounds(call, question):
            if start is not None and end is not None:
                counts[slot, DURATION_KINDS.index(kind), bin_of(end - start)] += 1
    return [
        question.key(slot)
        | {"kind": DURATION_KINDS[kind], "duration_s": duration_s, "calls": number}
        for (slot, kind, duration_s), number in sorted(counts.items())
    ]


def _bounds(call: Call, question: Question) -> Iterator[tuple[str, int | None, int | None]]:
    if call.is_on_lines and call.released is not None and call.released > call.offered:
        yield "line_holding", call.offered, call.released
    if call.direction != "inbound":
        return
    if call.outcome == "answered":
        yield "answered", call.offered, call.answered
        yield "queue_answered", call.queued, call.answered
        yield "talk", call.answered, call.released
    if call.outcome == "abandoned":
        yield "abandoned", call.offered, call.released
        yield "queue_abandoned", call.queued, call.released
    if call.outcome == "unanswered":
        yield "unanswered", call.offered, call.released
    if call.outcome == "closed":
        yield from _beside_the_opening(call, question.opening)
    elif call.outcome == "answered" and call.picked_up == call.answered:
        yield "agent_pick_up", call.offered, call.picked_up
    elif call.outcome in ("answered", "abandoned", "unanswered"):
        yield "machine_pick_up", call.offered, call.picked_up


def _beside_the_opening(
    call: Call, opening: Sequence[Span] | None
) -> Iterator[tuple[str, int, int]]:
    at = call.offered
    if opening is None or is_within(at, opening):
        return  # the record itself says that the desk was closed
    to_next = min([_FAR, *(opens - at for opens in openings(opening) if opens > at)])
    since_last = min([_FAR, *(at - closes for closes in closings(opening) if closes <= at)])
    if to_next < since_last:
        yield "before_opening", at, at + to_next
    else:
        yield "after_closing", at - since_last, at
