"""The grades of past forecasts as they are printed."""

from __future__ import annotations

import json

from affluence.backtest_words import backtest_as_document, backtest_as_text
from affluence.typical_week.grades import OURS, Backtest, Scores, Stability

NOTHING = Backtest(scores={}, stability=None, half_lives_weeks=(2.0, 26.0))


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


def test_a_backtest_is_a_line_a_forecaster_the_best_first() -> None:
    header, ours, theirs, *rest = backtest_as_text(grades(1.25, 1.5)).splitlines()
    assert ours.split() == [
        *(OURS, "1.250", "2.250", "20.0%", "0.875", "82.5%", "80.1%", "66%", "5.5%")
    ]
    assert theirs.startswith("4-week mean") and "25.0%" in theirs
    assert header.rindex("regret") + len("regret") == len(ours)
    assert "180 counts foretold one to four weeks ahead" in rest[1]
    assert rest[2] == "Half-lives so chosen: 2 weeks for the level, 26 for the shape."
    assert rest[3].startswith("Published table, 9 weeks: 2.5% of the levels and 12.5% of the")


def test_the_document_says_the_same_for_programs() -> None:
    document = json.loads(backtest_as_document(grades(1.25, 1.5)))
    assert document["scores"][OURS]["poisson_deviance"] == 1.25
    assert document["stability"] == {"runs": 9, "levels_changed": 0.025, "advice_changed": 0.125}


def test_before_anything_can_be_graded_it_says_when_it_can() -> None:
    assert backtest_as_text(NOTHING) == "Nothing can be graded yet: it takes 5 weeks of records."
    assert json.loads(backtest_as_document(NOTHING))["stability"] is None
