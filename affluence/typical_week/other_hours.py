"""Who would call if the desk were open at other hours: counted where it can be, assumed where not.

Nobody has ever been answered in hours that were never open, so what they would bring is no measure.
Three things are assumed, each on the side of too many calls:

* who calls at an hour that stays goes on calling then;
* who calls while the desk is closed, at an hour that would be open, calls then: one person a call,
  besides those of today;
* who calls at an hour that is taken away calls at those that are left, as others choose them.

Nobody is lost, so that all who called are found again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from affluence.errors import RecordsError
from affluence.typical_week.calendar import Hours, closed_days
from affluence.typical_week.cells import Floats

RECENT_WEEKS = 13  # of calls to a closed desk, few as they are: a season
_QUARTER_MIN = 15
_DAYS, _MINUTES = 7, 24 * 60
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OtherHours:
    """Demand at other opening hours; persons of an ordinary week, as planned for.

    Attributes:
        rows: weekday (ISO), start_min, end_min, persons, and closed_min: minutes of the row in
            which the desk is closed today.
        moved: persons of the hours that are taken away, who are within those of the rows.
        turned_away: persons who call a closed desk today, likewise.

    """

    rows: pl.DataFrame
    moved: float
    turned_away: float


def calls_while_closed(slots: pl.DataFrame, hours: Hours, last: date) -> Floats:
    """Calls to a closed desk in each minute of an ordinary week, weekdays × minutes of the day.

    Of the last `RECENT_WEEKS`, holidays and closures left aside; nan where the desk was never
    closed or nothing was recorded.

    Args:
        slots: SLOTS of one platform.
        hours: its opening hours.
        last: the last day that counts.

    """
    first = last - timedelta(days=7 * RECENT_WEEKS - 1)
    # A holiday is one on whatever weekday.
    always_open = replace(hours, weekly=(((0, _MINUTES),),) * _DAYS, changes=())
    apart = [closed.day for closed in closed_days(always_open, first, last)]
    local = pl.col("slot_start").dt.convert_time_zone(hours.zone)
    closed_s = pl.col("recorded_s") - pl.col("open_s")
    quarters = (
        slots.filter(local.dt.date().is_between(first, last), ~local.dt.date().is_in(apart))
        .filter(closed_s > 0)
        .group_by(
            day=local.dt.weekday() - 1,
            quarter=(local.dt.hour().cast(pl.Int32) * 60 + local.dt.minute()) // _QUARTER_MIN,
        )
        .agg(a_minute=60 * pl.col("closed").sum() / closed_s.sum())
    )
    found = np.full((_DAYS, _MINUTES // _QUARTER_MIN), np.nan)
    found[quarters["day"], quarters["quarter"]] = quarters["a_minute"]
    return found.repeat(_QUARTER_MIN, axis=1)


def at_other_hours(
    today: pl.DataFrame,
    spans: pl.DataFrame,
    while_closed: Floats,
    planned: Callable[[Floats], Floats],
) -> OtherHours:
    """Bring the persons of the rows of today to rows of other opening hours.

    Args:
        today: weekday (ISO), start_min, end_min and persons of the present rows.
        spans: weekday, start_min and end_min of the others.
        while_closed: calls a minute, as `calls_while_closed` gives them.
        planned: from mean numbers of calls to those that are planned for.

    Raises:
        RecordsError: on a weekday that gains opening hours, no call is on record in these.

    """
    is_open = _by_minute(today, np.ones(len(today))) > 0
    called = _by_minute(today, today["persons"].to_numpy() / _lengths(today))
    would_be_open = _by_minute(spans, np.ones(len(spans))) > 0
    added = would_be_open & ~is_open
    new_calls = np.where(added, np.nan_to_num(while_closed), 0.0)
    _refuse_silence(added, new_calls)
    turned_away = planned(_by_row(spans, new_calls))
    stay = _by_row(spans, called)  # 0 in minutes that are closed today
    moved = float(called[~would_be_open].sum())
    persons = stay + turned_away
    if moved and persons.any():
        persons *= 1 + moved / persons.sum()
    elif moved:  # nobody calls at the hours that are left: as likely at any minute of these
        persons = moved * _lengths(spans) / _lengths(spans).sum()
    return OtherHours(
        rows=spans.with_columns(
            persons=pl.Series(persons, dtype=pl.Float64),
            closed_min=pl.Series(_by_row(spans, added), dtype=pl.Float64).cast(pl.Int64),
        ),
        moved=moved,
        turned_away=float(turned_away.sum()),
    )


def _refuse_silence(added: np.ndarray, new_calls: Floats) -> None:
    gains, hears = added.any(axis=1), new_calls.any(axis=1)
    for day in np.flatnonzero(gains & ~hears):
        raise RecordsError(
            f"no call is on record on a {_WEEKDAYS[day]} in the hours that would be open: nobody"
            f" called in the last {RECENT_WEEKS} weeks, or the platform does not record calls while"
            " the desk is closed. Nothing tells how many would call; leave that day as it is."
        )


def _lengths(rows: pl.DataFrame) -> Floats:
    lengths: Floats = (rows["end_min"] - rows["start_min"]).cast(pl.Float64).to_numpy()
    return lengths


def _by_minute(rows: pl.DataFrame, values: Floats) -> Floats:
    """The value of its row for each minute of the week, 0 outside of the rows."""
    minutes = np.zeros((_DAYS, _MINUTES))
    spans = rows.select("weekday", "start_min", "end_min").rows()
    for (weekday, start_min, end_min), value in zip(spans, values, strict=True):
        minutes[weekday - 1, start_min:end_min] = value
    return minutes


def _by_row(rows: pl.DataFrame, minutes: Floats | np.ndarray) -> Floats:
    """Sums over the minutes of each row."""
    spans = rows.select("weekday", "start_min", "end_min").rows()
    return np.array([minutes[weekday - 1, start:end].sum() for weekday, start, end in spans])
