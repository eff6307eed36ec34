"""Callers followed through their local day: who is shared, what they wanted, when they redialled.

A group is all that one caller tried on one local day, in order, without what counts as closed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from .clock import (
    MINUTE,
    SECOND,
    bin_of,
    closings,
    is_within,
    midnight_after,
    midnight_at_or_before,
)
from .question import Call, Question

Group = list[Call]

GAPS_MIN = (15, 30, 60, 1440)
WHOLE_DAY_MIN = 1440
FAILURES = ("busy", "abandoned", "unanswered")
MOST_ANSWERS = 8  # of one person on one day
_ORDER_WITHIN_AN_INSTANT = (
    "busy",
    "answered",
    "abandoned",
    "unanswered",
    "self_service",
    "closed",
    "failed",
    "unknown",
)


def groups(question: Question) -> list[Group]:
    """Every caller's attempts of every local day, shared numbers included."""
    of_caller: dict[tuple[int, str], Group] = defaultdict(list)
    for call in question.attempts:
        if call.caller is not None and call.outcome != "closed":
            of_caller[call.caller, call.day].append(call)
    return [sorted(group, key=_order) for group in of_caller.values()]


def _order(call: Call) -> tuple[int, int, float, float]:
    # An instant that the record does not tell comes after those that it tells.
    never = float("inf")
    return (
        call.offered,
        _ORDER_WITHIN_AN_INSTANT.index(call.outcome),
        never if call.released is None else call.released,
        never if call.answered is None else call.answered,
    )


def is_shared(group: Group) -> bool:
    """Whether one person alone can hardly have made these attempts."""
    if sum(call.outcome == "answered" for call in group) > MOST_ANSWERS:
        return True
    return any(
        group[position - 1].up_until > call.offered and group[position - 2].up_until > call.offered
        for position, call in enumerate(group)
        if position >= 2
    )


def shared_groups(question: Question) -> list[Group]:
    """The attempts of numbers behind which there are several persons."""
    return [group for group in groups(question) if is_shared(group)]


def linked_groups(question: Question) -> list[Group]:
    """The attempts that are followed as those of one person."""
    return [group for group in groups(question) if not is_shared(group)]


def pause_before(group: Group, position: int) -> int:
    """Time between the end of the attempt before and an arrival."""
    return max(0, group[position].offered - group[position - 1].up_until)


def split(group: Group, gap_min: int) -> list[Group]:
    """The intents of a group: an answer ends one, and so does too long a pause."""
    found: list[Group] = []
    for position, call in enumerate(group):
        is_new = (
            position == 0
            or group[position - 1].outcome == "answered"
            or (gap_min != WHOLE_DAY_MIN and pause_before(group, position) > gap_min * MINUTE)
        )
        if is_new:
            found.append([])
        found[-1].append(call)
    return found


def intents(question: Question) -> list[dict[str, Any]]:
    """Rows of PERSONS, in order."""
    found: dict[tuple[int, int], list[Group]] = defaultdict(list)
    for group in linked_groups(question):
        for gap_min in GAPS_MIN:
            for intent in split(group, gap_min):
                slot = question.slot_of(intent[0].offered)
                if slot is not None:
                    found[slot, gap_min].append(intent)
    return [
        question.key(slot) | {"gap_min": gap_min} | _totals(here)
        for (slot, gap_min), here in sorted(found.items())
    ]


def _totals(found: Sequence[Group]) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    reach = 0
    for intent in found:
        answered = [call for call in intent if call.outcome == "answered"]
        counts["attempts"] += len(intent)
        counts["first_busy"] += intent[0].outcome == "busy"
        if answered:
            counts["reached"] += 1
            if answered[0].answered is not None:
                reach += answered[0].answered - intent[0].offered
        elif intent[-1].outcome == "self_service":
            counts["self_served"] += 1
        else:
            counts["gave_up"] += 1
    return {
        "intents": len(found),
        **{
            name: counts[name]
            for name in ("attempts", "first_busy", "reached", "self_served", "gave_up")
        },
        "reach_s": reach / SECOND,
    }


def redials(question: Question) -> list[dict[str, Any]]:
    """Rows of REDIALS, in order: what came after each failure, and how soon."""
    counts: dict[tuple[int, int, int, int], Counter[str]] = defaultdict(Counter)
    for group in linked_groups(question):
        nths = [n for intent in split(group, WHOLE_DAY_MIN) for n in range(1, len(intent) + 1)]
        for position, (call, nth) in enumerate(zip(group, nths, strict=True)):
            slot = question.slot_of(call.offered)
            if slot is None or call.outcome not in FAILURES:
                continue
            again = next_call(call, question)
            closing = end_of_day(call, question)
            if again is not None and again.offered < closing:
                fate, until = "redialled", again.offered
            else:
                fate, until = "censored", closing
            delay = max(0, until - call.up_until)
            key = slot, FAILURES.index(call.outcome), min(nth, 3), bin_of(delay)
            counts[key][fate] += 1
            counts[key]["delay"] += delay if fate == "redialled" else 0
            counts[key]["followed"] += position + 1 < len(group)
    return [
        question.key(slot)
        | {
            "failure": FAILURES[failure],
            "nth": nth,
            "delay_s": delay_s,
            "redialled": fates["redialled"],
            "censored": fates["censored"],
            "followed": fates["followed"],
            "redial_s": fates["delay"] / SECOND,
        }
        for (slot, failure, nth, delay_s), fates in sorted(counts.items())
    ]


def next_call(call: Call, question: Question) -> Call | None:
    """What the caller tries next on that local day, while the desk is open or not."""
    of_day = [
        other
        for other in question.attempts
        if other.caller == call.caller and other.day == call.day
    ]
    of_day.sort(key=_order)
    (position,) = (n for n, other in enumerate(of_day) if other is call)
    return of_day[position + 1] if position + 1 < len(of_day) else None


def end_of_day(call: Call, question: Question) -> int:
    """When it is too late to call again on the day of the call."""
    midnight = midnight_after(call.offered, question.zone)
    if question.opening is None or is_within(midnight - 1, question.opening):
        return midnight
    morning = midnight_at_or_before(call.offered, question.zone)
    within = [at for at in closings(question.opening) if morning < at < midnight]
    return max(within, default=midnight)
