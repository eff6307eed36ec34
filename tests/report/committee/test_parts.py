"""A period is cut into parts that fit on one sheet, none of its days lost or counted twice."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affluence.report.committee.parts import cut

DAY = timedelta(days=1)


@given(st.dates(date(2000, 1, 1), date(2060, 1, 1)), st.integers(0, 15 * 365))
def test_parts_follow_each_other_and_are_few(first: date, more_days: int) -> None:
    last = first + more_days * DAY
    parts = cut(first, last).parts
    assert (parts[0].first, parts[-1].last) == (first, last)
    assert all(part.first <= part.last for part in parts)
    for part, following in pairwise(parts):
        assert part.last + DAY == following.first
    assert len(parts) <= 17
    assert len({part.name for part in parts}) == len(parts)


@pytest.mark.parametrize(
    ("days", "unit"),
    [(1, "semaine"), (111, "semaine"), (112, "mois"), (366, "mois"), (600, "trimestre")],
)
def test_weeks_under_16_weeks_then_months(days: int, unit: str) -> None:
    first = date(2026, 1, 5)
    assert cut(first, first + (days - 1) * DAY).unit == unit


def test_weeks_begin_on_monday_but_for_the_first() -> None:
    parts = cut(date(2026, 8, 26), date(2026, 9, 8)).parts
    assert [(str(part.first), part.name, part.tick) for part in parts] == [
        ("2026-08-26", "26\u00a0août", "26/08"),
        ("2026-08-31", "31\u00a0août", "31/08"),
        ("2026-09-07", "7\u00a0sept.", "07/09"),
    ]


def test_months_that_the_period_cuts_say_so() -> None:
    parts = cut(date(2026, 3, 4), date(2026, 8, 1)).parts
    names = [part.name.replace("\u00a0", " ") for part in parts]
    assert names == [
        "mars 2026, dès le 4 mars",
        *("avr. 2026", "mai 2026", "juin 2026", "juil. 2026"),
        "août 2026, jusqu’au 1er août",
    ]
    assert [part.tick for part in parts] == ["mars", "avr.", "mai", "juin", "juil.", "août"]


def test_longer_periods_go_by_quarter_and_by_year() -> None:
    quarters = cut(date(2024, 1, 1), date(2025, 12, 31)).parts
    assert [part.name.replace("\u00a0", " ") for part in quarters][:5] == [
        *("T1 2024", "T2 2024", "T3 2024", "T4 2024"),
        "T1 2025",
    ]
    years = cut(date(2020, 1, 1), date(2025, 12, 31)).parts
    assert [part.name for part in years] == [str(year) for year in range(2020, 2026)]
