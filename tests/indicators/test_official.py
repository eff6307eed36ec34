"""The official indicators by hand: every figure is arithmetic that a person can follow."""

from __future__ import annotations

import pytest

from affluence.indicators import Ratio, Readings
from affluence.indicators.listing import as_text
from affluence.indicators.official import official, other_readings

from .hand_made import (
    LATER,
    MONDAY,
    QUARTER,
    durations,
    indicators,
    rows_frame,
    sealed,
    slot,
    slots_frame,
    totals,
)

# 100 calls let in, of which 80 answered; 300 refused; the rest at the margin.
DAY = totals(
    answered=80,
    abandoned=15,
    unanswered=5,
    busy=300,
    self_service=7,
    closed=11,
    failed=2,
    unknown=3,
    full_open_s=600,
)
WAITS = durations(
    answered={19: 30, 20: 5, 21: 4, 22: 3, 24: 2, 25: 6, 60: 30},
    agent_pick_up={19: 30, 20: 5, 21: 4, 22: 3, 24: 2, 25: 6, 60: 30},
    abandoned={1: 2, 4: 4, 5: 3, 40: 6},
    unanswered={60: 5},
)


def _by_key(ratios: tuple[Ratio, ...], key: str) -> Ratio:
    (found,) = [ratio for ratio in ratios if ratio.key == key]
    return found


@pytest.mark.parametrize(
    ("limit_s", "taken", "words"),
    [
        (20.0, 30, "moins de 20 s"),
        (21.5, 30 + 5 + 4, "moins de 21,5 s"),
        (25.0, 30 + 5 + 4 + 3 + 2, "moins de 25 s"),
    ],
)
def test_fewer_than_5_rings_is_read_as_20_or_21_and_a_half_or_25_seconds(
    limit_s: float, taken: int, words: str
) -> None:
    ratio, _, _ = official(DAY, WAITS, Readings(fewer_than_5_rings_s=limit_s))
    assert (ratio.numerator, ratio.denominator) == (taken, 100)
    assert words in ratio.label and words in ratio.numerator_words


def test_the_other_readings_are_printed_beside_the_chosen_one() -> None:
    others = other_readings(DAY, WAITS, Readings(fewer_than_5_rings_s=21.5))
    rings = [ratio.numerator for ratio in others if ratio.key == "fewer_than_5_rings"]
    assert rings == [30, 30 + 5 + 4 + 3 + 2]
    assert _by_key(others, "agent_in_fewer_than_5_rings").numerator == 30 + 5 + 4


def test_a_machine_that_picks_up_at_once_is_an_answer_in_rings_and_none_by_an_agent() -> None:
    greeted = durations(machine_pick_up={0: 100}, answered={8: 30, 45: 50})
    ratio, _, _ = official(DAY, greeted, Readings())
    assert ratio.value == 1
    agent = _by_key(other_readings(DAY, greeted, Readings()), "agent_in_fewer_than_5_rings")
    assert agent.value == 30 / 100


def test_lost_calls_are_those_that_nobody_answered_of_those_let_in() -> None:
    lost = _by_key(official(DAY, WAITS, Readings()), "lost_calls")
    assert (lost.numerator, lost.denominator) == (15 + 5, 100)


def test_short_abandons_may_be_taken_off_both_sides() -> None:
    """Two after 1 s and four after 4 s are under 5 s; those after 5 s are not."""
    without = Readings(short_abandons_are_lost=False)
    lost = _by_key(official(DAY, WAITS, without), "lost_calls")
    assert (lost.numerator, lost.denominator) == (20 - 6, 100 - 6)
    assert lost.left_out[-1].words == "appels abandonnés en moins de 5 s"
    assert lost.left_out[-1].count == 6
    both_ways = {
        (ratio.numerator, ratio.denominator)
        for readings in (without, Readings())
        for ratio in other_readings(DAY, WAITS, readings)
        if ratio.key == "lost_calls"
    }
    assert both_ways == {(20, 100), (14, 94)}


