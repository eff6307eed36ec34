"""Rates of lines and agents by hand: what is not known is not measured, and never zero."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from affluence.indicators import Indicators
from affluence.indicators.listing import as_text

from .hand_made import MONDAY, QUARTER, indicators, rows_frame, sealed, slot, slots_frame


def _busy_line_rate(found: Indicators) -> float | None:
    return found.lines[0].value


def _occupancy(found: Indicators) -> float | None:
    return found.lines[1].value


def _indicators(*rows: dict[str, Any], lines_believed: bool = True) -> Indicators:
    return indicators(slots_frame(rows), lines_believed=lines_believed)


def test_rates_of_lines_are_seconds_over_open_seconds() -> None:
    found = _indicators(
        slot(answered=9, held_open_s=1800, full_open_s=90),
        slot(MONDAY + QUARTER, answered=9, held_open_s=3600, full_open_s=900),
        slot(MONDAY + 2 * QUARTER, open_s=0, line_open_s=0, held_s=900, full_s=900),
    )
    assert _busy_line_rate(found) == (90 + 900) / 1800
    assert _occupancy(found) == (1800 + 3600) / (2 * 3600)


@pytest.mark.parametrize(
    ("known", "words"),
    [({"line_open_s": 0}, "n’est pas connu"), ({"line_open_s": 3600}, "contredisent")],
)
def test_lines_that_nobody_knows_or_believes_are_not_free_lines(
    known: dict[str, float], words: str
) -> None:
    found = _indicators(
        slot(answered=9, held_open_s=1800, **known), lines_believed=words != "contredisent"
    )
    for ratio in found.lines:
        assert ratio.value is None
        assert words in ratio.note


def test_time_after_the_newest_record_and_days_of_lost_records_are_no_time_of_free_lines() -> None:
    """Monday is recorded until 9:15, of Tuesday nothing is, of Wednesday not a call."""
    tuesday, wednesday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
    found = _indicators(
        slot(answered=9, held_open_s=1800, full_open_s=450),
        slot(MONDAY + QUARTER, recorded_s=0),
        slot(tuesday, recorded_s=0),
        slot(wednesday),
    )
    assert _busy_line_rate(found) == 450 / 900
    assert _occupancy(found) == 1800 / 3600
    assert (found.days_open, found.days_open_without_records) == (3, 2)


def test_calls_of_closed_days_count_among_all_attempts_and_the_day_among_no_open_ones() -> None:
    sunday = MONDAY - timedelta(days=1)
    found = _indicators(slot(answered=9), slot(sunday, open_s=0, line_open_s=0, closed=4))
    assert found.outcomes["closed"] == 4
    assert (found.days_open, found.days_open_without_records) == (1, 0)


def test_agents_are_busy_for_a_share_of_their_presence() -> None:
    found = _indicators(slot(answered=9, agent_busy_open_s=1200, agent_open_s=1800))
    assert found.agents.value == 1200 / 1800
    assert not found.agents.note


def test_without_a_roster_the_occupancy_of_agents_is_not_measured() -> None:
    found = _indicators(slot(answered=9, agent_busy_open_s=1200))
    assert found.agents.value is None
    assert "ni tableau de service" in found.agents.note


def test_agents_whose_answers_are_not_dated_are_not_idle() -> None:
    found = _indicators(slot(answered=9, answer_unrecorded=9, agent_open_s=1800))
    assert found.agents.value is None
    assert "ne sont pas datées" in found.agents.note


def test_mean_times_are_sums_over_the_calls_whose_end_is_known() -> None:
    found = _indicators(
        slot(answered=9, talk_s=900, talks=6, line_holding_s=2400, line_holdings=12)
    )
    assert found.mean_talk_s == 150
    assert found.mean_holding_s == 200
    nothing = _indicators(slot(closed=1))
    assert nothing.mean_talk_s is nothing.mean_holding_s is None


def test_who_refused_is_told_where_refusals_are_recorded() -> None:
    told = _indicators(slot(busy=5, busy_lines=3, busy_queue=2))
    assert told.refused_by == {"lines": 3, "queue": 2, "rule": 0, "network": 0}
    untold = _indicators(slot(answered=50, full_open_s=450))
    assert set(untold.refused_by.values()) == {None}


def test_calls_while_closed_are_told_by_how_far_they_were_from_the_opening() -> None:
    kinds = [
        *(("before_opening", second, 1) for second in (0, 299, 300, 899, 900, 3599, 3600)),
        ("after_closing", 120, 5),
    ]
    found = indicators(
        slots_frame([slot(answered=9)]),
        durations=rows_frame("durations", kinds),
    )
    assert list(found.before_opening.values()) == [2, 2, 2, 1]
    assert list(found.after_closing.values()) == [5, 0, 0, 0]


def test_a_period_of_which_nothing_is_recorded_tells_nothing() -> None:
    found = _indicators(slot(recorded_s=0))
    ratios = (*found.official, *found.other_readings, *found.lived, *found.lines, found.agents)
    assert {ratio.value for ratio in ratios} == {None}
    assert found.busy_hour is None
    assert found.offered.erlang is None
    assert (found.days_open, found.days_open_without_records) == (1, 1)


def test_simultaneous_calls_are_shares_of_the_open_time() -> None:
    slots = slots_frame([slot(answered=9), slot(MONDAY + QUARTER, answered=9)])
    rows = [(1, 900.0, 600.0), (4, 90.0, 90.0), (5, 30.0, 0.0)]  # five while closed only
    found = indicators(slots, concurrency=rows_frame("concurrency", rows))
    assert found.simultaneous == pytest.approx(
        {0: 1 - (600 + 90) / 1800, 1: 600 / 1800, 4: 90 / 1800}
    )
    assert "33,3" in as_text("Desk", found)


def test_simultaneous_calls_of_sealed_days_are_not_known() -> None:
    assert indicators(slots_frame([sealed(slot(answered=9))])).simultaneous == {}
