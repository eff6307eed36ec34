"""A morning whose figures are worked out by hand, as a person would with a pencil.

Two lines; two agents from 10:05 to 10:50 and a third from 10:10 to 10:20, who each need half a
minute after a call. Tuesday 17 March 2026, open from 9:00 to 9:59 and from 10:05 to 10:50 in Paris
(UTC+1). Times are minutes and seconds after 10:00, so the two slots are [0:00, 15:00[ and
[15:00, 30:00[; persons are followed beyond them::

    a  -5:00 to  4:00   outbound, answered -4:00             straddles the start
    b   1:00 to  1:20   given up before opening, caller 9    closed; holds a line
    c   6:00 to 16:30   machine 6:05, queue 6:15, answered 6:45, caller 7     straddles the bound
    d   7:00 to 14:00   answered by an agent at once, 7:30, caller 8
    e   8:00 to  8:05   busy, no line, caller 9              c and d hold both lines
    f   8:30 to  8:35   busy, caller 9 again
    g  14:00 to 14:00   answered, no time of answer, caller withheld          lasts no time
    h  14:00 to 17:00   machine 14:05, queue 14:15, given up, caller 9 again  begins as d ends
    i  16:00 to 16:10   internal                             holds no line
    j   9:00 to 10:30   rang out, caller 5                   a third call on two lines,
    k   9:10 to  9:40   voice menu, caller 5                 and a fourth:
    l   9:20 to  9:22   busy, queue full, caller 5           5 is a switchboard
    m   5:30 to  5:32   busy, caller 6                       although no line is taken
    n   5:40 to  5:41   busy by rule, caller 6 again, who then gives up
    o  18:00 to 24:00   answered 18:20, caller 9 at last
    p  19:00 to ...     answered 19:30, caller 7 once more   no end recorded
    q  20:00 to 20:10   given up, caller 8 once more
    r  40:00 to 41:00   answered 40:30, caller 8             after the window
    s  21:00 to 21:01   busy, network, caller withheld
    u  12:00 to 12:00   voice menu, caller 3                 lasts no time
    v   4:00 to  4:00   "we are closed", caller 2            lasts no time
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from affluence.measures import Measured, measure, measure_in_full

from .frames import TEN, at, call, calls_frame, capacity_frame, spans

QUARTER_PAST = at("15:00")
CALLS = calls_frame(
    [
        call(1, "-5:00", "4:00", "answered", direction="outbound", answered="-4:00"),
        call(2, "1:00", "1:20", "abandoned", caller=9),
        call(3, "6:00", "16:30", "answered", picked_up="6:05", queued="6:15", answered="6:45")
        | {"caller": 7},
        call(4, "7:00", "14:00", "answered", picked_up="7:30", answered="7:30", caller=8),
        call(5, "8:00", "8:05", "busy", refused_by="lines", caller=9),
        call(6, "8:30", "8:35", "busy", caller=9),
        call(7, "14:00", "14:00", "answered"),
        call(8, "14:00", "17:00", "abandoned", picked_up="14:05", queued="14:15", caller=9),
        call(9, "16:00", "16:10", "answered", direction="internal", answered="16:01"),
        call(10, "9:00", "10:30", "unanswered", caller=5),
        call(11, "9:10", "9:40", "self_service", caller=5),
        call(12, "9:20", "9:22", "busy", refused_by="queue", caller=5),
        call(13, "5:30", "5:32", "busy", caller=6),
        call(14, "5:40", "5:41", "busy", refused_by="rule", caller=6),
        call(15, "18:00", "24:00", "answered", picked_up="18:20", answered="18:20", caller=9),
        call(16, "19:00", None, "answered", answered="19:30", caller=7),
        call(17, "20:00", "20:10", "abandoned", caller=8),
        call(18, "40:00", "41:00", "answered", answered="40:30", caller=8),
        call(19, "21:00", "21:01", "busy", refused_by="network"),
        call(20, "12:00", "12:00", "self_service", caller=3),
        call(21, "4:00", "4:00", "closed", caller=2),
    ]
)
IN_SERVICE = capacity_frame(
    [
        {"from": at("-600:00"), "count": 2},
        {"from": at("5:00"), "to": at("50:00"), "count": 2, "kind": "agent"},
        {"from": at("10:00"), "to": at("20:00"), "count": 1, "kind": "agent"},
    ]
)
OPENING = spans(("-60:00", "-1:00"), ("5:00", "50:00"))


@pytest.fixture(scope="module")
def measured() -> Measured:
    """All that is measured of the two slots."""
    return measure_in_full(
        CALLS, IN_SERVICE, opening=OPENING, start=TEN, end=at("30:00"), wrap_up_s=30
    )


def test_the_first_quarter(measured: Measured) -> None:
    assert measured.slots.row(0, named=True) == {
        "platform": "titres-de-sejour",
        "slot_start": TEN,
        "attempts": 14,  # b c d e f g h j k l m n u v: a is outbound
        "answered": 3,  # c d g
        "busy": 5,  # e f l m n
        "abandoned": 1,  # h
        "unanswered": 1,  # j
        "self_service": 2,  # k u
        "closed": 2,  # b v
        "failed": 0,
        "unknown": 0,
        "busy_lines": 1,  # e
        "busy_queue": 1,  # l
        "busy_rule": 1,  # n
        "busy_network": 0,
        # m: no call on two lines. e and f met c and d; l and n were refused by something else.
        "refused_free": 1,
        "answer_unrecorded": 1,  # g
        "still_open": 0,
        "anonymous": 1,  # g
        "shared": 3,  # j k l
        "unlinked": 1 + 3,
        "unlinked_answered": 1,  # g
        "unlinked_busy": 1,  # l
        # c of 7, d of 8, e of 9, m of 6, u of 3: b came first of 9, but while closed.
        "first_attempts": 5,
        "first_busy": 2,  # e m
        "first_answered": 2,  # c d
        "wait_answered_s": 45 + 30,
        "wait_abandoned_s": 3 * 60,  # h, until 17:00: all of it where it arrived
        "talk_s": (9 * 60 + 45) + (6 * 60 + 30),  # c and d
        "talks": 2,
        # b, then c d h j k
        "line_holding_s": 20 + (630 + 420 + 180 + 90 + 30),
        "line_holdings": 1 + 5,
        "inbound_holding_s": 630 + 420 + 180 + 90 + 30,  # without b, which counts as closed
        # a b c d h j k, up to 15:00
        "held_s": 240 + 20 + 540 + 420 + 60 + 90 + 30,
        # a and b from 1:00 to 1:20; then c and d, and c and h, from 7:00 to 15:00.
        "full_s": 20 + (15 - 7) * 60,
        "over_s": 90,  # j and k beside c and d
        "line_s": 2 * 900,
        "open_s": (15 - 5) * 60,
        "held_open_s": 540 + 420 + 60 + 90 + 30,
        "full_open_s": (15 - 7) * 60,
        "line_open_s": 2 * (15 - 5) * 60,
        # a until 4:30, c from 6:45, d from 7:30 to 14:30
        "agent_busy_s": (4 * 60 + 30) + (8 * 60 + 15) + 7 * 60,
        "agent_busy_open_s": (8 * 60 + 15) + 7 * 60,
        "agent_s": 2 * (15 - 5) * 60 + (15 - 10) * 60,
        "agent_open_s": 2 * (15 - 5) * 60 + (15 - 10) * 60,
        "recorded_s": 900,
        "peak_calls": 4,  # c d j k
    }


def test_the_second_quarter(measured: Measured) -> None:
    got = measured.slots.row(1, named=True)
    assert got["attempts"] == 4  # o p q s: i is internal
    assert (got["answered"], got["abandoned"], got["busy"]) == (2, 1, 1)
    assert (got["busy_network"], got["refused_free"]) == (1, 0)
    assert (got["still_open"], got["talks"], got["talk_s"]) == (1, 1, 5 * 60 + 40)  # p; o
    assert (got["unlinked"], got["unlinked_busy"], got["unlinked_answered"]) == (1, 1, 0)  # s
    assert got["first_attempts"] == 0  # 9, 7 and 8 called in the first quarter
    assert (got["wait_answered_s"], got["wait_abandoned_s"]) == (20 + 30, 10)
    assert got["line_holding_s"] == got["inbound_holding_s"] == 360 + 10  # o and q
    # c to 16:30, h to 17:00, o, p to the end of the window, q
    assert got["held_s"] == got["held_open_s"] == 90 + 120 + 360 + (30 - 19) * 60 + 10
    # c and h to 16:30, o and p from 19:00 to 24:00
    assert got["full_s"] == got["full_open_s"] == 90 + 5 * 60
    assert got["over_s"] == 10  # q
    assert got["peak_calls"] == 3
    # c to 17:00, o from 18:20 to 24:30, p from 19:30
    assert got["agent_busy_s"] == got["agent_busy_open_s"] == 120 + 370 + 630
    assert got["agent_s"] == got["agent_open_s"] == 2 * 900 + (20 - 15) * 60


def test_how_many_calls_at_a_time(measured: Measured) -> None:
    assert measured.concurrency.drop("platform").rows() == [
        # a alone, but for b, to 4:00; c alone from 6:00 to 7:00
        (TEN, 1, (4 * 60 - 20) + 60, 60),
        # a and b; c and d to 9:00, and again from 10:30 to 14:00; c and h
        (TEN, 2, 20 + 120 + 210 + 60, 120 + 210 + 60),
        (TEN, 3, 10 + 50, 10 + 50),  # j from 9:00 to 9:10, and from 9:40 to 10:30
        (TEN, 4, 30, 30),  # k
        # h to 17:00, o from 18:00 to 19:00, p from 24:00
        (QUARTER_PAST, 1, 30 + 60 + 360, 30 + 60 + 360),
        (QUARTER_PAST, 2, 90 + 60 + 230, 90 + 60 + 230),  # c and h; o and p, but for q
        (QUARTER_PAST, 3, 10, 10),  # q
    ]


def test_durations(measured: Measured) -> None:
    assert measured.durations.drop("platform").rows() == [
        (TEN, "answered", 30, 1),  # d
        (TEN, "answered", 45, 1),  # c; g has no time of answer
        (TEN, "abandoned", 180, 1),  # h; b is closed
        (TEN, "unanswered", 90, 1),  # j
        (TEN, "machine_pick_up", 5, 2),  # c h
        (TEN, "agent_pick_up", 30, 1),  # d
        (TEN, "queue_answered", 30, 1),  # c
        (TEN, "queue_abandoned", 160, 1),  # h: 165 s
        (TEN, "talk", 390, 1),  # d
        (TEN, "talk", 570, 1),  # c: 585 s
        *((TEN, "line_holding", seconds, 1) for seconds in (20, 30, 90, 180, 420)),  # b k j h d
        (TEN, "line_holding", 600, 1),  # c: 630 s
        (TEN, "before_opening", 60, 1),  # v: opens in a minute, closed five minutes ago
        (TEN, "after_closing", 120, 1),  # b: closed two minutes ago, opens in four
        (QUARTER_PAST, "answered", 20, 1),  # o
        (QUARTER_PAST, "answered", 30, 1),  # p
        (QUARTER_PAST, "abandoned", 10, 1),  # q
        (QUARTER_PAST, "agent_pick_up", 20, 1),  # o
        (QUARTER_PAST, "talk", 330, 1),  # o: 340 s
        (QUARTER_PAST, "line_holding", 10, 1),  # q
        (QUARTER_PAST, "line_holding", 360, 1),  # o
    ]


def test_persons(measured: Measured) -> None:
    got = {row[1:3]: row[3:] for row in measured.persons.rows()}
    assert list(got) == [(slot, gap) for slot in (TEN, QUARTER_PAST) for gap in (15, 30, 60, 1440)]
    for gap_min in (15, 30, 60, 1440):
        assert got[TEN, gap_min] == (
            5,  # c of 7, d of 8, e to o of 9, m and n of 6, u of 3
            1 + 1 + 4 + 2 + 1,
            2,  # e m
            3,  # 7, 8 and 9
            1,  # 3
            1,  # 6
            45 + 30 + (18 * 60 + 20 - 8 * 60),  # 9 from 8:00 to 18:20
        )
    # p of 7 is an intent of its own: c was answered. 8 calls again 19:50 after q.
    assert got[QUARTER_PAST, 15] == (2, 1 + 1, 0, 1, 0, 1, 30)
    for gap_min in (30, 60, 1440):
        assert got[QUARTER_PAST, gap_min] == (2, 1 + 2, 0, 2, 0, 0, 30 + (40 * 60 + 30 - 20 * 60))


def test_redials(measured: Measured) -> None:
    assert measured.redials.drop("platform").rows() == [
        (TEN, "busy", 1, 8, 1, 0, 1, 8),  # m, to n
        (TEN, "busy", 1, 25, 1, 0, 1, 25),  # e, to f
        (TEN, "busy", 2, 300, 1, 0, 1, 325),  # f, to h
        (TEN, "busy", 2, 2640, 0, 1, 0, 0),  # n: from 5:41 to 50:00, when the desk closes, 2659 s
        (TEN, "abandoned", 3, 60, 1, 0, 1, 60),  # h, to o
        # q is a first attempt, since d was answered; to r, after the window.
        (QUARTER_PAST, "abandoned", 1, 1140, 1, 0, 1, 1190),
    ]


def test_refusals_that_hold_a_line() -> None:
    first = _first_quarter(refusals_hold_lines=True)
    without = _first_quarter()
    assert first["held_s"] == without["held_s"] + 5 + 5 + 2 + 2 + 1  # e f l m n
    assert first["full_s"] == without["full_s"]  # both lines were taken already, or neither
    assert first["line_holdings"] == without["line_holdings"] + 5
    assert first["peak_calls"] == 5  # l beside c d j k
    assert first["refused_free"] is None  # a refused call is itself on a line


def test_without_opening_hours_nothing_is_closed_but_what_the_record_says() -> None:
    first = _first_quarter()
    assert first["closed"] == 1  # v
    assert first["abandoned"] == 2  # b and h
    assert first["wait_abandoned_s"] == 20 + 3 * 60
    # b is now the first attempt of caller 9, and it was not refused.
    assert (first["first_attempts"], first["first_busy"]) == (5, 1)
    assert first["open_s"] == 900
    assert first["held_open_s"] == first["held_s"]


def _first_quarter(**more: Any) -> dict[str, Any]:
    return measure(CALLS, 2, start=TEN, end=QUARTER_PAST, **more).row(0, named=True)


def test_slots_default_to_the_local_day() -> None:
    day = measure(CALLS, 2)
    assert day.height == 24 * 4
    assert day["slot_start"][0] == datetime(2026, 3, 16, 23, tzinfo=UTC)  # midnight in Paris
    # The whole length of every call that holds a line: a b c d h j k o q r, and p for six hours.
    lengths = (540, 20, 630, 420, 180, 90, 30, 360, 10, 60, 6 * 3600)
    assert day["held_s"].sum() == sum(lengths)


def test_no_roster_is_not_a_roster_of_nobody() -> None:
    lines = IN_SERVICE.filter(kind="line")
    nobody = pl.concat(
        [lines, IN_SERVICE.filter(kind="agent").with_columns(count=pl.lit(0, pl.Int64))]
    )
    agents = [
        measure(CALLS, in_service, start=TEN, end=QUARTER_PAST)["agent_s"].item()
        for in_service in (2, lines, nobody)
    ]
    assert agents == [None, None, 0]
