"""A period cut into weeks, months, quarters or years: few enough for one graph and one sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date

from affluence.publication.language import NBSP, SOURCE

_WEEKS_UNDER_DAYS = 16 * 7
_MOST_PARTS = 16

# Months in a part, name of the part, and how Babel writes one: in the table, under the graph.
_BY_MONTHS = (
    (1, "mois", "MMM y", "MMM"),
    (3, "trimestre", "'T'Q y", "'T'Q yy"),
    (12, "année", "y", "y"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some days of the period, ``first`` and ``last`` included."""

    first: date
    last: date
    name: str
    tick: str  # shorter, under the graph


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The parts of a period, in order, and what each of them is."""

    unit: str
    heading: str  # above the names of the parts
    parts: tuple[Part, ...]


def cut(first: date, last: date) -> Cut:
    """Weeks for a period of under 16 weeks, else months; longer parts where those are too many."""
    if (last - first).days + 1 < _WEEKS_UNDER_DAYS:
        weeks = tuple(_weeks(first, last))
        return Cut(unit="semaine", heading="Semaine du", parts=weeks)
    for months, unit, name, tick in _BY_MONTHS:
        parts = tuple(_by_months(first, last, months, name, tick))
        found = Cut(unit=unit, heading=unit.capitalize(), parts=parts)
        if len(parts) <= _MOST_PARTS:
            break
    return found


def _weeks(first: date, last: date) -> Iterator[Part]:
    monday = first - timedelta(days=first.weekday())
    while monday <= last:
        begin = max(first, monday)
        yield Part(
            first=begin,
            last=min(last, monday + timedelta(days=6)),
            name=_day(begin),
            tick=f"{begin:%d/%m}",
        )
        monday += timedelta(days=7)


def _by_months(first: date, last: date, months: int, name: str, tick: str) -> Iterator[Part]:
    begin = first.replace(month=(first.month - 1) // months * months + 1, day=1)
    while begin <= last:
        year, month = divmod(begin.month - 1 + months, 12)
        after = date(begin.year + year, month + 1, 1)
        part = max(first, begin), min(last, after - timedelta(days=1))
        words = format_date(begin, name, locale=SOURCE).replace(" ", NBSP)
        # A part that the period cuts is not to be compared with the whole ones.
        if part[0] > begin:
            words += f", dès le {_day(part[0])}"
        if part[1] < after - timedelta(days=1):
            words += f", jusqu’au {_day(part[1])}"
        short = format_date(begin, tick, locale=SOURCE)
        yield Part(first=part[0], last=part[1], name=words, tick=short)
        begin = after


def _day(day: date) -> str:
    """« 24 août », « 1er sept. »."""
    month = format_date(day, "MMM", locale=SOURCE)
    return f"{'1er' if day.day == 1 else day.day}{NBSP}{month}"
