"""Odd days: one is held back, two in a row are a change, small desks vary by chance."""

from __future__ import annotations

import numpy as np
import pytest

from affluence.typical_week.cells import Floats
from affluence.typical_week.odd_days import FIRST_WEEKS, OddDays, Statistic

CALLS = Statistic(usual_spread=0.2, least=float(np.log(1.5)))
REACH = Statistic(usual_spread=0.5, least=1.5)
MONDAY, TUESDAY, WEDNESDAY = range(3)
USUAL = [100.0, 110.0, 95.0, 105.0, 90.0]  # calls, Monday to Friday
CLOSED = np.nan


def week(**calls: float) -> list[float]:
    """An ordinary week, but for the days named."""
    days = ("monday", "tuesday", "wednesday", "thursday", "friday")
    return [calls.get(day, usual) for day, usual in zip(days, USUAL, strict=True)]


def values_of(calls: list[float]) -> tuple[Floats, Floats]:
    """Logarithms, and the variance that Poisson counts give them.

    Statistics × weekdays × platforms.
    """
    counts = np.array(calls)[None, :, None]
    return np.log(counts), 1 / np.where(np.isnan(counts), 1.0, counts)


def first_weeks(judge: OddDays, *weeks: list[float]) -> list[tuple[int, int]]:
    """Judge the first weeks: (week, weekday) of the odd days."""
    judged = [values_of(calls) for calls in weeks]
    odd = judge.judge_first(np.stack([v for v, _ in judged]), np.stack([n for _, n in judged]))
    return [(int(a), int(b)) for a, b in np.argwhere(odd[..., 0])]


def after_usual_weeks(scale: float = 1.0) -> OddDays:
    judge = OddDays([CALLS], 5, 1)
    usual = [scale * calls for calls in USUAL]
    assert first_weeks(judge, *[usual] * FIRST_WEEKS) == []
    return judge


def days_of(judge: OddDays, calls: list[float]) -> tuple[list[int], list[int]]:
    """Weekdays that are held back, and those on which the day held before counts after all."""
    odd, confirmed = judge.judge(*values_of(calls))
    return np.flatnonzero(odd).tolist(), np.flatnonzero(confirmed).tolist()


def test_ordinary_weeks_have_no_odd_days() -> None:
    judge = after_usual_weeks()
    for seed in range(20):
        noise = np.random.default_rng(seed).normal(0, 0.1, 5)
        assert days_of(judge, [c * np.exp(n) for c, n in zip(USUAL, noise, strict=True)])[0] == []


@pytest.mark.parametrize("calls", [330.0, 30.0])
def test_one_odd_day_is_held_back(calls: float) -> None:
    judge = after_usual_weeks()
    assert days_of(judge, week(tuesday=calls)) == ([TUESDAY], [])
    assert days_of(judge, week()) == ([], [])


def test_an_odd_day_changes_nothing_that_is_expected() -> None:
    judge, undisturbed = after_usual_weeks(), after_usual_weeks()
    days_of(judge, week(tuesday=1000.0))
    days_of(undisturbed, week(tuesday=CLOSED))
    for calls in (160.0, 170.0, 180.0, 190.0, 200.0, 210.0):
        assert days_of(judge, week(tuesday=calls)) == days_of(undisturbed, week(tuesday=calls))


def test_two_in_a_row_on_one_weekday_are_a_change_and_count() -> None:
    judge = after_usual_weeks()
    assert days_of(judge, week(tuesday=330.0)) == ([TUESDAY], [])
    assert days_of(judge, week(tuesday=320.0)) == ([], [TUESDAY])
    assert days_of(judge, week(tuesday=330.0)) == ([], [])
    assert days_of(judge, week(tuesday=110.0)) == ([TUESDAY], [])


def test_two_odd_days_of_different_weekdays_are_two_accidents() -> None:
    judge = after_usual_weeks()
    assert days_of(judge, week(monday=330.0)) == ([MONDAY], [])
    assert days_of(judge, week(tuesday=330.0)) == ([TUESDAY], [])


