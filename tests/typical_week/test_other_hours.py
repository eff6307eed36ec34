"""Demand at other opening hours, by hand, and nobody lost whatever the hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affluence.errors import RecordsError
from affluence.typical_week.calendar import Closing
from affluence.typical_week.cells import Floats
from affluence.typical_week.other_hours import OtherHours, at_other_hours, calls_while_closed
from tests.typical_week.slots import HOURS, slots_of

Span = tuple[int, int, int]
NINE, TEN, ELEVEN = 540, 600, 660
TODAY = {(1, NINE, TEN): 60.0, (1, TEN, ELEVEN): 30.0, (5, NINE, TEN): 30.0}


def rows(spans: list[Span]) -> pl.DataFrame:
    return pl.DataFrame(
        spans, schema=dict.fromkeys(("weekday", "start_min", "end_min"), pl.Int64), orient="row"
    )


def tried(today: dict[Span, float], spans: list[Span], while_closed: Floats) -> OtherHours:
    """What is planned for is twice the mean."""
    before = rows(list(today)).with_columns(persons=pl.Series(today.values(), dtype=pl.Float64))
    return at_other_hours(before, rows(spans), while_closed, lambda mean: 2 * mean)


def calls(spans: dict[Span, float]) -> Floats:
    """Calls in some minutes, spread over them; none is known elsewhere."""
    minutes = np.full((7, 1440), np.nan)
    for (weekday, start_min, end_min), count in spans.items():
        minutes[weekday - 1, start_min:end_min] = count / (end_min - start_min)
    return minutes


def persons(found: OtherHours) -> list[float]:
    return found.rows["persons"].to_list()


def test_at_the_hours_of_today_nothing_changes() -> None:
    found = tried(TODAY, list(TODAY), calls({(1, 480, NINE): 9.0}))
    assert persons(found) == [60, 30, 30]
    assert (found.moved, found.turned_away) == (0, 0)
    assert found.rows["closed_min"].to_list() == [0, 0, 0]


def test_who_calls_a_closed_desk_calls_at_the_hours_that_are_added() -> None:
    """Of 6 calls before 8:30 and 9 from there to 9, planned for twice: 18 at half past eight."""
    while_closed = calls({(1, 480, 510): 6.0, (1, 510, NINE): 9.0})
    found = tried(TODAY, [(1, 510, NINE), *TODAY], while_closed)
    assert persons(found) == pytest.approx([18, 60, 30, 30])
    assert found.turned_away == pytest.approx(18)
    assert found.rows["closed_min"].to_list() == [30, 0, 0, 0]


def test_who_calls_at_an_hour_that_is_taken_away_calls_at_the_others() -> None:
    """30 of Friday and half of the 30 from ten to eleven, to 60 and 15 that stay: 45 + 75."""
    found = tried(TODAY, [(1, NINE, TEN), (1, TEN, 630)], calls({}))
    assert found.moved == pytest.approx(45)
    assert persons(found) == pytest.approx([60 * 120 / 75, 15 * 120 / 75])


def test_where_nobody_calls_at_the_hours_that_are_left_they_are_shared_out_by_time() -> None:
    today = {(1, NINE, TEN): 30.0, (2, NINE, TEN): 0.0, (3, NINE, 570): 0.0}
    found = tried(today, list(today)[1:], calls({}))
    assert found.moved == 30
    assert persons(found) == pytest.approx([20, 10])


def test_hours_may_be_added_and_taken_away_at_once() -> None:
    """30 of Friday go to 18 + 60 + 30."""
    found = tried(TODAY, [(1, 510, NINE), *list(TODAY)[:2]], calls({(1, 510, NINE): 9.0}))
    assert persons(found) == pytest.approx([count * 138 / 108 for count in (18, 60, 30)])


def test_a_row_may_be_open_in_part_today() -> None:
    found = tried({(2, 570, TEN): 20.0}, [(2, NINE, TEN)], calls({(2, NINE, 570): 3.0}))
    assert persons(found) == pytest.approx([20 + 6])
    assert found.rows["closed_min"].to_list() == [30]


def test_where_no_call_is_on_record_nothing_is_guessed() -> None:
    with pytest.raises(RecordsError, match="on a Saturday in the hours that would be open"):
        tried(TODAY, [*TODAY, (6, NINE, TEN)], calls({(1, 480, NINE): 9.0}))


SPANS = st.builds(
    lambda weekday, start, length: (weekday, start, start + length),
    st.integers(1, 3),
    st.integers(0, 20).map(lambda hour: 60 * hour),
    st.integers(1, 60),
)
GRIDS = st.lists(SPANS, min_size=1, max_size=6, unique_by=lambda span: span[:2])


@given(GRIDS, GRIDS, st.integers(1, 50))
def test_nobody_is_lost(today: list[Span], spans: list[Span], each: int) -> None:
    """All of today, and twice one call in each minute that is closed today and would be open."""
    found = tried({span: each * (1 + span[0]) for span in today}, spans, np.ones((7, 1440)))
    before = {(day, minute) for day, start, end in today for minute in range(start, end)}
    after = {(day, minute) for day, start, end in spans for minute in range(start, end)}
    called = sum(each * (1 + span[0]) for span in today) + 2 * len(after - before)
    assert sum(persons(found)) == pytest.approx(called)
    assert found.turned_away == pytest.approx(2 * len(after - before))
    assert (np.array(persons(found)) >= 0).all()


def test_calls_of_ordinary_weeks_are_counted() -> None:
    """Three a day before nine, ten on Armistice day and in a closure; a quarter half open."""
    last = date(2026, 11, 15)
    closure = Closing(first=date(2026, 11, 10), last=date(2026, 11, 10), label="")
    slots = slots_of(date(2026, 8, 1), last, lambda _day, _minute: {})
    local = pl.col("slot_start").dt.convert_time_zone("Europe/Paris")
    minute = local.dt.hour().cast(pl.Int64) * 60 + local.dt.minute()
    apart = local.dt.date().is_in([date(2026, 11, 10), date(2026, 11, 11)])
    long_ago = local.dt.date() < date(2026, 8, 17)  # more than 13 weeks
    half_open = (minute == NINE) & (local.dt.weekday() == 2)
    slots = slots.with_columns(
        closed=pl.when(minute == 525)
        .then(pl.when(apart | long_ago).then(10).otherwise(3))
        .when(half_open & ~apart)
        .then(2)
        .otherwise(0),
        open_s=pl.when(half_open).then(450.0).otherwise("open_s"),
        recorded_s=pl.when(local.dt.weekday() == 7).then(0.0).otherwise("recorded_s"),
    )
    found = calls_while_closed(slots, replace(HOURS, closures=(closure,)), last)
    assert found.shape == (7, 1440)
    assert found[:6, 525:NINE] == pytest.approx(3 / 15)
    assert found[1, NINE : NINE + 15] == pytest.approx(2 / 7.5)
    assert (found[:6, :525] == 0).all()
    assert np.isnan(found[0, NINE])  # never closed
    assert np.isnan(found[6]).all()  # no records
