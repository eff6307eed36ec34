"""`measure` and `measure_waits` against the oracle, and the laws of arithmetic of DESIGN 2."""

from __future__ import annotations

import os
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from affluence.measures import measure, measure_waits
from affluence.tables import OUTCOMES, SLOTS, WAITS

from . import oracle
from .strategies import (
    PLATFORM,
    ZONE,
    Interrupted,
    Situation,
    calls_frame,
    capacity_frame,
    interrupted_situations,
    situations,
    spans_frame,
)

PROFILE = settings.get_profile(f"measures-{os.environ.get('HYPOTHESIS_PROFILE', 'quick')}")
# Each example of these walks through every second of one or two days.
FEW = settings(PROFILE, max_examples=max(1, PROFILE.max_examples // 6))

COUNTS = ("attempts", *OUTCOMES, "anonymous", "first_attempts", "first_busy")
SECONDS = (
    "wait_answered_s",
    "wait_abandoned_s",
    "held_s",
    "full_s",
    "line_s",
    "open_s",
    "held_open_s",
    "full_open_s",
    "line_open_s",
    "recorded_s",
)
# Additive over any split of the calls. First attempts are not: the first of one part may be the
# second of the whole; neither are full seconds and peaks.
ADDITIVE = (
    "attempts",
    *OUTCOMES,
    "anonymous",
    "wait_answered_s",
    "wait_abandoned_s",
    "held_s",
    "held_open_s",
)

Rows = list[dict[str, Any]]


def product(situation: Situation) -> pl.DataFrame:
    """What the program says."""
    slots = measure(
        situation.calls,
        situation.lines,
        slot_minutes=situation.slot_minutes,
        zone=situation.zone,
        opening=situation.opening,
        recorded=situation.recorded,
        start=situation.start,
        end=situation.end,
        refusals_hold_lines=situation.refusals_hold_lines,
        platform=PLATFORM,
    )
    return SLOTS.check(slots)


def truth(situation: Situation, walk: oracle.Walk = oracle.second_by_second) -> Rows:
    """What the oracle says."""
    return oracle.measure(
        situation.calls.to_dicts(),
        situation.lines if isinstance(situation.lines, int) else situation.lines.to_dicts(),
        slot_minutes=situation.slot_minutes,
        zone=situation.zone,
        opening=_rows_or_none(situation.opening),
        recorded=_rows_or_none(situation.recorded),
        start=situation.start,
        end=situation.end,
        refusals_hold_lines=situation.refusals_hold_lines,
        platform=PLATFORM,
        walk=walk,
    )


def _rows_or_none(frame: pl.DataFrame | None) -> Rows | None:
    return None if frame is None else frame.to_dicts()


def waits(situation: Situation) -> pl.DataFrame:
    """The program's histograms of waits."""
    return WAITS.check(
        measure_waits(
            situation.calls,
            slot_minutes=situation.slot_minutes,
            start=situation.start,
            end=situation.end,
            platform=PLATFORM,
        )
    )


def assert_same(got: Rows, expected: Rows) -> None:
    """Equality slot by slot, so that a failure names the slot and the columns that differ."""
    assert [row["slot_start"] for row in got] == [row["slot_start"] for row in expected]
    for mine, theirs in zip(got, expected, strict=True):
        differing = {
            column: (mine[column], theirs[column])
            for column in theirs
            if mine[column] != theirs[column]
        }
        assert not differing, f"{theirs['slot_start']:%F %R}Z (product, oracle): {differing}"


# --- the oracle against itself -------------------------------------------------------------------


@PROFILE
@given(situations())
def test_the_two_walks_of_the_oracle_agree(situation: Situation) -> None:
    assert_same(truth(situation, oracle.second_by_second), truth(situation, oracle.piece_by_piece))


# --- the product against the oracle --------------------------------------------------------------


@PROFILE
@given(situations())
def test_every_column_equals_the_oracle(situation: Situation) -> None:
    assert_same(product(situation).to_dicts(), truth(situation))


@PROFILE
@given(situations(microseconds=True))
def test_every_column_equals_the_oracle_to_the_microsecond(situation: Situation) -> None:
    expected = truth(situation, oracle.piece_by_piece)
    got = product(situation).to_dicts()
    for mine, theirs in zip(got, expected, strict=True):
        for column in ("slot_start", *COUNTS, "peak_calls"):
            assert mine[column] == theirs[column], column
        for column in SECONDS:
            assert mine[column] == pytest.approx(theirs[column], abs=1e-6), column


@FEW
@given(situation=situations(max_calls=10), always_open=st.booleans())
def test_the_window_defaults_to_whole_local_days(
    situation: Situation, *, always_open: bool
) -> None:
    assume(situation.calls.height > 0)
    lines = situation.lines if isinstance(situation.lines, int) else situation.lines.to_dicts()
    opening = None if always_open else situation.opening
    got = measure(
        situation.calls,
        situation.lines,
        slot_minutes=situation.slot_minutes,
        zone=situation.zone,
        opening=opening,
    )
    expected = oracle.measure(
        situation.calls.to_dicts(),
        lines,
        slot_minutes=situation.slot_minutes,
        zone=situation.zone,
        opening=_rows_or_none(opening),
    )
    assert_same(SLOTS.check(got).to_dicts(), expected)


@pytest.mark.parametrize(
    ("day", "quarters"),
    [(date(2026, 3, 29), 92), (date(2026, 3, 30), 96), (date(2026, 10, 25), 100)],
)
def test_a_busy_day_of_23_24_and_25_hours(day: date, quarters: int) -> None:
    chance = random.Random(day.toordinal())
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
    arrivals = [midnight + timedelta(seconds=chance.randrange(quarters * 900)) for _ in range(600)]
    calls = calls_frame(
        [
            {
                "call_key": key,
                "offered_at": arrival,
                "answered_at": arrival + timedelta(seconds=chance.randrange(60)),
                "released_at": arrival + timedelta(seconds=chance.randrange(60, 1500)),
                "outcome": chance.choice(OUTCOMES),
                "caller": chance.choice([None, *range(40)]),
            }
            for key, arrival in enumerate([midnight, *arrivals])
        ]
    )
    got = SLOTS.check(measure(calls, 5)).to_dicts()
    assert len(got) == quarters
    assert sum(row["full_s"] for row in got) > 3600  # the day is busy enough to prove something
    assert_same(got, oracle.measure(calls.to_dicts(), 5))


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
    got = SLOTS.check(measure(calls, 3, slot_minutes=30, zone=zone)).to_dicts()
    assert_same(got, oracle.measure(calls.to_dicts(), 3, slot_minutes=30, zone=zone))


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
    got = SLOTS.check(measure(calls, 3, zone=zone)).to_dicts()
    assert_same(got, oracle.measure(calls.to_dicts(), 3, zone=zone))


def _a_call_every_hour_and_a_half(first: datetime, count: int) -> pl.DataFrame:
    return calls_frame(
        [
            {
                "call_key": key,
                "offered_at": first + key * timedelta(minutes=90),
                "released_at": first + key * timedelta(minutes=90) + timedelta(minutes=20),
                "outcome": "answered",
                "caller": key % 3,
            }
            for key in range(count)
        ]
    )


@PROFILE
@given(situations(microseconds=True))
def test_waits_equal_the_oracle(situation: Situation) -> None:
    expected = oracle.measure_waits(
        situation.calls.to_dicts(),
        slot_minutes=situation.slot_minutes,
        start=situation.start,
        end=situation.end,
        platform=PLATFORM,
    )
    assert waits(situation).to_dicts() == expected


@pytest.mark.parametrize("outcome", ["answered", "abandoned"])
def test_a_wait_at_each_bound_of_each_bin(outcome: str) -> None:
    lengths = sorted({length for b in oracle.WAIT_BINS for length in (b - 1, b, b + 1) if b} | {0})
    lengths += [3599, 3600, 7200, 86_400]
    arrival = datetime(2026, 3, 17, 9, tzinfo=UTC)
    calls = calls_frame(
        [
            {
                "call_key": key,
                "offered_at": arrival,
                "answered_at": arrival + timedelta(seconds=length, milliseconds=999),
                "released_at": arrival + timedelta(seconds=length, milliseconds=999),
                "outcome": outcome,
            }
            for key, length in enumerate(lengths)
        ]
    )
    got = WAITS.check(measure_waits(calls))
    assert got.to_dicts() == oracle.measure_waits(calls.to_dicts())
    assert got["wait_s"].to_list() == list(oracle.WAIT_BINS)
    assert got["calls"].sum() == len(lengths)


# --- laws -----------------------------------------------------------------------------------------


@PROFILE
@given(situations(), st.randoms(use_true_random=False))
def test_the_order_of_rows_never_matters(situation: Situation, chance: random.Random) -> None:
    order = list(range(situation.calls.height))
    chance.shuffle(order)
    shuffled = situation.but(
        calls=situation.calls[order],
        lines=_reversed(situation.lines),
        opening=None if situation.opening is None else situation.opening.reverse(),
        recorded=None if situation.recorded is None else situation.recorded.reverse(),
    )
    assert product(shuffled).equals(product(situation))
    assert waits(shuffled).equals(waits(situation))


def _reversed(lines: int | pl.DataFrame) -> int | pl.DataFrame:
    return lines if isinstance(lines, int) else lines.reverse()


@PROFILE
@given(situations(), st.integers(0, 2**24 - 1))
def test_counts_waits_and_held_seconds_add_up_over_any_split(
    situation: Situation, split: int
) -> None:
    in_first = [bool(split >> row & 1) for row in range(situation.calls.height)]
    mask = pl.Series(in_first, dtype=pl.Boolean)
    parts = [situation.but(calls=situation.calls.filter(part)) for part in (mask, ~mask)]
    whole = product(situation)
    first, second = (product(part) for part in parts)
    for column in ADDITIVE:
        assert (first[column] + second[column]).to_list() == whole[column].to_list(), column

    added = (
        pl.concat([waits(part) for part in parts])
        .group_by("platform", "slot_start", "kind", "wait_s")
        .agg(pl.col("calls").sum())
        .sort("slot_start", "kind", "wait_s")
    )
    assert added.equals(waits(situation))


@PROFILE
@given(interrupted_situations())
def test_full_seconds_and_peaks_add_up_across_an_idle_instant(interrupted: Interrupted) -> None:
    whole = product(interrupted.situation)
    before = product(interrupted.situation.but(calls=interrupted.before))
    after = product(interrupted.situation.but(calls=interrupted.after))
    for column in ("full_s", "full_open_s"):
        assert (before[column] + after[column]).to_list() == whole[column].to_list(), column
    peaks = zip(before["peak_calls"], after["peak_calls"], strict=True)
    assert [max(pair) for pair in peaks] == whole["peak_calls"].to_list()


@PROFILE
@given(situations(slot_minutes=(30, 60)))
def test_longer_slots_are_sums_of_quarters(situation: Situation) -> None:
    quarters = product(situation.but(slot_minutes=15))
    summed = (
        quarters.sort("slot_start")
        .with_columns(pl.col("slot_start").dt.truncate(f"{situation.slot_minutes}m"))
        .group_by("platform", "slot_start", maintain_order=True)
        .agg(pl.col(*COUNTS, *SECONDS).sum(), pl.col("peak_calls").max())
        .select(list(SLOTS.columns))
    )
    assert_same(product(situation).to_dicts(), summed.to_dicts())


@PROFILE
@given(situations(), st.integers(0, 16))
def test_a_window_measured_in_two_parts_is_the_same(situation: Situation, cut: int) -> None:
    middle = min(situation.start + cut * timedelta(minutes=situation.slot_minutes), situation.end)
    parts = [situation.but(end=middle), situation.but(start=middle)]
    assert pl.concat([product(part) for part in parts]).equals(product(situation))
    assert pl.concat([waits(part) for part in parts]).equals(waits(situation))


@PROFILE
@given(situations())
def test_what_holds_in_every_slot(situation: Situation) -> None:
    slots = product(situation)
    step = timedelta(minutes=situation.slot_minutes)
    expected = (situation.end - situation.start) // step
    assert slots["slot_start"].to_list() == [situation.start + n * step for n in range(expected)]
    for row in slots.to_dicts():
        assert sum(row[outcome] for outcome in OUTCOMES) == row["attempts"]
        assert row["first_busy"] <= min(row["first_attempts"], row["busy"])
        assert row["first_attempts"] <= row["attempts"] - row["anonymous"]
        assert row["full_open_s"] <= min(row["full_s"], row["open_s"]) <= step.total_seconds()
        assert row["held_open_s"] <= row["held_s"] <= row["peak_calls"] * step.total_seconds()
        assert row["line_open_s"] <= row["line_s"]
        assert min(row[column] for column in (*COUNTS, *SECONDS)) >= 0
        if situation.opening is None:
            assert row["open_s"] == step.total_seconds()
            assert row["held_open_s"] == row["held_s"]


@PROFILE
@given(situations(), st.integers(1, 6))
def test_a_number_of_lines_is_a_capacity_without_end(situation: Situation, lines: int) -> None:
    for_ever = capacity_frame([{"from": datetime(2020, 1, 1, tzinfo=UTC), "count": lines}])
    assert product(situation.but(lines=for_ever)).equals(product(situation.but(lines=lines)))


@PROFILE
@given(situations())
def test_what_is_recorded_changes_only_its_own_column(situation: Situation) -> None:
    everything = product(situation.but(recorded=None))
    assert product(situation).drop("recorded_s").equals(everything.drop("recorded_s"))
    seconds = situation.slot_minutes * 60
    assert everything["recorded_s"].to_list() == [seconds] * everything.height


@PROFILE
@given(situations())
def test_no_result_depends_on_the_pseudonyms(situation: Situation) -> None:
    renamed = situation.calls.with_columns(pl.col("caller") ^ 0x5DEECE66D)
    assert product(situation.but(calls=renamed)).equals(product(situation))


@PROFILE
@given(situations(max_calls=0))
def test_without_calls_every_slot_is_there_and_empty(situation: Situation) -> None:
    slots = product(situation)
    assert_same(slots.to_dicts(), truth(situation))
    for column in (*COUNTS, "held_s", "full_s", "peak_calls"):
        assert slots[column].sum() == 0, column
    assert waits(situation).is_empty()


def test_an_empty_opening_is_closed_all_the_time() -> None:
    arrival = datetime(2026, 3, 17, 9, tzinfo=UTC)
    call = {"call_key": 1, "offered_at": arrival, "released_at": arrival, "outcome": "busy"}
    slots = measure(calls_frame([call]), 4, opening=spans_frame([]))
    assert (slots["closed"].sum(), slots["busy"].sum(), slots["open_s"].sum()) == (1, 0, 0)
