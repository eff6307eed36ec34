"""The model of the week → how many persons call in each of its rows, today or at other hours."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from affluence.indicators import Indicators
from affluence.staffing import TriedHours
from affluence.typical_week import Study
from affluence.typical_week.calendar import MinutesSpan

_HOURS = (pl.col("end_min") - pl.col("start_min")) / 60


class NeverOpenError(ValueError):
    """Opening hours are tried that have no hour."""


def hourly_demand(
    learned: Study, indicators: Indicators, *, quantile: float, moved_share: float
) -> pl.DataFrame:
    """Persons an hour of an ordinary day, those of whom no number is known included.

    Columns weekday (ISO), start_min, end_min and persons_per_hour; one row a row of WEEK.

    Args:
        learned: the model of the week.
        indicators: of the period that it was learned from.
        quantile: of the number of persons, 0-1.
        moved_share: those of every other row who call in one of the recommended rows instead.

    """
    per_known = indicators.demand.per_known if indicators.demand else 1.0
    demand = learned.demand_to_come(quantile).with_columns(persons=pl.col("persons") * per_known)
    recommended = learned.week().advice.recommended
    if moved_share and recommended:
        named = pl.int_range(pl.len()).is_in(recommended)
        moved = pl.when(~named).then("persons").otherwise(0.0).sum() * moved_share
        demand = demand.with_columns(
            persons=pl.when(named)
            .then(pl.col("persons") + moved * _HOURS / _HOURS.filter(named).sum())
            .otherwise(pl.col("persons") * (1 - moved_share))
        )
    return demand.select(
        "weekday",
        "start_min",
        "end_min",
        persons_per_hour=pl.col("persons") / _HOURS,
    )


def demand_at_other_hours(
    learned: Study,
    slots: pl.DataFrame,
    demand: pl.DataFrame,
    opening: Mapping[int, tuple[MinutesSpan, ...]],
    quantile: float,
) -> tuple[pl.DataFrame, TriedHours]:
    """The demand of `hourly_demand` in the rows of other opening hours.

    With ``closed_min``: in how many of its minutes the desk is closed today.
    """
    usual = learned.weekly
    weekly = tuple(opening.get(day, spans) for day, spans in enumerate(usual, 1))
    if not any(weekly):
        raise NeverOpenError("the desk would never be open; leave it some hours")
    today = demand.with_columns(persons=pl.col("persons_per_hour") * _HOURS)
    found = learned.at_other_hours(today, weekly, slots, quantile)
    tried = TriedHours(
        weekly=weekly,
        changed=tuple(
            day for day in range(1, 8) if sorted(weekly[day - 1]) != sorted(usual[day - 1])
        ),
        moved=found.moved,
        turned_away=found.turned_away,
    )
    in_rows = found.rows.select(
        "weekday", "start_min", "end_min", pl.col("persons") / _HOURS, "closed_min"
    )
    return in_rows.rename({"persons": "persons_per_hour"}), tried
