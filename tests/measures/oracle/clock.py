"""Instants, local days, opening hours and bins of durations, in whole microseconds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

Row = Mapping[str, Any]
Span = tuple[int, int]

SECOND = 1_000_000  # in microseconds, the unit of every instant and length here
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
FOR_EVER = 1 << 62
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

BINS_S: tuple[int, ...] = (
    *range(120),
    *range(120, 300, 10),
    *range(300, 600, 30),
    *range(600, 3600, 60),
    3600,
)


def instant(moment: datetime) -> int:
    """Microseconds since 1970 in UTC."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def instant_or_none(moment: datetime | None) -> int | None:
    """The same, where the record may not tell."""
    return None if moment is None else instant(moment)


def moment(at: int) -> datetime:
    """The inverse of `instant`, in UTC."""
    return _EPOCH + timedelta(microseconds=at)


def bin_of(length: int) -> int:
    """Lower bound, in seconds, of the bin of a duration; what ends before it begins lasts none."""
    seconds = max(0, length) // SECOND
    return max(bound for bound in BINS_S if bound <= seconds)


def spans(rows: Iterable[Row]) -> list[Span]:
    """Rows of a SPANS table as pairs of instants."""
    return [(instant(row["start"]), instant(row["end"])) for row in rows]


def is_within(at: int, covered: Sequence[Span]) -> bool:
    """Whether an instant lies in one of the spans, which may overlap."""
    return any(start <= at < end for start, end in covered)


def openings(covered: Sequence[Span]) -> list[int]:
    """The instants at which a desk opens: covered, and not just before."""
    return [start for start, _ in covered if not is_within(start - 1, covered)]


def closings(covered: Sequence[Span]) -> list[int]:
    """The instants at which a desk closes: no longer covered, but just before."""
    return [end for _, end in covered if not is_within(end, covered)]


@cache
def local_day(at: int, zone: str) -> str:
    """The date that a person in the zone reads on a calendar."""
    return moment(at).astimezone(ZoneInfo(zone)).date().isoformat()


def midnight_at_or_before(at: int, zone: str) -> int:
    """First instant of the local day, found minute by minute: no rule about clocks is assumed."""
    day = local_day(at, zone)
    start = at - at % MINUTE
    while local_day(start - MINUTE, zone) == day:
        start -= MINUTE
    return start


def midnight_after(at: int, zone: str) -> int:
    """First instant of the next local day, found minute by minute."""
    day = local_day(at, zone)
    end = at - at % MINUTE
    while local_day(end, zone) == day:
        end += MINUTE
    return end
