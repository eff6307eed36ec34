"""The hand-made day of every dialect: 3 March 2026, 3 lines, its slots computed by hand.

The calls, in local time (UTC+1), as `cdr_samples/asterisk-csv/Master.csv` writes them:

 1  09:00:00 – 09:05:00  answered 09:00:20
 2  09:01:00 – 09:20:00  answered 09:01:30, after an agent's phone rang in vain (2 records)
 3  09:02:00 – 09:04:00  given up (its record stands twice in the file)
 4  09:02:30             busy: lines 1, 2, 3 are taken
 5  09:03:10             busy: the same caller again
 6  09:04:30 – 09:14:00  answered 09:04:40: the same caller gets through
 7  09:06:00 – 09:16:00  outbound
 8  09:14:30 – 09:15:30  given up, number withheld
 9  09:20:00 – 09:44:00  answered 09:20:05; begins in the second in which call 2 ends
10  09:31:00 – 09:31:00  given up at once
11  09:32:00 – 09:32:30  heard the hours, asked for nobody
12  09:33:00 – 09:38:00  rang out
13  09:40:00 – 09:40:02  technical failure
14  09:41:00             network congestion
15  11:58:00 – 12:06:00  answered 11:58:30; runs over closing time
16  12:30:00 – 12:30:08  "we are closed"
17  12:31:00 – 12:31:40  given up, while closed
18  23:55:00 – 00:10:00  outbound, over midnight
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from affluence.measures import Measured, measure_in_full
from affluence.pipeline import read_calls
from affluence.typical_week.calendar import opening_spans

from .hand_made_day import HOURS, LINES, assert_same_slots

SAMPLE = Path(__file__).parents[2] / "cdr_samples" / "asterisk-csv" / "Master.csv"


@pytest.fixture(scope="module")
def calls() -> pl.DataFrame:
    return read_calls([SAMPLE], trunks=["PJSIP/operateur-"])[0]


@pytest.fixture(scope="module")
def measured(calls: pl.DataFrame) -> Measured:
    opening = opening_spans(HOURS, date(2026, 3, 3), date(2026, 3, 4))
    return measure_in_full(calls, LINES, opening=opening, end=datetime(2026, 3, 4, 23, tzinfo=UTC))


@pytest.fixture(scope="module")
def slots(measured: Measured) -> pl.DataFrame:
    return measured.slots


def start_of(local: str) -> datetime:
    hour, minute = map(int, local.split(":"))
    return datetime(2026, 3, 3, tzinfo=UTC) + timedelta(hours=hour - 1, minutes=minute)


def slot(slots: pl.DataFrame, local: str) -> dict[str, Any]:
    return slots.row(by_predicate=pl.col("slot_start") == start_of(local), named=True)


def rows_of(companion: pl.DataFrame, local: str) -> list[tuple[Any, ...]]:
    """Rows of one slot, without the two columns that say which."""
    return companion.filter(slot_start=start_of(local)).drop("platform", "slot_start").rows()


def test_every_line_is_accounted_for() -> None:
    _, account = read_calls([SAMPLE], trunks=["PJSIP/operateur-"])
    assert account == {
        "lines": 18 + 1 + 1 + 1,
        "calls": 18,
        "merged": 1,  # the leg of call 2 that rang in vain
        "duplicates": 1,  # call 3
        "ignored": {"blank line": 1},
        "rejected": {},
    }


def test_first_quarter(slots: pl.DataFrame) -> None:
    quarter = slot(slots, "09:00")
    assert quarter["attempts"] == 1 + 1 + 1 + 2 + 1 + 1  # calls 1, 2, 3, 4-5, 6, 8
    assert quarter["answered"] == 3  # 1, 2, 6
    assert quarter["busy"] == 2  # 4, 5
    assert quarter["abandoned"] == 2  # 3, 8
    assert quarter["anonymous"] == 1  # 8
    assert quarter["first_attempts"] == 4  # 1, 2, 3, 4; 5 and 6 are redials of 4, 8 is nobody
    assert quarter["first_busy"] == 1  # 4
    assert quarter["first_answered"] == 2  # 1, 2
    assert quarter["unlinked"] == 1 and quarter["shared"] == 0  # 8
    assert quarter["refused_free"] == 0  # 4 and 5 met 1, 2 and 3 on the three lines
    assert quarter["wait_answered_s"] == 20 + 30 + 10
    assert quarter["wait_abandoned_s"] == 120 + 60
    assert quarter["talk_s"] == 280 + 1110 + 560  # 1, 2, 6
    # 1, 2, 3, 6, 7, 8; of them 7 is outbound
    assert quarter["line_holding_s"] == 300 + 1140 + 120 + 570 + 600 + 60
    assert quarter["inbound_holding_s"] == quarter["line_holding_s"] - 600
    # calls 1, 2, 3, 6, 7, 8, up to 09:15
    assert quarter["held_s"] == 300 + 840 + 120 + 570 + 540 + 30
    # 09:02:00-09:04:00 (1, 2, 3), 09:04:30-09:05:00 (1, 2, 6), 09:06-09:14 (2, 6, 7),
    # 09:14:30-09:15:00 (2, 7, 8)
    assert quarter["full_s"] == 120 + 30 + 480 + 30
    assert quarter["peak_calls"] == 3
    assert quarter["line_s"] == 3 * 900
    assert quarter["full_open_s"] == quarter["full_s"] and quarter["open_s"] == 900
    assert quarter["over_s"] == 0
    # 1, 2 and 7 up to 09:15, 6
    assert quarter["agent_busy_s"] == 280 + 810 + 530 + 560
    assert quarter["agent_s"] is None  # nobody said who is on duty


def test_second_quarter(slots: pl.DataFrame) -> None:
    quarter = slot(slots, "09:15")
    assert quarter["attempts"] == quarter["answered"] == 1  # 9
    # calls 2 (to 09:20), 7 (to 09:16), 8 (to 09:15:30), 9 (from 09:20)
    assert quarter["held_s"] == 300 + 60 + 30 + 600
    assert quarter["full_s"] == 30  # 2, 7, 8
    assert quarter["peak_calls"] == 3


def test_third_quarter(slots: pl.DataFrame) -> None:
    quarter = slot(slots, "09:30")
    outcomes = ("abandoned", "self_service", "unanswered", "failed", "busy")
    assert [quarter[outcome] for outcome in outcomes] == [1, 1, 1, 1, 1]  # 10, 11, 12, 13, 14
    assert quarter["attempts"] == 5
    assert quarter["first_busy"] == 1  # 14: congestion is a refusal
    # The network refused it: that lines were free proves nothing.
    assert quarter["busy_network"] == 1 and quarter["refused_free"] == 0
    assert quarter["held_s"] == 14 * 60 + 0 + 30 + 300 + 2  # 9, 10, 11, 12, 13; 14 holds nothing
    assert quarter["full_s"] == 0
    assert quarter["peak_calls"] == 2


def test_around_closing_time(slots: pl.DataFrame) -> None:
    before, after = slot(slots, "11:45"), slot(slots, "12:00")
    assert (before["answered"], before["wait_answered_s"], before["held_s"]) == (1, 30, 120)
    assert (after["held_s"], after["held_open_s"], after["line_open_s"]) == (360, 0, 0)
    assert (after["line_s"], after["open_s"]) == (3 * 900, 0)


def test_while_closed(slots: pl.DataFrame) -> None:
    quarter = slot(slots, "12:30")
    assert quarter["attempts"] == quarter["closed"] == 2  # 16 and 17, by the hour
    assert quarter["held_s"] == 8 + 40
    assert quarter["first_attempts"] == quarter["unlinked"] == 0
    assert quarter["wait_abandoned_s"] == 0
    assert quarter["line_holdings"] == 2 and quarter["inbound_holding_s"] == 0


def test_over_midnight(slots: pl.DataFrame) -> None:
    assert slot(slots, "23:45")["held_s"] == 300
    assert slot(slots, "24:00")["held_s"] == 600
    assert slots.height == 2 * 96


def test_the_whole_day_adds_up(slots: pl.DataFrame) -> None:
    assert slots["attempts"].sum() == 16  # 18 calls, 2 of them outbound
    # every call but the refused 4, 5 and 14, from arrival to release
    lasting = (300, 1140, 120, 570, 600, 60, 1440, 0, 30, 300, 2, 480, 8, 40, 900)
    assert slots["held_s"].sum() == sum(lasting)


def test_how_many_calls_at_a_time(measured: Measured) -> None:
    assert rows_of(measured.concurrency, "09:00") == [
        (1, 60, 60),  # 1, to 09:01:00
        # 1 and 2 to 09:02:00, and from 09:04:00; 2 and 6 from 09:05:00; 2 and 7 from 09:14:00
        (2, 60 + 30 + 60 + 30, 60 + 30 + 60 + 30),
        (3, 660, 660),  # as full_s
    ]
    assert rows_of(measured.concurrency, "24:00") == [(1, 600, 0)]  # 18, while closed


def test_durations(measured: Measured) -> None:
    assert rows_of(measured.durations, "09:00") == [
        ("answered", 10, 1),  # 6
        ("answered", 20, 1),  # 1
        ("answered", 30, 1),  # 2
        ("abandoned", 60, 1),  # 8
        ("abandoned", 120, 1),  # 3
        ("agent_pick_up", 10, 1),  # nothing but agents picks up here, so as answered
        ("agent_pick_up", 20, 1),
        ("agent_pick_up", 30, 1),
        ("talk", 280, 1),  # 1
        ("talk", 540, 1),  # 6: 560 s
        ("talk", 1080, 1),  # 2: 1110 s
        ("line_holding", 60, 1),  # 8
        ("line_holding", 120, 1),  # 3
        ("line_holding", 300, 1),  # 1
        ("line_holding", 570, 1),  # 6
        ("line_holding", 600, 1),  # 7
        ("line_holding", 1140, 1),  # 2
    ]
    assert rows_of(measured.durations, "09:30") == [
        ("abandoned", 0, 1),  # 10
        ("unanswered", 300, 1),  # 12
        ("line_holding", 2, 1),  # 13
        ("line_holding", 30, 1),  # 11; 10 and 14 hold nothing
        ("line_holding", 300, 1),  # 12
    ]
    # 16 and 17 call half an hour after closing and an hour before opening.
    assert rows_of(measured.durations, "12:30")[-2:] == [
        ("after_closing", 1800, 1),
        ("after_closing", 1860, 1),
    ]


def test_persons(measured: Measured) -> None:
    by_gap = {gap: rows_of(measured.persons.filter(gap_min=gap), "09:00") for gap in (15, 1440)}
    # Of 1, of 2, of 3 who gave up, and of 4 who got through with 6 after 130 s; 8 is nobody.
    assert by_gap[15] == [(15, 4, 1 + 1 + 1 + 3, 1, 3, 0, 1, 20 + 30 + 130)]
    assert by_gap[1440] == [(1440, *by_gap[15][0][1:])]
    # 11 served himself; 10, 12, 13 and 14 got nothing.
    assert rows_of(measured.persons.filter(gap_min=60), "09:30") == [(60, 5, 5, 1, 0, 1, 4, 0)]
    assert rows_of(measured.persons, "12:30") == []


def test_redials(measured: Measured) -> None:
    assert rows_of(measured.redials, "09:00") == [
        ("busy", 1, 40, 1, 0, 1, 40),  # 4, then 5
        ("busy", 2, 80, 1, 0, 1, 80),  # 5, then 6
        ("abandoned", 1, 3600, 0, 1, 0, 0),  # 3, hours before the desk closed
    ]
    assert rows_of(measured.redials, "09:30") == [
        (failure, 1, 3600, 0, 1, 0, 0)
        for failure in ("busy", "abandoned", "unanswered")  # 14, 10, 12
    ]


def test_the_day_as_data_is_this_day(calls: pl.DataFrame) -> None:
    """Other dialects are compared with it."""
    assert_same_slots(calls)
