"""The hand-made day as data: what every dialect should give, as far as its format can carry it.

The calls are those that `test_hand_made_day` lists and whose slots it computes by hand.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
from polars.testing import assert_frame_equal

from affluence.measures import measure_in_full
from affluence.tables import CALLS
from affluence.typical_week.calendar import Hours, opening_spans

MORNING_AND_AFTERNOON = ((9 * 60, 12 * 60), (13 * 60 + 30, 16 * 60 + 30))
HOURS = Hours(
    zone="Europe/Paris",
    weekly=(MORNING_AND_AFTERNOON,) * 5 + ((), ()),
    holidays_of="FR",
    closures=(),
)
LINES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class HandMadeCall:
    """A call of the day; times are local, caller is a number that means nothing but who it is."""

    offered_at: str
    released_at: str
    outcome: str
    answered_at: str | None = None
    direction: str = "inbound"
    caller: int | None = None
    refused_by: str | None = None
    detail: str | None = None


DAY: Mapping[int, HandMadeCall] = {
    1: HandMadeCall(
        offered_at="09:00:00",
        answered_at="09:00:20",
        released_at="09:05:00",
        outcome="answered",
        caller=1,
    ),
    2: HandMadeCall(
        offered_at="09:01:00",
        answered_at="09:01:30",
        released_at="09:20:00",
        outcome="answered",
        caller=2,
    ),
    3: HandMadeCall(offered_at="09:02:00", released_at="09:04:00", outcome="abandoned", caller=3),
    4: HandMadeCall(offered_at="09:02:30", released_at="09:02:30", outcome="busy", caller=4),
    5: HandMadeCall(offered_at="09:03:10", released_at="09:03:10", outcome="busy", caller=4),
    6: HandMadeCall(
        offered_at="09:04:30",
        answered_at="09:04:40",
        released_at="09:14:00",
        outcome="answered",
        caller=4,
    ),
    7: HandMadeCall(
        offered_at="09:06:00",
        answered_at="09:06:10",
        released_at="09:16:00",
        outcome="answered",
        direction="outbound",
    ),
    8: HandMadeCall(offered_at="09:14:30", released_at="09:15:30", outcome="abandoned"),
    9: HandMadeCall(
        offered_at="09:20:00",
        answered_at="09:20:05",
        released_at="09:44:00",
        outcome="answered",
        caller=5,
    ),
    10: HandMadeCall(offered_at="09:31:00", released_at="09:31:00", outcome="abandoned", caller=6),
    11: HandMadeCall(
        offered_at="09:32:00", released_at="09:32:30", outcome="self_service", caller=7
    ),
    12: HandMadeCall(offered_at="09:33:00", released_at="09:38:00", outcome="unanswered", caller=8),
    13: HandMadeCall(offered_at="09:40:00", released_at="09:40:02", outcome="failed", caller=9),
    14: HandMadeCall(
        offered_at="09:41:00",
        released_at="09:41:00",
        outcome="busy",
        refused_by="network",
        caller=10,
    ),
    15: HandMadeCall(
        offered_at="11:58:00",
        answered_at="11:58:30",
        released_at="12:06:00",
        outcome="answered",
        caller=11,
    ),
    16: HandMadeCall(
        offered_at="12:30:00", released_at="12:30:08", outcome="self_service", caller=12
    ),
    17: HandMadeCall(offered_at="12:31:00", released_at="12:31:40", outcome="abandoned", caller=13),
    18: HandMadeCall(
        offered_at="23:55:00",
        answered_at="23:55:10",
        released_at="24:10:00",
        outcome="answered",
        direction="outbound",
    ),
}


def slots_of(calls: pl.DataFrame) -> pl.DataFrame:
    """SLOTS of the day on its three lines."""
    opening = opening_spans(HOURS, date(2026, 3, 3), date(2026, 3, 4))
    end = datetime(2026, 3, 4, 23, tzinfo=UTC)
    return measure_in_full(calls, LINES, opening=opening, end=end).slots.drop("platform")


def expected_calls(
    *, but: Mapping[int, Mapping[str, Any]], without: Collection[int]
) -> pl.DataFrame:
    """CALLS of the day, with the exceptions that a format makes.

    Args:
        but: number of a call → fields of `HandMadeCall` that the format tells otherwise.
        without: numbers of the calls of which it has no record.

    """
    rows = []
    for number, made in DAY.items():
        if number in without:
            continue
        told = asdict(replace(made, **but.get(number, {})))
        for column in ("offered_at", "answered_at", "released_at"):
            told[column] = _instant(told[column])
        rows.append({"call_key": number, "legs": 1, "quality": 0, "platform": "day", **told})
    return pl.DataFrame(
        [{name: row.get(name) for name in CALLS.columns} for row in rows], schema=CALLS.schema
    )


def assert_same_slots(
    calls: pl.DataFrame,
    *,
    but: Mapping[int, Mapping[str, Any]] | None = None,
    without: Collection[int] = (),
) -> None:
    """The slots of some CALLS are those of the day, but for the exceptions of their format."""
    expected = expected_calls(but=but or {}, without=without)
    assert calls.height == expected.height
    assert_frame_equal(slots_of(calls), slots_of(expected))


def _instant(local: str | None) -> datetime | None:
    if local is None:
        return None
    hours, minutes, seconds = map(int, local.split(":"))
    midnight = datetime(2026, 3, 2, 23, tzinfo=UTC)  # in Paris
    return midnight + timedelta(hours=hours, minutes=minutes, seconds=seconds)
