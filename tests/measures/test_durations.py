"""Histograms of durations: bins, who picked up first, how near to the opening hours."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from affluence.measures import measure_in_full

from .frames import TEN, call, calls_frame, spans
from .oracle.clock import BINS_S


def _durations(*rows: dict[str, Any], **more: Any) -> list[tuple[str, int, int]]:
    durations = measure_in_full(calls_frame(rows), 4, **more).durations
    return durations.select("kind", "duration_s", "calls").rows()


def test_a_duration_at_each_bound_of_each_bin() -> None:
    lengths = sorted({length for b in BINS_S for length in (b - 1, b, b + 1) if b} | {0})
    lengths += [3599, 3600, 7200, 43_000]
    rows = [
        {
            "call_key": key,
            "offered_at": TEN,
            "released_at": TEN + timedelta(seconds=length, milliseconds=999),
            "outcome": "abandoned",
        }
        for key, length in enumerate(lengths)
    ]
    got = _durations(*rows)
    for kind in ("abandoned", "line_holding"):
        counts = {duration_s: calls for name, duration_s, calls in got if name == kind}
        assert counts == {
            lower: sum(lower <= length < upper for length in lengths)
            for lower, upper in zip(BINS_S, (*BINS_S[1:], 10**9), strict=True)
        }


def test_what_ends_before_it_begins_lasts_no_time() -> None:
    got = _durations(
        call(1, "10:00", "7:00", "answered", picked_up="9:00", queued="9:30", answered="8:00")
    )
    assert got == [
        (kind, 0, 1) for kind in ("answered", "machine_pick_up", "queue_answered", "talk")
    ]


@pytest.mark.parametrize(
    ("outcome", "picked_up", "answered", "kind"),
    [
        ("answered", "1:10", "1:10", "agent_pick_up"),
        ("answered", "1:05", "1:10", "machine_pick_up"),
        ("answered", "1:05", None, "machine_pick_up"),
        ("answered", None, "1:10", None),
        ("answered", None, None, None),
        ("abandoned", "1:05", None, "machine_pick_up"),
        ("abandoned", "1:05", "1:05", "machine_pick_up"),  # no agent, says the outcome
        ("unanswered", "1:05", None, "machine_pick_up"),
        ("self_service", "1:00", None, None),  # nobody was asked for
        ("busy", "1:00", None, None),  # an announcement that refuses is no answer
        ("unknown", "1:05", None, None),
        ("closed", "1:00", None, None),
    ],
)
def test_the_first_pick_up_is_that_of_an_agent_or_of_a_machine(
    outcome: str, picked_up: str | None, answered: str | None, kind: str | None
) -> None:
    got = _durations(call(1, "1:00", "2:00", outcome, picked_up=picked_up, answered=answered))
    assert [name for name, _, _ in got if "pick_up" in name] == ([] if kind is None else [kind])


def test_only_attempts_wait_but_every_call_on_the_lines_holds_one() -> None:
    times = {"picked_up": "1:05", "queued": "1:05", "answered": "1:10"}
    rows = [
        call(1, "1:00", "2:00", "answered", direction="outbound", **times),
        call(2, "1:00", "2:00", "answered", direction="internal", **times),
        call(3, "1:00", "2:00", "busy", direction="outbound"),
        call(4, "1:00", None, "answered", direction="outbound"),
        call(5, "1:00", "1:00", "answered", direction="outbound"),
    ]
    assert _durations(*rows) == [("line_holding", 60, 1)]
    assert _durations(*rows, refusals_hold_lines=True) == [("line_holding", 60, 2)]


@pytest.mark.parametrize(
    ("arrival", "expected"),
    [
        ("-800:00", ("after_closing", 3600)),  # twelve hours and more from both
        ("-719:00", ("before_opening", 3600)),  # 12 h less a minute to the opening
        ("-1:00", ("before_opening", 60)),
        ("0:00", None),  # just as it opens
        ("20:00", None),  # one span takes over from another
        ("59:59", None),
        ("60:00", ("after_closing", 0)),  # just as it closes
        ("74:59", ("after_closing", 840)),
        ("75:00", ("after_closing", 900)),  # as near to the closing as to the next opening
        ("75:01", ("before_opening", 840)),
        ("120:00", ("after_closing", 0)),
        ("839:00", ("after_closing", 3600)),
    ],
)
def test_a_call_while_closed_is_early_or_late(
    arrival: str, expected: tuple[str, int] | None
) -> None:
    opening = spans(("20:00", "60:00"), ("90:00", "120:00"), ("0:00", "20:00"), ("5:00", "6:00"))
    got = _durations(call(1, arrival, arrival, "closed"), opening=opening)
    assert got == ([] if expected is None else [(*expected, 1)])
    assert _durations(call(1, arrival, arrival, "closed")) == []  # always open