def test_the_threshold_of_short_abandons_is_a_setting() -> None:
    readings = Readings(short_abandons_are_lost=False, short_abandon_s=2)
    lost = _by_key(official(DAY, WAITS, readings), "lost_calls")
    assert (lost.numerator, lost.denominator) == (20 - 2, 100 - 2)
    (other,) = [r for r in other_readings(DAY, WAITS, readings) if r.key == "lost_calls"]
    assert (other.numerator, other.denominator) == (20, 100)


def test_refused_calls_required_an_agent_or_not() -> None:
    of_accepted = _by_key(official(DAY, WAITS, Readings()), "answered_by_agent")
    refused_too = Readings(agent_required="refused-too")
    of_all = _by_key(official(DAY, WAITS, refused_too), "answered_by_agent")
    assert (of_accepted.numerator, of_accepted.denominator) == (80, 100)
    assert (of_all.numerator, of_all.denominator) == (80, 100 + 300)
    assert of_accepted.target == of_all.target == 0.85
    assert _by_key(other_readings(DAY, WAITS, Readings()), "answered_by_agent") == of_all
    assert _by_key(other_readings(DAY, WAITS, refused_too), "answered_by_agent") == of_accepted


def test_every_official_indicator_says_first_how_many_refused_calls_it_leaves_out() -> None:
    for ratio in official(DAY, WAITS, Readings()):
        assert "refusés" in ratio.left_out[0].words
        assert [out.count for out in ratio.left_out] == [300, 7, 11, 2, 3]
    counted = _by_key(
        official(DAY, WAITS, Readings(agent_required="refused-too")), "answered_by_agent"
    )
    assert [out.count for out in counted.left_out] == [7, 11, 2, 3]


def test_without_any_call_nothing_is_measured_and_nothing_is_divided_by_zero() -> None:
    for ratio in (
        *official(totals(), durations(), Readings()),
        *other_readings(totals(), durations(), Readings()),
    ):
        assert ratio.value is None


# Whether refusals are recorded at all.


def test_lines_full_without_a_recorded_refusal_mean_that_refusals_are_not_recorded() -> None:
    """100 calls while all lines are taken a third of the time: about 33 must have been refused."""
    day = totals(answered=100, full_open_s=300)
    accepted, refused_too = (
        _by_key(official(day, durations(), Readings(agent_required=required)), "answered_by_agent")
        for required in ("accepted", "refused-too")
    )
    assert accepted.value == 1
    assert accepted.left_out[0].count is None
    assert refused_too.value is None
    assert "ne gardent pas les appels refusés" in refused_too.note


def test_no_refusal_is_no_wonder_where_lines_were_hardly_ever_full() -> None:
    """100 calls and 18 s of 900: two were to be expected, none came."""
    day = totals(answered=100, full_open_s=18)
    refused_too = Readings(agent_required="refused-too")
    ratio = _by_key(official(day, durations(), refused_too), "answered_by_agent")
    assert ratio.value == 1
    assert _by_key(official(day, durations(), Readings()), "lost_calls").left_out[0].count == 0


def test_refusals_by_rule_do_not_prove_that_those_for_want_of_a_line_are_recorded() -> None:
    by_rule = totals(answered=100, busy=40, busy_rule=40, full_open_s=300)
    ratio = _by_key(official(by_rule, durations(), Readings()), "lost_calls")
    assert ratio.left_out[0].count is None
    one_by_lines = totals(answered=100, busy=40, busy_rule=39, full_open_s=300)
    ratio = _by_key(official(one_by_lines, durations(), Readings()), "lost_calls")
    assert ratio.left_out[0].count == 40


@pytest.mark.parametrize("doubt", [{"line_open_s": 0}, {"lines_believed": False}])
def test_without_a_number_of_lines_no_refusal_proves_nothing(doubt: dict[str, bool]) -> None:
    day = totals(answered=100, **doubt)
    assert _by_key(official(day, durations(), Readings()), "lost_calls").left_out[0].count is None


