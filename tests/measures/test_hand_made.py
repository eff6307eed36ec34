"""Nine calls whose slots are worked out by hand, as a person would with a pencil.

Two lines, 15-minute slots, Tuesday 17 March 2026, open from 10:05 to 10:20 in Paris (UTC+1). Times
are minutes and seconds after 10:00, so the two slots are [0:00, 15:00[ and [15:00, 30:00[::

    a  before the window, -5:00 to  4:00   outbound                     holds a line
    b   1:00 to  1:20   given up before opening                         closed; holds a line
    c   6:00 to 16:30   answered at 6:45, caller 7                      straddles the bound
    d   7:00 to 14:00   answered at 7:30, caller 8
    e   8:00 to  8:05   busy, caller 9                                  holds no line
    f   8:30 to  8:35   busy, caller 9 again                            holds no line
    g  14:00 to 14:00   answered, no time of answer, caller withheld    lasts no time
    h  14:00 to 17:00   abandoned, caller 9 a third time                begins as d ends
    i  16:00 to 16:10   internal                                        holds no line
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from affluence.measures import measure, measure_waits

from .strategies import calls_frame, spans_frame

TEN = datetime(2026, 3, 17, 9, tzinfo=UTC)  # 10:00 in Paris


def _at(clock: str) -> datetime:
    """``"6:45"`` is 6 minutes and 45 seconds after ten."""
    sign = -1 if clock.startswith("-") else 1
    minutes, seconds = clock.lstrip("-").split(":")
    return TEN + sign * timedelta(minutes=int(minutes), seconds=int(seconds))


def _call(key: int, offered: str, released: str, outcome: str, **more: Any) -> dict[str, Any]:
    return {
        "call_key": key,
        "offered_at": _at(offered),
        "released_at": _at(released),
        "outcome": outcome,
        **more,
    }


CALLS = calls_frame(
    [
        _call(1, "-5:00", "4:00", "answered", direction="outbound", answered_at=_at("-4:00")),
        _call(2, "1:00", "1:20", "abandoned", caller=9),
        _call(3, "6:00", "16:30", "answered", answered_at=_at("6:45"), caller=7),
        _call(4, "7:00", "14:00", "answered", answered_at=_at("7:30"), caller=8),
        _call(5, "8:00", "8:05", "busy", caller=9),
        _call(6, "8:30", "8:35", "busy", caller=9),
        _call(7, "14:00", "14:00", "answered"),
        _call(8, "14:00", "17:00", "abandoned", caller=9),
        _call(9, "16:00", "16:10", "answered", direction="internal", answered_at=_at("16:01")),
    ]
)


@pytest.fixture(scope="module")
def slots() -> pl.DataFrame:
    """The two slots of the calls above."""
    return measure(
        CALLS,
        2,
        opening=spans_frame([(_at("5:00"), _at("20:00"))]),
        start=TEN,
        end=_at("30:00"),
    )


def test_the_first_quarter(slots: pl.DataFrame) -> None:
    got = slots.row(0, named=True)
    assert got == {
        "platform": "titres-de-sejour",
        "slot_start": TEN,
        "attempts": 7,  # b c d e f g h: a is outbound
        "answered": 3,  # c d g
        "busy": 2,  # e f
        "abandoned": 1,  # h
        "unanswered": 0,
        "self_service": 0,
        "closed": 1,  # b
        "failed": 0,
        "unknown": 0,
        "anonymous": 1,  # g
        # c of 7, d of 8, e of 9: b came first of 9, but while closed.
        "first_attempts": 3,
        "first_busy": 1,
        "wait_answered_s": 45 + 30,
        "wait_abandoned_s": 3 * 60,  # h, until 17:00: all of it where it arrived
        "held_s": 4 * 60 + 20 + (15 - 6) * 60 + (14 - 7) * 60 + (15 - 14) * 60,
        # a and b from 1:00 to 1:20; then c and d, and c and h, from 7:00 to 15:00.
        "full_s": 20 + (15 - 7) * 60,
        "line_s": 2 * 900,
        "open_s": (15 - 5) * 60,
        "held_open_s": (15 - 6) * 60 + (14 - 7) * 60 + (15 - 14) * 60,
        "full_open_s": (15 - 7) * 60,
        "line_open_s": 2 * (15 - 5) * 60,
        "recorded_s": 900,
        "peak_calls": 2,
    }


def test_the_second_quarter(slots: pl.DataFrame) -> None:
    got = slots.row(1, named=True)
    assert got["attempts"] == 0  # i is internal
    assert got["wait_abandoned_s"] == 0
    assert got["held_s"] == (16 * 60 + 30 - 900) + (17 * 60 - 900)
    assert got["full_s"] == 16 * 60 + 30 - 900
    assert got["line_s"] == 2 * 900
    assert got["open_s"] == (20 - 15) * 60
    assert got["held_open_s"] == got["held_s"]
    assert got["full_open_s"] == got["full_s"]
    assert got["line_open_s"] == 2 * (20 - 15) * 60
    assert got["peak_calls"] == 2


def test_refusals_that_hold_a_line() -> None:
    first = measure(CALLS, 2, start=TEN, end=_at("15:00"), refusals_hold_lines=True)
    without = measure(CALLS, 2, start=TEN, end=_at("15:00"))
    assert first["held_s"].item() == without["held_s"].item() + 5 + 5
    assert first["full_s"].item() == without["full_s"].item()  # both lines were taken already
    assert first["peak_calls"].item() == 3


def test_without_opening_hours_nothing_is_closed() -> None:
    first = measure(CALLS, 2, start=TEN, end=_at("15:00")).row(0, named=True)
    assert first["closed"] == 0
    assert first["abandoned"] == 2  # b and h
    assert first["wait_abandoned_s"] == 20 + 3 * 60
    # b is now the first attempt of caller 9, and it was not refused.
    assert (first["first_attempts"], first["first_busy"]) == (3, 0)
    assert first["open_s"] == 900
    assert first["held_open_s"] == first["held_s"]


def test_the_waits() -> None:
    got = measure_waits(CALLS, start=TEN, end=_at("30:00"))
    assert got.select("slot_start", "kind", "wait_s", "calls").rows() == [
        (TEN, "answered", 30, 1),  # d
        (TEN, "answered", 45, 1),  # c; g has no time of answer
        (TEN, "abandoned", 20, 1),  # b: the opening hours play no part here
        (TEN, "abandoned", 180, 1),  # h
    ]


def test_slots_default_to_the_local_day() -> None:
    day = measure(CALLS, 2)
    assert day.height == 24 * 4
    assert day["slot_start"][0] == datetime(2026, 3, 16, 23, tzinfo=UTC)  # midnight in Paris
    # The whole length of every call that holds a line: a, b, c, d, h.
    assert day["held_s"].sum() == 9 * 60 + 20 + (10 * 60 + 30) + 7 * 60 + 3 * 60


@pytest.mark.parametrize("refused_key", [4, 6])
@pytest.mark.parametrize("refused_is_first_row", [True, False])
def test_of_two_attempts_in_one_second_the_refused_one_is_the_first(
    *, refused_key: int, refused_is_first_row: bool
) -> None:
    rows = [
        _call(refused_key, "6:00", "6:05", "busy", caller=7),
        _call(5, "6:00", "9:00", "answered", answered_at=_at("6:30"), caller=7),
    ]
    calls = calls_frame(rows if refused_is_first_row else rows[::-1])
    first = measure(calls, 2, start=TEN, end=_at("15:00")).row(0, named=True)
    assert first["first_attempts"] == 1
    assert first["first_busy"] == 1


@pytest.mark.parametrize(
    ("arrival", "is_open"),
    [
        ("4:59", False),
        ("5:00", True),  # just as it opens
        ("6:59", True),
        ("7:00", True),  # a span within another has ended
        ("8:30", True),  # between two spans that both lie within a longer one
        ("9:59", True),
        ("10:00", True),  # where one span takes over from another
        ("11:59", True),
        ("12:00", False),  # just as it closes
    ],
)
def test_open_from_the_first_second_to_the_one_before_the_last(
    *, arrival: str, is_open: bool
) -> None:
    opening = [("9:00", "9:30"), ("10:00", "12:00"), ("5:00", "10:00"), ("6:00", "7:00")]
    calls = calls_frame([_call(1, arrival, "14:00", "abandoned", caller=7)])
    first = measure(
        calls,
        2,
        opening=spans_frame([(_at(since), _at(until)) for since, until in opening]),
        start=TEN,
        end=_at("15:00"),
    ).row(0, named=True)
    assert (first["abandoned"], first["closed"]) == ((1, 0) if is_open else (0, 1))
    assert first["first_attempts"] == int(is_open)
    assert first["open_s"] == (12 - 5) * 60
