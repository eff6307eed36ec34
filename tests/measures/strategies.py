"""Random CALLS, CAPACITY and SPANS, aimed at where a measure of phone lines can go wrong.

Everything happens within a few hours around an `anchor`: an ordinary hour, a local midnight, or one
of the two clock changes in Paris. Instants are drawn from a handful of *moments* as often as from
all seconds, so that arrivals, releases, openings and slot bounds fall on the same second.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from affluence.tables import CALLS, CAPACITY, DIRECTIONS, OUTCOMES, SPANS

PLATFORM = "titres-de-sejour"
ZONE = "Europe/Paris"

ANCHORS = (
    datetime(2026, 3, 17, 9, tzinfo=UTC),  # an ordinary Tuesday morning
    datetime(2026, 6, 9, 22, tzinfo=UTC),  # midnight in Paris, summer time
    datetime(2026, 1, 13, 23, tzinfo=UTC),  # midnight in Paris, winter time
    datetime(2026, 3, 29, 1, tzinfo=UTC),  # 02:00 becomes 03:00
    datetime(2026, 3, 28, 23, tzinfo=UTC),  # start of the day of 23 hours
    datetime(2026, 3, 29, 22, tzinfo=UTC),  # its end
    datetime(2026, 10, 25, 1, tzinfo=UTC),  # 03:00 becomes 02:00
    datetime(2026, 10, 24, 22, tzinfo=UTC),  # start of the day of 25 hours
    datetime(2026, 10, 25, 23, tzinfo=UTC),  # its end
)

REACH_S = 2 * 3600  # the window extends so far on either side of the anchor
_BEYOND_S = 3600  # and calls arrive up to so long before and after the window
_KEYS = st.integers(0, 2**64 - 1)
_CALLERS = st.sampled_from([None, None, 0, 1, 2, 3, 2**64 - 1])


@dataclass(frozen=True)
class Situation:
    """The arguments of `measure`, as the product takes them."""

    calls: pl.DataFrame
    lines: int | pl.DataFrame
    slot_minutes: int
    start: datetime
    end: datetime
    opening: pl.DataFrame | None
    recorded: pl.DataFrame | None
    refusals_hold_lines: bool
    zone: str = ZONE

    def but(self, **changes: Any) -> Situation:
        """The same with some arguments changed."""
        return replace(self, **changes)


def calls_frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """CALLS from the few columns that matter to the measures; the others get plain values."""
    plain = {
        "platform": PLATFORM,
        "picked_up_at": None,
        "queued_at": None,
        "answered_at": None,
        "direction": "inbound",
        "refused_by": None,
        "detail": None,
        "caller": None,
        "line": None,
        "agent": None,
        "queue": None,
        "legs": 1,
        "quality": 0,
    }
    frame = pl.DataFrame([plain | row for row in rows], schema=CALLS.schema)
    return CALLS.check(frame)


def spans_frame(bounds: list[tuple[datetime, datetime]]) -> pl.DataFrame:
    """SPANS from pairs of instants."""
    return SPANS.check(pl.DataFrame(bounds, schema=SPANS.schema, orient="row"))


def capacity_frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """CAPACITY from its rows; lines of the platform unless they say otherwise."""
    plain = {"platform": PLATFORM, "kind": "line", "source": "configured"}
    return CAPACITY.check(pl.DataFrame([plain | row for row in rows], schema=CAPACITY.schema))


@st.composite
def moments(draw: st.DrawFn) -> list[int]:
    """A few seconds, counted from the anchor, where several things will happen at once."""
    quarters = st.integers(-REACH_S // 900, REACH_S // 900).map(lambda quarter: quarter * 900)
    beside_a_bound = st.builds(lambda bound, by: bound + by, quarters, st.sampled_from([-1, 0, 1]))
    anywhere = st.integers(-REACH_S - _BEYOND_S, REACH_S + _BEYOND_S)
    return draw(st.lists(st.one_of(beside_a_bound, anywhere), min_size=1, max_size=6))


def _second(shared: list[int], earliest: int, latest: int) -> st.SearchStrategy[int]:
    within = sorted({second for second in shared if earliest <= second <= latest})
    anywhere = st.integers(earliest, latest)
    return st.one_of(st.sampled_from(within), anywhere) if within else anywhere


@st.composite
def call_rows(
    draw: st.DrawFn,
    anchor: datetime,
    shared: list[int],
    *,
    earliest: int = -REACH_S - _BEYOND_S,
    latest: int = REACH_S + _BEYOND_S,
    max_calls: int = 24,
    microseconds: bool = False,
) -> list[dict[str, Any]]:
    """Calls that arrive between two seconds counted from the anchor, and end by ``latest``."""
    keys = draw(st.lists(_KEYS, max_size=max_calls, unique=True))
    fraction = st.integers(0, 999_999) if microseconds else st.just(0)
    rows = []
    for key in keys:
        offered = draw(_second(shared, earliest, latest))
        length = draw(st.sampled_from(["none", "short", "long", "any"]))
        longest = {"none": 0, "short": 90, "long": 2 * 3600, "any": latest - offered}[length]
        released = draw(_second(shared, offered, min(latest, offered + longest)))
        instants = sorted(
            anchor + timedelta(seconds=second, microseconds=draw(fraction))
            for second in (offered, draw(_second(shared, offered, released)), released)
        )
        # Busy and abandoned count more than the rest, without hiding the rest.
        outcome = draw(st.sampled_from([*OUTCOMES, "answered", "answered", "busy", "abandoned"]))
        has_answer = draw(st.integers(0, 9)) < (8 if outcome == "answered" else 1)
        rows.append(
            {
                "call_key": key,
                "offered_at": instants[0],
                "answered_at": instants[1] if has_answer else None,
                "released_at": None if draw(st.integers(0, 11)) == 0 else instants[2],
                "direction": draw(st.sampled_from(["inbound"] * 4 + list(DIRECTIONS))),
                "outcome": outcome,
                "caller": draw(_CALLERS),
            }
        )
    return rows


@st.composite
def capacities(draw: st.DrawFn, anchor: datetime, shared: list[int]) -> int | pl.DataFrame:
    """A fixed number of lines, or spans that begin, end, overlap and leave gaps within the day."""
    if draw(st.booleans()):
        return draw(st.integers(1, 6))
    rows: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(0, 5))):
        since = draw(_second(shared, -REACH_S - 600, REACH_S))
        until = draw(st.one_of(st.none(), _second(shared, since + 1, REACH_S + 600)))
        rows.append(
            {
                "from": anchor + timedelta(seconds=since),
                "to": None if until is None else anchor + timedelta(seconds=until),
                "count": draw(st.integers(0, 4)),
                "kind": draw(st.sampled_from(["line", "line", "line", "agent"])),
                "platform": draw(st.sampled_from([PLATFORM, PLATFORM, PLATFORM, "another"])),
            }
        )
    return capacity_frame(rows)


@st.composite
def openings(draw: st.DrawFn, anchor: datetime, shared: list[int]) -> pl.DataFrame:
    """Spans on half hours, on minutes such as 9:10, over midnight; they overlap, nest or touch.

    As often as not a bound is a shared moment, so that calls arrive just as the desk opens or
    closes.
    """
    minutes = st.one_of(
        st.integers(-REACH_S // 1800, REACH_S // 1800).map(lambda half_hour: half_hour * 30),
        st.integers(-REACH_S // 600, REACH_S // 600).map(lambda tens: tens * 10),
        st.integers(-REACH_S // 60 - 30, REACH_S // 60 + 30),
    )
    second = st.one_of(st.sampled_from(shared), minutes.map(lambda minute: minute * 60))
    pairs = draw(st.lists(st.tuples(second, second), max_size=5))
    return spans_frame(
        [
            (anchor + timedelta(seconds=min(pair)), anchor + timedelta(seconds=max(pair)))
            for pair in pairs
            if pair[0] != pair[1]
        ]
    )


@st.composite
def situations(
    draw: st.DrawFn,
    *,
    slot_minutes: tuple[int, ...] = (15, 30, 60),
    microseconds: bool = False,
    max_calls: int = 24,
) -> Situation:
    """Everything that `measure` takes, with an explicit window of whole hours or less."""
    anchor = draw(st.sampled_from(ANCHORS))
    shared = draw(moments())
    rows = draw(call_rows(anchor, shared, microseconds=microseconds, max_calls=max_calls))
    slot = draw(st.sampled_from(slot_minutes))
    reach = REACH_S // 60 // slot
    first, last = sorted(
        draw(st.sampled_from([(-reach, reach), (-reach, reach), (0, reach), (-1, 0), (0, 0)]))
    )
    return Situation(
        calls=calls_frame(rows),
        lines=draw(capacities(anchor, shared)),
        slot_minutes=slot,
        start=anchor + timedelta(minutes=first * slot),
        end=anchor + timedelta(minutes=last * slot),
        opening=draw(st.one_of(st.none(), openings(anchor, shared))),
        recorded=draw(st.one_of(st.none(), openings(anchor, shared))),
        refusals_hold_lines=draw(st.booleans()),
    )


@dataclass(frozen=True)
class Interrupted:
    """A situation whose calls fall in two groups, none in progress at one instant between."""

    situation: Situation
    before: pl.DataFrame
    after: pl.DataFrame


@st.composite
def interrupted_situations(draw: st.DrawFn) -> Interrupted:
    """Calls that are all over at some second, and calls that begin at that second or later."""
    anchor = draw(st.sampled_from(ANCHORS))
    shared = draw(moments())
    pause = draw(_second(shared, -REACH_S, REACH_S))
    before = draw(call_rows(anchor, shared, latest=pause, max_calls=12))
    taken = {row["call_key"] for row in before}
    after = [
        row
        for row in draw(call_rows(anchor, shared, earliest=pause, max_calls=12))
        if row["call_key"] not in taken
    ]
    situation = Situation(
        calls=calls_frame(before + after),
        lines=draw(capacities(anchor, shared)),
        slot_minutes=draw(st.sampled_from([15, 30, 60])),
        start=anchor - timedelta(seconds=REACH_S),
        end=anchor + timedelta(seconds=REACH_S),
        opening=draw(st.one_of(st.none(), openings(anchor, shared))),
        recorded=None,
        refusals_hold_lines=draw(st.booleans()),
    )
    return Interrupted(situation, calls_frame(before), calls_frame(after))
