"""What a reader may choose on a page, every answer computed in advance, for there is no server.

The page's script only puts the chosen numbers in the place of the others.

What a change would do is computed in advance, agents with lines, and each of the other two with
agents: all four together would take an hour and be read by nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from affluence.publication.wording import Words, message
from affluence.report.drawing import plain
from affluence.report.facts import Facts, Staffing
from affluence.report.figures import MEASURES, figures
from affluence.report.hours import Hours
from affluence.report.language import semicolons
from affluence.report.sheet import FEW, NOTHING, Kind, Sheet, Value, shown
from affluence.report.sheets.by_hour import period_name
from affluence.report.sheets.week_row import clock
from affluence.staffing import DeskKind, Trial
from affluence.tables import LEVELS

Choices = dict[str, Any]


def grid_of(week: pl.DataFrame) -> tuple[list[int], list[tuple[int, int]]]:
    """Weekdays and rows of the table, in order."""
    days = sorted(set(week["weekday"].to_list()))
    rows = sorted(set(week.select("start_min", "end_min").rows()))
    return days, rows


def matrix(week: pl.DataFrame, values: Sequence[Any]) -> list[list[Any]]:
    """Values of the cells as rows × weekdays; None where the desk is closed."""
    days, rows = grid_of(week)
    cells = week.select("weekday", "start_min", "end_min").rows()
    of_cell = dict(zip(cells, values, strict=True))
    return [[of_cell.get((day, *row)) for day in days] for row in rows]


def _axes(week: pl.DataFrame, words: Words) -> Choices:
    days, rows = grid_of(week)
    return {
        "days": [words.short_day(day) for day in days],
        "rows": [f"{clock(start)} – {clock(end)}" for start, end in rows],
    }


def heat(facts: Facts, hours: Hours, words: Words) -> Choices:
    """Every measure of every period by weekday and row, with the published levels."""
    week = facts.typical.week
    say = words.language.say
    by_period: Choices = {}
    for period, cells in hours.cells.items():
        found = [figures(cell, hours.known) for cell in cells]
        by_period[period.key] = {
            measure.key: _measured(week, [cell[measure.key] for cell in found], measure.kind, words)
            for measure in MEASURES
        }
    measured = [
        measure
        for measure in MEASURES
        if any(value is not None for row in by_period["all"][measure.key]["z"] for value in row)
    ]
    return {
        **_axes(week, words),
        "measures": [
            {
                "key": measure.key,
                "title": str(say(measure.title)),
                "worse": measure.more_is_worse,
            }
            for measure in measured
        ],
        "periods": [
            {"key": period.key, "name": period_name(period, words)} for period in hours.cells
        ],
        "levels": [
            {"key": "", "name": str(say("tous les niveaux"))},
            *({"key": level, "name": str(words.level(level))} for level in LEVELS),
        ],
        "level": matrix(week, week["state"].to_list()),
        "values": by_period,
    }


def _measured(week: pl.DataFrame, values: list[Value], kind: Kind, words: Words) -> Choices:
    rounded = [round(value, 4) if isinstance(value, float) else value for value in values]
    said = ["–" if value in {None, NOTHING} else _short(value, kind, words) for value in values]
    return {"z": matrix(week, plain(rounded)), "text": matrix(week, said)}


def _short(value: Value, kind: Kind, words: Words) -> str:
    """As short as a cell needs it."""
    if value is FEW:
        return "< 5"
    if kind == Kind.SHARE and isinstance(value, float):
        return words.percent_text(round(value, 2))
    if kind == Kind.DECIMAL and isinstance(value, float) and value >= 10:
        return shown(value, Kind.COUNT, words)
    return shown(value, kind, words)


def profiles(sheet: Sheet, words: Words) -> Choices:
    """The day of every weekday, quarter by quarter."""
    say = words.language.say
    series = ("appels_moyens", "un_jour_sur_dix", "pointe", "lignes", "agents")
    names = {column.name: str(say(column.heading)) for column in sheet.columns}
    by_day: Choices = {}
    for row in sheet.rows:
        cell = dict(zip([column.name for column in sheet.columns], row, strict=True))
        day = by_day.setdefault(str(cell["jour"]), {"x": [], **{name: [] for name in series}})
        day["x"].append(cell["debut"])
        for name in series:
            value = cell[name]
            day[name].append(round(value, 3) if isinstance(value, float) else value)
    return {"days": by_day, "names": {name: names[name] for name in series}}


def trials(facts: Facts, staffing: Staffing, words: Words) -> Choices:
    """What each change gives: the share of every row, and the sentence for the week."""
    week = facts.typical.week
    kind = staffing.plan.desk.kind
    return {
        **_axes(week, words),
        "trials": {
            _key(trial): {
                **_measured(week, _shares(trial), Kind.SHARE, words),
                "change": _change(trial, kind, words),
                "said": _said(trial, staffing.trials[0], kind, words),
            }
            for trial in staffing.trials
        },
        "agents": sorted({trial.change.agents for trial in staffing.trials}),
        "lines": sorted({trial.change.lines for trial in staffing.trials}),
        "handling": sorted({trial.change.handling for trial in staffing.trials}),
        "moved": sorted({trial.change.moved_share for trial in staffing.trials}),
    }


def _key(trial: Trial) -> str:
    change = trial.change
    return f"{change.agents}/{change.lines}/{change.handling:g}/{change.moved_share:g}"


def _shares(trial: Trial) -> list[Value]:
    return [None if found is None else found.reached_share for found in trial.services]


def _change(trial: Trial, kind: DeskKind, words: Words) -> str:
    """« +1 agent, +0 ligne »: what differs from today."""
    say, count = words.language.say, words.language.count
    change = trial.change
    parts = []
    if kind != "no_queue":
        more, sign = change.agents, _signed(change.agents)
        parts.append(count(abs(more), "{sign}\u00a0agent", "{sign}\u00a0agents", sign=sign))
    if kind != "unlimited":
        more, sign = change.lines, _signed(change.lines)
        parts.append(count(abs(more), "{sign}\u00a0ligne", "{sign}\u00a0lignes", sign=sign))
    if change.handling != 1:
        times = words.percent_text(change.handling)
        parts.append(say("appels durant {times} de ce qu’ils durent", times=times))
    if change.moved_share:
        parts.append(say("{share} d’appels déplacés", share=words.percent_text(change.moved_share)))
    return ", ".join(map(str, parts))


def _signed(number: int) -> str:
    return f"{number:+d}".replace("-", "−")


def _said(trial: Trial, today: Trial, kind: DeskKind, words: Words) -> str:
    """« +1 agent : 1 639 personnes sur 1 999 joignent un agent (82 %) ; 117 de plus ; … »."""
    say = words.language.say
    change = _change(trial, kind, words)
    if not trial.is_known or not trial.persons:
        return str(
            say(
                "{change}\u00a0: rien ne peut en être dit, les appels s’accumuleraient sans fin.",
                change=change,
            )
        )
    parts = [
        say(
            "{change}\u00a0: {reached} personnes sur {persons} joignent un agent ({share})",
            change=change,
            reached=shown(trial.reached, Kind.COUNT, words),
            persons=shown(trial.persons, Kind.COUNT, words),
            share=words.percent_text(round(trial.reached / trial.persons, 3)),
        )
    ]
    more = round(trial.reached) - round(today.reached) if today.is_known else 0
    if more:
        text = message("{count} de plus") if more > 0 else message("{count} de moins")
        parts.append(say(text, count=shown(abs(more), Kind.COUNT, words)))
    parts.append(
        say(
            "{calls} appels par personne",
            calls=shown(trial.attempts / trial.persons, Kind.DECIMAL, words),
        )
    )
    return semicolons(parts, words)
