"""SLOTS → history: what was seen in every cell of the table, week by week, as dense arrays."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from affluence.typical_week.cells import Cells, Floats, Mask
from affluence.typical_week.rows import seen_in_rows

_WEEK_DAYS = 7
# Sums of a cell and week that the models and the table need.
SUMS = (
    *("attempts", "answered", "abandoned", "unanswered", "unknown", "busy"),
    *("first_attempts", "first_busy"),
    *("open_s", "full_open_s", "held_open_s", "line_open_s", "wait_answered_s", "waits"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What was seen, by week and cell; weeks begin on Mondays.

    Attributes:
        first_monday: of the first week.
        cells: the cells of the table.
        sums: of `SUMS`, weeks × cells, over the time that was open and wholly recorded.
        exposure: weeks × cells: how much of the row's time that was, 1 = all of it; 0 where the
            desk was closed or nothing was recorded: then the sums are 0 and say nothing.

    """

    first_monday: date
    cells: Cells
    sums: Mapping[str, Floats]
    exposure: Floats

    @property
    def weeks(self) -> int:
        """How many there are."""
        return len(self.exposure)

    def day(self, week: int, weekday: int) -> date:
        """The day of a week (0 = first) that is the ``weekday``-th of the table's (0 = first)."""
        return self.first_monday + timedelta(
            days=week * _WEEK_DAYS + self.cells.weekdays[weekday] - 1
        )

    def is_exposed(self, day: date) -> bool:
        """Whether anything was seen of a day of the table."""
        week, weekday = divmod((day - self.first_monday).days, _WEEK_DAYS)
        of_day = self.cells.day == self.cells.weekdays.index(weekday + 1)
        return bool(self.exposure[week, of_day].any())

    def days_with_calls(self) -> list[date]:
        """Days of the table on which any call is on record."""
        called = np.argwhere(self.by_day("attempts") > 0).tolist()
        return [self.day(week, weekday) for week, weekday in called]

    def days_among(self, days: Collection[date]) -> Mask:
        """Weeks × weekdays of the table: whether each is one of some days."""
        weekdays = range(len(self.cells.weekdays))
        return np.array(
            [[self.day(week, day) in days for day in weekdays] for week in range(self.weeks)]
        )

    def by_day(self, name: str) -> Floats:
        """Sums of one name, weeks × weekdays of the table."""
        return self.cells.by_day(self.sums[name])

    def without(self, days: Mask) -> History:
        """The same without what was seen on some days (weeks × weekdays of the table)."""
        return self.seen_at(~days[:, self.cells.day])

    def seen_at(self, places: Mask) -> History:
        """The same with only what was seen in some weeks and cells (weeks × cells, or cells)."""
        return replace(
            self,
            sums={name: np.where(places, sums, 0.0) for name, sums in self.sums.items()},
            exposure=np.where(places, self.exposure, 0.0),
        )

    def followed_by(self, later: History) -> History:
        """Both, the later one where they overlap; nothing is seen in the weeks between them.

        Both are of the same cells.
        """
        weeks = (later.first_monday - self.first_monday).days // _WEEK_DAYS

        def joined(first: Floats, then: Floats) -> Floats:
            between = np.zeros((max(0, weeks - len(first)), first.shape[1]))
            return np.concatenate([first[:weeks], between, then])

        return replace(
            self,
            sums={name: joined(found, later.sums[name]) for name, found in self.sums.items()},
            exposure=joined(self.exposure, later.exposure),
        )


def make_history(
    slots: pl.DataFrame, cells: Cells, *, zone: str, first_monday: date, last: date
) -> History:
    """Sum up the SLOTS of one platform from ``first_monday`` to ``last``, both included.

    Args:
        slots: SLOTS; only those count that were open and recorded while they were.
        cells: of the table.
        zone: the platform's.
        first_monday: first day of the first week.
        last: last day; its week counts whole.

    """
    weeks = (last - first_monday).days // _WEEK_DAYS + 1
    placed = (
        seen_in_rows(slots, cells.spans.with_row_index("cell"), zone)
        .with_columns(week=(pl.col("day") - pl.lit(first_monday)).dt.total_days() // _WEEK_DAYS)
        .filter(pl.col("week").is_between(0, weeks - 1))
        .collect()
    )
    # Added up in the order of time: a group-by of Polars rounds differently from run to run.
    at = (placed["week"] * cells.count + placed["cell"]).to_numpy()
    sums = {}
    for name in SUMS:
        by_cell = np.bincount(at, placed[name].to_numpy(), weeks * cells.count)
        sums[name] = by_cell.astype(np.float64).reshape(weeks, cells.count)
    row_s = (cells.spans["end_min"] - cells.spans["start_min"]).to_numpy() * 60.0
    return History(
        first_monday=first_monday, cells=cells, sums=sums, exposure=sums["open_s"] / row_s
    )


def callers_of(history: History) -> str:
    """The sum that counts callers: attempts, where it is not known which are first ones."""
    return "first_attempts" if history.sums["first_attempts"].any() else "attempts"


def by_name(sums: Iterable[Floats]) -> dict[str, Floats]:
    """Sums by their names, given in the order of `SUMS`; what follows these is left out."""
    return dict(zip(SUMS, sums, strict=False))
