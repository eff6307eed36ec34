"""A typical week, a forecast or a backtest as a person reads it in a terminal, or as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict

import polars as pl

from affluence.typical_week.backtest import FIRST_ORIGIN_WEEKS
from affluence.typical_week.grades import OURS, Backtest

_DAYS = ("", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_KINDS = {
    "after_closure": "day after a closure",
    "bridge": "bridge",
    "month_start": "start of the month",
    "school_holidays": "school holidays",
}
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


def week_as_text(week: pl.DataFrame) -> str:
    """The cells of a WEEK, one a line, with the two rates and the reach."""
    lines = ["day  hours        lines full  occupancy  refused  reach (80 % interval)  level"]
    for cell in week.iter_rows(named=True):
        rates = (cell["busy_line_rate"], cell["occupancy_rate"], cell["refused_share"])
        full, occupancy, refused = (_percent(rate) for rate in rates)
        low, high = _percent(cell["reach_low"]), _percent(cell["reach_high"])
        interval = f"{_percent(cell['reach'])} ({low} to {high})"
        lines.append(
            f"{_DAYS[cell['weekday']]}  {_clock(cell['start_min'])}-{_clock(cell['end_min'])}"
            f"  {full:>10}  {occupancy:>9}  {refused:>7}  {interval:<22} {cell['state']}"
        )
    return "\n".join(lines)


def forecast_as_text(forecast: pl.DataFrame, grades: Backtest) -> str:
    """The days to come, each with its calls, its levels, and what is special about it."""
    lines = [_trust(grades), ""]
    for (day,), rows in forecast.group_by("day", maintain_order=True):
        kinds = [name for kind, name in _KINDS.items() if rows[kind][0]]
        if (rows["state"] == "closed").all():
            lines.append(f"{day:%a %Y-%m-%d}  closed")
            continue
        special = f"  {', '.join(kinds)}" if kinds else ""
        lines.append(f"{day:%a %Y-%m-%d}  {rows['demand'].sum():>6.0f} first attempts{special}")
        lines += [
            f"    {_clock(row['start_min'])}-{_clock(row['end_min'])}"
            f"  {row['demand']:>5.0f} ({row['demand_low']:.0f} to {row['demand_high']:.0f})"
            f"  reach {_percent(row['reach'])}"
            f" ({_percent(row['reach_low'])} to {_percent(row['reach_high'])})  {row['state']}"
            for row in rows.iter_rows(named=True)
        ]
    return "\n".join(lines)


def forecast_as_document(forecast: pl.DataFrame, grades: Backtest) -> str:
    """JSON with the rows of FORECAST, and the grades of past forecasts."""
    document = {
        "advisable": grades.is_best,
        "grades": _grades(grades),
        "days": json.loads(forecast.write_json()),
    }
    return json.dumps(document, indent=2)


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
    return json.dumps(_grades(grades), indent=2)


def _grades(grades: Backtest) -> dict[str, object]:
    return {
        "scores": {name: asdict(scores) for name, scores in grades.scores.items()},
        "half_lives_weeks": grades.half_lives_weeks,
        "stability": grades.stability and asdict(grades.stability),
    }


def _trust(grades: Backtest) -> str:
    if not grades.scores:
        return "Too few weeks to say how good this is: the typical week stands alone."
    ours = grades.scores[OURS]
    others = [scores for name, scores in grades.scores.items() if name != OURS]
    best = min(scores.poisson_deviance for scores in others)
    verdict = (
        "better than every plain mean"
        if grades.is_best
        else "NOT better than every plain mean: the typical week stands alone"
    )
    return (
        f"On this platform's past weeks: deviance {ours.poisson_deviance:.3f} against"
        f" {best:.3f}, WAPE {ours.wape:.1%}; {verdict}."
    )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
