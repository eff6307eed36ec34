"""What the manager reads of a week and of the days to come: French, in the words of the page."""

from __future__ import annotations

import json
from datetime import date

import polars as pl

from affluence.week_words import forecast_as_document, forecast_as_text, week_as_text

from .test_backtest_words import NOTHING, grades

CELL = {
    "weekday": 1,
    "start_min": 810,
    "end_min": 840,
    "busy_line_rate": 0.25,
    "occupancy_rate": 0.5,
    "refused_share": 0.125,
    "reach": 0.75,
    "reach_low": 0.7,
    "reach_high": 0.8,
    "state": "fairly_quiet",
}
DAY = {
    "day": date(2026, 6, 1),
    **CELL,
    "demand": 12.4,
    "demand_low": 8.6,
    "demand_high": 16.2,
    "after_closure": False,
    "bridge": False,
    "month_start": True,
    "school_holidays": False,
}


def said(text: str) -> list[list[str]]:
    """The words of each line."""
    return [line.split() for line in text.splitlines()]


def test_a_cell_of_the_week() -> None:
    unknown = dict.fromkeys((name for name in CELL if name not in ("weekday", "state")), None)
    hours = {"start_min": 540, "end_min": 600}
    weekly = [CELL, {**CELL, **unknown, **hours, "weekday": 7, "state": "not_enough_data"}]
    header, known, nothing = said(week_as_text(pl.DataFrame(weekly)))
    assert " ".join(header) == (
        "heures lignes prises occupation refusés joindre un agent (à 80 %) niveau"
    )
    assert " ".join(known) == ("lundi 13 h 30 - 14 h 25 % 50 % 12 % 75 % (70 % à 80 %) assez calme")
    assert " ".join(nothing) == "dimanche 9 h - 10 h – – – – données insuffisantes"


def test_the_days_to_come() -> None:
    closed = {**DAY, "day": date(2026, 6, 2), "weekday": 2, "state": "closed"}
    trust, _, monday, row, tuesday = said(forecast_as_text(pl.DataFrame([DAY, closed]), NOTHING))
    assert " ".join(trust).startswith("Trop peu de semaines")
    assert " ".join(monday) == "lundi 01/06/2026 12 premiers appels (début du mois)"
    assert " ".join(row) == (
        "13 h 30 - 14 h 12 (9 à 16) joindre un agent 75 % (70 % à 80 %) assez calme"
    )
    assert " ".join(tuesday) == "mardi 02/06/2026 fermé"


def test_a_day_of_shorter_hours() -> None:
    unknown = dict.fromkeys(name for name in (*CELL, *DAY) if "reach" in name or "demand" in name)
    later = {**DAY, **unknown, "start_min": 840, "end_min": 900, "state": "closed"}
    _, _, _, row, shut = said(forecast_as_text(pl.DataFrame([DAY, later]), NOTHING))
    assert " ".join(row).startswith("13 h 30 - 14 h 12 (9 à 16)")
    assert " ".join(shut) == "14 h - 15 h fermé"


def test_a_forecast_says_first_how_good_such_ones_have_been() -> None:
    days = pl.DataFrame([DAY])
    for graded, verdict, advisable in (
        (grades(1.25, 1.5), "\u00a0: mieux que toutes les simples moyennes.", True),
        (grades(1.5, 1.25), "PAS mieux que toutes les simples moyennes", False),
        (NOTHING, "fiez-vous à la semaine type.", False),
    ):
        first, *_ = forecast_as_text(days, graded).splitlines()
        assert verdict in first
        assert json.loads(forecast_as_document(days, graded))["advisable"] is advisable
    first, *_ = forecast_as_text(days, grades(1.25, 1.5)).splitlines()
    assert "à 20\u00a0% près (WAPE)" in first
