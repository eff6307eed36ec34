"""The periods of a report that can be chosen: the whole, its newest weeks, its months.

Periods are computed here and not added up by the page: a figure of fewer than five persons must not
be in it at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Some days of the report: ``month`` is the first of one, ``weeks`` how many newest weeks.

    With neither it is the whole.
    """

    key: str
    first: date
    last: date
    weeks: int | None = None
    month: date | None = None


def periods(first: date, last: date) -> Iterator[Period]:
    """The whole, the newest weeks, and the months, newest first.

    Args:
        first: first day of the report.
        last: its last day, the end of a week.

    """
    yield Period(key="all", first=first, last=last)
    for weeks in (1, 4, 12):
        since = last - timedelta(days=7 * weeks - 1)
        if since > first:
            yield Period(key=f"weeks-{weeks}", first=since, last=last, weeks=weeks)
    if first.replace(day=1) == last.replace(day=1):
        return
    while last >= first:
        month = last.replace(day=1)
        begin = max(month, first)
        yield Period(key=f"{month:%Y-%m}", first=begin, last=last, month=month)
        last = month - timedelta(days=1)