# Whether answers are dated.


def test_answers_without_a_date_are_not_measured_as_late_ones() -> None:
    day = totals(answered=100, answer_unrecorded=100)
    rings, lost, by_agent = official(day, durations(), Readings())
    assert rings.value is None and "ne datent aucune réponse" in rings.note
    assert lost.value == 0 and by_agent.value == 1
    agent = _by_key(other_readings(day, durations(), Readings()), "agent_in_fewer_than_5_rings")
    assert agent.value is None and "ne datent aucune réponse" in agent.note


def test_rings_are_measured_where_only_the_machine_s_pick_up_is_dated() -> None:
    day = totals(answered=100, answer_unrecorded=100)
    machine = durations(machine_pick_up={0: 100})
    assert official(day, machine, Readings())[0].value == 1
    agent = _by_key(other_readings(day, machine, Readings()), "agent_in_fewer_than_5_rings")
    assert agent.value is None


@pytest.mark.parametrize(("dated", "share"), [(95, 0.95), (94, None)])
def test_a_few_undated_answers_count_as_late_and_many_as_unknown(
    dated: int, share: float | None
) -> None:
    day = totals(answered=100, answer_unrecorded=100 - dated)
    some = durations(answered={3: dated}, agent_pick_up={3: dated})
    agent = _by_key(other_readings(day, some, Readings()), "agent_in_fewer_than_5_rings")
    assert agent.value == share
    assert bool(agent.note) == (share is None)


# Days that an older version measured.


def test_days_that_an_older_version_measured_give_not_measured_and_never_zero() -> None:
    """The counts are known, histograms are not: what needs those is not measured."""
    counts = {"answered": 80, "abandoned": 15, "unanswered": 5, "busy": 300}
    sealed_slot, fresh = sealed(slot(**counts)), slot(MONDAY + QUARTER, **counts)
    fresh_waits = rows_frame("durations", [("answered", 3, 80), ("agent_pick_up", 3, 80)])
    for rows in ([sealed_slot], [sealed_slot, fresh]):
        found = indicators(slots_frame(rows), durations=fresh_waits)
        rings, lost, by_agent = found.official
        assert rings.value is None and "version" in rings.note
        assert (lost.value, by_agent.value) == (0.2, 0.8)
        agent = _by_key(found.other_readings, "agent_in_fewer_than_5_rings")
        assert agent.value is None and "version" in agent.note
        without_short = _by_key(found.other_readings, "lost_calls")
        assert without_short.value is None and "version" in without_short.note
        assert without_short.left_out[-1].count is None


def test_a_slot_that_is_not_sealed_knows_every_column() -> None:
    assert "talks" in LATER and "attempts" not in LATER
    assert not totals(**sealed({})).has_companions
    assert totals().has_companions


@pytest.mark.parametrize(("unknown", "share"), [(99, 0.8), (100, None)])
def test_calls_of_unknown_outcome_are_no_calls_of_which_all_is_well(
    unknown: int, share: float | None
) -> None:
    """100 calls whose outcome is known: they speak for fewer than themselves, not for more."""
    counts = {"answered": 80, "abandoned": 15, "unanswered": 5, "unknown": unknown}
    found = indicators(
        slots_frame([slot(**counts)]),
        durations=rows_frame("durations", [("answered", 3, 80), ("agent_pick_up", 3, 80)]),
        persons=rows_frame("persons", [(1440, 100, 200, 0, 80, 0, 20, 240.0)]),
    )
    rings, lost, by_agent = found.official
    (_, reached) = found.lived
    assert rings.value == by_agent.value == reached.value == share
    assert lost.value == (None if share is None else 0.2)
    assert found.waits.of_answered == (None if share is None else 1)
    text = as_text("Service", found)
    assert ("renoncement" in text) == (share is not None)
    assert ("L’issue de la plupart des appels n’est pas enregistrée" in text) == (share is None)
