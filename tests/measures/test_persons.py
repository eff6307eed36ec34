"""Callers followed through their day: intents, shared numbers, redials, and when it is too late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from affluence.measures import Measured, measure_in_full

from .frames import call, calls_frame, spans, spans_frame


def _measured(*rows: dict[str, Any], **more: Any) -> Measured:
    return measure_in_full(calls_frame(rows), 4, **more)


def _intents(measured: Measured) -> list[int]:
    """Intents by gap: 15, 30, 60 minutes, the whole day."""
    by_gap = measured.persons.group_by("gap_min").agg(pl.col("intents").sum()).sort("gap_min")
    return by_gap["intents"].to_list()


def _redials(measured: Measured) -> list[tuple[Any, ...]]:
    return measured.redials.drop("platform", "slot_start", "followed", "redial_s").rows()


# --- intents --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pause", "intents"),
    [
        ("0:00", [1, 1, 1, 1]),
        ("15:00", [1, 1, 1, 1]),
        ("15:00.000001", [2, 1, 1, 1]),
        ("30:00", [2, 1, 1, 1]),
        ("30:00.000001", [2, 2, 1, 1]),
        ("60:00", [2, 2, 1, 1]),
        ("60:00.000001", [2, 2, 2, 1]),
        ("700:00", [2, 2, 2, 1]),
    ],
)
def test_an_intent_goes_on_after_a_pause_of_its_gap_and_ends_after_a_longer_one(
    pause: str, intents: list[int]
) -> None:
    # The pause begins with the end of the first attempt.
    measured = _measured(
        call(1, "-9:00", "0:00", "abandoned", caller=1), call(2, pause, pause, "busy", caller=1)
    )
    assert _intents(measured) == intents
    assert measured.slots["first_attempts"].sum() == 1


def test_an_answer_ends_every_intent() -> None:
    measured = _measured(
        call(1, "0:00", "0:10", "busy", caller=1),
        call(2, "1:00", "2:00", "answered", answered="1:30", caller=1),
        call(3, "2:00", "2:10", "abandoned", caller=1),
        call(4, "3:00", "3:10", "self_service", caller=1),
        call(5, "3:00", "3:10", "self_service", caller=2),
        call(6, "4:00", "4:00", "unanswered", caller=2),
    )
    assert _intents(measured) == [3] * 4
    figures = measured.persons.filter(gap_min=1440).drop("platform", "slot_start", "gap_min")
    assert figures.to_dicts() == [
        {
            "intents": 3,
            "attempts": 2 + 2 + 2,
            "first_busy": 1,
            "reached": 1,
            "self_served": 1,  # 3 and 4: the last word was that of the voice menu
            "gave_up": 1,  # 5 and 6
            "reach_s": 90,
        }
    ]


def test_only_an_answer_is_waited_for() -> None:
    contradictory = call(1, "0:00", "3:00", "unanswered", answered="2:00", caller=1)
    answered = call(2, "1:00", "3:00", "answered", answered="1:40", caller=2)
    figures = _measured(contradictory, answered).persons.filter(gap_min=1440)
    assert (figures["reached"].sum(), figures["reach_s"].sum()) == (1, 40)


def test_an_answer_at_an_unknown_moment_reaches_but_adds_no_time() -> None:
    persons = _measured(
        call(1, "0:00", "0:10", "busy", caller=1), call(2, "1:00", "2:00", "answered", caller=1)
    ).persons
    assert persons.select("reached", "reach_s").unique().rows() == [(1, 0.0)]


def test_who_calls_again_before_the_attempt_before_is_over_makes_no_pause() -> None:
    measured = _measured(
        call(1, "0:00", "40:00", "abandoned", caller=1), call(2, "20:00", "50:00", "busy", caller=1)
    )
    assert _intents(measured) == [1] * 4
    assert _redials(measured)[0] == ("abandoned", 1, 0, 1, 0)


def test_an_attempt_without_an_end_counts_as_over_when_it_began() -> None:
    measured = _measured(
        call(1, "0:00", None, "abandoned", caller=1),
        call(2, "15:00", None, "abandoned", caller=1),
        call(3, "15:01", "15:00", "abandoned", caller=1),  # ends before it begins
        call(4, "30:02", "30:02", "abandoned", caller=1),
    )
    assert measured.slots["shared"].sum() == 0
    assert _intents(measured) == [2, 1, 1, 1]
    assert [delay for _, _, delay, redialled, _ in _redials(measured) if redialled] == [900, 1, 900]


def test_attempts_of_one_instant_are_ordered_by_what_became_of_them() -> None:
    rows = [
        call(1, "0:00", "0:05", "answered", answered="0:05", caller=1),
        call(2, "0:00", "0:00", "busy", caller=1),
        call(3, "0:00", None, "busy", caller=1),
        call(4, "0:00", "0:00", "abandoned", caller=1),
    ]
    for order in (rows, rows[::-1], rows[2:] + rows[:2]):
        measured = _measured(*order)
        assert measured.slots["first_busy"].sum() == 1
        assert _intents(measured) == [2] * 4  # busy, busy, answered; then abandoned
        assert [row[:3] for row in _redials(measured)] == [
            ("busy", 1, 0),
            ("busy", 2, 0),
            ("abandoned", 1, 3600),
        ]


def test_a_person_is_followed_beyond_the_window_but_not_beyond_the_day() -> None:
    rows = [
        call(1, "0:00", "0:10", "busy", caller=1),
        call(2, "20:00", "20:10", "busy", caller=1),
        call(3, "40:00", "41:00", "answered", answered="40:30", caller=1),
        call(4, "1440:00", "1441:00", "answered", answered="1440:10", caller=1),
    ]
    quarter = {"start": rows[0]["offered_at"], "end": rows[0]["offered_at"] + timedelta(minutes=15)}
    persons = _measured(*rows, **quarter).persons.filter(gap_min=30)
    assert persons.select("attempts", "reached", "reach_s").rows() == [(3, 1, 40 * 60 + 30)]
    assert _redials(_measured(*rows, **quarter)) == [("busy", 1, 1140, 1, 0)]
    assert _measured(*rows).slots["first_attempts"].sum() == 2
    later = {"start": rows[1]["offered_at"] - timedelta(minutes=5), "end": rows[2]["offered_at"]}
    # A second attempt begins no intent, and is the second wherever the window begins.
    assert _measured(*rows, **later).persons.filter(gap_min=30).is_empty()
    assert _redials(_measured(*rows, **later)) == [("busy", 2, 1140, 1, 0)]


def test_closed_anonymous_outbound_and_internal_calls_are_of_no_person() -> None:
    measured = _measured(
        call(1, "0:00", "0:10", "closed", caller=1),
        call(2, "1:00", "1:10", "busy"),
        call(3, "2:00", "2:10", "answered", answered="2:05", direction="outbound", caller=1),
        call(4, "2:00", "2:10", "answered", answered="2:05", direction="internal", caller=1),
        call(5, "9:00", "9:10", "busy", caller=1),
        opening=spans(("0:00", "8:00")),
    )
    assert measured.persons.is_empty()
    assert measured.redials.is_empty()
    counts = ("anonymous", "unlinked", "unlinked_busy", "first_attempts")
    assert measured.slots.sum().select(counts).row(0) == (1, 1, 1, 0)


# --- shared numbers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arrivals_and_ends", "is_shared"),
    [
        ((("0:00", "9:00"), ("1:00", "9:00"), ("2:00", "9:00")), True),
        ((("0:00", "9:00"), ("1:00", "9:00")), False),  # two at a time may be one person
        ((("0:00", "2:00"), ("1:00", "9:00"), ("2:00", "9:00")), False),  # over in that instant
        ((("0:00", "9:00"), ("1:00", "2:00"), ("2:00", "9:00")), False),
        ((("0:00", "2:00.000001"), ("1:00", "9:00"), ("2:00", "9:00")), True),
        ((("0:00", None), ("1:00", "9:00"), ("2:00", "9:00")), False),  # as if over at once
        # Only the two directly before count.
        ((("0:00", "9:00"), ("1:00", "9:00"), ("1:30", "1:40"), ("2:00", "9:00")), True),
        ((("0:00", "9:00"), ("1:00", "1:10"), ("1:30", "9:00"), ("2:00", "9:00")), False),
    ],
)
def test_a_number_is_shared_when_a_third_call_comes_while_two_are_up(
    *, arrivals_and_ends: tuple[tuple[str, str | None], ...], is_shared: bool
) -> None:
    rows = [
        call(key, arrival, end, "abandoned", caller=1)
        for key, (arrival, end) in enumerate(arrivals_and_ends)
    ]
    measured = _measured(*rows)
    slots = measured.slots.sum()
    assert slots["shared"].item() == slots["unlinked"].item() == len(rows) * is_shared
    assert slots["first_attempts"].item() == int(not is_shared)
    assert measured.persons.is_empty() == measured.redials.is_empty() == is_shared


@pytest.mark.parametrize(("answers", "is_shared"), [(8, False), (9, True)])
def test_a_number_is_shared_when_more_than_eight_of_its_calls_are_answered(
    *, answers: int, is_shared: bool
) -> None:
    rows = [
        call(key, f"{key}:00", f"{key}:10", "answered" if key < answers else "busy", caller=1)
        for key in range(20)
    ]
    assert _measured(*rows).slots["shared"].sum() == 20 * is_shared


def test_a_number_is_shared_on_one_day_and_not_on_another_nor_for_its_closed_calls() -> None:
    rows = [call(key, "-600:00", "-590:00", "busy", caller=1) for key in range(3)]
    closed = call(4, "-300:00", "-290:00", "busy", caller=1)
    other_day = call(5, "900:00", "901:00", "busy", caller=1)
    slots = _measured(
        *rows, closed, other_day, opening=spans(("-700:00", "-400:00"), ("840:00", "1000:00"))
    ).slots
    counts = ("shared", "unlinked_busy", "closed", "first_attempts", "first_busy")
    assert slots.sum().select(counts).row(0) == (3, 3, 1, 1, 1)


# --- when it is too late to call again ------------------------------------------------------------

_MIDNIGHT = datetime(2026, 3, 28, 23, tzinfo=UTC)  # of the day of 23 hours in Paris


def _hours(hours: float) -> datetime:
    return _MIDNIGHT + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("opening", "too_late"),
    [
        (None, 23),  # the end of the day
        ([(8, 12), (13, 18)], 18),
        ([(13, 18), (8, 13), (9, 15), (17.5, 18)], 18),
        ([(8, 18), (18, 20), (31, 35)], 20),  # tomorrow plays no part
        ([(8, 23)], 23),  # closes at midnight
        ([(8, 23), (23, 26)], 23),  # stays open over midnight
        ([(8, 12), (22, 26)], 23),
        ([(-5, 12)], 12),
        ([(-5, 0), (8, 10.5)], 10.5),
    ],
)
def test_a_failure_without_a_sequel_is_followed_until_the_desk_closes_for_the_day(
    opening: list[tuple[float, float]] | None, too_late: float
) -> None:
    before = timedelta(minutes=50)
    arrival = min(_hours(too_late) - before, _hours(10))
    rows = [
        {
            "call_key": 1,
            "offered_at": arrival,
            "released_at": _hours(too_late) - before,
            "outcome": "abandoned",
            "caller": 1,
        }
    ]
    spans_open = opening and spans_frame(
        [(_hours(since), _hours(until)) for since, until in opening]
    )
    measured = _measured(*rows, opening=spans_open)
    assert _redials(measured) == [("abandoned", 1, 50 * 60, 0, 1)]


def test_a_failure_at_midnight_is_followed_to_the_end_of_the_day_that_begins() -> None:
    the_day_before, at_midnight = (
        {
            "call_key": key,
            "offered_at": _hours(hour),
            "released_at": _hours(hour + 22.5),
            "outcome": "busy",
            "caller": key,
        }
        for key, hour in enumerate((-24, 0))
    )
    assert _redials(_measured(the_day_before, at_midnight)) == [
        ("busy", 1, 3600, 0, 1),
        ("busy", 1, 1800, 0, 1),  # the day that begins has 23 hours
    ]


def test_days_on_which_the_desk_does_not_open_change_nothing_for_the_others() -> None:
    # It opens on the second, third and fifth of five days, and somebody calls on every day.
    opening = spans_frame([(_hours(24 * day + 8), _hours(24 * day + 17)) for day in (1, 2, 4)])
    rows = [
        {
            "call_key": day,
            "offered_at": _hours(24 * day + 16.9),
            "released_at": _hours(24 * day + 16.9),
            "outcome": "busy",
            "caller": day,
        }
        for day in range(5)
    ]
    redials = _measured(*rows, opening=opening).redials
    assert redials.select("delay_s", "censored").rows() == [(360, 1)] * 3


def test_no_time_is_left_after_a_failure_that_outlasts_the_desk() -> None:
    measured = _measured(
        call(1, "4:00", "6:00", "unanswered", caller=1), opening=spans(("0:00", "5:00"))
    )
    assert _redials(measured) == [("unanswered", 1, 0, 0, 1)]


def test_the_third_failure_of_an_intent_and_all_later_ones_are_counted_together() -> None:
    rows = [call(key, f"{key}:00", f"{key}:10", "busy", caller=1) for key in range(5)]
    assert _redials(_measured(*rows)) == [
        ("busy", 1, 50, 1, 0),
        ("busy", 2, 50, 1, 0),
        ("busy", 3, 50, 2, 0),
        ("busy", 3, 3600, 0, 1),
    ]


@pytest.mark.parametrize(
    ("again_hours", "expected"),
    [
        # What is called at noon is a redial; whether it led to an attempt is another question.
        ((12.5,), ("busy", 1, 3600, 1, 0, 0)),
        ((12.5, 14), ("busy", 1, 3600, 1, 0, 1)),
        ((14,), ("busy", 1, 3600, 1, 0, 1)),
        ((11.25,), ("busy", 1, 840, 1, 0, 1)),
        ((18.5,), ("busy", 1, 3600, 0, 1, 0)),  # after the desk has closed for the day
        ((), ("busy", 1, 3600, 0, 1, 0)),
    ],
)
def test_who_calls_again_while_the_desk_is_closed_at_noon_has_redialled(
    again_hours: tuple[float, ...], expected: tuple[Any, ...]
) -> None:
    rows = [
        {
            "call_key": key,
            "offered_at": _hours(hour),
            "released_at": _hours(hour) + timedelta(seconds=60 if key == 0 else 5),
            "outcome": "busy" if key == 0 else "abandoned",
            "caller": 1,
        }
        for key, hour in enumerate((11.0, *again_hours))
    ]
    opening = spans_frame([(_hours(8), _hours(12)), (_hours(13), _hours(18))])
    measured = _measured(*rows, opening=opening)
    redials = measured.redials.drop("platform", "slot_start", "redial_s")
    assert redials.filter(failure="busy").rows() == [expected]
    # What is closed is no attempt of an intent.
    of_day = measured.persons.filter(pl.col("gap_min") == 1440)
    assert of_day["attempts"].sum() == 1 + sum(8 <= h < 12 or 13 <= h < 18 for h in again_hours)
