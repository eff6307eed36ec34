"""The same figures for programs: affluence.csv and affluence.json, field names in French."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from affluence.publication import wording
from affluence.publication.edition import Bounds, Desk, Edition, Hours, PastForecasts
from affluence.publication.figures import DECIMALS, Figure

# The cells are the same in both files: CSV repeats what JSON says once around them.
AROUND_CELLS_FIRST = ("plateforme", "service")
AROUND_CELLS_LAST = ("periode_debut", "periode_fin", "prochaine_mise_a_jour", "valable_jusqu_au")
RATES = (
    "chance_de_joindre_un_agent",
    "taux_lignes_occupees",
    "taux_occupation",
    "taux_refus_premiers_appels",
)
CELL = ("jour", "heure_debut", "heure_fin", "niveau", *RATES, "jours")
COLUMNS = (*AROUND_CELLS_FIRST, *CELL, *AROUND_CELLS_LAST)


def csv_file(edition: Edition, figures: Sequence[Figure]) -> bytes:
    """One row a row of WEEK; what is not known or withheld is empty."""
    around = {
        "plateforme": edition.desk.platform,
        "service": edition.desk.service,
        "periode_debut": edition.period_first.isoformat(),
        "periode_fin": edition.period_last.isoformat(),
        "prochaine_mise_a_jour": edition.next_update.isoformat(),
        "valable_jusqu_au": edition.valid_until.isoformat(),
    }
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({**around, **_cell(figure)} for figure in figures)
    return text.getvalue().encode()


def json_file(edition: Edition, figures: Sequence[Figure]) -> bytes:
    """The whole edition, in a fixed order of keys; what is not known or withheld is null."""
    document = {
        "platform": edition.desk.platform,
        "service": edition.desk.service,
        "phone": edition.desk.phone,
        "zone": edition.desk.zone,
        "links": list(edition.desk.contact.links),
        "demonstration": edition.desk.demonstration,
        "period": {
            "first": edition.period_first.isoformat(),
            "last": edition.period_last.isoformat(),
            "weeks": edition.weeks,
            "left_out": [
                {"day": day.day.isoformat(), "reason": day.reason, "label": day.label}
                for day in edition.left_out
            ],
        },
        "next_update": edition.next_update.isoformat(),
        "valid_until": edition.valid_until.isoformat(),
        "answers_known": edition.answers_known,
        "refusals_recorded": edition.refusals_recorded,
        "lines": {
            "count": edition.lines,
            "inferred": edition.lines_inferred,
            "believed": edition.lines_believed,
        },
        "bounds": _bounds(edition.bounds),
        "levels": {level.id: level.word for level in wording.LEVELS.values()},
        "cells": [_cell(figure) for figure in figures],
        "days_ahead": [
            {
                "day": ahead.day.isoformat(),
                "kinds": list(ahead.kinds),
                "demand_factor": round(ahead.demand_factor, DECIMALS),
            }
            for ahead in edition.days_ahead
        ],
        "past_forecasts": _past_forecasts(edition.past_forecasts),
        "anything_quiet": edition.anything_quiet,
        "recommended": _hours(edition.recommended),
        "to_avoid": _hours(edition.to_avoid),
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def suspended_json(desk: Desk) -> bytes:
    """What is left of the data while there is no table."""
    document = {
        "platform": desk.platform,
        "service": desk.service,
        "phone": desk.phone,
        "links": list(desk.contact.links),
        "demonstration": desk.demonstration,
        "suspended": True,
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def _past_forecasts(past: PastForecasts | None) -> dict[str, Any] | None:
    if past is None:
        return None
    return {
        "error": round(past.error, DECIMALS),
        "error_of_mean": round(past.error_of_mean, DECIMALS),
        "better_than_means": past.are_better,
    }


def _cell(figure: Figure) -> dict[str, Any]:
    return {
        "jour": wording.DAYS[figure.weekday],
        "heure_debut": _time(figure.start_min),
        "heure_fin": _time(figure.end_min),
        "niveau": wording.LEVELS[figure.state].id,
        "chance_de_joindre_un_agent": figure.reach,
        "taux_lignes_occupees": figure.busy_line_rate,
        "taux_occupation": figure.occupancy_rate,
        "taux_refus_premiers_appels": figure.refused_share,
        "jours": figure.days,
    }


def _bounds(bounds: Bounds) -> dict[str, float]:
    return {
        wording.LEVELS["quiet"].id: bounds.quiet,
        wording.LEVELS["fairly_quiet"].id: bounds.fairly_quiet,
        wording.LEVELS["busy"].id: bounds.busy,
    }


def _hours(hours: Iterable[Hours]) -> list[dict[str, str]]:
    return [
        {
            "jour": wording.DAYS[span.weekday],
            "heure_debut": _time(span.start_min),
            "heure_fin": _time(span.end_min),
        }
        for span in hours
    ]


def read_hours(listed: Iterable[Mapping[str, str]]) -> tuple[Hours, ...]:
    """Hours as one of the lists of the JSON has them, in its order.

    Raises:
        KeyError: a weekday is none.
        ValueError: a time is none.

    """
    numbers = {name: number for number, name in wording.DAYS.items()}
    return tuple(
        Hours(
            weekday=numbers[one["jour"]],
            start_min=_minutes(one["heure_debut"]),
            end_min=_minutes(one["heure_fin"]),
        )
        for one in listed
    )


def _minutes(time: str) -> int:
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)


def _time(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
