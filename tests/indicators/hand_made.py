"""SLOTS, companions and histograms written in a few words, for figures that a person can check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from affluence.indicators import Indicators, Readings, make_indicators
from affluence.indicators.durations import Durations
from affluence.indicators.histogram import Histogram
from affluence.indicators.totals import Totals, add_up
from affluence.tables import MEASURED, OUTCOMES, SLOTS

PLATFORM = "titres-de-sejour"
ZONE = "Europe/Paris"
MONDAY = datetime(2026, 10, 12, 7, tzinfo=UTC)  # 9:00 in Paris, summer time
QUARTER = timedelta(minutes=15)
LINES = 4
# What only newer measures know: null in the slots of days that were sealed before.
LATER = tuple(name for name, column in SLOTS.columns.items() if column.nullable)


def slot(start: datetime = MONDAY, /, **figures: float | None) -> dict[str, Any]:
    """A quarter of an hour, open and recorded, with four lines and no roster of agents.

    Attempts are the sum of the outcomes, whatever is not given is zero.
    """
    plain = dict.fromkeys(SLOTS.columns, 0) | {
        "platform": PLATFORM,
        "slot_start": start,
        "attempts": sum(int(figures.get(outcome) or 0) for outcome in OUTCOMES),
        **dict.fromkeys(("open_s", "recorded_s"), 900),
        **dict.fromkeys(("line_s", "line_open_s"), 900 * LINES),
        **dict.fromkeys(("agent_s", "agent_open_s")),
    }
    return plain | figures


def sealed(row: Mapping[str, Any]) -> dict[str, Any]:
    """The slot as an older version measured it and left it."""
    return {**row, **dict.fromkeys(LATER)}


def slots_frame(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """SLOTS."""
    return SLOTS.check(pl.DataFrame(list(rows), schema=SLOTS.schema))


def rows_frame(
    name: str, rows: Iterable[tuple[Any, ...]], start: datetime = MONDAY
) -> pl.DataFrame:
    """A companion of SLOTS, all of whose rows, without platform and slot, are in one slot."""
    table = MEASURED[name]
    if name == "redials":
        # As many are followed by an attempt while open as are redialled, and how long that took
        # besides their bins is not known, unless they say so.
        rows = [(*row, *(row[3], None)[len(row) - 5 :]) for row in rows]
    whole = [(PLATFORM, start, *row) for row in rows]
    return table.check(pl.DataFrame(whole, schema=table.schema, orient="row"))


def totals(lines_believed: bool = True, **figures: float | None) -> Totals:
    """Totals of a single slot."""
    return add_up(slots_frame([slot(**figures)]), lines_believed=lines_believed)


def durations(**kinds: Mapping[int, int]) -> Durations:
    """Histograms by kind: seconds and how many."""
    none: Mapping[int, int] = {}
    return Durations(
        **{kind.name: histogram(kinds.get(kind.name, none)) for kind in fields(Durations)}
    )


def histogram(counts: Mapping[int, int]) -> Histogram:
    """Seconds and how many."""
    return Histogram(sorted(counts.items()))


def indicators(
    slots: pl.DataFrame,
    readings: Readings | None = None,
    /,
    *,
    lines_believed: bool = True,
    **companions: pl.DataFrame,
) -> Indicators:
    """Indicators of all days of some SLOTS; companions that are not given have no rows."""
    days = slots["slot_start"].dt.convert_time_zone(ZONE).dt.date()
    first, last = days.sort()[0], days.sort()[-1]
    empty = {name: table.empty() for name, table in MEASURED.items()}
    return make_indicators(
        empty | companions | {"slots": slots},
        readings or Readings(),
        zone=ZONE,
        first=first,
        last=last,
        lines_believed=lines_believed,
    )