def test_two_in_opposite_directions_are_two_accidents() -> None:
    judge = after_usual_weeks()
    assert days_of(judge, week(tuesday=330.0)) == ([TUESDAY], [])
    assert days_of(judge, week(tuesday=30.0)) == ([TUESDAY], [])


def test_a_closed_day_in_between_does_not_matter() -> None:
    judge = after_usual_weeks()
    assert days_of(judge, week(tuesday=330.0)) == ([TUESDAY], [])
    assert days_of(judge, week(tuesday=CLOSED)) == ([], [])
    assert days_of(judge, week(tuesday=320.0)) == ([], [TUESDAY])


@pytest.mark.parametrize(("scale", "held"), [(0.02, []), (1.0, [TUESDAY])])
def test_small_desks_are_not_odd_because_of_small_numbers(scale: float, held: list[int]) -> None:
    """Three times 2.2 calls are no news, three times 110 are."""
    judge = after_usual_weeks(scale)
    assert days_of(judge, [scale * calls for calls in week(tuesday=330.0)])[0] == held


@pytest.mark.parametrize(("calls", "held"), [(150.0, []), (180.0, [TUESDAY])])
def test_what_is_far_off_for_a_calm_desk_must_still_matter(calls: float, held: list[int]) -> None:
    """After two hundred equal weeks: a third more is no reason to leave a day out."""
    judge = after_usual_weeks(scale=1000.0)
    for _ in range(200):
        days_of(judge, [1000 * usual for usual in USUAL])
    assert days_of(judge, [1000 * each for each in week(tuesday=calls)])[0] == held


def test_a_desk_whose_days_differ_much_has_fewer_odd_ones() -> None:
    restless, calm = OddDays([CALLS], 5, 1), OddDays([CALLS], 5, 1)
    rng = np.random.default_rng(1)
    for judge, deviation in ((restless, 0.3), (calm, 0.05)):
        first_weeks(judge, *[USUAL] * FIRST_WEEKS)
        for _ in range(40):
            noise = rng.normal(0, deviation, 5)
            days_of(judge, [c * np.exp(n) for c, n in zip(USUAL, noise, strict=True)])
    assert days_of(restless, week(tuesday=220.0))[0] == []
    assert days_of(calm, week(tuesday=220.0))[0] == [TUESDAY]


def test_what_small_numbers_explain_is_not_taken_for_restlessness() -> None:
    """Ten calls a day, by one deviation of such counts more or fewer: 3.2 on 10."""
    judge = OddDays([CALLS], 5, 1)
    usual = [10.0] * 5
    first_weeks(judge, *[usual] * FIRST_WEEKS)
    for number in range(100):
        off = np.exp((-1) ** number * 10**-0.5)
        assert days_of(judge, [calls * off for calls in usual])[0] == []
    assert days_of(judge, [10.0, 45.0, 10.0, 10.0, 10.0])[0] == [TUESDAY]


@pytest.mark.parametrize("odd_week", range(FIRST_WEEKS))
def test_the_first_weeks_are_judged_by_medians(odd_week: int) -> None:
    weeks = [week()] * FIRST_WEEKS
    weeks[odd_week] = week(tuesday=330.0, thursday=100.0)
    assert first_weeks(OddDays([CALLS], 5, 1), *weeks) == [(odd_week, TUESDAY)]


def test_a_change_within_the_first_weeks_counts() -> None:
    weeks = [week(), week(), week(tuesday=330.0), week(tuesday=330.0)]
    assert first_weeks(OddDays([CALLS], 5, 1), *weeks) == []


def test_a_change_that_begins_in_the_last_of_the_first_weeks_is_confirmed_by_the_next() -> None:
    judge = OddDays([CALLS], 5, 1)
    assert first_weeks(judge, week(), week(), week(), week(tuesday=330.0)) == [(3, TUESDAY)]
    assert days_of(judge, week(tuesday=320.0)) == ([], [TUESDAY])


def test_three_days_are_enough_to_judge_one_of_the_first() -> None:
    weeks = [week(tuesday=CLOSED), week(), week(tuesday=330.0), week()]
    assert first_weeks(OddDays([CALLS], 5, 1), *weeks) == [(2, TUESDAY)]


