"""Persons by hand: intents, demand, redials by Kaplan and Meier, and where they part in two."""

from __future__ import annotations

from itertools import pairwise
from math import exp

import polars as pl
import pytest

from affluence.indicators.persons import (
    _DELAY_BOUNDS_S,
    Intents,
    count_intents,
    estimate_demand,
    first_call_gets_a_line,
    follow_redials,
    mean_redial_s,
    persons_who_reached_an_agent,
    valley_s,
)
from affluence.tables import DURATION_BINS_S, GAPS_MIN

from .hand_made import MONDAY, QUARTER, histogram, indicators, rows_frame, sealed, slot, totals
from .hand_made import slots_frame as slots_of


def _intents(**figures: float) -> Intents:
    plain = dict.fromkeys(("attempts", "first_busy", "reached", "self_served", "gave_up"), 0)
    of_day = {"gap_min": 1440, "intents": 0, "reach_s": 0.0}
    return Intents(**(plain | of_day | figures))  # type: ignore[arg-type]


# Persons


def test_intents_are_added_up_over_slots_for_each_gap() -> None:
    # gap, intents, attempts, first busy, reached, self-served, gave up, seconds to the agent
    first = rows_frame(
        "persons", [(15, 12, 20, 5, 6, 1, 5, 90.0), (1440, 10, 20, 4, 6, 1, 3, 600.0)]
    )
    second = rows_frame("persons", [(1440, 10, 30, 7, 4, 0, 6, 400.0)], MONDAY + QUARTER)
    found = count_intents(pl.concat([first, second]), answers_are_dated=True)
    assert [of.gap_min for of in found] == list(GAPS_MIN)
    of_day = found[-1]
    assert (of_day.intents, of_day.attempts, of_day.first_busy) == (20, 50, 11)
    assert (of_day.reached, of_day.self_served, of_day.gave_up) == (10, 1, 9)
    assert of_day.attempts_per_intent == 2.5
    assert of_day.reached_share == 0.5
    assert of_day.mean_reach_s == 100
    assert (found[0].intents, found[1].intents) == (12, 0)
    assert found[1].attempts_per_intent is found[1].reached_share is found[1].mean_reach_s is None


def test_the_time_to_an_agent_is_not_told_where_answers_are_not_dated() -> None:
    rows = rows_frame("persons", [(1440, 10, 20, 4, 6, 1, 3, 0.0)])
    (*_, of_day) = count_intents(rows, answers_are_dated=False)
    assert of_day.mean_reach_s is None
    slots = slots_of([slot(answered=6, answer_unrecorded=6)])
    assert indicators(slots, persons=rows).of_day.mean_reach_s is None


def test_the_share_of_persons_who_reached_an_agent() -> None:
    of_day = _intents(intents=20, attempts=50, reached=8, gave_up=12)
    ratio = persons_who_reached_an_agent(of_day, totals(unlinked=9, closed=4))
    assert (ratio.numerator, ratio.denominator) == (8, 20)
    assert [out.count for out in ratio.left_out] == [9, 4]


def test_the_share_of_first_calls_that_get_a_line() -> None:
    ratio = first_call_gets_a_line(totals(answered=6, busy=14, first_attempts=10, first_busy=7))
    assert (ratio.numerator, ratio.denominator) == (10 - 7, 10)


def test_first_calls_are_not_measured_where_refusals_are_not_recorded() -> None:
    ratio = first_call_gets_a_line(totals(answered=60, first_attempts=50, full_open_s=300))
    assert ratio.value is None
    assert "Voir le taux de lignes occupées" in ratio.note
    unknown = first_call_gets_a_line(totals(answered=60, first_attempts=50, line_open_s=0))
    assert unknown.value is None
    assert "Voir" not in unknown.note


@pytest.mark.parametrize(("persons", "shown"), [(4, False), (5, True)])
def test_figures_on_fewer_than_five_persons_are_not_shown(persons: int, shown: bool) -> None:
    day = totals(answered=9, first_attempts=persons)
    reached = persons_who_reached_an_agent(_intents(intents=persons, reached=persons), day)
    line = first_call_gets_a_line(day)
    for ratio in (reached, line):
        assert (ratio.value is not None) == shown
        assert (ratio.denominator is not None) == shown
        assert ("Moins de 5 personnes" in ratio.note) != shown
    alone = _intents(intents=9, reached=persons, reach_s=persons * 60.0)
    assert alone.mean_reach_s == (60 if shown else None)
    redials = rows_frame("redials", [("busy", 1, 10, persons - 1, 1)])
    for redial in follow_redials(redials):
        assert (redial.probability is not None) == shown
        assert (redial.within_5_min is not None) == shown


# Demand


def test_demand_is_counted_where_callers_are_known_and_bounded_where_not() -> None:
    """100 attempts of 40 persons; of 50 others nothing is known but that ten were answered."""
    of_day = _intents(intents=40, attempts=100)
    demand = estimate_demand(of_day, totals(unlinked=50, unlinked_answered=10))
    assert demand is not None
    assert (demand.known, demand.least, demand.most) == (40, 40 + 10, 40 + 50)
    assert demand.estimated == 40 + 50 / (100 / 40)


def test_demand_is_not_estimated_from_too_few_known_callers() -> None:
    demand = estimate_demand(_intents(), totals(unlinked=50, unlinked_answered=10))
    assert demand is not None
    assert (demand.known, demand.least, demand.estimated, demand.most) == (0, 10, None, 50)


