"""Random situations: calls, lines and agents in service, opening hours, recorded time, a window.

Everything happens within a few hours around an `anchor`: an ordinary hour, a local midnight, or one
of the two clock changes in Paris; sometimes at the same hours of the days before and after too.
Instants are drawn from a handful of *moments* as often as from all seconds, so that arrivals,
releases, openings and slot bounds fall on the same second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from .frames import PLATFORM, ZONE, calls_frame, capacity_frame, spans_frame
from .random_calls import (
    CALLERS,
    DAY_S,
    REACH_S,
    attempts_of_a_caller,
    moments,
    scattered_calls,
    second,
)

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


@dataclass(frozen=True)
class Situation:
    """The arguments of `measure_in_full`, as the product takes them."""

    calls: pl.DataFrame
    lines: int | pl.DataFrame
    slot_minutes: int
    start: datetime
    end: datetime
    opening: pl.DataFrame | None
    recorded: pl.DataFrame | None
    refusals_hold_lines: bool
    wrap_up_s: float = 0
    longest_call_s: int = 6 * 3600
    zone: str = ZONE

    def but(self, **changes: Any) -> Situation:
        """The same with some arguments changed."""
        return replace(self, **changes)


@st.composite
def capacities(draw: st.DrawFn, anchor: datetime, shared: Sequence[int]) -> int | pl.DataFrame:
    """A fixed number of lines, or spans that begin, end, overlap and leave gaps within the day."""
    if draw(st.booleans()):
        return draw(st.integers(1, 6))
    rows: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(0, 5))):
        since = draw(second(shared, -REACH_S - 600, REACH_S))
        until = draw(st.one_of(st.none(), second(shared, since + 1, REACH_S + 600)))
        rows.append(
            {
                "from": anchor + timedelta(seconds=since),
                "to": None if until is None else anchor + timedelta(seconds=until),
                "count": draw(st.integers(0, 4)),
                "kind": draw(st.sampled_from(["line", "line", "agent"])),
                "platform": draw(st.sampled_from([PLATFORM, PLATFORM, PLATFORM, "another"])),
                "source": draw(st.sampled_from(["configured", "recorded"])),
            }
        )
    return capacity_frame(rows)


@st.composite
def openings(
    draw: st.DrawFn, anchor: datetime, shared: Sequence[int], *, days: Sequence[int] = (0,)
) -> pl.DataFrame:
    """Spans on half hours, on minutes such as 9:10, over midnight; they overlap, nest or touch.

    As often as not a bound is a shared moment, so that calls arrive just as the desk opens or
    closes.
    """
    minutes = st.one_of(
        st.integers(-REACH_S // 1800, REACH_S // 1800).map(lambda half_hour: half_hour * 30),
        st.integers(-REACH_S // 600, REACH_S // 600).map(lambda tens: tens * 10),
        st.integers(-REACH_S // 60 - 30, REACH_S // 60 + 30),
    )
    at = st.one_of(st.sampled_from(shared), minutes.map(lambda minute: minute * 60))
    pair = st.tuples(at, at, st.sampled_from(days))
    pairs = draw(st.lists(pair, min_size=1, max_size=5) | st.just([]))
    bounds = [(day * DAY_S + min(a, b), day * DAY_S + max(a, b)) for a, b, day in pairs if a != b]
    return spans_frame(
        [
            (anchor + timedelta(seconds=start), anchor + timedelta(seconds=end))
            for start, end in bounds
        ]
    )


@st.composite
def situations(
    draw: st.DrawFn,
    *,
    slot_minutes: tuple[int, ...] = (15, 30, 60),
    microseconds: bool = False,
    max_calls: int = 24,
    several_days: bool | None = None,
) -> Situation:
    """Everything that `measure_in_full` takes, with an explicit window of whole slots."""
    anchor = draw(st.sampled_from(ANCHORS))
    shared = draw(moments())
    callers = draw(st.sampled_from([CALLERS, CALLERS, (0,), (0, None, 2**64 - 1)]))
    rows = draw(
        scattered_calls(
            anchor, shared, microseconds=microseconds, max_calls=max_calls, callers=callers
        )
    )
    if max_calls:
        for caller in draw(st.sampled_from([(), (0,), (4,), (0, 4)])):
            rows += draw(attempts_of_a_caller(anchor, shared, caller, microseconds=microseconds))
    spreads = draw(st.integers(0, 3)) == 0 if several_days is None else several_days
    days = (-1, 0, 0, 1) if spreads else (0,)
    if spreads:
        # By halves of a dozen: a caller's attempts stay together, and go on another day too.
        rows = [_on_day(row, days[number // 6 % 4]) for number, row in enumerate(rows)]
    slot = draw(st.sampled_from(slot_minutes))
    reach = (REACH_S + DAY_S * spreads) // 60 // slot
    everything = (-reach, reach)
    first, last = draw(st.sampled_from([everything] * 4 + [(0, reach), (-1, 0), (0, 0)]))
    hours = openings(anchor, shared, days=days)
    return Situation(
        calls=calls_frame(_with_keys_of_their_own(rows)),
        lines=draw(capacities(anchor, shared)),
        slot_minutes=slot,
        start=anchor + timedelta(minutes=first * slot),
        end=anchor + timedelta(minutes=last * slot),
        opening=draw(hours) if draw(st.integers(0, 2)) else None,
        recorded=draw(hours) if draw(st.booleans()) else None,
        refusals_hold_lines=draw(st.sampled_from([False, False, True])),
        wrap_up_s=draw(st.sampled_from([0, 0, 30, 12.5 if microseconds else 900])),
        longest_call_s=draw(st.sampled_from([6 * 3600, 6 * 3600, 900, 1])),
    )


def _on_day(row: dict[str, Any], day: int) -> dict[str, Any]:
    return {
        name: value + timedelta(days=day) if isinstance(value, datetime) else value
        for name, value in row.items()
    }


def _with_keys_of_their_own(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({row["call_key"]: row for row in rows}.values())


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
    pause = draw(second(shared, -REACH_S, REACH_S))
    # A call without a recorded end would hold its line beyond the pause.
    before = draw(scattered_calls(anchor, shared, latest=pause, max_calls=12, may_stay_open=False))
    taken = {row["call_key"] for row in before}
    after = [
        row
        for row in draw(scattered_calls(anchor, shared, earliest=pause, max_calls=12))
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
