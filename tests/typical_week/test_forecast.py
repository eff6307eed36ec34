"""The weeks ahead: what the calendar does is learned, and closed days are closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from scipy.special import expit, logit

from affluence.tables import FORECAST
from affluence.typical_week import Settings, Study, study
from affluence.typical_week.calendar import Closing, ExceptionalDay, Hours
from affluence.typical_week.forecast import _share_to_come
from tests.typical_week.slots import HOURS, Figures, slots_of
from tests.typical_week.test_typical_week import BOUNDS

FIRST, LAST = date(2026, 2, 2), date(2026, 8, 2)
CLOSED = tuple(  # a Tuesday every three weeks, the last one in the weeks ahead
    Closing(first=day, last=day, label="Formation")
    for day in (date(2026, 2, 17) + timedelta(days=21 * turn) for turn in range(9))
)
DESK = Hours(zone=HOURS.zone, weekly=HOURS.weekly, holidays_of="", closures=CLOSED)
SETTINGS = Settings(row_minutes=60, minimum_days=3, minimum_calls=10, bounds=BOUNDS)
AFTER = {closing.last + timedelta(days=1) for closing in CLOSED}


@pytest.fixture(scope="module")
def learned() -> Study:
    """Forty calls a quarter; on the day after a closure sixty, of which fewer are answered."""

    def figures(day: date, _minute: int) -> Figures:
        calls, lost = (60, 21) if day in AFTER else (40 + day.toordinal() % 3, 4)
        return {"answered": calls - lost, "abandoned": lost, "first_attempts": calls}

    slots = slots_of(FIRST, LAST, figures, DESK)
    return study(slots, DESK, SETTINGS, platform="desk", first=FIRST, last=LAST)


def day_of(frame: pl.DataFrame, day: date) -> pl.DataFrame:
    return frame.filter(pl.col("day") == day)


def test_six_weeks_of_days(learned: Study) -> None:
    ahead = FORECAST.check(learned.forecast())
    days = ahead["day"].unique().sort().to_list()
    assert len(days) == 6 * 5
    assert (days[0], days[-1]) == (date(2026, 8, 3), date(2026, 9, 11))


def test_a_closed_day_has_no_figures(learned: Study) -> None:
    closed = day_of(learned.forecast(), date(2026, 8, 4))
    assert set(closed["state"]) == {"closed"}
    assert closed["demand"].null_count() == closed["reach"].null_count() == closed.height


def test_the_day_after_a_closure_is_expected_to_be_as_it_was(learned: Study) -> None:
    ahead = learned.forecast()
    after = day_of(ahead, date(2026, 8, 5))
    ordinary = day_of(ahead, date(2026, 8, 12))
    assert after["after_closure"].all()
    assert not ordinary["after_closure"].any()
    # Eight such days against four ordinary ones that are believed besides.
    assert after["demand_factor"][0] == pytest.approx((8 * 60 / 41 + 4) / 12, rel=0.03)
    assert (after["demand"] > ordinary["demand"]).all()
    assert (after["reach"] < ordinary["reach"] - 0.03).all()


def test_an_ordinary_day_is_that_of_the_typical_week(learned: Study) -> None:
    week = learned.week().week.filter(weekday=3)
    ordinary = day_of(learned.forecast(), date(2026, 8, 12))
    assert ordinary["demand_factor"].to_list() == [1.0] * week.height
    assert ordinary["state"].to_list() == week["state"].to_list()
    assert ordinary["demand"].to_list() == pytest.approx(week["demand"].to_list())


def test_days_to_come_have_the_levels_that_stand_since_the_last_week() -> None:
    """Nearly everybody was reached, until fewer than half were in the last two weeks."""
    fewer_since = date(2026, 7, 20)

    def figures(day: date, _minute: int) -> Figures:
        lost = 22 if day >= fewer_since else 2
        return {"answered": 40 - lost, "abandoned": lost, "first_attempts": 40}

    slots = slots_of(FIRST, LAST, figures, DESK)
    changed = study(slots, DESK, SETTINGS, platform="desk", first=FIRST, last=LAST)
    before, now = changed.runs.levels[-2:]
    assert not (before == now).any()
    states = changed.week().week.filter(weekday=3)["state"].to_list()
    assert day_of(changed.forecast(), date(2026, 8, 12))["state"].to_list() == states


def test_intervals_widen_with_the_distance(learned: Study) -> None:
    ahead = learned.forecast().filter(pl.col("weekday") == 5, pl.col("start_min") == 540)
    assert (ahead["demand_low"] < ahead["demand"]).all()
    assert (ahead["demand"] < ahead["demand_high"]).all()
    width = (ahead["demand_high"] - ahead["demand_low"]).to_list()
    assert width[-1] >= width[0]


@pytest.mark.parametrize("variance", [0.0, 0.02, 0.2])
@pytest.mark.parametrize(("calls", "alike"), [(1000, 1), (4000, 4), (4000, 1)])
@pytest.mark.parametrize("chance", [0.5, 0.8])
def test_four_shares_in_five_lie_within_their_interval(
    chance: float, calls: int, alike: int, variance: float
) -> None:
    """Of so many calls, of which some are always answered alike, at a chance that is not sure."""
    rng = np.random.default_rng(1)
    chances = expit(logit(chance) + rng.normal(0, np.sqrt(variance), 20_000))
    shares = rng.binomial(calls // alike, chances) / (calls // alike)
    low, high = _share_to_come(
        np.array(chance), np.array(float(calls)), float(alike), np.array(variance)
    )
    assert ((low <= shares) & (shares <= high)).mean() == pytest.approx(0.8, abs=0.03)


def test_hours_of_an_exceptional_day_are_those_of_that_day(learned: Study) -> None:
    """Open from 9:00 to 11:30 only, on a Wednesday."""
    short = ExceptionalDay(day=date(2026, 8, 12), spans=((540, 690),), label="")
    hours = replace(DESK, exceptions=(short,))
    day = day_of(replace(learned, hours=hours).forecast(), short.day)
    whole = day_of(learned.forecast(), short.day)
    shares = [1, 1, 0.5, 0, 0, 0, 0]
    assert [state == "closed" for state in day["state"]] == [share == 0 for share in shares]
    expected = [
        of_row * share or None for of_row, share in zip(whole["demand"], shares, strict=True)
    ]
    assert day["demand"].to_list() == [each and pytest.approx(each) for each in expected]
