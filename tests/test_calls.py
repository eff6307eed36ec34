"""Legs → calls, against a plain reading of the rules, one call at a time."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affluence.calls import merge_legs
from affluence.tables import (
    CAPPED,
    CONTINUED,
    DIRECTIONS,
    EVIDENCE,
    INTERNAL_NOT_COUNTED,
    LEGS,
    MINUTE_ONLY,
    NOT_COUNTED,
    STILL_OPEN,
)

START = datetime(2026, 3, 3, 8, tzinfo=UTC)
LONGEST_S = 3600
OUTCOME = {
    "agent": "answered",
    "gave_up": "abandoned",
    "rang_out": "unanswered",
    "closed": "closed",
    "failed": "failed",
    "unknown": "unknown",
    "self_service": "self_service",
    "voicemail": "self_service",
    "callback": "self_service",
} | {name: "busy" for name in EVIDENCE if name.startswith("refused")}

Leg = dict[str, Any]


@st.composite
def legs(draw: st.DrawFn) -> Leg:
    """A leg of one of a few calls, some of them met twice."""
    offered = START + timedelta(seconds=draw(st.integers(0, 20)))
    lasts = draw(st.one_of(st.none(), st.integers(0, 20), st.just(2 * LONGEST_S)))
    evidence = draw(st.sampled_from(("unknown", "agent", *EVIDENCE)))
    record_key = draw(st.integers(1, 12))
    queue = draw(st.sampled_from([None, "desk", "relief"]))
    enters = queue is not None and draw(st.booleans())
    return {
        "record_key": record_key,
        "call_key": record_key % 4,  # copies of a record share its call
        "offered_at": offered,
        "picked_up_at": None,
        "queued_at": offered if enters else None,
        "answered_at": offered + timedelta(seconds=1) if evidence == "agent" else None,
        "released_at": None if lasts is None else offered + timedelta(seconds=lasts),
        "direction": draw(st.sampled_from(DIRECTIONS)),
        "evidence": evidence,
        "caller": draw(st.one_of(st.none(), st.integers(1, 3))),
        "line": None,
        "agent": None,
        "queue": queue,
        "quality": draw(st.sampled_from([0, 1, 8, CONTINUED])),
        "part": draw(st.integers(0, 2)),
    }


def frame(rows: list[Leg]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={**LEGS.schema, "part": pl.UInt32()}, orient="row")


def rejoined(rows: list[Leg]) -> dict[int, int]:
    """Calls that changed their key in a queue: first key → last key, one pair after another."""
    keys = sorted({leg["call_key"] for leg in rows})

    def seen(key: int, queue: str) -> list[Leg]:
        return [leg for leg in rows if (leg["call_key"], leg["queue"]) == (key, queue)]

    pairs = []
    for waiting, answered, queue in itertools.product(keys, keys, ("desk", "relief")):
        told = [leg for leg in rows if leg["call_key"] == waiting]
        entries = [leg for leg in seen(waiting, queue) if leg["queued_at"]]
        answers = [leg for leg in seen(answered, queue) if leg["evidence"] == "agent"]
        nothing_more = not any(leg["released_at"] or leg["evidence"] != "unknown" for leg in told)
        never_entered = not any(leg["queued_at"] for leg in seen(answered, queue))
        if entries and answers and nothing_more and never_entered:
            gap = min(leg["offered_at"] for leg in entries) - min(
                leg["offered_at"] for leg in answers
            )
            if abs(gap) <= timedelta(seconds=2):
                pairs.append((waiting, answered, queue))
    return {
        waiting: answered
        for waiting, answered, queue in pairs
        if [pair[0] for pair in pairs].count(waiting) == 1
        and [pair[1:] for pair in pairs].count((answered, queue)) == 1
    }


def by_hand(rows: list[Leg]) -> list[Leg]:
    """The rules of `affluence.calls`, read aloud."""
    last_key = rejoined(rows)
    once: dict[int, Leg] = {}
    for leg in rows:
        key = leg["call_key"]
        once.setdefault(leg["record_key"], leg | {"call_key": last_key.get(key, key)})
    calls = []
    for key in sorted({leg["call_key"] for leg in once.values()}):
        mine = [leg for leg in once.values() if leg["call_key"] == key]
        before = sum(
            (
                leg["released_at"] - leg["offered_at"]
                for leg in mine
                if leg["quality"] & CONTINUED and leg["released_at"]
            ),
            timedelta(),
        )
        mine = [leg if leg["quality"] & CONTINUED else later(leg, before) for leg in mine]
        spoken = [leg for leg in mine if leg["evidence"] == "agent"]
        ends = [leg["released_at"] for leg in mine if leg["released_at"]]
        last = max(
            [leg for leg in mine if leg["evidence"] != "unknown"] or mine,
            key=lambda leg: (
                leg["released_at"] or leg["offered_at"],
                EVIDENCE.index(leg["evidence"]),
            ),
        )
        offered = min(leg["offered_at"] for leg in mine)
        released = max(ends) if ends else None
        by_arrival = sorted(
            mine,
            key=lambda leg: (
                leg["offered_at"],
                DIRECTIONS.index(leg["direction"]),
                leg["record_key"],
            ),
        )
        first = by_arrival[0]["direction"]
        begins_inside = first == "internal"
        takes_a_line = any(leg["direction"] == "outbound" for leg in mine)
        callers = [leg["caller"] for leg in by_arrival if leg["caller"] is not None]
        too_long = released is not None and released - offered > timedelta(seconds=LONGEST_S)
        calls.append(
            {
                "call_key": key,
                "offered_at": offered,
                "answered_at": min(leg["answered_at"] for leg in spoken) if spoken else None,
                "queued_at": min(
                    (leg["queued_at"] for leg in mine if leg["queued_at"]), default=None
                ),
                "released_at": offered + timedelta(seconds=LONGEST_S) if too_long else released,
                "outcome": OUTCOME["agent" if spoken else last["evidence"]],
                "direction": "outbound" if begins_inside and takes_a_line else first,
                "caller": callers[0] if callers else None,
                "legs": len(mine),
                "too_long": too_long,
                "open": released is None,
            }
        )
    return calls


def later(leg: Leg, by: timedelta) -> Leg:
    moved = ("queued_at", "answered_at", "released_at")
    return leg | {name: leg[name] + by for name in moved if leg[name] is not None}


def distinct(rows: list[Leg]) -> list[Leg]:
    """Copies of a record are equal here: which of two that differ is kept is no rule."""
    first: dict[int, Leg] = {}
    return [first.setdefault(leg["record_key"], leg) | {"part": leg["part"]} for leg in rows]


@given(st.lists(legs(), max_size=15).map(distinct))
def test_calls_are_what_the_rules_say(rows: list[Leg]) -> None:
    merged = merge_legs(frame(rows), platform="desk", longest_call_s=LONGEST_S)
    found = merged.calls.sort("call_key")
    expected = by_hand(rows)
    times = ("offered_at", "queued_at", "answered_at", "released_at")
    for name in ("call_key", *times, "outcome", "legs", "direction", "caller"):
        assert found[name].to_list() == [call[name] for call in expected], name
    assert [bool(q & CAPPED) for q in found["quality"]] == [call["too_long"] for call in expected]
    assert [bool(q & STILL_OPEN) for q in found["quality"]] == [call["open"] for call in expected]


def half(call_key: int, offered_s: int, **said: Any) -> Leg:
    """A leg in the queue of the desk that tells only what is said."""
    nothing = dict.fromkeys((*LEGS.columns, "part"))
    offered = START + timedelta(seconds=offered_s)
    told = {"record_key": call_key, "call_key": call_key, "offered_at": offered, "queue": "desk"}
    usual = {"direction": "inbound", "evidence": "unknown", "quality": 0, "part": 0}
    return nothing | told | usual | said


def entry(call_key: int, offered_s: int) -> Leg:
    return half(call_key, offered_s, queued_at=START + timedelta(seconds=offered_s))


def answer(call_key: int, offered_s: int, **said: Any) -> Leg:
    return half(call_key, offered_s, evidence="agent", answered_at=START, **said)


@pytest.mark.parametrize(
    ("why", "rows", "keys"),
    [
        ("the same second", [entry(1, 0), answer(2, 0)], [2]),
        ("two seconds later", [entry(1, 0), answer(2, 2)], [2]),
        ("two seconds before", [entry(1, 2), answer(2, 0)], [2]),
        ("three seconds apart", [entry(1, 0), answer(2, 3)], [1, 2]),
        ("it never entered", [half(1, 0), answer(2, 0)], [1, 2]),
        ("it entered twice", [entry(1, 0), entry(1, 9) | {"record_key": 3}, answer(2, 0)], [2]),
        ("it was answered twice", [entry(1, 0), answer(2, 0), answer(2, 9, record_key=3)], [2]),
        ("another queue", [entry(1, 0), answer(2, 0, queue="relief")], [1, 2]),
        ("two entries", [entry(1, 0), entry(2, 1), answer(3, 0)], [1, 2, 3]),
        ("two answers", [entry(1, 0), answer(2, 0), answer(3, 1)], [1, 2, 3]),
        ("two of each, apart", [entry(1, 0), answer(2, 0), entry(3, 9), answer(4, 9)], [2, 4]),
        ("it entered itself", [entry(1, 0), entry(2, 0), answer(2, 0)], [1, 2]),
        (
            "it entered another queue",
            [entry(1, 9), entry(2, 0) | {"queue": "relief"}, answer(2, 9)],
            [2],
        ),
        (
            "the entry was given up",
            [entry(1, 0), half(1, 0, evidence="gave_up"), answer(2, 0)],
            [1, 2],
        ),
        ("the entry has ended", [entry(1, 0), half(1, 0, released_at=START), answer(2, 0)], [1, 2]),
    ],
)
def test_a_call_that_changes_its_key_in_a_queue(why: str, rows: list[Leg], keys: list[int]) -> None:
    calls = merge_legs(frame(rows), platform="desk", longest_call_s=LONGEST_S).calls
    assert calls["call_key"].sort().to_list() == keys, why


@given(st.lists(legs(), max_size=15), st.randoms(use_true_random=False))
def test_order_of_the_rows_never_matters(rows: list[Leg], chance: random.Random) -> None:
    shuffled = rows.copy()
    chance.shuffle(shuffled)
    one, other = (
        merge_legs(frame(order), platform="desk", longest_call_s=LONGEST_S)
        for order in (rows, shuffled)
    )
    assert one.calls.sort("call_key").equals(other.calls.sort("call_key"))
    assert one.fates.equals(other.fates)


@given(st.lists(legs(), max_size=15))
def test_every_record_has_one_fate(rows: list[Leg]) -> None:
    merged = merge_legs(frame(rows), platform="desk", longest_call_s=LONGEST_S)
    fates = {part: counts for part, *counts in merged.fates.iter_rows()}
    for part in {leg["part"] for leg in rows}:
        assert sum(fates[part]) == sum(leg["part"] == part for leg in rows)
    assert merged.fates["calls"].sum() == merged.calls.height


def test_calls_that_are_none_of_the_desks_are_ignored_whole() -> None:
    """One record that is not counted is enough; of internal ones all must be."""

    def leg(record_key: int, call_key: int, part: int, quality: int = 0) -> Leg:
        return half(call_key, 0) | {"record_key": record_key, "part": part, "quality": quality}

    merged = merge_legs(
        frame(
            [
                leg(1, 1, 0, NOT_COUNTED),
                leg(2, 1, 0),
                leg(2, 1, 1),  # a copy
                leg(3, 2, 0, INTERNAL_NOT_COUNTED),
                leg(4, 2, 1, INTERNAL_NOT_COUNTED),
                leg(5, 3, 0, INTERNAL_NOT_COUNTED),
                leg(6, 3, 1),  # a line after all
                leg(7, 4, 1, NOT_COUNTED),
                leg(8, 5, 1, INTERNAL_NOT_COUNTED),
                leg(9, 6, 1, MINUTE_ONLY),
            ]
        ),
        platform="desk",
        longest_call_s=LONGEST_S,
    )
    assert merged.calls.sort("call_key").select("call_key", "quality").rows() == [
        (3, STILL_OPEN),
        (6, MINUTE_ONLY | STILL_OPEN),
    ]
    assert merged.fates.to_dicts() == [
        {"part": 0, "calls": 1, "merged": 0, "duplicates": 0, "ignored": 3},  # 5; 1 2 3
        {"part": 1, "calls": 1, "merged": 1, "duplicates": 1, "ignored": 3},  # 9; 6; 2; 4 7 8
    ]


def test_the_caller_is_whom_the_first_leg_names_not_the_least_pseudonym() -> None:
    legs_of_one = [
        half(1, offered_s) | {"record_key": offered_s, "queue": None, "caller": caller}
        for offered_s, caller in ((0, None), (5, 3), (9, 1))
    ]
    calls = merge_legs(frame(legs_of_one), platform="desk", longest_call_s=LONGEST_S).calls
    assert calls["caller"].to_list() == [3]


def test_parts_of_a_call_that_all_tell_its_beginning() -> None:
    """A minute with the voice menu, then an agent after ten seconds, for three minutes in all."""
    part = {"call_key": 1, "offered_at": START, "direction": "inbound", "part": 0, "quality": 0}
    menu = part | {"record_key": 1, "evidence": "unknown", "quality": CONTINUED}
    menu |= {"released_at": START + timedelta(minutes=1)}
    agent = part | {"record_key": 2, "evidence": "agent"}
    agent |= {"answered_at": START + timedelta(seconds=10)}
    agent |= {"released_at": START + timedelta(minutes=3)}
    calls = merge_legs(frame([menu, agent]), platform="desk", longest_call_s=LONGEST_S).calls
    assert calls["answered_at"].to_list() == [START + timedelta(seconds=70)]
    assert calls["released_at"].to_list() == [START + timedelta(minutes=4)]


def test_no_leg_is_no_call() -> None:
    assert merge_legs(frame([]), platform="desk", longest_call_s=60).calls.is_empty()
