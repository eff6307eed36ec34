"""SLOTS and PERSONS → sums by week and cell of the table of hours, and what they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from affluence.publication.wording import message
from affluence.report.sheet import FEW, Kind, Value, persons, share, share_of_persons

_DAY_MIN = 1440  # of PERSONS: an intent ends with the day
_COUNTS = (
    *("answered", "abandoned", "unanswered", "busy", "first_attempts", "first_busy"),
    *("open_s", "full_open_s", "held_open_s", "line_open_s", "wait_answered_s"),
)
_CELL = ("weekday", "start_min", "end_min")


def sums_by_cell(
    slots: pl.DataFrame, people: pl.DataFrame, grid: pl.DataFrame, zone: str
) -> pl.DataFrame:
    """Sums of the open and recorded time of each week and cell.

    Columns monday, weekday (ISO), start_min, end_min, days (on which the cell was seen) and the
    sums: those of SLOTS, and intents, reached and gave_up of PERSONS.

    Args:
        slots: SLOTS of one platform.
        people: PERSONS of the same days.
        grid: the cells: weekday, start_min, end_min.
        zone: the platform's.

    """
    local = pl.col("slot_start").dt.convert_time_zone(zone)
    day = local.dt.date()
    seen = slots.filter(pl.col("open_s") > 0, pl.col("recorded_s") >= pl.col("open_s"))
    by_slot = (
        people.filter(pl.col("gap_min") == _DAY_MIN)
        .group_by("slot_start")
        .agg(pl.col("intents", "reached", "gave_up").sum())
    )
    placed = (
        seen.join(by_slot, on="slot_start", how="left")
        .with_columns(
            pl.col("intents", "reached", "gave_up").fill_null(0),
            day=day,
            monday=day.dt.truncate("1w"),
            weekday=local.dt.weekday().cast(pl.Int64),
            minute=local.dt.hour().cast(pl.Int64) * 60 + local.dt.minute(),
            attempts=pl.col("attempts") - pl.col("closed"),
            waits=pl.col("answered") - pl.col("answer_unrecorded").fill_null(0),
        )
        .join(grid.select(_CELL), on="weekday")
        # A slot that opening hours cut belongs to the row of its open part.
        .filter(pl.col("minute") + 15 > pl.col("start_min"), pl.col("minute") < pl.col("end_min"))
        .sort("slot_start", "start_min")
        .unique("slot_start", keep="first", maintain_order=True)
    )
    return (
        placed.group_by("monday", *_CELL)
        .agg(
            pl.col("day").n_unique().alias("days"),
            pl.col("attempts", "waits", *_COUNTS, "intents", "reached", "gave_up").sum(),
        )
        .sort("monday", "weekday", "start_min")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Some of the weeks: ``month`` is its first day where it is one, ``weeks`` where it is so many.

    With neither it is the whole.
    """

    key: str
    first: date
    last: date
    weeks: int | None = None
    month: date | None = None


def periods(mondays: list[date]) -> Iterator[Period]:
    """The whole, the newest weeks, and the months in which weeks begin, newest first."""
    first, last = mondays[0], mondays[-1]
    yield Period(key="all", first=first, last=last)
    for weeks in (1, 4, 12):
        if weeks < len(mondays):
            since = last - timedelta(weeks=weeks - 1)
            yield Period(key=f"weeks-{weeks}", first=since, last=last, weeks=weeks)
    months = {monday.replace(day=1) for monday in mondays}
    if len(months) > 1:
        for month in sorted(months, reverse=True):
            of_month = [monday for monday in mondays if monday.replace(day=1) == month]
            yield Period(key=f"{month:%Y-%m}", first=of_month[0], last=of_month[-1], month=month)


def sums_of(by_week: pl.DataFrame, period: Period, grid: pl.DataFrame) -> pl.DataFrame:
    """The sums of a period, one row a cell of the grid, in its order; 0 where nothing was seen."""
    summed = (
        by_week.filter(pl.col("monday").is_between(period.first, period.last))
        .drop("monday")
        .group_by(_CELL)
        .agg(pl.all().sum())
    )
    return grid.select(_CELL).join(summed, on=list(_CELL), how="left", maintain_order="left")


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a cell: how it is called, and how its values are written."""

    key: str
    title: str
    kind: Kind
    more_is_worse: bool = True


# What a heat map can show, in the order in which it is offered.
MEASURES = (
    Measure("lost", message("Personnes qui n’ont joint personne, par jour"), Kind.DECIMAL),
    Measure("persons", message("Personnes qui appellent, par jour"), Kind.DECIMAL),
    Measure("attempts", message("Appels, par jour"), Kind.DECIMAL),
    Measure("full", message("Temps où toutes les lignes sont prises"), Kind.SHARE),
    Measure("occupancy", message("Occupation des lignes"), Kind.SHARE),
    Measure("refused", message("Appels refusés"), Kind.SHARE),
    Measure("reach", message("Chances qu’un premier appel joigne un agent"), Kind.SHARE, False),
    Measure("wait", message("Attente moyenne avant réponse"), Kind.SECONDS),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the records can tell."""

    lines: bool
    refusals: bool
    answers: bool
    callers: bool


def figures(sums: dict[str, float | None], known: Known) -> dict[str, Value]:
    """The figures of `MEASURES` of a cell, from its sums."""
    if not sums["days"]:
        return {measure.key: None for measure in MEASURES}
    total = {name: float(value or 0) for name, value in sums.items()}
    days = total["days"]
    full = share(total["full_open_s"], total["open_s"]) if known.lines else None
    first_refused = share(total["first_busy"], total["first_attempts"])
    refused = first_refused if known.refusals else None
    tried = total["answered"] + total["abandoned"] + total["unanswered"]
    answered = share(total["answered"], tried)
    blocked = [rate for rate in (full, refused) if rate is not None]
    # Where nothing tells whether somebody answered, a free line stands alone (DESIGN 4).
    answer = answered if known.answers else 1.0
    reach = None if answer is None or not blocked else (1 - max(blocked)) * answer
    return {
        "lost": _daily(total["gave_up"], days) if known.callers else None,
        "persons": _daily(total["intents"], days) if known.callers else None,
        "attempts": total["attempts"] / days,
        "full": full,
        "occupancy": share(total["held_open_s"], total["line_open_s"]) if known.lines else None,
        "refused": share(total["busy"], total["attempts"]) if known.refusals else None,
        "reach": reach,
        "wait": share(total["wait_answered_s"], total["waits"]) if known.answers else None,
    }


def _daily(count: float, days: float) -> Value:
    return FEW if persons(count) is FEW else count / days


def lost_share(sums: dict[str, float | None]) -> Value:
    """Share of the persons of a cell who reached nobody that day."""
    return share_of_persons(sums["gave_up"], sums["intents"])
