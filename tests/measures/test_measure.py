"""`measure_in_full` against the oracle, table by table, and what the window defaults to."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from affluence.measures import measure, measure_in_full
from affluence.tables import OUTCOMES, SLOTS

from . import oracle
from .comparison import LAWS, PROFILE, assert_same, options, product, rows_or_none, truth
from .frames import ZONE, calls_frame
from .strategies import Situation, situations

# --- the oracle against itself -------------------------------------------------------------------


@LAWS
@given(situations(several_days=False))
def test_the_two_walks_of_the_oracle_agree(situation: Situation) -> None:
    assert truth(situation, oracle.second_by_second) == truth(situation, oracle.piece_by_piece)


# --- the product against the oracle --------------------------------------------------------------


@pytest.mark.long
@PROFILE
@given(situations())
def test_every_table_equals_the_oracle(situation: Situation) -> None:
    assert_same(product(situation), truth(situation))


@pytest.mark.long
@PROFILE
@given(situations(microseconds=True))
def test_every_table_equals_the_oracle_to_the_microsecond(situation: Situation) -> None:
    assert_same(product(situation), truth(situation))


@LAWS
@given(situation=situations(max_calls=10), always_open=st.booleans())
def test_the_window_defaults_to_whole_local_days(
    situation: Situation, *, always_open: bool
) -> None:
    assume(situation.calls.height > 0)
    lines = situation.lines if isinstance(situation.lines, int) else situation.lines.to_dicts()
    opening = None if always_open else situation.opening
    got = measure_in_full(
        situation.calls,
        situation.lines,
        slot_minutes=situation.slot_minutes,
        zone=situation.zone,
        opening=opening,
    )
    expected = oracle.measure_in_full(
        situation.calls.to_dicts(),
        lines,
        slot_minutes=situation.slot_minutes,
        zone=situation.zone,
        opening=rows_or_none(opening),
    )
    assert_same(got, expected)


@LAWS
@given(situations(max_calls=6))
def test_the_slots_alone_are_those_of_the_whole(situation: Situation) -> None:
    alone = measure(situation.calls, situation.lines, **options(situation))
    assert alone.equals(product(situation).slots)


@pytest.mark.parametrize(
    ("day", "quarters"),
    [(date(2026, 3, 29), 92), (date(2026, 3, 30), 96), (date(2026, 10, 25), 100)],
)
def test_a_busy_day_of_23_24_and_25_hours(day: date, quarters: int) -> None:
    chance = random.Random(day.toordinal())
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
    arrivals = [midnight + timedelta(seconds=chance.randrange(quarters * 900)) for _ in range(600)]
    calls = calls_frame(
        {
            "call_key": key,
            "offered_at": arrival,
            "answered_at": arrival + timedelta(seconds=chance.randrange(60)),
            "released_at": arrival + timedelta(seconds=chance.randrange(60, 1500)),
            "outcome": chance.choice(OUTCOMES),
            # One of them is a switchboard, many call several times.
            "caller": chance.choice([None, *range(80), *[80] * 15]),
        }
        for key, arrival in enumerate([midnight, *arrivals])
    )
    got = measure_in_full(calls, 5)
    assert got.slots.height == quarters
    # The day is busy enough to prove something.
    assert got.slots["full_s"].sum() > 3600
    assert 0 < got.slots["shared"].sum() < got.slots["attempts"].sum() / 2
    assert_same(got, oracle.measure_in_full(calls.to_dicts(), 5))


def test_the_last_call_at_midnight_brings_the_day_that_begins() -> None:
    midnight = datetime(2026, 6, 9, 22, tzinfo=UTC)
    call = {"call_key": 1, "offered_at": midnight, "released_at": midnight, "outcome": "answered"}
    slots = measure(calls_frame([call]), 4, slot_minutes=60)
    assert slots["slot_start"].to_list() == [midnight + timedelta(hours=hour) for hour in range(24)]


@pytest.mark.parametrize(
    "zone",
    [
        "UTC",
        "America/Guadeloupe",
        "Indian/Reunion",
        "Pacific/Noumea",
        "America/Miquelon",
        "Pacific/Marquesas",  # UTC-09:30: midnight is on a half hour of UTC
    ],
)
def test_days_are_those_of_the_zone(zone: str) -> None:
    calls = _a_call_every_hour_and_a_half(datetime(2026, 3, 27, 5, tzinfo=UTC), 40)
    got = measure_in_full(calls, 3, slot_minutes=30, zone=zone)
    assert_same(got, oracle.measure_in_full(calls.to_dicts(), 3, slot_minutes=30, zone=zone))


@pytest.mark.parametrize(
    ("zone", "change"),
    [
        ("America/Santiago", datetime(2026, 9, 6, 4, tzinfo=UTC)),  # 00:00 becomes 01:00
        ("America/Havana", datetime(2026, 11, 1, 5, tzinfo=UTC)),  # 01:00 becomes 00:00
    ],
)
def test_a_day_begins_at_its_first_instant_where_midnight_is_skipped_or_doubled(
    zone: str, change: datetime
) -> None:
    calls = _a_call_every_hour_and_a_half(change - timedelta(hours=20), 24)
    got = measure_in_full(calls, 3, zone=zone)
    assert_same(got, oracle.measure_in_full(calls.to_dicts(), 3, zone=zone))


def _a_call_every_hour_and_a_half(first: datetime, count: int) -> pl.DataFrame:
    return calls_frame(
        {
            "call_key": key,
            "offered_at": first + key * timedelta(minutes=90),
            "released_at": first + key * timedelta(minutes=90) + timedelta(minutes=20),
            "outcome": ("answered", "busy", "abandoned")[key // 3 % 3],
            "caller": key % 3,
        }
        for key in range(count)
    )


def test_an_empty_opening_is_closed_all_the_time() -> None:
    arrival = datetime(2026, 3, 17, 9, tzinfo=UTC)
    call = {"call_key": 1, "offered_at": arrival, "released_at": arrival, "outcome": "busy"}
    no_time_at_all = pl.DataFrame(schema={"start": SLOTS.schema["slot_start"]}).with_columns(
        pl.col("start").alias("end")
    )
    got = measure_in_full(calls_frame([call]), 4, opening=no_time_at_all)
    slots = got.slots
    assert (slots["closed"].sum(), slots["busy"].sum(), slots["open_s"].sum()) == (1, 0, 0)
    # Twelve hours or more from any opening, and not before one.
    assert got.durations.select("kind", "duration_s", "calls").rows() == [
        ("after_closing", 3600, 1)
    ]


def test_calls_of_several_platforms_are_refused() -> None:
    arrival = datetime(2026, 3, 17, 9, tzinfo=UTC)
    call = {"offered_at": arrival, "released_at": arrival, "outcome": "busy"}
    calls = calls_frame([call | {"call_key": 1}, call | {"call_key": 2, "platform": "another"}])
    with pytest.raises(ValueError, match="platform"):
        measure_in_full(calls, 4)


def test_without_calls_the_window_and_the_platform_must_be_said() -> None:
    start = datetime(2026, 3, 17, 9, tzinfo=UTC)
    said: dict[str, Any] = {"start": start, "end": start + timedelta(hours=1), "platform": "desk"}
    assert measure_in_full(calls_frame([]), 4, **said).slots.height == 4
    for missing in said:
        with pytest.raises(ValueError, match=missing):
            measure_in_full(calls_frame([]), 4, **(said | {missing: None}))
