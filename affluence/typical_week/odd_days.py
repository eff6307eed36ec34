"""Days out of line with the others of their weekday: one rumour must not make a typical Tuesday.

The logarithm of a day's first attempts over the median of its weekday is compared with the spread
of all days, on a robust scale (median absolute deviation). A neighbouring day of the same weekday
that is out of line in the same direction makes it a change, which is kept, and not an accident.
"""

from __future__ import annotations

import math
from datetime import date, timedelta

import polars as pl

_ROBUST_DEVIATIONS = 3.5
_LEAST_FACTOR = 1.5  # a day must also differ by half, or a steady desk would lose ordinary days
_LEAST_DAYS = 4  # of a weekday: among fewer nobody can say which one is odd
_MAD_TO_DEVIATION = 1.4826  # of a normal law
_WEEK = timedelta(days=7)


def odd_days(by_day: pl.DataFrame) -> list[date]:
    """Days whose demand is out of line, from sums per ``day`` and cell as in WEEK."""
    totals = (
        by_day.lazy()
        .group_by("day", "weekday")
        .agg(pl.col("first_attempts", "attempts").sum())
        # Where callers are unknown there are no first attempts to count.
        .with_columns(
            demand=pl.when(pl.col("first_attempts").sum() > 0)
            .then("first_attempts")
            .otherwise("attempts")
        )
        .filter(pl.col("demand") > 0, pl.len().over("weekday") >= _LEAST_DAYS)
        .with_columns(
            deviation=(pl.col("demand") / pl.col("demand").median().over("weekday")).log()
        )
        .sort("day")
        .collect()
    )
    if totals.is_empty():
        return []
    deviations: dict[date, float] = dict(totals.select("day", "deviation").iter_rows())
    spread = totals["deviation"].abs().median()
    scale = _MAD_TO_DEVIATION * float(spread) if isinstance(spread, float) else 0.0
    limit = max(_ROBUST_DEVIATIONS * scale, math.log(_LEAST_FACTOR))

    def out_of_line(day: date, like: float) -> bool:
        return deviations.get(day, 0.0) * like > 0 and abs(deviations[day]) > limit

    return [
        day
        for day, deviation in deviations.items()
        if abs(deviation) > limit
        and not any(out_of_line(day + step, deviation) for step in (-_WEEK, _WEEK))
    ]
