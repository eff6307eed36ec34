"""Which hours to recommend and which to advise against."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

_SHARE_NAMED = 1 / 8  # of the rows: a sentence that names more is a table, and less sure
_GOOD = ("quiet", "fairly_quiet")
_BAD = ("busy", "very_busy")

Cell = tuple[int, int, int]  # ISO weekday, start and end in minutes after local midnight


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Best rows first, worst rows first; ``anything_quiet`` False = only the least busy."""

    recommended: tuple[Cell, ...]
    to_avoid: tuple[Cell, ...]
    anything_quiet: bool


def advise(week: pl.DataFrame) -> Advice:
    """Choose rows of a WEEK: several near-equal ones, by the careful end of their interval.

    Where everything is quiet nothing is to be avoided; where nothing is, the least busy hours
    are given all the same.
    """
    known = week.filter(pl.col("state").is_in([*_GOOD, *_BAD]))
    count = max(1, round(known.height * _SHARE_NAMED))
    best_first = known.sort(
        "reach_low", "weekday", "start_min", descending=[True, False, False], nulls_last=True
    )
    good = best_first.filter(pl.col("state").is_in(_GOOD))
    worst_first = known.filter(pl.col("state").is_in(_BAD)).sort(
        "reach_high", "weekday", "start_min", nulls_last=True
    )
    recommended = good if good.height else best_first
    chosen = recommended.head(count)
    avoid = worst_first.join(chosen, on=["weekday", "start_min"], how="anti", maintain_order="left")
    return Advice(
        recommended=_cells(chosen),
        to_avoid=_cells(avoid.head(count)),
        anything_quiet=good.height > 0,
    )


def _cells(rows: pl.DataFrame) -> tuple[Cell, ...]:
    return tuple(rows.select("weekday", "start_min", "end_min").iter_rows())
