"""Demand and offered traffic, estimated from records, follow the truth of simulated platforms.

The truth is the simulator's own count of people. A larger grid runs where AFFLUENCE_LARGE_GRID is
set: 4 to 30 lines, persistence 0 to 0.95, mean redial delays from 10 s to half an hour, about 10,
40 and 70 % of all attempts refused.
"""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import pairwise, product
from math import sqrt
from statistics import fmean

import pytest

from affluence.indicators.persons import mean_redial_s

from .desks import (
    PLAIN,
    TALK_S,
    WITH_LUNCH,
    WITHOUT_LUNCH,
    Played,
    desk,
    fresh_erlang,
    holding_s,
    play,
    redialling,
)

pytestmark = pytest.mark.long

TOLERANCE = 0.05

# Lines, persistence, mean redial delay, refused share of the attempts: a sample of the large grid.
QUICK = [
    (4, 0.0, 60.0, 0.7),
    (4, 0.8, 300.0, 0.7),
    (4, 0.95, 300.0, 0.7),
    (8, 0.8, 60.0, 0.4),
    (8, 0.95, 60.0, 0.7),
    (15, 0.8, 10.0, 0.7),
    (30, 0.95, 300.0, 0.1),
]
SLOW = [
    (4, 0.95, 900.0, 0.7),
    (8, 0.8, 1800.0, 0.4),
    (15, 0.95, 1800.0, 0.7),
]
if "AFFLUENCE_LARGE_GRID" in os.environ:
    QUICK, SLOW = (
        list(product((4, 8, 15, 30), (0.0, 0.5, 0.8, 0.95), delays_s, (0.1, 0.4, 0.7)))
        for delays_s in ((10.0, 60.0, 300.0), (900.0, 1800.0))
    )


def _played(lines: int, persistence: float, delay_s: float, refused_share: float) -> Played:
    traffic = fresh_erlang(lines, refused_share=refused_share, persistence=persistence)
    callers = redialling(persistence, delay_s)
    return play(desk(lines=lines, fresh_erlang=traffic, callers=callers))


def _true_offered_erlang(played: Played) -> float:
    """What the people would have held had each been answered at once, without redials."""
    served = [call for call in played.simulation.calls if call.outcome == "answered"]
    return played.persons * fmean(map(holding_s, served)) / played.open_s


def _errors(played: Played) -> tuple[float, float]:
    """Relative errors of demand and offered traffic."""
    demand, offered = played.indicators.demand, played.indicators.offered
    assert demand is not None and demand.estimated is not None and offered.erlang is not None
    return (
        demand.estimated / played.persons - 1,
        offered.erlang / _true_offered_erlang(played) - 1,
    )


def _assert_bands_hold_the_truth(played: Played) -> None:
    demand, offered = played.indicators.demand, played.indicators.offered
    assert demand is not None
    assert demand.least <= played.persons <= demand.most
    assert offered.least_erlang is not None and offered.most_erlang is not None
    # Y and B are those of the very calls that were simulated: no sampling error, only rounding.
    truth = _true_offered_erlang(played)
    assert offered.least_erlang * (1 - 1e-9) <= truth <= offered.most_erlang * (1 + 1e-9)


@pytest.mark.parametrize(("lines", "persistence", "delay_s", "refused_share"), QUICK)
def test_demand_and_offered_traffic_are_within_5_percent_where_redials_are_quick(
    lines: int, persistence: float, delay_s: float, refused_share: float
) -> None:
    played = _played(lines, persistence, delay_s, refused_share)
    assert played.refused_share > 0.8 * refused_share  # more where redials come at once
    assert _errors(played) == pytest.approx((0, 0), abs=TOLERANCE)
    _assert_bands_hold_the_truth(played)


@pytest.mark.parametrize(("lines", "persistence", "delay_s", "refused_share"), SLOW)
def test_the_printed_band_holds_the_truth_where_redials_are_slow(
    lines: int, persistence: float, delay_s: float, refused_share: float
) -> None:
    played = _played(lines, persistence, delay_s, refused_share)
    _assert_bands_hold_the_truth(played)
    # The shorter the pause that ends an intent, the more of one person's calls become two
    # intents: from the whole day to a quarter of an hour the band only grows.
    intents = [of.intents for of in played.indicators.intents]
    assert intents == sorted(intents, reverse=True)
    persons = played.simulation.persons
    known = [person for person in played.attempts_by_person() if not persons[person].anonymous]
    assert intents[-1] == len(known) < intents[0]


@pytest.mark.parametrize(("lines", "agents", "patience_s"), [(8, 5, 60.0), (15, 10, 120.0)])
def test_with_a_queue_only_redials_after_a_refusal_are_taken_off_the_offered_traffic(
    lines: int, agents: int, patience_s: float
) -> None:
    """E.501 counts with the first attempts those that follow a failure elsewhere, here giving up.

    Each of them would have held its line as long as those that were let in, the impatient too.
    """
    callers = redialling(0.8, 60.0, mean_patience_s=patience_s, redial_after_giving_up_share=0.5)
    played = play(desk(lines=lines, agents=agents, fresh_erlang=1.3 * agents, callers=callers))
    attempts = played.attempts_by_person().values()
    after_a_refusal = sum(before.outcome == "busy" for calls in attempts for before in calls[:-1])
    let_in = [call for calls in attempts for call in calls if call.outcome != "busy"]
    assert {call.outcome for call in let_in} == {"answered", "abandoned"}
    counted = sum(map(len, attempts)) - after_a_refusal
    truth = counted * fmean(map(holding_s, let_in)) / played.open_s
    assert played.refused_share > 0.1
    assert played.indicators.offered.erlang == pytest.approx(truth, rel=TOLERANCE)

    demand = played.indicators.demand
    assert demand is not None
    assert demand.estimated == pytest.approx(played.persons, rel=TOLERANCE)
    assert demand.least <= played.persons <= demand.most


