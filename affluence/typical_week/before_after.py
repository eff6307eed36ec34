"""Some days beside what earlier ones would have given, and how sure the difference is.

Days are drawn again and again from those of the same weekday and side (a bootstrap whose blocks are
days): the calls of a day depend on one another, days hardly do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from affluence.typical_week.cells import Cells, Floats, Mask
from affluence.typical_week.history import History
from affluence.typical_week.reach import NAMES, Reach, ratio

_RESAMPLES = 1000
_SEED = 20261127
_ROUNDS = 6  # after which the products of weekdays and rows no longer move
_TINY = 1e-9  # in the place of 0 where something is divided by it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Side:
    """Days of one side, in order; arrays are days × cells, 0 in the cells of other weekdays."""

    cells: Cells
    week: NDArray[np.int64]
    weekday: NDArray[np.int64]
    dates: tuple[date, ...]
    sums: Mapping[str, Floats]
    exposure: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BeforeAfter:
    """What came in the named hours of the days after, and what the days before would have given.

    Arrays begin with the figure of the records themselves; those of the resamples follow.
    """

    share_before: Floats
    share_after: Floats
    reach_before: Floats
    reach_after: Floats


def side_of(history: History, days: Mask) -> Side:
    """Some days of a history (weeks × weekdays), as far as anything was seen on them."""
    week, weekday = np.nonzero(days & (history.exposure @ history.cells.in_day > 0))
    of_day = history.cells.in_day.T[weekday]
    return Side(
        cells=history.cells,
        week=week,
        weekday=weekday,
        dates=tuple(map(history.day, week.tolist(), weekday.tolist())),
        sums={name: found[week] * of_day for name, found in history.sums.items()},
        exposure=history.exposure[week] * of_day,
    )


def compare_sides(
    before: Side, after: Side, named: Floats, callers: str, reading: Reach
) -> BeforeAfter:
    """Compare the calls in named hours with what the days before would have given.

    Args:
        before: some days.
        after: some days, all of their cells seen before.
        named: share of each cell that counts, days after × cells.
        callers: the sum that is shared out.
        reading: how reach is read from the sums.

    """
    rng = np.random.default_rng(_SEED)
    drawn_before = _drawn(rng, before.weekday)
    drawn_after = _drawn(rng, after.weekday)
    exposure_before = drawn_before @ before.exposure
    usual = _usual(rng, drawn_before @ before.sums[callers], exposure_before, before.cells)
    came = after.sums[callers]
    weights = drawn_after * _level(after, callers, usual[0])
    open_, named_open = weights @ after.exposure, weights @ (named * after.exposure)
    sums_before = _would_have(before, drawn_before, named_open / np.maximum(exposure_before, _TINY))
    sums_after = {name: drawn_after @ (named * after.sums[name]).sum(1) for name in NAMES}
    both = {name: sums_before[name][:1] + sums_after[name][:1] for name in NAMES}
    return BeforeAfter(
        share_before=ratio((named_open * usual).sum(1), (open_ * usual).sum(1)),
        share_after=ratio(drawn_after @ (named * came).sum(1), drawn_after @ came.sum(1)),
        reach_before=reading(sums_before, both),
        reach_after=reading(sums_after, both),
    )


def reach_by_week(after: Side, named: Floats, reading: Reach) -> Floats:
    """Chance to reach an agent in the named hours of each week that has days, in order."""
    of_week = (np.unique(after.week)[:, None] == after.week).astype(np.float64)
    sums = {name: of_week @ (named * after.sums[name]).sum(1) for name in NAMES}
    return reading(sums, {name: found.sum(keepdims=True) for name, found in sums.items()})


def mean_by_cell(side: Side, name: str) -> Floats:
    """What a cell has of a sum on a day on which it is open; 0 where that was never so."""
    mean: Floats = side.sums[name].sum(0) / np.maximum(side.exposure.sum(0), _TINY)
    return mean


def _level(after: Side, callers: str, usual: Floats) -> Floats:
    """For each day how many times the ``usual`` number of calls (by cell) came in its week."""
    same_week = (after.week[:, None] == after.week).astype(np.float64)
    came, expected = after.sums[callers].sum(1), after.exposure @ usual
    level: Floats = (same_week @ came) / np.maximum(same_week @ expected, _TINY)
    return level


def _would_have(before: Side, drawn: Floats, share: Floats) -> dict[str, Floats]:
    """What shares (resamples × cells) of the sums of the days before come to, by name."""
    # All sums at once: one large product of matrices instead of many.
    sums = np.stack([before.sums[name] for name in NAMES], axis=1)
    of_cells = (drawn @ sums.reshape(len(sums), -1)).reshape(-1, *sums.shape[1:])
    return dict(zip(NAMES, np.einsum("rsc,rc->sr", of_cells, share), strict=True))


def _drawn(rng: np.random.Generator, weekdays: NDArray[np.int64]) -> Floats:
    """How often each day is drawn: every day once, then resamples × days.

    Of the n days of a weekday n - 1 are drawn: with n the variance of a mean would be too small by
    (n - 1) ÷ n, which is a half for two days (Rao and Wu 1988). A day alone is always drawn.
    """
    drawn = np.ones((1 + _RESAMPLES, weekdays.size))
    for weekday in np.unique(weekdays):
        days = np.flatnonzero(weekdays == weekday)
        chances = np.full(days.size, 1 / days.size)
        drawn[1:, days] = rng.multinomial(max(days.size - 1, 1), chances, _RESAMPLES)
    return drawn


def _usual(rng: np.random.Generator, counts: Floats, exposure: Floats, cells: Cells) -> Floats:
    """Mean of each cell per day, drawn towards weekday × row as far as it is noise.

    The noise and how far the cells differ besides are those of the records (the first row of
    ``counts`` and ``exposure``). What drawing together takes from the spread of the resamples is
    given back at random: it is not known after all.
    """
    product = _weekday_times_row(counts, exposure, cells)
    expected = np.maximum(exposure * product, _TINY)
    deviation = counts / expected - 1
    surplus = float((expected[0] * deviation[0] ** 2).sum()) - cells.freedom
    variance = max(surplus, 0.0) / float(expected[0].sum())
    believed = variance / (variance + 1 / expected[0])
    doubt = (1 - believed) * np.sqrt(variance) * rng.normal(size=deviation.shape)
    doubt[0] = 0.0
    mean: Floats = np.maximum(product * (1 + believed * deviation + doubt), 0.0)
    return mean


def _weekday_times_row(counts: Floats, exposure: Floats, cells: Cells) -> Floats:
    """Means by cell that are products of one factor a weekday and one a row.

    They have the sums of the counts by weekday and by row (Poisson likelihood; Deming and Stephan
    1940).
    """
    row = np.ones_like(counts)
    for _ in range(_ROUNDS):
        day = _factors(counts, exposure * row, cells.in_day)
        row = _factors(counts, exposure * day, cells.in_row)
    return np.maximum(day * row, _TINY)


def _factors(counts: Floats, expected: Floats, groups: Floats) -> Floats:
    """By cell: the ratio counts ÷ expected of its group."""
    of_cells: Floats = (counts @ groups / np.maximum(expected @ groups, _TINY)) @ groups.T
    return of_cells
