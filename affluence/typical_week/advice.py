"""Which hours to recommend and which to advise against: several, near-equal, spread over days.

One single hour would fill up as soon as it is named; where only one is quiet it is named alone
all the same, for a busy one must not be called quiet. Hours that were recommended the week before
stay as long as they are about as good as others: people remember them.
"""

from __future__ import annotations

from dataclasses import dataclass

from affluence.tables import LEVELS
from affluence.typical_week.cells import Cells, Floats
from affluence.typical_week.levels import NONE, Levels

_SHARE_NAMED = 1 / 8  # of the rows: a sentence that names more is a table, and less sure
_LEAST_NAMED = 3
_MOST_A_DAY = 2  # recommended hours of one weekday
_ABOUT_AS_GOOD = 0.02  # of the chance to reach an agent
_LAST_GOOD = LEVELS.index("fairly_quiet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Positions of cells, best first and worst first.

    ``anything_quiet`` is False where what is recommended is only the least busy.
    """

    recommended: tuple[int, ...] = ()
    to_avoid: tuple[int, ...] = ()
    anything_quiet: bool = False


def advise(
    cells: Cells,
    levels: Levels,
    low: Floats,
    high: Floats,
    *,
    before: Advice = Advice(),
    widened: bool = False,
) -> Advice:
    """Choose cells by the careful ends of the interval of reach.

    Where everything is quiet nothing is to be avoided; where nothing is, the least busy hours
    are given all the same.

    Args:
        cells: of the table.
        levels: of every cell.
        low: lower end of the chance to reach an agent.
        high: upper end.
        before: the advice of the week before.
        widened: name twice as many hours, because those named before fill up.

    """
    of_cells = levels.tolist()
    known = [cell for cell, level in enumerate(of_cells) if level != NONE]
    good = [cell for cell in known if of_cells[cell] <= _LAST_GOOD]
    share = round(len(known) * _SHARE_NAMED)
    worth = low.copy()
    worth[list(before.recommended)] += _ABOUT_AS_GOOD
    recommended = _spread_out(
        _in_order(good or known, -worth), cells, max(_LEAST_NAMED, share) * (1 + widened)
    )
    bad = [cell for cell in known if of_cells[cell] > _LAST_GOOD and cell not in recommended]
    return Advice(
        recommended=recommended,
        to_avoid=tuple(_in_order(bad, high)[: max(1, share)]),
        anything_quiet=bool(good),
    )


def _in_order(cells: list[int], key: Floats) -> list[int]:
    """Some cells by a key; equal ones in the order of the week."""
    return sorted(cells, key=key.round(9).tolist().__getitem__)


def _spread_out(best_first: list[int], cells: Cells, count: int) -> tuple[int, ...]:
    """The best cells, not more than a few of one weekday as long as others are left."""
    days = cells.day.tolist()
    named = dict.fromkeys(days, 0)
    kept: list[int] = []
    left: list[int] = []
    for cell in best_first:
        named[days[cell]] += 1
        (kept if named[days[cell]] <= _MOST_A_DAY else left).append(cell)
        if len(kept) == count:
            return tuple(kept)
    among = {*kept, *left[: count - len(kept)]}
    return tuple(cell for cell in best_first if cell in among)
