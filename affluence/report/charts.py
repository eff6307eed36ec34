"""Tables of the report → its figures, as the JSON that Plotly takes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from affluence.publication.wording import Words
from affluence.report.drawing import (
    ALERT,
    DARK,
    HATCH,
    INK,
    MIDDLE,
    Figure,
    axis,
    layout,
    plain,
    share_axis,
    share_line,
    told_bars,
)
from affluence.report.facts import Facts
from affluence.report.sheet import Kind, Sheet, is_source, shown

_MOST_TICKS = 14


def simultaneous(sheet: Sheet, words: Words) -> Figure:
    """How long so many calls are up at once, as bars."""
    say = words.language.say
    shares = sheet.column("part")
    return {
        "data": [
            told_bars(shares, Kind.SHARE, words, x=plain(sheet.column("appels")), y=plain(shares))
        ],
        "layout": layout(
            words,
            xaxis=axis(title={"text": str(say("Appels à la fois"))}, dtick=1),
            yaxis=axis(rangemode="tozero", showticklabels=False),
        ),
    }


def waits(sheet: Sheet, words: Words) -> Figure:
    """Answered and abandoned calls by how long they waited, and the curve of patience."""
    say = words.language.say
    x = sheet.column("attente")
    names = {c.name: str(say(c.heading)) for c in sheet.columns}
    return {
        "data": [
            {
                "type": "bar",
                "name": names["repondus"],
                "x": x,
                "y": plain(sheet.column("repondus")),
                "marker": {"color": DARK},
            },
            {
                "type": "bar",
                "name": names["abandonnes"],
                "x": x,
                "y": plain(sheet.column("abandonnes")),
                "marker": {"color": ALERT, "pattern": HATCH},
            },
            share_line(
                x,
                sheet.column("patience"),
                name=names["patience"],
                line={"color": INK, "dash": "dot"},
                marker={"symbol": "diamond", "size": 8},
            ),
        ],
        "layout": layout(
            words,
            barmode="stack",
            xaxis=axis(tickangle=-40, type="category"),
            yaxis=axis(title={"text": str(say("Appels"))}, rangemode="tozero"),
            yaxis2=share_axis(words, title={"text": names["patience"]}),
            margin={"l": 64, "r": 64, "t": 16, "b": 110},
        ),
    }


def chain(sheet: Sheet, words: Words) -> Figure:
    """How many are left at every step, from the first on, as bars below each other."""
    counts = sheet.column("nombre")[:-1]  # the last counts calls, not persons
    return {
        "data": [
            told_bars(
                counts,
                Kind.COUNT,
                words,
                orientation="h",
                x=plain(counts),
                y=sheet.column("etape")[:-1],
                marker={"color": [DARK, ALERT, MIDDLE, ALERT, MIDDLE]},
            )
        ],
        "layout": layout(
            words,
            xaxis=axis(rangemode="tozero", showticklabels=False),
            yaxis=axis(type="category", autorange="reversed", automargin=True),
            margin={"l": 12, "r": 64, "t": 8, "b": 8},
            height=280,
        ),
    }


def delays(sheet: Sheet, words: Words) -> Figure:
    """How long after a failure people call again, as bars."""
    say = words.language.say
    counts = sheet.column("rappels")
    return {
        "data": [told_bars(counts, Kind.COUNT, words, x=sheet.column("delai"), y=plain(counts))],
        "layout": layout(
            words,
            xaxis=axis(tickangle=-40, type="category"),
            yaxis=axis(title={"text": str(say("Rappels"))}, rangemode="tozero"),
            margin={"l": 64, "r": 24, "t": 24, "b": 100},
        ),
    }


def weeks(sheet: Sheet, facts: Facts, words: Words) -> Figure:
    """Persons of every week, those who reached nobody, and the share who did.

    A star marks a week with holidays or closures, a dashed line a publication.
    """
    say = words.language.say
    x = plain(sheet.column("lundi"))
    special = [
        (week, said) for week, said in zip(x, sheet.column("jours_particuliers"), strict=True)
    ]
    starred = [(week, said) for week, said in special if said]
    names = {c.name: str(say(c.heading)) for c in sheet.columns}
    totals = plain(sheet.column("personnes"))
    top = max((count for count in totals if count), default=1)
    return {
        "data": [
            {
                "type": "bar",
                "name": names["personnes"],
                "x": x,
                "y": totals,
                "marker": {"color": MIDDLE},
            },
            {
                "type": "bar",
                "name": names["sans_reponse"],
                "x": x,
                "y": plain(sheet.column("sans_reponse")),
                "marker": {"color": ALERT, "pattern": HATCH},
            },
            share_line(
                x,
                sheet.column("joint"),
                name=names["joint"],
                line={"color": INK, "width": 2},
                marker={"symbol": "square", "size": 7},
                connectgaps=False,
            ),
            {
                "type": "scatter",
                "mode": "text",
                "name": str(say("jours particuliers")),
                "x": [week for week, _ in starred],
                "y": [1.06 * top for _ in starred],
                "text": ["★" for _ in starred],
                "hovertext": [said for _, said in starred],
                "hoverinfo": "text",
                "showlegend": False,
            },
        ],
        "layout": layout(
            words,
            barmode="overlay",
            bargap=0.25,
            xaxis=axis(
                type="date",
                tickformat="%d/%m/%y" if is_source(words) else "%-d %b %y",
                tickangle=-40,
                tickvals=_thinned(x),
            ),
            yaxis=axis(rangemode="tozero", tickformat=",d"),
            yaxis2=share_axis(words),
            shapes=[_line(day) for day in facts.published[-60:]],
            height=380,
        ),
    }


def _thinned(values: Sequence[Any]) -> list[Any]:
    """So few of them that their names do not touch."""
    return list(values[:: len(values) // _MOST_TICKS + 1])


def _line(day: date) -> Figure:
    """A dashed line at the week of a day."""
    monday = (day - timedelta(days=day.weekday())).isoformat()
    return {
        "type": "line",
        "xref": "x",
        "yref": "paper",
        "x0": monday,
        "x1": monday,
        "y0": 0,
        "y1": 1,
        "line": {"color": INK, "dash": "dash", "width": 1},
    }


def forecast(facts: Facts, words: Words) -> Figure:
    """First attempts of the days to come, and the share that reaches an agent, day by day."""
    say = words.language.say
    by_day: dict[date, list[dict[str, Any]]] = {}
    for row in facts.forecast.iter_rows(named=True):
        by_day.setdefault(row["day"], []).append(row)
    days = sorted(by_day)
    demand = [_calls(by_day[day]) for day in days]
    reach = [_mean_reach(by_day[day]) for day in days]
    x = [day.isoformat() for day in days]
    mondays = [day.isoformat() for day in days if day.weekday() == 0]
    return {
        "data": [
            {
                "type": "bar",
                "name": str(say("Premiers appels attendus")),
                "x": x,
                "y": demand,
                "marker": {"color": MIDDLE},
            },
            share_line(
                x,
                reach,
                name=str(say("Chances de joindre un agent")),
                connectgaps=False,
                line={"color": INK},
                marker={"symbol": "square", "size": 6},
            ),
        ],
        "layout": layout(
            words,
            xaxis=axis(
                type="date", tickformat="%d/%m" if is_source(words) else "%-d %b", tickvals=mondays
            ),
            yaxis=axis(rangemode="tozero", tickformat=",d"),
            yaxis2=share_axis(words),
        ),
    }


def _calls(rows: Sequence[dict[str, Any]]) -> float | None:
    """Of a day; None on a closed one, or where nothing is known."""
    known = [row["demand"] for row in rows if row["demand"] is not None]
    return round(sum(known), 1) if known else None


def _mean_reach(rows: Sequence[dict[str, Any]]) -> float | None:
    """Over the calls of the day; None on a closed one, or where nothing is known."""
    known = [row for row in rows if row["reach"] is not None and row["demand"]]
    calls = sum(row["demand"] for row in known)
    return round(sum(row["reach"] * row["demand"] for row in known) / calls, 4) if calls else None


def effect(sheet: Sheet, words: Words) -> Figure:
    """Both shares before the first table and since, each as two marks joined by a line."""
    names = {c.name: str(words.language.say(c.heading)).lower() for c in sheet.columns}
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines+markers+text",
                "name": str(row[0]),
                "x": [names["avant"], names["depuis"]],
                "y": plain(row[1:3]),
                "text": [shown(value, Kind.SHARE, words) for value in row[1:3]],
                "textposition": "top center",
                "line": {"color": colour, "dash": dash},
                "marker": {"symbol": symbol, "size": 10},
            }
            for row, colour, dash, symbol in zip(
                sheet.rows, (DARK, ALERT), ("solid", "dash"), ("circle", "square"), strict=False
            )
        ],
        "layout": layout(
            words,
            xaxis=axis(type="category"),
            yaxis=axis(range=[0, 1.1], showticklabels=False),
        ),
    }
