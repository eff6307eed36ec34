"""What adds up, what changes nothing, and what holds between the tables (DESIGN 2)."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affluence.measures import Measured
from affluence.tables import GAPS_MIN, OUTCOMES, REFUSED_BY, SLOTS

from .comparison import (
    ADDITIVE,
    LAWS,
    OF_CALLERS,
    OF_MOMENTS,
    OF_THE_DESK,
    OTHERS,
    added,
    appended,
    assert_equal,
    assert_same,
    product,
    tables,
    truth,
)
from .frames import calls_frame, capacity_frame
from .strategies import Interrupted, Situation, interrupted_situations, situations

pytestmark = pytest.mark.long

# --- what adds up ---------------------------------------------------------------------------------


def test_every_column_of_the_slots_has_its_law() -> None:
    columns = ["platform", "slot_start", *ADDITIVE, *OF_CALLERS, *OF_MOMENTS, *OF_THE_DESK, *OTHERS]
    assert sorted(columns) == sorted(SLOTS.columns)


@LAWS
@given(situations(), st.data())
def test_counts_waits_holdings_and_talks_add_up_over_any_split_of_the_calls(
    situation: Situation, data: st.DataObject
) -> None:
    height = situation.calls.height
    in_first = data.draw(st.lists(st.booleans(), min_size=height, max_size=height))
    mask = pl.Series(in_first, dtype=pl.Boolean)
    whole = product(situation)
    parts = [product(situation.but(calls=situation.calls.filter(part))) for part in (mask, ~mask)]
    _assert_add_up(parts, whole, columns=ADDITIVE, companions=("durations",))


@LAWS
@given(situations(), st.sets(st.sampled_from([0, 1, 2, 3, 4])), st.booleans())
def test_persons_add_up_over_any_split_of_the_callers(
    situation: Situation, callers: set[int], with_anonymous: bool
) -> None:
    mask = situation.calls["caller"].is_in(sorted(callers)).fill_null(with_anonymous)
    whole = product(situation)
    parts = [product(situation.but(calls=situation.calls.filter(part))) for part in (mask, ~mask)]
    _assert_add_up(
        parts,
        whole,
        columns=(*ADDITIVE, *OF_CALLERS),
        companions=("durations", "persons", "redials"),
    )


@LAWS
@given(interrupted_situations())
def test_lasting_seconds_and_peaks_add_up_across_an_idle_instant(interrupted: Interrupted) -> None:
    situation = interrupted.situation
    whole = product(situation)
    parts = [product(situation.but(calls=part)) for part in (interrupted.before, interrupted.after)]
    _assert_add_up(parts, whole, columns=OF_MOMENTS, companions=("concurrency",))
    peaks = zip(*(part.slots["peak_calls"] for part in parts), strict=True)
    assert [max(pair) for pair in peaks] == whole.slots["peak_calls"].to_list()


def _assert_add_up(
    parts: list[Measured], whole: Measured, *, columns: tuple[str, ...], companions: tuple[str, ...]
) -> None:
    summed = added("slots", [part.slots for part in parts]).select("slot_start", *columns)
    for mine, theirs in zip(
        summed.to_dicts(), whole.slots.select(summed.columns).to_dicts(), strict=True
    ):
        assert mine == theirs
    assert_equal(
        {name: added(name, [getattr(part, name) for part in parts]) for name in companions}, whole
    )


@LAWS
@given(situations(slot_minutes=(30, 60)))
def test_longer_slots_are_sums_of_quarters(situation: Situation) -> None:
    quarters = product(situation.but(slot_minutes=15))
    start = pl.col("slot_start").dt.truncate(f"{situation.slot_minutes}m")
    longer = {name: frame.with_columns(start) for name, frame in tables(quarters).items()}
    summed = {name: added(name, [frame]) for name, frame in longer.items()}
    # A peak of a longer slot is the highest of its quarters.
    peaks = longer["slots"].group_by("slot_start").agg(pl.col("peak_calls").max())
    summed["slots"] = summed["slots"].update(peaks, on="slot_start")
    assert_equal(summed, product(situation))


@LAWS
@given(situations(), st.integers(0, 16))
def test_a_window_measured_in_two_parts_is_the_same(situation: Situation, cut: int) -> None:
    middle = min(situation.start + cut * timedelta(minutes=situation.slot_minutes), situation.end)
    parts = [situation.but(end=middle), situation.but(start=middle)]
    assert_equal(appended([product(part) for part in parts]), product(situation))


@LAWS
@given(situations(several_days=True))
def test_each_local_day_needs_only_the_calls_that_touch_it(situation: Situation) -> None:
    days = _local_days(situation)
    parts = [product(_with_calls_that_touch(day)) for day in days]
    if days:
        assert_equal(appended(parts), product(situation))


def _local_days(situation: Situation) -> list[Situation]:
    """The situation cut at each midnight of its zone."""
    zone = ZoneInfo(situation.zone)
    days = []
    start = situation.start
    while start < situation.end:
        local = start.astimezone(zone).replace(tzinfo=None, hour=0, minute=0)
        midnight = (local + timedelta(days=1)).replace(tzinfo=zone).astimezone(UTC)
        days.append(situation.but(start=start, end=min(midnight, situation.end)))
        start = midnight
    return days


def _with_calls_that_touch(day: Situation) -> Situation:
    """Calls of the same local day, and those of other days that are not over as it begins.

    Over is a call when its line is free and its agent has finished the work after it. A call whose
    end is not recorded is over after the longest call.
    """
    zone = ZoneInfo(day.zone)
    date = day.start.astimezone(zone).date()

    def touches(call: dict[str, datetime | None]) -> bool:
        offered, released = call["offered_at"], call["released_at"]
        assert offered is not None
        over = released or offered + timedelta(seconds=day.longest_call_s)
        return offered.astimezone(zone).date() == date or (
            offered < day.end and over + timedelta(seconds=day.wrap_up_s) >= day.start
        )

    return day.but(calls=calls_frame(row for row in day.calls.to_dicts() if touches(row)))


# --- what changes nothing -------------------------------------------------------------------------


@LAWS
@given(situations(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(situation: Situation, chance: random.Random) -> None:
    def shuffled(frame: pl.DataFrame) -> pl.DataFrame:
        return frame[chance.sample(range(frame.height), frame.height)]

    lines, opening, recorded = situation.lines, situation.opening, situation.recorded
    reordered = situation.but(
        calls=shuffled(situation.calls),
        lines=lines if isinstance(lines, int) else shuffled(lines),
        opening=None if opening is None else shuffled(opening),
        recorded=None if recorded is None else shuffled(recorded),
    )
    assert_equal(tables(product(reordered)), product(situation))


@LAWS
@given(situations(), st.data())
def test_no_result_depends_on_the_pseudonyms(situation: Situation, data: st.DataObject) -> None:
    callers = situation.calls["caller"].drop_nulls().unique().sort().to_list()
    keys = st.integers(0, 2**64 - 1)
    others = data.draw(
        st.lists(keys, min_size=len(callers), max_size=len(callers), unique=True)
        | st.permutations(callers)
    )
    renamed = dict(zip(callers, others, strict=True))
    calls = calls_frame(
        row | {"caller": renamed.get(row["caller"]), "agent": None, "call_key": 2**64 - 1 - number}
        for number, row in enumerate(situation.calls.to_dicts())
    )
    assert_equal(tables(product(situation.but(calls=calls))), product(situation))


@LAWS
@given(situations(max_calls=12), st.integers(1, 6))
def test_a_number_of_lines_is_a_capacity_without_end(situation: Situation, lines: int) -> None:
    for_ever = capacity_frame([{"from": datetime(2020, 1, 1, tzinfo=UTC), "count": lines}])
    assert_equal(
        tables(product(situation.but(lines=for_ever))), product(situation.but(lines=lines))
    )


@LAWS
@given(situations(max_calls=12))
def test_what_is_recorded_changes_only_its_own_column_where_every_end_is_known(
    situation: Situation,
) -> None:
    ended = situation.but(calls=situation.calls.filter(pl.col("released_at").is_not_null()))
    everything = product(ended.but(recorded=None))
    seconds = situation.slot_minutes * 60
    assert everything.slots["recorded_s"].to_list() == [seconds] * everything.slots.height
    got = tables(product(ended))
    got["slots"] = got["slots"].with_columns(recorded_s=pl.lit(float(seconds)))
    assert_equal(got, everything)


@LAWS
@given(situations(max_calls=0))
def test_without_calls_every_slot_is_there_and_empty(situation: Situation) -> None:
    measured = product(situation)
    assert_same(measured, truth(situation))
    slots = measured.slots
    step = timedelta(minutes=situation.slot_minutes)
    expected = (situation.end - situation.start) // step
    assert slots["slot_start"].to_list() == [situation.start + n * step for n in range(expected)]
    for column in (*ADDITIVE, *OF_CALLERS, *OF_MOMENTS, *OTHERS):
        assert slots[column].sum() == 0, column
    assert all(frame.is_empty() for name, frame in tables(measured).items() if name != "slots")


# --- what holds between the columns and the tables ------------------------------------------------


@LAWS
@given(situations())
def test_what_holds_in_every_slot(situation: Situation) -> None:
    measured = product(situation)
    step_s = situation.slot_minutes * 60
    for slot in measured.slots.to_dicts():
        assert sum(slot[outcome] for outcome in OUTCOMES) == slot["attempts"]
        assert sum(slot[f"busy_{who}"] for who in REFUSED_BY) <= slot["busy"]
        assert slot["first_busy"] + slot["first_answered"] <= slot["first_attempts"]
        assert slot["first_attempts"] + slot["unlinked"] <= slot["attempts"] - slot["closed"]
        assert slot["shared"] <= slot["unlinked"] <= slot["shared"] + slot["anonymous"]
        assert slot["unlinked_answered"] <= slot["answered"]
        assert slot["unlinked_busy"] + slot["first_busy"] <= slot["busy"]
        assert slot["full_open_s"] <= min(slot["full_s"], slot["open_s"]) <= step_s
        assert slot["held_open_s"] <= slot["held_s"] <= slot["peak_calls"] * step_s
        assert slot["line_open_s"] <= slot["line_s"]
        assert 0 <= slot["agent_busy_open_s"] <= slot["agent_busy_s"]
        assert slot["inbound_holding_s"] <= slot["line_holding_s"]
        assert (slot["refused_free"] is None) == situation.refusals_hold_lines
        assert (slot["agent_s"] is None) == (slot["agent_open_s"] is None)
        assert (slot["refused_free"] or 0) <= slot["busy"]
        if situation.opening is None:
            assert slot["open_s"] == step_s
            assert slot["held_open_s"] == slot["held_s"]


@LAWS
@given(situations())
def test_simultaneous_calls_explain_what_is_held_full_and_over(situation: Situation) -> None:
    lines = 2
    measured = product(situation.but(lines=lines))
    together = measured.concurrency
    assert (together["lasting_s"] > 0).all()
    for slot in measured.slots.to_dicts():
        here = together.filter(slot_start=slot["slot_start"]).to_dicts()
        assert slot["held_s"] == sum(row["calls"] * row["lasting_s"] for row in here)
        assert slot["held_open_s"] == sum(row["calls"] * row["lasting_open_s"] for row in here)
        assert slot["full_s"] == sum(row["lasting_s"] for row in here if row["calls"] >= lines)
        assert slot["over_s"] == sum(row["lasting_s"] for row in here if row["calls"] > lines)
        assert slot["peak_calls"] == max((row["calls"] for row in here), default=0)


@LAWS
@given(situations())
def test_durations_are_of_the_calls_that_the_slots_count(situation: Situation) -> None:
    measured = product(situation)
    for slot in measured.slots.to_dicts():
        here = measured.durations.filter(slot_start=slot["slot_start"])
        calls = dict(here.group_by("kind").agg(pl.col("calls").sum()).iter_rows())
        assert calls.get("answered", 0) == slot["answered"] - slot["answer_unrecorded"]
        assert calls.get("talk", 0) == slot["talks"]
        assert calls.get("line_holding", 0) == slot["line_holdings"]
        assert calls.get("agent_pick_up", 0) <= slot["answered"]
        picked_up = calls.get("agent_pick_up", 0) + calls.get("machine_pick_up", 0)
        assert picked_up <= slot["attempts"] - slot["closed"]
        beside = calls.get("before_opening", 0) + calls.get("after_closing", 0)
        assert beside <= slot["closed"]


@LAWS
@given(situations())
def test_every_linked_attempt_is_of_one_intent_and_every_failure_has_a_sequel(
    situation: Situation,
) -> None:
    if situation.calls.is_empty():
        return
    # A window wide enough for every call.
    measured = product(
        situation.but(
            start=situation.start - timedelta(days=3), end=situation.end + timedelta(days=3)
        )
    )
    slots, persons, redials = measured.slots, measured.persons, measured.redials
    linked = _total(slots, "attempts") - _total(slots, "closed") - _total(slots, "unlinked")
    answered = _total(slots, "answered") - _total(slots, "unlinked_answered")
    intents = []
    for gap_min in GAPS_MIN:
        of_gap = persons.filter(gap_min=gap_min)
        assert _total(of_gap, "attempts") == linked
        assert _total(of_gap, "reached") == answered
        intents.append(_total(of_gap, "intents"))
    assert intents == sorted(intents, reverse=True)  # longer gaps, longer intents
    assert intents[-1] >= _total(slots, "first_attempts")
    for row in persons.to_dicts():
        assert row["intents"] == row["reached"] + row["self_served"] + row["gave_up"] > 0
        assert row["first_busy"] <= row["intents"] <= row["attempts"]
    for slot in slots.to_dicts():
        busy = redials.filter(slot_start=slot["slot_start"], failure="busy")
        sequels = _total(busy, "redialled") + _total(busy, "censored")
        assert sequels == slot["busy"] - slot["unlinked_busy"]


def _total(frame: pl.DataFrame, column: str) -> int:
    return sum(frame[column].to_list())
