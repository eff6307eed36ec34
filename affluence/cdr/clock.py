"""Clock of the records: local wall-clock times → UTC, and which clock it was.

A wall clock is a step function of UTC: between two transitions of a zone the offset is constant,
so whole columns are converted by comparing with the few transitions of their years. Which pass of
the doubled hour of autumn is meant is settled in `affluence.cdr.instants`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import polars as pl

_US = 1_000_000
_HOUR_US = 3600 * _US
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Of call records: before and after them a zone is taken to be as it is then.
_FIRST_US, _LAST_US = (
    (datetime(year, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
    for year in (1990, 2060)
)


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of offset: from ``before_us`` to ``after_us`` (both UTC offsets) at ``at_us``."""

    at_us: int
    before_us: int
    after_us: int


@dataclass(frozen=True, slots=True)
class Fold:
    """Wall-clock microseconds ``[start_us, end_us)`` that occur twice, and by how much apart."""

    start_us: int
    end_us: int
    width_us: int


def transitions(zone: str, first_year: int, last_year: int) -> tuple[Transition, ...]:
    """Changes of offset of a zone within some years, in order."""
    years = range(first_year, last_year + 1)
    return tuple(found for year in years for found in _transitions_of(zone, year))


# A time that is absurd, though it can be read, asks for hundreds of years.
@lru_cache(maxsize=4096)
def _transitions_of(zone: str, year: int) -> tuple[Transition, ...]:
    info = ZoneInfo(zone)
    found = []
    instant = datetime(year, 1, 1, tzinfo=UTC)
    while instant < datetime(year + 1, 1, 1, tzinfo=UTC):
        following = instant + timedelta(days=1)
        if _offset(info, instant) != _offset(info, following):
            at = _bisect(info, instant, following)
            before, after = _offset(info, instant), _offset(info, following)
            found.append(Transition(_to_us(at), _in_us(before), _in_us(after)))
        instant = following
    return tuple(found)


def bounds(records: pl.DataFrame, *columns: str) -> tuple[int, int]:
    """Least and greatest value of some Int64 columns, (0, 0) if there is none."""
    least = pl.min_horizontal(pl.col(*columns).min())
    greatest = pl.max_horizontal(pl.col(*columns).max())
    first, last = records.select(least.alias("least"), greatest.alias("greatest")).row(0)
    return (first, last) if first is not None else (0, 0)


def folds(zone: str, first_us: int, last_us: int) -> tuple[Fold, ...]:
    """Doubled stretches of wall-clock time that touch ``[first_us, last_us]`` (wall clock)."""
    every = transitions(zone, _year(first_us), _year(last_us))
    doubled = [
        Fold(t.at_us + t.after_us, t.at_us + t.before_us, t.before_us - t.after_us)
        for t in every
        if t.after_us < t.before_us
    ]
    return tuple(f for f in doubled if f.start_us <= last_us and first_us < f.end_us)


def earliest_utc(wall: pl.Expr, zone: str, first_us: int, last_us: int) -> pl.Expr:
    """UTC microseconds of wall-clock microseconds; in a fold, the earlier of the two.

    A wall-clock time that never existed (spring) is read with the offset before the change.
    """
    # Wall time from which the new offset is certain: after the gap, or after the fold.
    steps = [
        (t.at_us + max(t.before_us, t.after_us), t.after_us)
        for t in transitions(zone, _year(first_us), _year(last_us))
    ]
    return wall - _offset_us(wall, zone, first_us, last_us, steps)


def wall(utc: pl.Expr, zone: str, first_us: int, last_us: int) -> pl.Expr:
    """Wall-clock microseconds of UTC microseconds that lie in ``[first_us, last_us]``."""
    steps = [(t.at_us, t.after_us) for t in transitions(zone, _year(first_us), _year(last_us))]
    return utc + _offset_us(utc, zone, first_us, last_us, steps)


