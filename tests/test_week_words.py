"""A week, a forecast and its grades as they are printed."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import polars as pl

from affluence.typical_week.grades import OURS, Backtest, Scores, Stability
from affluence.week_words import (
    backtest_as_document,
    backtest_as_text,
    forecast_as_document,
    forecast_as_text,
    week_as_text,
)

NINE = {"weekday": 1, "start_min": 540, "end_min": 600}
HALF_PAST_ONE = {"weekday": 1, "start_min": 810, "end_min": 840}
REACH = {"reach": 0.8, "reach_low": 0.71, "reach_high": 0.87}
UNKNOWN = dict.fromkeys(REACH)


def scores(deviance: float, wape: float = 0.2) -> Scores:
    return Scores(
        forecasts=180,
        poisson_deviance=deviance,
        wape=wape,
        crps=2.25,
        mase=0.875,
        coverage=0.825,
        pit_coverage=0.801,
        hit_rate=0.66,
        regret=0.055,
    )


def grades(ours: float, theirs: float) -> Backtest:
    return Backtest(
        scores={"4-week mean": scores(theirs, wape=0.25), OURS: scores(ours)},
        stability=Stability(runs=9, levels_changed=0.025, advice_changed=0.125),
        half_lives_weeks=(2.0, 26.0),
    )


NOTHING = Backtest(scores={}, stability=None, half_lives_weeks=(2.0, 26.0))


def test_a_week_is_a_line_a_cell_and_what_is_not_known_a_dash() -> None:
    rates = {"busy_line_rate": 0.124, "occupancy_rate": 0.5, "refused_share": 0.2}
    week = pl.DataFrame(
        [
            {**NINE, **rates, **REACH, "state": "fairly_quiet"},
            {**HALF_PAST_ONE, **dict.fromkeys(rates), **UNKNOWN, "state": "not_enough_data"},
        ]
    )
    header, *lines = week_as_text(week).splitlines()
    assert [line.split() for line in lines] == [
        ["Mon", "09:00-10:00", "12%", "50%", "20%", "80%", "(71%", "to", "87%)", "fairly_quiet"],
        ["Mon", "13:30-14:00", "-", "-", "-", "-", "(-", "to", "-)", "not_enough_data"],
    ]
    for title, figure in (("lines full", "12%"), ("occupancy", "50%"), ("refused", "20%")):
        assert header.index(title) + len(title) == lines[0].index(figure) + len(figure)


def days_to_come() -> pl.DataFrame:
    kinds = dict.fromkeys(("after_closure", "bridge", "month_start", "school_holidays"), False)
    demand = {"demand": 30.4, "demand_low": 22.0, "demand_high": 41.0}
    monday: dict[str, Any] = {"day": date(2026, 3, 2), **kinds, "month_start": True}
    monday |= {"bridge": True}
    tuesday: dict[str, Any] = {"day": date(2026, 3, 3), **kinds}
    return pl.DataFrame(
        [
            {**monday, **NINE, **demand, **REACH, "state": "busy"},
            {**monday, **HALF_PAST_ONE, **demand, **REACH, "state": "quiet"},
            {**tuesday, **NINE, **dict.fromkeys(demand), **UNKNOWN, "state": "closed"},
        ]
    )


def test_a_forecast_says_first_how_good_such_ones_have_been() -> None:
    first, _, *lines = forecast_as_text(days_to_come(), grades(1.25, 1.5)).splitlines()
    assert first == (
        "On this platform's past weeks: deviance 1.250 against 1.500, WAPE 20.0%;"
        " better than every plain mean."
    )
    assert lines == [
        "Mon 2026-03-02      61 first attempts  bridge, start of the month",
        "    09:00-10:00     30 (22 to 41)  reach 80% (71% to 87%)  busy",
        "    13:30-14:00     30 (22 to 41)  reach 80% (71% to 87%)  quiet",
        "Tue 2026-03-03  closed",
    ]


def test_a_forecast_that_plain_means_beat_is_not_advised() -> None:
    for graded, said in (
        (grades(1.5, 1.25), "NOT better than every plain mean"),
        (NOTHING, "Too few weeks to say how good this is"),
    ):
        assert said in forecast_as_text(days_to_come(), graded)
        document = json.loads(forecast_as_document(days_to_come(), graded))
        assert document["advisable"] is False
        assert len(document["days"]) == 3
    assert json.loads(forecast_as_document(days_to_come(), grades(1.25, 1.5)))["advisable"] is True


def test_a_backtest_is_a_line_a_forecaster_the_best_first() -> None:
    text = backtest_as_text(grades(1.25, 1.5))
    header, ours, theirs, *rest = text.splitlines()
    assert ours.split() == [
        *(OURS, "1.250", "2.250", "20.0%", "0.875", "82.5%", "80.1%", "66%", "5.5%")
    ]
    assert theirs.startswith("4-week mean") and "25.0%" in theirs
    assert header.rindex("regret") + len("regret") == len(ours)
    assert "180 counts foretold one to four weeks ahead" in rest[1]
    assert rest[2] == "Half-lives so chosen: 2 weeks for the level, 26 for the shape."
    assert rest[3].startswith("Published table, 9 weeks: 2.5% of the levels and 12.5% of the")
    document = json.loads(backtest_as_document(grades(1.25, 1.5)))
    assert document["scores"][OURS]["poisson_deviance"] == 1.25
    assert document["stability"] == {"runs": 9, "levels_changed": 0.025, "advice_changed": 0.125}


def test_before_anything_can_be_graded_a_backtest_says_when_it_can() -> None:
    assert backtest_as_text(NOTHING) == ("Nothing can be graded yet: it takes 5 weeks of records.")
    assert json.loads(backtest_as_document(NOTHING))["stability"] is None
