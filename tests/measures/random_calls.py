"""Random calls, aimed at where a measure of calls can go wrong.

Two kinds: calls that have nothing to do with each other but share instants (`scattered_calls`), and
the attempts of one caller who calls again and again (`attempts_of_a_caller`), whose pauses lie on
and beside the bounds of an intent. Seconds are counted from an anchor.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from affluence.tables import DIRECTIONS, OUTCOMES, REFUSED_BY

REACH_S = 2 * 3600  # the window extends so far on either side of the anchor
BEYOND_S = 3600  # and calls arrive up to so long before and after the window
DAY_S = 86_400

CALLERS = (None, None, 0, 1, 2, 3, 2**64 - 1)

_KEYS = st.integers(0, 2**64 - 1)
_MICROSECONDS = st.sampled_from([0, 0, 1, 999_999, 500_000])
# Busy and abandoned count more than the rest, without hiding the rest.
_ANY_OUTCOME = st.sampled_from([*OUTCOMES, "answered", "answered", "busy", "abandoned"])
_MOSTLY_ANSWERED = st.sampled_from(["answered"] * 7 + ["busy"])
_MOSTLY_FAILED = st.sampled_from(["busy"] * 5 + ["abandoned", "unanswered", "answered"])
_LENGTHS = st.sampled_from([0, 0, 1, 5, 40, 600])
_LONG = st.sampled_from([40, 600, 601, 3600])
# An intent goes on after a pause of exactly its gap, and not after one of a second more.
_PAUSES = st.sampled_from([0, 0, 1, 30, 299, 900, 901, 1800, 1801, 3600, 3601, 7200, -1, -5, -600])


# Behind a switchboard the next call comes before the last one is over, or just as it is.
_OVERLAPS = st.sampled_from([0, -1, -5, -39, -600, -3600])


def second(shared: Sequence[int], earliest: int, latest: int) -> st.SearchStrategy[int]:
    """A second between two others, as often as not one of the shared moments."""
    within = sorted({second for second in shared if earliest <= second <= latest})
    anywhere = st.integers(earliest, latest)
    return st.one_of(st.sampled_from(within), anywhere) if within else anywhere


@st.composite
def moments(draw: st.DrawFn) -> list[int]:
    """A few seconds, counted from the anchor, where several things will happen at once."""
    quarters = st.integers(-REACH_S // 900, REACH_S // 900).map(lambda quarter: quarter * 900)
    beside_a_bound = st.builds(lambda bound, by: bound + by, quarters, st.sampled_from([-1, 0, 1]))
    anywhere = st.integers(-REACH_S - BEYOND_S, REACH_S + BEYOND_S)
    return draw(st.lists(st.one_of(beside_a_bound, anywhere), min_size=1, max_size=6))


@st.composite
def scattered_calls(
    draw: st.DrawFn,
    anchor: datetime,
    shared: Sequence[int],
    *,
    earliest: int = -REACH_S - BEYOND_S,
    latest: int = REACH_S + BEYOND_S,
    max_calls: int = 24,
    microseconds: bool = False,
    callers: Sequence[int | None] = CALLERS,
    may_stay_open: bool = True,
) -> list[dict[str, Any]]:
    """Calls that arrive between two seconds counted from the anchor, and end by ``latest``."""
    keys = draw(st.lists(_KEYS, max_size=max_calls, unique=True))
    fraction = _MICROSECONDS if microseconds else st.just(0)
    rows = []
    for key in keys:
        offered = draw(second(shared, earliest, latest))
        length = draw(st.sampled_from(["none", "short", "long", "any"]))
        longest = {"none": 0, "short": 90, "long": 2 * 3600, "any": latest - offered}[length]
        released = draw(second(shared, offered, min(latest, offered + longest)))
        between = second(shared, offered, released)
        instants = sorted(
            anchor + timedelta(seconds=at, microseconds=draw(fraction))
            for at in (offered, draw(between), draw(between), draw(between), released)
        )
        outcome = draw(_ANY_OUTCOME)
        rows.append(
            {
                "call_key": key,
                **draw(_times(instants, outcome, may_stay_open=may_stay_open)),
                "direction": draw(st.sampled_from(["inbound"] * 4 + list(DIRECTIONS))),
                "outcome": outcome,
                "refused_by": draw(_refused_by(outcome)),
                "caller": draw(st.sampled_from(callers)),
                # Nothing depends on these.
                "agent": key % 3 or None,
                "line": f"trunk-{key % 5}",
                "queue": "counter" if key % 2 else None,
            }
        )
    return rows


@st.composite
def _times(
    draw: st.DrawFn, instants: Sequence[datetime], outcome: str, *, may_stay_open: bool
) -> dict[str, datetime | None]:
    """Which of five instants in order the record tells; sometimes they are in no order at all."""
    offered, picked_up, queued, answered, released = instants
    told = draw(st.integers(0, 31))  # a bit for each instant that may be missing
    has_answer = draw(st.integers(0, 9)) < (8 if outcome == "answered" else 1)
    who_was_first = draw(st.sampled_from(["machine", "agent", "agent"]))
    if who_was_first == "agent":
        picked_up = answered
    disorder = draw(st.integers(0, 23))
    if disorder == 0:
        released = offered - (released - offered)
    elif disorder == 1:
        answered, queued = released + (released - offered), released
    elif disorder == 2:
        answered = offered - (released - offered)
    is_open = may_stay_open and draw(st.integers(0, 11)) == 0
    return {
        "offered_at": offered,
        "picked_up_at": picked_up if told & 3 else None,
        "queued_at": queued if told & 4 else None,
        "answered_at": answered if has_answer else None,
        "released_at": None if is_open else released,
    }


def _refused_by(outcome: str) -> st.SearchStrategy[str | None]:
    if outcome != "busy":
        return st.none()
    return st.sampled_from([None, None, None, "lines", *REFUSED_BY])


@st.composite
def attempts_of_a_caller(
    draw: st.DrawFn,
    anchor: datetime,
    shared: Sequence[int],
    caller: int,
    *,
    microseconds: bool = False,
) -> list[dict[str, Any]]:
    """One caller's attempts, one after the other or, as behind a switchboard, over each other."""
    outcomes = draw(st.sampled_from([_ANY_OUTCOME, _MOSTLY_FAILED, _MOSTLY_ANSWERED]))
    lengths, pauses = draw(st.sampled_from([(_LENGTHS, _PAUSES)] * 3 + [(_LONG, _OVERLAPS)]))
    fraction = _MICROSECONDS if microseconds else st.just(0)
    arrival = anchor + timedelta(seconds=draw(second(shared, -REACH_S - BEYOND_S, REACH_S)))
    rows: list[dict[str, Any]] = []
    for key in draw(st.lists(_KEYS, min_size=2, max_size=12, unique=True)):
        outcome = draw(outcomes)
        seconds = draw(lengths)
        lasts = timedelta(seconds=seconds, microseconds=draw(fraction))
        talks = outcome == "answered" and draw(st.integers(0, 7)) > 0
        rows.append(
            {
                "call_key": key,
                "offered_at": arrival,
                "answered_at": arrival + timedelta(seconds=seconds // 2) if talks else None,
                "released_at": None if draw(st.integers(0, 15)) == 0 else arrival + lasts,
                "outcome": outcome,
                "caller": caller,
            }
        )
        pause = timedelta(seconds=draw(pauses), microseconds=draw(fraction))
        # Never before the attempt before; often in the same instant.
        arrival = max(arrival, arrival + lasts + pause)
    return rows
