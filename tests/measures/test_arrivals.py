"""What is counted as a call arrives: closed or not, with a free line or not."""

from __future__ import annotations

import polars as pl
import pytest

from affluence.measures import measure

from .frames import TEN, at, call, calls_frame, capacity_frame, spans


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
    opening = spans(("9:00", "9:30"), ("10:00", "12:00"), ("5:00", "10:00"), ("6:00", "7:00"))
    calls = calls_frame([call(1, arrival, "14:00", "abandoned", caller=7)])
    first = measure(calls, 2, opening=opening, start=TEN, end=at("15:00")).row(0, named=True)
    assert (first["abandoned"], first["closed"]) == ((1, 0) if is_open else (0, 1))
    assert first["first_attempts"] == int(is_open)
    assert first["open_s"] == (12 - 5) * 60


@pytest.mark.parametrize("refused_key", [4, 6])
@pytest.mark.parametrize("refused_is_first_row", [True, False])
def test_of_two_attempts_in_one_second_the_refused_one_is_the_first(
    *, refused_key: int, refused_is_first_row: bool
) -> None:
    rows = [
        call(refused_key, "6:00", "6:05", "busy", caller=7),
        call(5, "6:00", "9:00", "answered", answered="6:30", caller=7),
    ]
    first = measure(
        calls_frame(rows if refused_is_first_row else rows[::-1]), 2, start=TEN, end=at("15:00")
    ).row(0, named=True)
    assert (first["first_attempts"], first["first_busy"], first["first_answered"]) == (1, 1, 0)


# --- refusals while lines are free ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("arrival", "free"),
    [
        ("1:59", True),
        ("2:00", False),  # the second line is taken in the same instant
        ("2:30", False),
        ("3:00", False),  # and given back in the same instant
        ("3:00.000001", True),
    ],
)
def test_a_refusal_in_the_instant_in_which_the_lines_fill_or_empty_met_none_free(
    *, arrival: str, free: bool
) -> None:
    calls = calls_frame(
        [
            call(1, "1:00", "9:00", "answered"),
            call(2, "2:00", "3:00", "abandoned", direction="outbound"),
            call(3, "2:30", "2:30", "answered"),  # lasts no time
            call(4, arrival, arrival, "busy"),
        ]
    )
    assert _refused_free(calls, 2) == int(free)


def test_a_refusal_while_no_line_is_in_service_met_none_free() -> None:
    lines = capacity_frame([{"from": at("2:00"), "to": at("3:00"), "count": 1}])
    arrivals = ("1:59", "2:00", "2:59", "3:00")
    for arrival, free in zip(arrivals, (0, 1, 1, 0), strict=True):
        assert _refused_free(calls_frame([call(1, arrival, arrival, "busy")]), lines) == free


def test_only_a_refusal_for_want_of_a_line_can_be_doubted() -> None:
    for refused_by, free in ((None, 1), ("lines", 1), ("queue", 0), ("rule", 0), ("network", 0)):
        calls = calls_frame([call(1, "1:00", "1:00", "busy", refused_by=refused_by)])
        assert _refused_free(calls, 1) == free


def test_a_refusal_while_closed_counts_as_closed_only() -> None:
    calls = calls_frame([call(1, "1:00", "1:00", "busy", refused_by="rule")])
    first = measure(calls, 1, opening=spans(("2:00", "3:00"))).sum()
    columns = ("closed", "busy", "busy_rule", "refused_free")
    assert first.select(columns).row(0) == (1, 0, 0, 0)


def _refused_free(calls: pl.DataFrame, lines: int | pl.DataFrame) -> int:
    (refused_free,) = measure(calls, lines, start=TEN, end=at("15:00"))["refused_free"]
    return int(refused_free)
