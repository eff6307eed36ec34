"""Advice tried on simulated callers, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from scipy.stats import t

from affluence.staffing import Advice, Plan, Row, Target, serve
from affluence.staffing_words import rehearsal_as_text
from affluence.steps.rehearsal import Obtained, Rehearsal, _t, rehearse, rehearse_plan
from tests.staffing.test_service import NO_QUEUE, QUEUE, SERVICE


def test_where_formulas_are_exact_their_promise_is_obtained() -> None:
    """Without a queue the law of the talks does not matter, nor for the redials by much."""
    desk = replace(NO_QUEUE, handling_s=300.0, redial_delay_s=400.0)
    service = serve(desk, 90.0, 8, 8, within_s=60)
    found = rehearse(desk, service, 90.0, wrap_up_s=45.0)
    assert found.half_width <= 0.005
    assert found.reached_share == pytest.approx(service.reached_share, abs=1.6 * found.half_width)


@pytest.mark.long
def test_work_after_a_call_frees_its_line() -> None:
    desk = replace(QUEUE, handling_s=300.0, redial_delay_s=None)
    service = replace(SERVICE, agents=6, lines=6)
    with_work, without = (
        rehearse(desk, service, 90.0, wrap_up_s=wrap_up_s) for wrap_up_s in (150.0, 0.0)
    )
    assert with_work.reached_share > without.reached_share + 0.01


def test_hours_in_which_nobody_calls_are_not_tried() -> None:
    advice = Advice(
        persons_per_hour=0.0, today=None, one_less=None, advised=SERVICE, one_more=SERVICE
    )
    row = Row(weekday=6, start_min=540, end_min=600, agents_today=4, lines_today=8, advice=advice)
    plan = Plan(
        desk=QUEUE,
        wrap_up_s=0.0,
        target=Target(),
        quantile=0.75,
        persons_per_known=1.0,
        first=date(2026, 3, 2),
        last=date(2026, 3, 29),
        rows=(row,),
        unknown=(),
    )
    assert list(rehearse_plan(plan)) == []


def test_days_without_a_caller_do_not_count() -> None:
    """Three persons a day, who nearly always reach the agent."""
    service = replace(SERVICE, agents=2, lines=4)
    found = rehearse(replace(QUEUE, handling_s=60.0), service, 0.15, wrap_up_s=0.0)
    assert found.reached_share > 0.99


@pytest.mark.parametrize("freedom", [5, 6, 10, 50, 299])
def test_intervals_are_those_of_student(freedom: int) -> None:
    assert _t(freedom) == pytest.approx(t.ppf(0.975, freedom), abs=0.003)


@pytest.mark.parametrize(
    ("one_less", "advised", "verdict", "word"),
    [
        (0.88, 0.92, "held", "tenu"),
        (0.896, 0.92, "indistinct", "indistinct"),
        (0.88, 0.897, "held", "tenu"),  # by chance less than the target
        (0.85, 0.89, "missed", "non tenu"),
        (None, 0.99, "held", "tenu"),
    ],
)
def test_noise_decides_nothing(
    one_less: float | None, advised: float, verdict: str, word: str
) -> None:
    less = one_less and Obtained(reached_share=one_less, half_width=0.005, days=9)
    advice = Advice(
        persons_per_hour=40.0,
        today=None,
        one_less=SERVICE if less else None,
        advised=SERVICE,
        one_more=SERVICE,
    )
    row = Row(weekday=2, start_min=540, end_min=600, agents_today=4, lines_today=8, advice=advice)
    rehearsal = Rehearsal(
        one_less=less or None,
        advised=Obtained(reached_share=advised, half_width=0.005, days=9),
    )
    assert rehearsal.verdict(Target(reached_share=0.9)) == verdict
    text = rehearsal_as_text(row, rehearsal, Target(reached_share=0.9))
    assert text.startswith("mardi") and text.endswith(f"| {word}")
