"""The figures laid out as a table: weekdays across, hours down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from affluence.publication.edition import Hours
from affluence.publication.figures import Figure


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row of hours, with the state of each weekday in the order of the columns."""

    start_min: int
    end_min: int
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """Weekdays with any opening and the rows of hours in which any of them is open."""

    weekdays: tuple[int, ...]
    rows: tuple[GridRow, ...]


def lay_out(figures: Sequence[Figure], opening: Sequence[Hours]) -> Grid:
    """Lay the figures out so that no cell says anything of hours that are not its own.

    Rows are cut wherever the hours of any weekday begin or end: where Monday opens at 13:30 and
    Tuesday at 13:00, the row 13:00 - 13:30 says "closed" for Monday alone.
    """
    open_figures = [figure for figure in figures if figure.is_open]
    weekdays = sorted({h.weekday for h in opening} | {f.weekday for f in open_figures})
    cuts = sorted({cut for span in open_figures for cut in (span.start_min, span.end_min)})
    rows = (
        GridRow(start, end, tuple(_state(open_figures, day, start, end) for day in weekdays))
        for start, end in pairwise(cuts)
    )
    in_use = tuple(row for row in rows if set(row.states) != {"closed"})
    return Grid(tuple(weekdays), in_use)


def _state(open_figures: Sequence[Figure], weekday: int, start_min: int, end_min: int) -> str:
    for figure in open_figures:
        covers = figure.start_min <= start_min and end_min <= figure.end_min
        if figure.weekday == weekday and covers:
            return figure.state
    return "closed"