def _offset_us(
    time: pl.Expr, zone: str, first_us: int, last_us: int, steps: Sequence[tuple[int, int]]
) -> pl.Expr:
    """Offset of a zone at some times in ``[first_us, last_us]``; ``steps``: from when, and which.

    Steps before all of the times, or after them, cost nothing.
    """
    begin = datetime(_year(first_us), 1, 1, tzinfo=UTC)
    offset = pl.lit(_in_us(_offset(ZoneInfo(zone), begin)), pl.Int64)
    for since_us, after_us in steps:
        if since_us <= first_us:
            offset = pl.lit(after_us, pl.Int64)
        elif since_us <= last_us:
            offset = pl.when(time >= since_us).then(after_us).otherwise(offset)
    return offset


def settle_folds(
    utc: pl.Expr, wall: pl.Expr, zone_folds: Sequence[Fold], *, later: pl.Expr
) -> pl.Expr:
    """Move the times inside a fold to its second pass where ``later`` says so."""
    settled = utc
    for fold in zone_folds:
        inside = (wall >= fold.start_us) & (wall < fold.end_us)
        settled = pl.when(inside & later).then(utc + fold.width_us).otherwise(settled)
    return settled


def inside_any(wall: pl.Expr, zone_folds: Sequence[Fold]) -> pl.Expr:
    """Whether a wall-clock time is one of those that occur twice."""
    inside = pl.lit(value=False)
    for fold in zone_folds:
        inside = inside | ((wall >= fold.start_us) & (wall < fold.end_us))
    return inside


@dataclass(frozen=True, slots=True)
class Deduced:
    """The clock that the records were written by, how it was found, and how surely."""

    zone: str
    found: str
    agreeing_share: float


def deduce(wall_us: pl.Series, epoch_s: pl.Series, platform_zone: str) -> Deduced | None:
    """Find the clock from wall-clock times beside true epochs of the same events.

    The platform's zone and UTC are tried, then a fixed offset; a clock is believed if more than
    half of the records agree with it to within seven minutes. None if none does.
    """
    frame = pl.DataFrame({"wall": wall_us, "epoch": epoch_s * _US}).drop_nulls()
    if frame.is_empty():
        return None
    first, last = bounds(frame, "wall")
    nearby = 7 * 60 * _US

    def agreement(zone: str) -> float:
        utc = earliest_utc(pl.col("wall"), zone, first, last)
        # In the doubled hour both readings are right: compare within the hour.
        gap = (utc - pl.col("epoch")).abs()
        doubled = inside_any(pl.col("wall"), folds(zone, first, last))
        gap = pl.when(doubled).then(pl.min_horizontal(gap, (gap - _HOUR_US).abs())).otherwise(gap)
        return float(frame.select((gap <= nearby).mean()).item())

    scores = [(agreement(zone), zone) for zone in dict.fromkeys((platform_zone, "UTC"))]
    share, zone = max(scores, key=lambda score: score[0])
    if share > 0.5:
        return Deduced(zone, "start of the calls beside the epoch in their identifiers", share)
    quarters = ((pl.col("wall") - pl.col("epoch")) / (_HOUR_US / 4)).round().cast(pl.Int64)
    modes = frame.select(quarters.alias("q")).group_by("q").len().sort("len", "q", descending=True)
    offset, count = modes.row(0)
    if count / frame.height > 0.5 and offset % 4 == 0 and abs(offset) <= 56:
        fixed = f"Etc/GMT{-offset // 4:+d}"
        return Deduced(
            fixed, "fixed distance from the epoch in the identifiers", count / frame.height
        )
    return None


def _bisect(info: ZoneInfo, low: datetime, high: datetime) -> datetime:
    before = _offset(info, low)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        if _offset(info, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _offset(info: ZoneInfo, instant: datetime) -> timedelta:
    offset = instant.astimezone(info).utcoffset()
    return offset if offset is not None else timedelta()


def _in_us(delta: timedelta) -> int:
    return delta // timedelta(microseconds=1)


def _to_us(instant: datetime) -> int:
    return _in_us(instant - _EPOCH)


def _year(wall_us: int) -> int:
    # Absurd times can be read, but each year costs, and Python has no date for some.
    within_us = min(max(wall_us, _FIRST_US), _LAST_US)
    return (_EPOCH + timedelta(microseconds=within_us)).year