def test_days_that_an_older_version_measured_tell_nothing_of_persons() -> None:
    counts = {"answered": 60, "busy": 40, "first_attempts": 70, "first_busy": 20}
    rows = [sealed(slot(**counts)), slot(MONDAY + QUARTER, **counts)]
    found = indicators(
        slots_of(rows),
        persons=rows_frame("persons", [(1440, 10, 20, 4, 6, 1, 3, 0.0)], MONDAY + QUARTER),
        redials=rows_frame("redials", [("busy", 1, 10, 20, 10)], MONDAY + QUARTER),
        durations=rows_frame("durations", [("before_opening", 10, 4)], MONDAY + QUARTER),
    )
    line, reached = found.lived
    assert line.value == (140 - 40) / 140
    assert line.left_out[0].count is None
    assert reached.value is None and "version" in reached.note
    assert found.demand is None
    assert found.redials == ()
    assert found.before_opening == found.after_closing == {}
    assert found.mean_talk_s is found.mean_holding_s is None
    assert found.agents.value is None and "version" in found.agents.note


# Redials


def test_redials_by_kaplan_and_meier_with_ties_and_censoring() -> None:
    """Twelve failures: one is cut short in the second in which three redial, and still counts."""
    rows = [
        ("busy", 1, 10, 3, 1),
        ("busy", 1, 60, 2, 0),
        ("busy", 1, 300, 0, 3),
        ("busy", 1, 900, 1, 0),
        ("busy", 1, 3000, 0, 2),
    ]
    redial, first = follow_redials(rows_frame("redials", rows))
    assert (redial.failures, redial.redialled) == (12, 3 + 2 + 1)
    after_10_s = 1 - 3 / 12
    after_1_min = after_10_s * (1 - 2 / 8)  # 8 are still watched
    after_15_min = after_1_min * (1 - 1 / 3)  # 3 are
    assert redial.within_1_min == 1 - after_10_s  # the two at 60 s are not within a minute
    assert redial.within_5_min == pytest.approx(1 - after_1_min)
    assert redial.within_30_min == pytest.approx(1 - after_15_min)
    assert redial.probability == redial.within_30_min
    assert (redial.nth, first.nth) == (0, 1)
    assert first.probability == redial.probability


def test_redials_are_told_by_kind_of_failure_and_number_of_the_attempt() -> None:
    rows = [
        ("busy", 1, 30, 8, 2),
        ("busy", 2, 30, 3, 3),
        ("busy", 3, 30, 9, 0),
        ("abandoned", 1, 30, 1, 9),
    ]
    found = {
        (redial.failure, redial.nth): redial.probability
        for redial in follow_redials(rows_frame("redials", rows))
    }
    assert found == {
        ("busy", 0): pytest.approx(20 / 25),
        ("busy", 1): pytest.approx(8 / 10),
        ("busy", 2): pytest.approx(3 / 6),
        ("busy", 3): pytest.approx(1),
        ("abandoned", 0): pytest.approx(1 / 10),
        ("abandoned", 1): pytest.approx(1 / 10),
    }


# The valley between quick and late redials


def test_a_pause_that_few_make_parts_quick_redials_from_late_ones() -> None:
    quick = dict.fromkeys(range(10, 60), 20)
    late = dict.fromkeys(range(1200, 3600, 60), 100)
    # Nobody calls again after one minute to 20: the last empty bin ends at 17 min.
    assert valley_s(histogram(quick | late)) == 1020
    # Whichever of the two are more.
    assert valley_s(histogram(quick | {1800: 20_000})) == 1020
    assert valley_s(histogram({30: 20_000} | late)) == 1020


@pytest.mark.parametrize("mean_s", [5, 30, 120, 300, 900, 1800, 3600])
def test_redials_of_one_kind_have_no_valley(mean_s: int) -> None:
    """Exponential delays, exactly as many as are to be expected of 100,000, in the bins used."""
    bounds = [
        *range(120),
        *range(120, 300, 10),
        *range(300, 600, 30),
        *range(600, 3600, 60),
        3600,
        10**9,
    ]
    counts = {
        low: round(100_000 * (exp(-low / mean_s) - exp(-high / mean_s)))
        for low, high in pairwise(bounds)
    }
    assert valley_s(histogram(counts)) is None


def test_what_chance_digs_is_no_valley() -> None:
    assert valley_s(histogram({20: 6, 50: 2, 100: 7})) is None
    assert valley_s(histogram({20: 60, 50: 20, 100: 70})) == 64
    assert valley_s(histogram({})) is None


def test_the_mean_delay_is_that_of_the_redials_and_not_of_their_bins() -> None:
    """Three of 133, 138 and 7000 s; two nobody saw call again; one of a day long sealed."""
    known = [
        ("busy", 1, 130, 2, 0, 2, 133.0 + 138.0),
        ("abandoned", 3, 3600, 1, 2, 1, 7000.0),
    ]
    redials = rows_frame("redials", [*known, ("busy", 1, 50, 1, 0, 1, None)])
    assert mean_redial_s(redials) == pytest.approx((133 + 138 + 7000) / 3)
    assert mean_redial_s(redials.filter(pl.col("redial_s").is_null())) is None
    nobody = rows_frame("redials", [("busy", 1, 3600, 0, 2, 0, 0.0)])
    assert mean_redial_s(nobody) is None


def test_delays_are_looked_at_in_whole_bins_of_the_measures() -> None:
    for bound in _DELAY_BOUNDS_S:
        (low, width) = max((low, width) for low, width in DURATION_BINS_S if low <= bound)
        assert (bound - low) % width == 0 or low == 3600
