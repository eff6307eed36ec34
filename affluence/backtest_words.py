"""The grades of past forecasts as a table in a terminal, or as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict

from affluence.typical_week.backtest import FIRST_ORIGIN_WEEKS
from affluence.typical_week.grades import OURS, Backtest

_COLUMNS = {
    "poisson_deviance": ("deviance", "{:.3f}"),
    "crps": ("CRPS", "{:.3f}"),
    "wape": ("WAPE", "{:.1%}"),
    "mase": ("MASE", "{:.3f}"),
    "coverage": ("in 80 %", "{:.1%}"),
    "pit_coverage": ("PIT 80 %", "{:.1%}"),
    "hit_rate": ("hits", "{:.0%}"),
    "regret": ("regret", "{:.1%}"),
}


def backtest_as_text(grades: Backtest) -> str:
    """One table: every forecaster and its scores."""
    if not grades.scores:
        return f"Nothing can be graded yet: it takes {FIRST_ORIGIN_WEEKS + 1} weeks of records."
    header = f"{'':24}" + "".join(f"{title:>10}" for title, _ in _COLUMNS.values())
    lines = [header]
    for name, scores in sorted(grades.scores.items(), key=lambda item: item[1].poisson_deviance):
        said = (shown.format(getattr(scores, key)) for key, (_, shown) in _COLUMNS.items())
        lines.append(f"{name:24}" + "".join(f"{figure:>10}" for figure in said))
    ours = grades.scores[OURS]
    lines.append("")
    lines.append(
        f"{ours.forecasts} counts foretold one to four weeks ahead; deviance, CRPS, WAPE, MASE and"
        " regret: less is better."
    )
    level, shape = grades.half_lives_weeks
    lines.append(
        f"Half-lives so chosen: {level:.0f} weeks for the level, {shape:.0f} for the shape."
    )
    if grades.stability is not None:
        calm = grades.stability
        lines.append(
            f"Published table, {calm.runs} weeks: {calm.levels_changed:.1%} of the levels and"
            f" {calm.advice_changed:.1%} of the recommended hours changed from a week to the next."
        )
    return "\n".join(lines)


def backtest_as_document(grades: Backtest) -> str:
    """JSON with scores by forecaster and the calm of the table."""
    return json.dumps(grades_as_plain(grades), indent=2)


def grades_as_plain(grades: Backtest) -> dict[str, object]:
    """The same as what JSON is made of."""
    return {
        "scores": {name: asdict(scores) for name, scores in grades.scores.items()},
        "half_lives_weeks": grades.half_lives_weeks,
        "stability": grades.stability and asdict(grades.stability),
    }
