"""SLOTS and PERSONS → sums by day and cell of the table of hours, and what they say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from affluence.indicators.persons import DAY_MIN
from affluence.publication.wording import message
from affluence.report.sheet import FEW, NOTHING, Kind, Value, persons, share, share_of_persons
from affluence.typical_week.rows import seen_in_rows

_SECONDS = ("open_s", "full_open_s", "held_open_s", "line_open_s", "wait_answered_s")
_COUNTS = ("answered", "abandoned", "unanswered", "busy", "first_attempts", "first_busy")
_PERSONS = ("intents", "reached", "gave_up")
_CELL = ("weekday", "start_min", "end_min")

Sums = Mapping[str, float]


def sums_by_cell(
    slots: pl.DataFrame, people: pl.DataFrame, grid: pl.DataFrame, zone: str
) -> pl.DataFrame:
    """Sums of the open and recorded time of each day and cell.

    Columns day, weekday (ISO), start_min, end_min and the sums: those of SLOTS, and intents,
    reached and gave_up of PERSONS.

    Args:
        slots: SLOTS of one platform.
        people: PERSONS of the same days.
        grid: the cells: weekday, start_min, end_min.
        zone: the platform's.

    """
    by_slot = (
        people.filter(pl.col("gap_min") == DAY_MIN)
        .group_by("slot_start")
        .agg(pl.col(_PERSONS).sum())
    )
    placed = (
        seen_in_rows(slots, grid.select(_CELL), zone)
        .join(by_slot.lazy(), on="slot_start", how="left")
        .with_columns(pl.col(_PERSONS).fill_null(0))
        .collect()
    )
    return (
        placed.group_by("day", *_CELL)
        .agg(pl.col("attempts", "waits", *_COUNTS, *_PERSONS, *_SECONDS).sum())
        .sort("day", "start_min")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Some days of the report: ``month`` is the first of one, ``weeks`` how many newest weeks.

    With neither it is the whole.
    """

    key: str
    first: date
    last: date
    weeks: int | None = None
    month: date | None = None


def periods(first: date, last: date) -> Iterator[Period]:
    """The whole, the newest weeks, and the months, newest first.

    Args:
        first: first day of the report.
        last: its last day, the end of a week.

    """
    yield Period(key="all", first=first, last=last)
    for weeks in (1, 4, 12):
        since = last - timedelta(days=7 * weeks - 1)
        if since > first:
            yield Period(key=f"weeks-{weeks}", first=since, last=last, weeks=weeks)
    if first.replace(day=1) == last.replace(day=1):
        return
    while last >= first:
        month = last.replace(day=1)
        begin = max(month, first)
        yield Period(key=f"{month:%Y-%m}", first=begin, last=last, month=month)
        last = month - timedelta(days=1)


def sums_of(by_day: pl.DataFrame, period: Period, grid: pl.DataFrame) -> pl.DataFrame:
    """The sums of a period, one row a cell of the grid, in its order; 0 where nothing was seen.

    ``days`` is on how many days the cell was seen.
    """
    summed = (
        by_day.filter(pl.col("day").is_between(period.first, period.last))
        .group_by(_CELL)
        .agg(
            pl.len().cast(pl.Int64).alias("days"),
            # Added up in another order they would differ in their last digits.
            pl.col("attempts", "waits", *_COUNTS, *_PERSONS, *_SECONDS).sum().round(6),
        )
    )
    cells = grid.select(_CELL).join(summed, on=list(_CELL), how="left", maintain_order="left")
    return cells.with_columns(pl.exclude(_CELL).fill_null(0))


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a cell: how it is called, and how its values are written."""

    key: str
    title: str
    kind: Kind
    more_is_worse: bool = True


# What a heat map can show, in the order in which it is offered. Counts are by hour of opening, for
# rows of half an hour stand beside rows of an hour.
MEASURES = (
    Measure("lost", message("Personnes qui n’ont joint personne, par heure"), Kind.DECIMAL),
    Measure("persons", message("Personnes qui appellent, par heure"), Kind.DECIMAL),
    Measure("attempts", message("Appels, par heure"), Kind.DECIMAL),
    Measure("full", message("Temps où toutes les lignes sont prises"), Kind.SHARE),
    Measure("occupancy", message("Occupation des lignes"), Kind.SHARE),
    Measure("refused", message("Appels refusés"), Kind.SHARE),
    Measure(
        "reach",
        message("Chances qu’un premier appel joigne un agent"),
        Kind.SHARE,
        more_is_worse=False,
    ),
    Measure("wait", message("Attente moyenne avant réponse"), Kind.SECONDS),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the records can tell."""

    lines: bool
    refusals: bool
    answers: bool
    callers: bool


def figures(sums: Sums, known: Known) -> dict[str, Value]:
    """The figures of `MEASURES` of a cell, from its sums; nothing of what did not happen."""
    hours = sums["open_s"] / 3600
    if not hours:
        return {measure.key: NOTHING for measure in MEASURES}
    full = share(sums["full_open_s"], sums["open_s"])
    wait = share(sums["wait_answered_s"], sums["waits"])
    return {
        "lost": _hourly(sums["gave_up"], hours) if known.callers else None,
        "persons": _hourly(sums["intents"], hours) if known.callers else None,
        "attempts": sums["attempts"] / hours,
        "full": full if known.lines else None,
        "occupancy": share(sums["held_open_s"], sums["line_open_s"]) if known.lines else None,
        "refused": share(sums["busy"], sums["attempts"]) if known.refusals else None,
        "reach": _reach(sums, known),
        "wait": wait if known.answers else None,
    }


def _reach(sums: Sums, known: Known) -> Value:
    """The chance that a first call reaches an agent (DESIGN 4), of what was measured."""
    blocked = [
        share(part, whole)
        for part, whole, is_known in (
            (sums["full_open_s"], sums["open_s"], known.lines),
            (sums["first_busy"], sums["first_attempts"], known.refusals),
        )
        if is_known
    ]
    if not blocked:
        return None
    rates = [rate for rate in blocked if isinstance(rate, float)]
    tried = sums["answered"] + sums["abandoned"] + sums["unanswered"]
    # Where nothing tells whether somebody answered, a free line stands alone.
    answered = share(sums["answered"], tried) if known.answers else 1.0
    if not rates or not isinstance(answered, float):
        return NOTHING
    return (1 - max(rates)) * answered


def _hourly(count: float, hours: float) -> Value:
    return FEW if persons(count) is FEW else count / hours


def lost_share(sums: Sums) -> Value:
    """Share of the persons of a cell who reached nobody."""
    return share_of_persons(sums["gave_up"], sums["intents"])
