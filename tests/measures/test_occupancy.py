"""How long lines are held and agents busy, where the records do not tell everything."""

from __future__ import annotations

from typing import Any

import pytest

from affluence.measures import measure, measure_in_full

from .frames import TEN, at, call, calls_frame, capacity_frame, spans


def _slots(*rows: dict[str, Any], lines: Any = 2, **more: Any) -> dict[str, list[Any]]:
    window = {"start": TEN, "end": at("30:00")} | more
    return measure(calls_frame(rows), lines, **window).to_dict(as_series=False)


# --- calls without a recorded end -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("recorded", "longest_call_s", "held"),
    [
        (None, 6 * 3600, [300, 900]),  # to the end of the window
        (None, 420, [300, 120]),
        (None, 60, [60, 0]),
        ([("0:00", "12:00")], 6 * 3600, [120, 0]),
        ([("13:00", "20:00"), ("0:00", "5:00")], 6 * 3600, [300, 300]),  # the latest of all ends
        ([("0:00", "20:00")], 60, [60, 0]),
        ([("0:00", "600:00")], 6 * 3600, [300, 900]),
        ([("0:00", "5:00")], 6 * 3600, [0, 0]),  # arrived after the last record
    ],
)
def test_a_call_that_is_still_open_holds_its_line_as_long_as_there_are_records(
    recorded: list[tuple[str, str]] | None, longest_call_s: int, held: list[int]
) -> None:
    slots = _slots(
        call(1, "10:00", None, "abandoned"),
        recorded=None if recorded is None else spans(*recorded),
        longest_call_s=longest_call_s,
    )
    assert slots["held_s"] == held
    assert slots["still_open"] == [1, 0]
    assert slots["line_holdings"] == [0, 0]  # how long it lasted is not known
    assert slots["wait_abandoned_s"] == [0, 0]


def test_a_call_that_is_still_open_holds_its_line_for_six_hours_unless_told_otherwise() -> None:
    calls = calls_frame([call(1, "0:00", None, "abandoned")])
    slots = measure(calls, 2, start=TEN, end=at("480:00"))
    in_full = measure_in_full(calls, 2, start=TEN, end=at("480:00")).slots
    assert slots["held_s"].sum() == in_full["held_s"].sum() == 6 * 3600


def test_a_call_that_ends_before_it_begins_holds_no_line() -> None:
    slots = _slots(call(1, "10:00", "9:00", "abandoned"))
    assert (slots["held_s"], slots["peak_calls"], slots["line_holdings"]) == ([0, 0],) * 3


# --- more calls than lines ------------------------------------------------------------------------


def test_over_is_more_calls_than_lines_even_where_there_are_none() -> None:
    lines = capacity_frame(
        [
            {"from": at("5:00"), "to": at("10:00"), "count": 1},
            {"from": at("8:00"), "to": at("20:00"), "count": 1},
        ]
    )
    slots = _slots(
        call(1, "4:00", "12:00", "answered"),
        call(2, "4:30", "9:00", "answered"),
        lines=lines,
    )
    # Two calls on no line, then on one; from 8:00 on two lines.
    assert slots["over_s"] == [60 + 3 * 60, 0]
    # From 5:00 to 9:00, with one line and with two, and from 10:00, alone on one line.
    assert slots["full_s"] == [4 * 60 + 2 * 60, 0]


def test_a_call_of_no_length_takes_no_line_from_who_is_refused_then() -> None:
    no_length = call(1, "10:00", "10:00", "abandoned")
    refused = call(2, "10:00", "10:05", "busy")
    assert _slots(no_length, refused, lines=1)["refused_free"] == [1, 0]
    a_second = call(1, "10:00", "10:01", "abandoned")
    assert _slots(a_second, refused, lines=1)["refused_free"] == [0, 0]


# --- agents ---------------------------------------------------------------------------------------


def test_an_agent_is_busy_from_the_answer_to_the_end_of_the_work_after_the_call() -> None:
    slots = _slots(
        call(1, "1:00", "3:00", "answered", answered="2:00"),
        call(2, "1:00", "14:50", "answered", answered="14:40", direction="outbound"),
        call(3, "1:00", "3:00", "answered", answered="2:00", direction="internal"),
        call(4, "1:00", "3:00", "answered"),  # who knows when
        call(5, "1:00", "3:00", "unanswered", answered="2:00"),  # the record contradicts itself
        wrap_up_s=30,
        opening=spans(("2:15", "14:55")),
    )
    assert slots["agent_busy_s"] == [90 + 20, 20]
    assert slots["agent_busy_open_s"] == [75 + 15, 0]
    assert slots["agent_s"] == [None, None]


def test_an_agent_is_busy_while_the_call_holds_its_line_where_no_end_is_recorded() -> None:
    still_open = call(1, "10:00", None, "answered", answered="11:00")
    assert _slots(still_open)["agent_busy_s"] == [4 * 60, 900]
    cut_short = _slots(still_open, longest_call_s=120, wrap_up_s=30)
    assert cut_short["agent_busy_s"] == [60 + 30, 0]


def test_an_agent_is_never_busy_for_less_than_no_time() -> None:
    # Answered, it seems, after the longest of all calls, or after its own end.
    still_open = call(1, "1:00", None, "answered", answered="11:00")
    assert _slots(still_open, longest_call_s=60)["agent_busy_s"] == [0, 0]
    disordered = call(1, "1:00", "2:00", "answered", answered="20:00")
    assert _slots(disordered)["agent_busy_s"] == [0, 0]


def test_agents_on_duty_are_those_of_the_platform_and_add_up() -> None:
    agents = capacity_frame(
        [
            {"from": at("5:00"), "to": at("25:00"), "count": 2, "kind": "agent"},
            {"from": at("20:00"), "count": 3, "kind": "agent"},
            {"from": at("0:00"), "count": 9, "kind": "agent", "platform": "another"},
            {"from": at("0:00"), "count": 9, "kind": "line"},
        ]
    )
    slots = _slots(lines=agents, opening=spans(("10:00", "22:00")), platform="titres-de-sejour")
    assert slots["agent_s"] == [2 * 600, 2 * 600 + 3 * 600]
    assert slots["agent_open_s"] == [2 * 300, 2 * 420 + 3 * 120]
    assert slots["line_s"] == [9 * 900] * 2


def test_who_is_on_duty_is_known_only_where_the_log_tells_it_of_the_whole_time() -> None:
    log = capacity_frame(
        [{"from": at("0:00"), "to": at("22:00"), "count": 2, "kind": "agent", "source": "recorded"}]
    )
    opening = spans(("10:00", "20:00"))
    slots = _slots(lines=log, opening=opening, platform="titres-de-sejour")
    assert slots["agent_s"] == [2 * 900, None]
    assert slots["agent_open_s"] == [2 * 300, 2 * 300]


def test_a_window_of_no_time_has_no_slots() -> None:
    assert _slots(call(1, "10:00", "11:00", "answered"), end=TEN)["held_s"] == []
