"""Small hand-made editions: a week is drawn as text, one letter a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from affluence.publication.edition import (
    Bounds,
    Closure,
    Contact,
    DayAhead,
    Desk,
    Edition,
    Hours,
    LeftOut,
    Notice,
    PastForecasts,
)
from affluence.tables import WEEK

PHONE = "+33199001234"
HOURS = ((540, 600), (600, 660), (660, 720), (810, 840), (840, 900), (900, 960), (960, 990))

STATES = {
    "c": "quiet",
    "a": "fairly_quiet",
    "b": "busy",
    "t": "very_busy",
    "-": "closed",
    "?": "not_enough_data",
}
REACH = {"c": 0.957, "a": 0.812, "b": 0.623, "t": 0.314, "?": 0.5}

# Rows are the hours of HOURS, columns are Monday to Friday.
DRAWN = ("taaab", "tbbab", "tbabt", "bacaa", "bcaca", "acaba", "aca-?")


def hours(*spans: tuple[int, int, int]) -> tuple[Hours, ...]:
    """Hours of an edition from (weekday, first minute, last minute)."""
    return tuple(Hours(weekday=day, start_min=start, end_min=end) for day, start, end in spans)


# 9 h to 12 h and 13 h 30 to 16 h 30, but 16 h on Thursday.
OPENING = hours(
    *((day, 540, 720) for day in range(1, 6)),
    *((day, 810, 960 if day == 4 else 990) for day in range(1, 6)),
)


def cell(weekday: int, start_min: int, end_min: int, letter: str, **changes: Any) -> dict[str, Any]:
    """One row of WEEK whose level is `letter`; what it does not say follows from its reach."""
    reach = REACH.get(letter)
    row: dict[str, Any] = {
        "platform": "demo",
        "weekday": weekday,
        "start_min": start_min,
        "end_min": end_min,
        "days": 2 if letter == "?" else 8,
        "attempts": 317,
        "answered": 211,
        "abandoned": 47,
        "unanswered": 23,
        "busy": 29,
        "first_attempts": 271,
        "first_busy": 19,
        "open_s": 28_800.0,
        "full_open_s": 2_880.0,
        "held_open_s": 115_200.0,
        "line_open_s": 230_400.0,
        "busy_line_rate": None if reach is None else round((1 - reach) * 0.8, 4),
        "occupancy_rate": None if reach is None else round(1.02 - reach * 0.7, 4),
        "refused_share": None if reach is None else round((1 - reach) / 2, 4),
        "reach": reach,
        "reach_low": reach,
        "reach_high": reach,
        "state": STATES[letter],
    }
    return {**row, **changes}


def week(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """A WEEK table of these rows."""
    return pl.DataFrame(rows, schema=WEEK.schema)


def drawn(lines: Sequence[str], hours: Sequence[tuple[int, int]] = HOURS) -> pl.DataFrame:
    """A WEEK table from one string a row of hours, one letter a weekday from Monday."""
    return week(
        [
            cell(weekday, start, end, letter)
            for (start, end), line in zip(hours, lines, strict=True)
            for weekday, letter in enumerate(line, start=1)
        ]
    )


def desk(**changes: Any) -> Desk:
    """An office that is closed at noon."""
    base = Desk(
        platform="demo",
        service="Préfecture d’Exemple : accueil des étrangers",
        phone=PHONE,
        zone="Europe/Paris",
        opening=OPENING,
        demonstration=True,
    )
    return replace(base, **changes)


def edition(**changes: Any) -> Edition:
    """A realistic edition: five days, every level, one cell without enough data, one closed."""
    of_the_desk = {key: changes.pop(key) for key in Desk.__dataclass_fields__ if key in changes}
    base = Edition(
        desk=desk(**of_the_desk),
        week=drawn(DRAWN),
        recommended=hours(
            (2, 840, 900), (2, 900, 960), (3, 810, 840), (4, 840, 900), (2, 960, 990)
        ),
        to_avoid=hours((1, 540, 600), (1, 600, 660), (1, 660, 720), (5, 660, 720)),
        anything_quiet=True,
        answers_known=True,
        refusals_recorded=True,
        lines=8,
        lines_inferred=False,
        lines_believed=True,
        bounds=Bounds(quiet=0.90, fairly_quiet=0.75, busy=0.50),
        minimum_days=4,
        minimum_calls=30,
        period_first=date(2026, 1, 5),
        period_last=date(2026, 3, 1),
        weeks=8,
        left_out=(),
        next_update=date(2026, 3, 9),
        valid_until=date(2026, 3, 15),
    )
    return replace(base, **changes)


def full_edition(**changes: Any) -> Edition:
    """An edition that makes a page show everything it can."""
    base: dict[str, Any] = {
        "contact": Contact(
            price="local",
            relay_url="https://relais.example.gouv.fr/",
            appointment_url="https://rdv.example.gouv.fr/?a=1&b=2",
            online_url="https://demarches.example.gouv.fr/",
            public_url="https://www.example.gouv.fr/affluence/",
            notice=Notice(texts=(("fr", "Grève des transports"),), until=date(2026, 3, 12)),
        ),
        "left_out": tuple(
            LeftOut(day=date(2026, 2, day), reason="odd_day", label="travaux", factor=2.5)
            for day in (2, 3, 4, 5)
        ),
        "closures": (Closure(first=date(2026, 3, 12), last=date(2026, 3, 13), label="Travaux"),),
        "days_ahead": (
            DayAhead(day=date(2026, 3, 11), kinds=("month_start", "bridge"), demand_factor=0.81),
        ),
        "past_forecasts": PastForecasts(error=0.154, error_of_mean=0.181, are_better=True),
    }
    return edition(**{**base, **changes})
