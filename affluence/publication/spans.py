"""Hours of the week put together the way a person says them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from affluence.publication.edition import Hours

Spans = tuple[tuple[int, int], ...]


def by_weekday(hours: Iterable[Hours]) -> dict[int, Spans]:
    """The hours of each weekday, Monday first; those that touch are one span, none overlap."""
    ordered = sorted(hours, key=lambda span: (span.weekday, span.start_min))
    return {
        weekday: _merged((span.start_min, span.end_min) for span in of_the_day)
        for weekday, of_the_day in groupby(ordered, key=lambda span: span.weekday)
    }


def runs(hours: Iterable[Hours]) -> list[tuple[int, int, Spans]]:
    """First weekday, last weekday and hours of each run of days that have the same hours."""
    found: list[tuple[int, int, Spans]] = []
    for weekday, spans in by_weekday(hours).items():
        if found and found[-1][1:] == (weekday - 1, spans):
            found[-1] = (found[-1][0], weekday, spans)
        else:
            found.append((weekday, weekday, spans))
    return found


def _merged(spans: Iterable[tuple[int, int]]) -> Spans:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start == merged[-1][1]:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return tuple(merged)
