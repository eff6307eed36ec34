"""Working days counted by hand, and what becomes of messages that nobody has answered yet."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affluence.indicators import Ratio
from affluence.indicators.written import Channel, Message, WorkingDays, written_indicators

# The French ones of April to November 2026 that fall on Monday to Friday.
HOLIDAYS = [
    date(2026, 4, 6),  # Easter Monday
    date(2026, 5, 1),
    date(2026, 5, 8),
    date(2026, 5, 14),  # Ascension
    date(2026, 5, 25),  # Whit Monday
    date(2026, 7, 14),
    date(2026, 11, 11),
]
LATER = date(2026, 12, 31)


@pytest.mark.parametrize(
    ("received", "answered", "days"),
    [
        ("2026-09-07", "2026-09-07", 0),  # the same Monday
        ("2026-09-07", "2026-09-08", 1),
        ("2026-09-11", "2026-09-14", 1),  # Friday to Monday
        ("2026-09-12", "2026-09-14", 1),  # Saturday to Monday
        ("2026-09-12", "2026-09-13", 0),  # Saturday to Sunday
        ("2026-09-07", "2026-09-28", 15),  # three weeks
        ("2026-09-07", "2026-09-27", 14),  # the Sunday before
        ("2026-11-10", "2026-11-12", 1),  # Tuesday to Thursday around 11 November
        ("2026-11-11", "2026-11-12", 1),  # received on the holiday
        ("2026-11-10", "2026-11-11", 0),  # answered on it
        ("2026-10-22", "2026-11-12", 14),  # 1 November is a Sunday, 11 a Wednesday
        ("2026-04-03", "2026-04-07", 1),  # Friday to Tuesday around Easter Monday
        ("2026-04-02", "2026-04-10", 5),
        ("2026-05-07", "2026-05-15", 4),  # around 8 May and Ascension
    ],
)
def test_working_days_follow_the_day_of_receipt(received: str, answered: str, days: int) -> None:
    working = WorkingDays(date(2026, 4, 1), LATER, HOLIDAYS)
    assert working.between(date.fromisoformat(received), date.fromisoformat(answered)) == days


dates = st.dates(date(2026, 4, 1), LATER)


@given(dates, dates, dates)
def test_working_days_are_the_ones_that_anybody_would_tick_off(
    first: date, second: date, third: date
) -> None:
    received, between, answered = sorted((first, second, third))
    working = WorkingDays(date(2026, 4, 1), LATER, HOLIDAYS)
    ticked, day = 0, received
    while day < answered:
        day += timedelta(days=1)
        ticked += day.isoweekday() <= 5 and day not in HOLIDAYS
    assert working.between(received, answered) == ticked
    parts = working.between(received, between) + working.between(between, answered)
    assert parts == ticked


def message(channel: Channel, received: str, answered: str = "") -> Message:
    return Message(
        channel=channel,
        received=date.fromisoformat(received),
        answered=date.fromisoformat(answered) if answered else None,
    )


def found(messages: list[Message], last_known: date = LATER) -> dict[str, Ratio]:
    ratios = written_indicators(messages, HOLIDAYS, last_known)
    return {ratio.key: ratio for ratio in ratios}


def counts(ratio: Ratio) -> tuple[float | None, float | None, int | None]:
    """Answered in time, of those of which it can be told, pending."""
    (pending,) = ratio.left_out
    return ratio.numerator, ratio.denominator, pending.count


@pytest.mark.parametrize(
    ("channel", "key", "in_time", "late"),
    [
        ("letter", "letters_in_time", "2026-11-12", "2026-11-13"),  # 14 and 15 days
        ("complaint", "complaints_in_time", "2026-11-12", "2026-11-13"),
        ("email", "emails_in_time", "2026-10-28", "2026-10-29"),  # 4 and 5 days
    ],
)
def test_under_a_limit_excludes_the_limit(
    channel: Channel, key: str, in_time: str, late: str
) -> None:
    received = "2026-10-22"
    both = [message(channel, received, in_time), message(channel, received, late)]
    assert counts(found(both)[key]) == (1, 2, 0)
    assert counts(found(both[:1])[key]) == (1, 1, 0)
    assert counts(found(both[1:])[key]) == (0, 1, 0)


def test_a_holiday_more_makes_an_answer_timely() -> None:
    letter = message("letter", "2026-10-22", "2026-11-12")
    without, *_ = written_indicators([letter], [], LATER)
    assert counts(without) == (0, 1, 0)
    assert counts(found([letter])["letters_in_time"]) == (1, 1, 0)


def test_without_an_answer_a_message_is_pending_until_its_time_is_over() -> None:
    waiting = [message("letter", "2026-10-22")]
    # The 14th working day is not over before the 15th begins.
    assert counts(found(waiting, date(2026, 11, 12))["letters_in_time"]) == (0, 0, 1)
    assert counts(found(waiting, date(2026, 11, 13))["letters_in_time"]) == (0, 1, 0)


def test_pending_messages_are_left_out_and_named_with_their_day() -> None:
    ratio = found(
        [
            message("email", "2026-11-02", "2026-11-03"),
            message("email", "2026-11-09", "2026-11-20"),
            message("email", "2026-11-10"),
            message("email", "2026-11-18"),
        ],
        date(2026, 11, 20),
    )["emails_in_time"]
    assert counts(ratio) == (1, 3, 1)
    assert ratio.value == pytest.approx(1 / 3)
    assert ratio.denominator_words.endswith("dont le délai est passé au 20/11/2026")
    assert ratio.left_out[0].words == "courriels encore sans réponse et dans les délais"


def test_an_answer_after_the_last_day_known_is_an_answer() -> None:
    answered = [message("email", "2026-11-18", "2026-11-23")]
    assert counts(found(answered, date(2026, 11, 20))["emails_in_time"]) == (1, 1, 0)


def test_channels_do_not_mix() -> None:
    ratios = found(
        [
            message("letter", "2026-09-01", "2026-09-10"),
            message("email", "2026-09-01", "2026-09-10"),
            message("complaint", "2026-09-01"),
        ]
    )
    assert {key: counts(ratio)[:2] for key, ratio in ratios.items()} == {
        "letters_in_time": (1, 1),
        "emails_in_time": (0, 1),
        "complaints_in_time": (0, 1),
    }


def test_nothing_received_and_everything_pending_are_said() -> None:
    ratios = found([message("letter", "2026-12-30")])
    assert [(ratio.value, ratio.note) for ratio in ratios.values()] == [
        (None, "Tous les délais courent encore : non mesuré."),
        (None, "Rien reçu dans la période : non mesuré."),
        (None, "Rien reçu dans la période : non mesuré."),
    ]