def test_messages_that_refused_calls_hear_on_a_line_are_no_offered_traffic() -> None:
    handling = replace(PLAIN, waiting_places=0, refusal_message_s=(4.0, 8.0))
    traffic = fresh_erlang(8, refused_share=0.7, persistence=0.8)
    scenario = desk(
        lines=60,
        agents=8,
        fresh_erlang=traffic,
        callers=redialling(0.8, 60.0),
        handling=handling,
        weeks=1,
    )
    played = play(scenario, refusals_hold_lines=True)
    assert _errors(played) == pytest.approx((0, 0), abs=TOLERANCE)


@pytest.mark.parametrize("spans", [WITH_LUNCH, WITHOUT_LUNCH], ids=["lunch", "no-lunch"])
@pytest.mark.parametrize("persistence", [0.5, 0.8, 0.95])
def test_the_share_that_calls_again_is_the_persistence_of_the_callers(
    persistence: float, spans: tuple[tuple[int, int], ...]
) -> None:
    """Whether or not a lunch break lets some of the redials meet a closed desk."""
    traffic = fresh_erlang(4, refused_share=0.7, persistence=persistence)
    callers = redialling(persistence, 300.0)
    played = play(desk(lines=4, fresh_erlang=traffic, callers=callers, spans=spans))
    redials = [redial for redial in played.indicators.redials if redial.failure == "busy"]
    assert [redial.nth for redial in redials] == [0, 1, 2, 3]
    for redial in redials:
        error = sqrt(persistence * (1 - persistence) / redial.failures)
        assert redial.probability == pytest.approx(persistence, abs=4 * error)
        # Of the exponential delays of mean 5 min, 18 % are over within a minute, 63 % within 5.
        assert redial.within_1_min == pytest.approx(0.181 * persistence, abs=4 * error)
        assert redial.within_5_min == pytest.approx(0.632 * persistence, abs=4 * error)


@pytest.mark.parametrize("mean_s", [60.0, 2400.0])
def test_how_long_callers_wait_before_they_call_again_is_known_to_the_second(mean_s: float) -> None:
    """Also where every fifth of them waits for longer than an hour."""
    callers = redialling(0.8, mean_s)
    traffic = fresh_erlang(4, refused_share=0.5, persistence=0.8)
    played = play(desk(lines=4, fresh_erlang=traffic, callers=callers, spans=WITHOUT_LUNCH))
    persons = played.simulation.persons
    delays_s = [
        (again.offered_ms - before.released_ms) / 1000
        for person, calls in played.attempts_by_person().items()
        if not persons[person].anonymous
        for before, again in pairwise(calls)
        if before.outcome == "busy" and before.released_ms is not None
    ]
    longer_than_an_hour = sum(delay_s >= 3600 for delay_s in delays_s)
    assert (longer_than_an_hour > 0.1 * len(delays_s)) == (mean_s > 600)
    assert mean_redial_s(played.measured.redials) == pytest.approx(fmean(delays_s), abs=1)


@pytest.mark.parametrize("greeting_s", [0.0, 20.0])
@pytest.mark.parametrize("queue_timeout_s", [1e9, 60.0])
def test_patience_is_that_of_the_callers_in_the_queue(
    greeting_s: float, queue_timeout_s: float
) -> None:
    """Whatever machine greets them, and whether or not the platform puts an end to their wait."""
    patience_s = 90.0
    handling = replace(
        PLAIN, ring_s=(2.0, 6.0), greeting_s=greeting_s, queue_timeout_s=queue_timeout_s
    )
    callers = redialling(0.0, 60.0, mean_patience_s=patience_s)
    played = play(desk(lines=30, agents=8, fresh_erlang=10.0, callers=callers, handling=handling))
    waits, outcomes = played.indicators.waits, played.indicators.outcomes
    assert outcomes["abandoned"] > 1_000
    assert (outcomes["unanswered"] > 100) == (queue_timeout_s == 60.0)
    error = 4 / sqrt(outcomes["abandoned"])
    assert waits.mean_patience_s == pytest.approx(patience_s, rel=error)
    if queue_timeout_s > 60.0:
        # Half of the callers have more patience than the mean times log 2.
        assert waits.median_patience_s == pytest.approx(patience_s * 0.693, rel=1.5 * error)
    else:
        # Half have 62 s: nobody waits so long, hence it is not told.
        assert waits.median_patience_s is None


def test_mean_talk_and_holding_time_are_those_of_the_calls() -> None:
    handling = replace(PLAIN, ring_s=(2.0, 6.0), greeting_s=15.0, outbound_per_hour=10.0)
    played = play(desk(lines=8, fresh_erlang=6.0, callers=redialling(0.5, 60.0), handling=handling))
    calls = played.simulation.calls
    talks = [
        (call.released_ms - call.answered_ms) / 1000
        for call in calls
        if call.direction == "inbound" and call.answered_ms and call.released_ms
    ]
    assert played.indicators.mean_talk_s == pytest.approx(fmean(talks), rel=1e-9)
    held = [holding_s(call) for call in calls if call.line is not None]
    assert played.indicators.mean_holding_s == pytest.approx(fmean(held), rel=1e-9)
    # Ring and greeting hold the line, and nobody talks meanwhile.
    assert fmean(talks) == pytest.approx(TALK_S, rel=4 / sqrt(len(talks)))
