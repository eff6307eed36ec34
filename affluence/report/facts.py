"""What the report is made from: all that is known of one platform, and nothing of a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from affluence.doubts import Doubts
from affluence.indicators import Indicators
from affluence.phrases import Phrase
from affluence.staffing import Plan, Trial
from affluence.typical_week import TypicalWeek
from affluence.typical_week.effect import Effect
from affluence.typical_week.grades import Backtest

# Why no advice can be given.
DURATIONS_UNKNOWN = Phrase("les enregistrements ne disent pas combien de temps durent les appels.")
TARGET_OUT_OF_REACH = Phrase(
    "aucun nombre d’agents et de lignes qui ait été essayé n’atteint l’objectif."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of records and what became of its lines: ``lines`` is the sum of the rest."""

    name: str
    lines: int
    calls: int
    merged: int
    duplicates: int
    ignored: Mapping[str, int]  # by reason
    rejected: Mapping[str, int]  # by reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing:
    """Advice for every row of the week, and what some changes would do in an ordinary week.

    Attributes:
        plan: the advice.
        trials: of changes, with the load that half of the days exceed; the first changes nothing.
        agents_known: False where nothing tells how many there are: then changes are of those that
            are advised.

    """

    plan: Plan
    trials: tuple[Trial, ...]
    agents_known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that is said of one platform over the days from ``first`` to ``last``.

    Attributes:
        service: its name.
        demonstration: whether its calls are invented.
        zone: its time zone.
        first: first local day, a Monday unless the records begin later.
        last: last local day, a Sunday.
        measured: the tables of `affluence.tables.MEASURED`, of these days.
        indicators: of these days.
        weeks: indicators of each of their weeks, oldest first.
        typical: the typical week, learned from all weeks up to ``last``.
        forecast: FORECAST of the weeks after ``last``.
        grades: how good such forecasts have been.
        effect: what the published table has changed.
        staffing: advice; None where it cannot be given.
        no_staffing: why it cannot: a phrase; empty where it can.
        files: whose lines were read.
        doubts: what the records of these days say against the number of lines.
        published: days on which other hours were recommended than before.

    """

    service: str
    demonstration: bool
    zone: str
    first: date
    last: date
    measured: Mapping[str, pl.DataFrame]
    indicators: Indicators
    weeks: tuple[Indicators, ...]
    typical: TypicalWeek
    forecast: pl.DataFrame
    grades: Backtest
    effect: Effect
    staffing: Staffing | None
    no_staffing: str
    files: tuple[File, ...]
    doubts: Doubts
    published: tuple[date, ...]
