"""The typical week and the weeks to come, for the manager in a terminal, or as JSON.

Levels, days and kinds of days are in the very words of the page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from affluence.backtest_words import grades_as_plain
from affluence.indicators.plain_words import tidy
from affluence.phrases import hour_of_day, whole_percent
from affluence.publication.wording import DAYS, KINDS_OF_DAYS, LEVELS
from affluence.typical_week.grades import OURS, Backtest

_HEADER = (
    f"{'':<9}{'heures':<18}{'lignes prises':>13}{'occupation':>12}{'refusés':>9}"
    f"  {'joindre un agent (à 80 %)':<28}niveau"
)


def week_as_text(week: pl.DataFrame) -> str:
    """The cells of a WEEK, one a line, with the two rates and the chance of reaching an agent."""
    return "\n".join((_HEADER, *map(_cell, week.iter_rows(named=True))))


def _cell(cell: Mapping[str, Any]) -> str:
    rates = (cell["busy_line_rate"], cell["occupancy_rate"], cell["refused_share"])
    full, occupancy, refused = map(_share, rates)
    return (
        f"{DAYS[cell['weekday']]:<9}{_hours(cell):<18}{full:>13}{occupancy:>12}{refused:>9}"
        f"  {_reach(cell):<28}{_level(cell)}"
    )


def forecast_as_text(forecast: pl.DataFrame, grades: Backtest) -> str:
    """The days to come, each with its calls, its levels, and what is special about it."""
    return "\n".join((tidy(_trust(grades)), "", *_days(forecast)))


def _days(forecast: pl.DataFrame) -> Iterator[str]:
    for (day,), rows in forecast.group_by("day", maintain_order=True):
        date = f"{DAYS[rows['weekday'][0]]} {day:%d/%m/%Y}"
        if (rows["state"] == "closed").all():
            yield f"{date:<20}fermé"
            continue
        kinds = [word for kind, word in KINDS_OF_DAYS.items() if rows[kind][0]]
        special = f" ({', '.join(kinds)})" if kinds else ""
        yield f"{date:<20}{rows['demand'].sum():>6.0f} premiers appels{special}"
        yield from map(_row, rows.iter_rows(named=True))


def _row(row: Mapping[str, Any]) -> str:
    if row["state"] == "closed":  # on a day of shorter hours
        return f"    {_hours(row):<18}fermé"
    bounds = f"{row['demand_low']:.0f} à {row['demand_high']:.0f}"
    return (
        f"    {_hours(row):<18}{row['demand']:>4.0f} {f'({bounds})':<14}"
        f"  joindre un agent {_reach(row):<28}{_level(row)}"
    )


def _trust(grades: Backtest) -> str:
    """How good such forecasts have been."""
    if not grades.scores:
        return "Trop peu de semaines pour dire ce que cela vaut : fiez-vous à la semaine type."
    verdict = (
        "mieux que toutes les simples moyennes"
        if grades.is_best
        else "PAS mieux que toutes les simples moyennes : fiez-vous à la semaine type"
    )
    error = whole_percent(grades.scores[OURS].wape)
    return f"Sur les semaines passées de cette plateforme, à {error} près (WAPE) : {verdict}."


def forecast_as_document(forecast: pl.DataFrame, grades: Backtest) -> str:
    """JSON with the rows of FORECAST, and the grades of past forecasts."""
    document = {
        "advisable": grades.is_best,
        "grades": grades_as_plain(grades),
        "days": json.loads(forecast.write_json()),
    }
    return json.dumps(document, indent=2)


def _hours(row: Mapping[str, Any]) -> str:
    return f"{hour_of_day(row['start_min'])} - {hour_of_day(row['end_min'])}"


def _reach(row: Mapping[str, Any]) -> str:
    """« 25 % (22 % à 28 %) »."""
    if row["reach"] is None:
        return "–"
    low, high = (_share(row[end]) for end in ("reach_low", "reach_high"))
    return f"{_share(row['reach'])} ({low} à {high})"


def _level(row: Mapping[str, Any]) -> str:
    return LEVELS[row["state"]].word.lower()


def _share(share: float | None) -> str:
    return "–" if share is None else whole_percent(share)