def test_a_weekday_of_which_little_is_known_is_not_judged() -> None:
    judge = OddDays([CALLS], 5, 1)
    closed = week(tuesday=CLOSED)
    assert first_weeks(judge, closed, closed, week(), week(tuesday=330.0)) == []
    assert days_of(judge, week(tuesday=330.0))[0] == []


def test_a_day_is_odd_from_whichever_side_it_is() -> None:
    """As many calls as ever, but hardly anybody reached an agent: logit 2 → -1."""
    judge = OddDays([CALLS, REACH], 3, 1)
    calls, noise = np.log([[100.0], [110.0], [95.0]]), np.full((2, 3, 1), 0.01)
    usual = np.stack([calls, [[2.0]] * 3])
    judge.judge_first(np.stack([usual] * FIRST_WEEKS), np.stack([noise] * FIRST_WEEKS))
    odd, _ = judge.judge(np.stack([calls, [[2.0], [-1.0], [2.0]]]), noise)
    assert odd[:, 0].tolist() == [False, True, False]


def test_a_side_that_is_not_known_does_not_hide_the_other() -> None:
    judge = OddDays([CALLS, REACH], 3, 1)
    calls, noise = np.log([[100.0], [110.0], [95.0]]), np.full((2, 3, 1), 0.01)
    unknown = np.full((3, 1), np.nan)
    first = np.stack([np.stack([calls, unknown])] * FIRST_WEEKS)
    assert not judge.judge_first(first, np.stack([noise] * FIRST_WEEKS)).any()
    odd, _ = judge.judge(np.stack([calls + np.log([[1.0], [1.0], [4.0]]), unknown]), noise)
    assert odd[:, 0].tolist() == [False, False, True]


# By hand: one statistic, of which any deviation that is clear enough matters

ALONE = Statistic(usual_spread=0.2, least=0.0)
SURELY, NEARLY = 1.02, 0.98  # of the limit


def of_one_day(value: float) -> tuple[Floats, Floats]:
    """A value that no small number blurs."""
    return np.full((1, 1, 1), value), np.zeros((1, 1, 1))


@pytest.mark.parametrize("share_of_limit", [SURELY, NEARLY])
def test_a_day_is_odd_three_and_a_half_deviations_off(share_of_limit: float) -> None:
    """The usual 0.2 is worth ten days; after sixty days that were as expected half of that."""
    judge = OddDays([ALONE], 1, 1)
    for _ in range(61):  # of the first nothing was expected
        judge.judge(*of_one_day(0.0))
    fade = 0.5 ** (1 / 60)
    days = 10 / 2 + sum(fade**age for age in range(60))
    limit = 3.5 * (0.2**2 * 10 / 2 / days) ** 0.5
    odd, _ = judge.judge(*of_one_day(share_of_limit * limit))
    assert odd.all() == (share_of_limit == SURELY)


@pytest.mark.parametrize("share_of_limit", [SURELY, NEARLY])
def test_first_days_are_odd_by_the_median_of_the_deviations(share_of_limit: float) -> None:
    """Half of the twenty days are 0.1 above their median, half below, but for one Monday.

    Of a normal law 1.4826 times the median deviation is the standard deviation.
    """
    values = np.array([0.1, -0.1, 0.1, -0.1])[:, None, None, None] * np.ones((1, 1, 5, 1))
    # Without the last one the median of Mondays is 0.1.
    values[3, 0, MONDAY, 0] = 0.1 + share_of_limit * 3.5 * 1.4826 * 0.1
    odd = OddDays([ALONE], 5, 1).judge_first(values, np.zeros_like(values))
    assert odd[3, MONDAY, 0] == (share_of_limit == SURELY)
    assert odd.sum() == odd[3, MONDAY, 0]


def test_what_is_expected_of_a_weekday_moves_by_half_in_four_weeks() -> None:
    judge = OddDays([ALONE, ALONE], 1, 1)
    usual, more = np.zeros((2, 1, 1)), np.full((2, 1, 1), 0.1)
    for _ in range(20):
        judge.judge(usual, np.zeros_like(usual))
    for _ in range(4):
        judge.judge(more, np.ones_like(more))
    assert judge.times_expected(more) == pytest.approx(np.exp(0.1 / 2))
