"""Traffic by hand: busy hours, E.501 with its bounds, and when nothing can be told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from math import factorial
from random import Random
from typing import Any

import polars as pl
import pytest

from affluence.indicators import BusyHour, Offered
from affluence.indicators.traffic import find_busy_hour

from .hand_made import LINES, MONDAY, QUARTER, ZONE, indicators, rows_frame, sealed, slot
from .hand_made import slots_frame as slots_of

Row = dict[str, Any]
Rows = list[Row]

# Erlangs by quarter of an hour, from 9:00 to 12:00.
STEADY = (2, 2, 2, 2, 3, 3, 3, 3, 1, 1, 1, 1)
LATE = (1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4)
ASTRIDE = (0, 0, 5, 5, 5, 5, 0, 0, 1, 1, 1, 1)


def _day(erlangs: Sequence[float], days_later: int = 0, **figures: float) -> Rows:
    start = MONDAY + timedelta(days=days_later)
    return [
        slot(start + index * QUARTER, **{"answered": 9, "held_s": erlang * 900} | figures)
        for index, erlang in enumerate(erlangs)
    ]


def _busy_hour(*days: Rows) -> BusyHour | None:
    return find_busy_hour(slots_of([row for rows in days for row in rows]), ZONE)


# Busy hours


def test_the_common_busy_hour_is_the_same_every_day_and_the_daily_one_is_each_day_s_own() -> None:
    found = _busy_hour(_day(STEADY), _day(LATE, 1), _day(ASTRIDE, 2))
    assert found == BusyHour(
        # From 9:30 to 10:30: (2 + 2 + 3 + 3) / 4, (1 + 1 + 2 + 2) / 4 and 5.
        tcbh_start_min=9 * 60 + 30,
        tcbh_erlang=(2.5 + 1.5 + 5) / 3,
        # From 10:00 to 11:00, from 11:00 to 12:00, from 9:30 to 10:30.
        adph_erlang=(3 + 4 + 5) / 3,
        peak_day=date(2026, 10, 14),
        peak_start_min=9 * 60 + 30,
        peak_erlang=5,
        days=3,
    )


@pytest.mark.parametrize("seed", range(20))
def test_the_daily_peak_is_never_below_the_common_one(seed: int) -> None:
    random = Random(seed)
    days = [_day([random.random() for _ in range(12)], later) for later in range(5)]
    found = _busy_hour(*days)
    assert found is not None
    assert found.tcbh_erlang <= found.adph_erlang <= found.peak_erlang


def test_days_without_open_time_records_or_calls_have_no_busy_hour() -> None:
    asked = _busy_hour(_day(STEADY))
    for others in ({"open_s": 0}, {"recorded_s": 0}, {"answered": 0, "closed": 3}):
        assert _busy_hour(_day(LATE, 1, **others)) is None
        assert _busy_hour(_day(STEADY), _day(LATE, 1, **others)) == asked
    assert _busy_hour([]) is None


def test_a_day_of_which_half_is_not_recorded_is_left_out_not_one_without_its_last_quarter() -> None:
    half = [*_day(LATE, 1)[:6], *_day(LATE, 1, recorded_s=0, answered=0)[6:]]
    assert _busy_hour(_day(STEADY), half) == _busy_hour(_day(STEADY))
    nearly = [*_day(LATE, 1)[:11], *_day(LATE, 1, recorded_s=0, answered=0)[11:]]
    found = _busy_hour(_day(STEADY), nearly)
    assert found is not None and found.days == 2


def test_the_hour_that_autumn_doubles_counts_once() -> None:
    """Always open: from 2:00 to 3:00 twice on 25 October, and nothing else that day."""
    midnight = datetime(2026, 10, 24, 22, tzinfo=UTC)
    rows = [
        slot(midnight + index * QUARTER, answered=1, held_s=900 if 8 <= index < 16 else 0)
        for index in range(100)
    ]
    found = _busy_hour(rows)
    assert found is not None
    assert found.tcbh_erlang == found.adph_erlang == found.peak_erlang == 1
    assert found.tcbh_start_min == 2 * 60


# Offered traffic


def _offered(*rows: Row, lines_believed: bool = True, **companions: pl.DataFrame) -> Offered:
    return indicators(slots_of(rows), lines_believed=lines_believed, **companions).offered


def test_offered_traffic_by_e501_and_its_bounds() -> None:
    """40 of 100 attempts let in carry 2 erlangs; of 50 known refusals 30 were dialled again."""
    redials = [("busy", 1, 30, 20, 10), ("busy", 2, 900, 10, 10), ("abandoned", 1, 30, 7, 7)]
    found = _offered(
        slot(answered=30, abandoned=10, busy=60, closed=9, inbound_holding_s=1800),
        redials=rows_frame("redials", redials),
    )
    carried, blocked, again = 1800 / 900, 60 / 100, 30 / 50
    assert found.carried_erlang == carried
    assert found.blocked_share == blocked
    assert found.redialled_share == again
    assert found.erlang == pytest.approx(carried * (1 - again * blocked) / (1 - blocked))  # 3.2
    assert found.least_erlang == pytest.approx(carried)
    assert found.most_erlang == pytest.approx(carried / (1 - blocked))
    assert not found.note


def test_offered_traffic_keeps_its_bounds_where_no_refusal_can_be_linked_to_a_person() -> None:
    found = _offered(slot(answered=40, busy=60, inbound_holding_s=1800))
    assert found.erlang is None
    assert found.least_erlang == pytest.approx(2)
    assert found.most_erlang == pytest.approx(5)
    assert "aucun appel refusé ne peut être rattaché" in found.note


def test_where_all_are_refused_nothing_carried_tells_nothing_of_the_demand() -> None:
    found = _offered(slot(busy=60, full_open_s=900))
    assert found.erlang is found.least_erlang is found.most_erlang is None
    assert "tous les appels ont été refusés" in found.note


def test_where_nobody_is_refused_the_carried_traffic_is_all_that_was_offered() -> None:
    found = _offered(slot(answered=40, inbound_holding_s=1800))
    assert found.erlang == found.least_erlang == found.most_erlang == 2
    assert found.blocked_share == 0


def test_without_calls_there_is_nothing_to_tell() -> None:
    found = _offered(slot(closed=3))
    assert found.erlang is None
    assert found.carried_erlang == 0
    assert "aucun appel pendant l’ouverture" in found.note
    assert _offered(slot(closed=3, open_s=0, line_open_s=0)).erlang is None


def test_days_that_an_older_version_measured_do_not_know_what_was_carried() -> None:
    found = _offered(sealed(slot(answered=40, busy=60)), slot(MONDAY + QUARTER, answered=40))
    assert found.carried_erlang is found.erlang is found.most_erlang is None
    assert "n’est pas mesurée" in found.note


# Offered traffic where refusals are not recorded: the lines are full and nothing says "busy"


def _erlang_b(lines: int, traffic: float) -> float:
    terms = [traffic**k / factorial(k) for k in range(lines + 1)]
    return terms[-1] / sum(terms)


def _hour(offered_erlang: float, *, inbound_share: float = 1.0, start: datetime = MONDAY) -> Rows:
    """An hour in which four lines refuse as many as Erlang says, without a record of any."""
    full_share = _erlang_b(LINES, offered_erlang)
    held_s = offered_erlang * (1 - full_share) * 900
    return [
        slot(
            start + index * QUARTER,
            answered=1000,
            inbound_holding_s=inbound_share * held_s,
            held_open_s=held_s,
            full_open_s=full_share * 900,
        )
        for index in range(4)
    ]


def test_the_equivalent_offered_traffic_is_the_one_that_gives_the_carried() -> None:
    found = _offered(*_hour(2.0))
    assert found.carried_erlang == pytest.approx(2 * (1 - _erlang_b(LINES, 2.0)))
    assert found.erlang == pytest.approx(2)
    assert found.least_erlang == found.carried_erlang
    assert found.most_erlang is None
    assert found.blocked_share is None
    assert "annexe B" in found.method and "rappels compris" in found.method


def test_quiet_and_crowded_hours_are_not_taken_for_one_of_middling_traffic() -> None:
    quiet = _hour(0.2, start=MONDAY + 4 * QUARTER)
    assert _offered(*_hour(3.0), *quiet).erlang == pytest.approx((3.0 + 0.2) / 2)
    # Nor Mondays and Tuesdays.
    tuesday = _hour(0.2, start=MONDAY + timedelta(days=1))
    assert _offered(*_hour(3.0), *tuesday).erlang == pytest.approx((3.0 + 0.2) / 2)


def test_calls_of_the_agents_take_lines_from_those_who_call() -> None:
    found = _offered(*_hour(2.0, inbound_share=0.5))
    assert found.erlang == pytest.approx(1)


def test_the_equivalent_offered_traffic_is_refused_where_it_is_badly_conditioned() -> None:
    """Where an erlang more of carried traffic would be more than five of offered traffic."""
    carried = {a: a * (1 - _erlang_b(LINES, a)) for a in (2.9, 3.0, 20.0, 20.01)}
    assert 0.1 / (carried[3.0] - carried[2.9]) < 5
    assert 0.01 / (carried[20.01] - carried[20.0]) > 5
    assert _offered(*_hour(2.9)).erlang == pytest.approx(2.9)
    refused = _offered(*_hour(20.0))
    assert refused.erlang is refused.least_erlang is refused.most_erlang is None
    assert refused.carried_erlang == pytest.approx(carried[20.0])
    assert "ne dit presque rien de la demande" in refused.note


def test_the_equivalent_offered_traffic_is_refused_where_lines_were_full_without_a_stop() -> None:
    full = slot(answered=9, inbound_holding_s=3600, held_open_s=3600, full_open_s=900)
    found = _offered(full)
    assert found.erlang is None
    assert "occupées sans arrêt" in found.note


@pytest.mark.parametrize("lines_believed", [True, False])
def test_the_equivalent_offered_traffic_needs_a_number_of_lines(lines_believed: bool) -> None:
    rows = _hour(2.0)
    if lines_believed:
        rows = [{**row, "line_open_s": 0, "full_open_s": 0} for row in rows]
    found = _offered(*rows, lines_believed=lines_believed)
    assert found.erlang is None
    assert "nombre de lignes" in found.note
