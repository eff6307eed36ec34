"""What is counted once, in the slot where the call arrives."""

from __future__ import annotations

from collections import Counter
from typing import Any

from . import persons
from .clock import SECOND
from .question import Call, Question

OUTCOMES = (
    "answered",
    "busy",
    "abandoned",
    "unanswered",
    "self_service",
    "closed",
    "failed",
    "unknown",
)
REFUSED_BY = ("lines", "queue", "rule", "network")


def count(question: Question) -> list[dict[str, Any]]:
    """The counts and sums of SLOTS, slot by slot."""
    first_attempts = {id(group[0]) for group in persons.linked_groups(question)}
    shared = {id(call) for group in persons.shared_groups(question) for call in group}
    rows = []
    for start, end in question.slots:
        counts: Counter[str] = Counter()
        sums: Counter[str] = Counter()
        for call in question.calls:
            if not start <= call.offered < end:
                continue
            if call.is_on_lines and call.released is not None and call.released > call.offered:
                sums["line_holding_s"] += call.released - call.offered
                counts["line_holdings"] += 1
                if call.direction == "inbound" and call.outcome not in ("closed", "busy"):
                    sums["inbound_holding_s"] += call.released - call.offered
            if call.direction != "inbound":
                continue
            _count_attempt(call, counts)
            _count_person(call, counts, is_first=id(call) in first_attempts, of=shared)
            _add_waits(call, counts, sums)
            counts["refused_free"] += _met_a_free_line(call, question)
        rows.append(_row(question, counts, sums))
    return rows


def _count_attempt(call: Call, counts: Counter[str]) -> None:
    counts["attempts"] += 1
    counts[call.outcome] += 1
    counts["anonymous"] += call.caller is None
    counts["still_open"] += call.released is None
    counts["answer_unrecorded"] += call.outcome == "answered" and call.answered is None
    if call.outcome == "busy" and call.refused_by is not None:
        counts[f"busy_{call.refused_by}"] += 1


def _count_person(call: Call, counts: Counter[str], *, is_first: bool, of: set[int]) -> None:
    is_shared = id(call) in of
    counts["shared"] += is_shared
    if call.outcome != "closed" and (call.caller is None or is_shared):
        counts["unlinked"] += 1
        counts["unlinked_answered"] += call.outcome == "answered"
        counts["unlinked_busy"] += call.outcome == "busy"
    if is_first:
        counts["first_attempts"] += 1
        counts["first_busy"] += call.outcome == "busy"
        counts["first_answered"] += call.outcome == "answered"


def _add_waits(call: Call, counts: Counter[str], sums: Counter[str]) -> None:
    if call.outcome == "answered" and call.answered is not None:
        sums["wait_answered_s"] += call.answered - call.offered
        if call.released is not None:
            sums["talk_s"] += call.released - call.answered
            counts["talks"] += 1
    if call.outcome == "abandoned" and call.released is not None:
        sums["wait_abandoned_s"] += call.released - call.offered


def _met_a_free_line(call: Call, question: Question) -> bool:
    """Whether the lines cannot explain the refusal, whichever came first within the instant."""
    if call.outcome != "busy" or call.refused_by not in {None, "lines"}:
        return False
    at = call.offered
    touching = [other for other in question.calls if other.holds_a_line]
    taken = sum(other.offered <= at <= other.end for other in touching)
    return taken < question.lines_at(at)


def _row(question: Question, counts: Counter[str], sums: Counter[str]) -> dict[str, Any]:
    counted = (
        "attempts",
        *OUTCOMES,
        *(f"busy_{who}" for who in REFUSED_BY),
        "answer_unrecorded",
        "still_open",
        "anonymous",
        "shared",
        "unlinked",
        "unlinked_answered",
        "unlinked_busy",
        "first_attempts",
        "first_busy",
        "first_answered",
        "talks",
        "line_holdings",
    )
    summed = (
        "wait_answered_s",
        "wait_abandoned_s",
        "talk_s",
        "line_holding_s",
        "inbound_holding_s",
    )
    return {
        **{name: counts[name] for name in counted},
        "refused_free": None if question.refusals_hold_lines else counts["refused_free"],
        **{name: sums[name] / SECOND for name in summed},
    }
