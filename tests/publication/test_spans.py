"""Hours put together the way a person says them."""

from __future__ import annotations

from affluence.publication.spans import by_weekday, runs

from .editions import hours


def test_hours_that_touch_are_one_span_in_whatever_order_they_come() -> None:
    """The best hour comes first; a person reads the day from its beginning."""
    best_first = hours((2, 900, 960), (4, 540, 600), (2, 840, 900), (2, 960, 990), (2, 540, 600))
    assert by_weekday(best_first) == {2: ((540, 600), (840, 990)), 4: ((540, 600),)}


def test_days_that_are_alike_are_one_run_unless_another_lies_between() -> None:
    morning, day = ((540, 720),), ((540, 990),)
    week = {1: morning, 2: morning, 3: day, 4: day, 5: day, 7: day}
    opening = hours(*((weekday, *span) for weekday, spans in week.items() for span in spans))
    assert runs(opening) == [(1, 2, morning), (3, 5, day), (7, 7, day)]
