"""The effect of a table: by hand, on histories whose truth is known, and what is said of it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from types import SimpleNamespace
from typing import cast

import numpy as np
import polars as pl
import pytest
from scipy import stats

from affluence.effect_words import effect_as_document, effect_as_text
from affluence.typical_week import Settings, Study, study
from affluence.typical_week.cells import Floats, Span
from affluence.typical_week.comparison import (
    _estimate,
    compare,
    measure_effect,
    weeks_not_learned,
)
from affluence.typical_week.effect import (
    LONG_AGO,
    Comparison,
    Days,
    Effect,
    Estimate,
    Recommendation,
    Share,
)
from affluence.typical_week.reach import Reach
from tests.typical_week.desks import BOUNDS, FIRST_MONDAY, cells_of, history_of
from tests.typical_week.simulated import simulate_history
from tests.typical_week.slots import HOURS, Figures, slots_of

READING = Reach(answers_known=True, lines_believed=True)
SETTINGS = Settings(row_minutes=60, minimum_days=3, minimum_calls=10, bounds=BOUNDS)
DESK = cells_of(5, 2)  # Monday to Friday, 9 to 10 and 10 to 11
TUESDAY_10: Span = (2, 600, 660)
THURSDAY_9: Span = (4, 540, 600)


def monday(week: int) -> date:
    return FIRST_MONDAY + timedelta(days=7 * week)


def since(week: int, *spans: Span) -> Recommendation:
    """Published on the Sunday before a week."""
    return Recommendation(since=monday(week) - timedelta(days=1), spans=spans)


def effect_of(
    first_attempts: Floats, *published: Recommendation, exposure: Floats | float = 1.0
) -> Effect:
    """Of a desk of which every caller reaches an agent; weeks × cells."""
    seen = {"attempts": first_attempts, "first_attempts": first_attempts}
    seen["answered"] = first_attempts
    return compare(history_of(DESK, seen, exposure), READING, BOUNDS, published)


def weeks(before: int, after: int) -> Floats:
    """30 first attempts from 9 to 10 and 10 from 10 to 11, every day."""
    return np.tile([30.0, 10.0] * 5, (before + after, 1))


def test_by_hand() -> None:
    """From the fourth week on ten of Tuesday's thirty callers come an hour later."""
    came = weeks(3, 4)
    came[3:, 2:4] = [20, 20]
    effect = effect_of(came, since(3, TUESDAY_10))
    assert effect.before == Days(count=15, first=monday(0), last=monday(2) + timedelta(days=4))
    assert effect.after == Days(count=20, first=monday(3), last=monday(6) + timedelta(days=4))
    found = effect.comparison
    assert found is not None
    assert found.counted == "first_attempts"
    assert (found.before.numerator, found.before.denominator) == pytest.approx((3 * 10, 3 * 200))
    assert (found.after.numerator, found.after.denominator) == pytest.approx((4 * 20, 4 * 200))
    assert found.shift.value == pytest.approx(20 / 200 - 10 / 200)
    # Every day is like the others of its weekday: drawing them again changes nothing.
    assert found.shift.interval_95 == pytest.approx((0.05, 0.05))
    assert found.shifted_a_week.value == pytest.approx(10)
    assert (found.reach_before, found.reach_after) == (1, 1)
    assert not effect.alarm


def test_closed_days_busy_weeks_and_another_recommendation_are_no_shift() -> None:
    came, exposure = weeks(4, 4), np.ones((8, 10))
    for week, tuesday_or_thursday in ((1, slice(6, 8)), (4, slice(2, 4))):
        came[week, tuesday_or_thursday] = exposure[week, tuesday_or_thursday] = 0
    came[5] *= 2
    effect = effect_of(came, since(4, TUESDAY_10), since(6, THURSDAY_9), exposure=exposure)
    assert (effect.before.count, effect.after.count) == (19, 19)
    found = effect.comparison
    assert found is not None
    # No Tuesday in the fifth week; 20 of 400 in the sixth; Thursdays 30 of 200 in the last two.
    share = (0 + 20 + 2 * 30) / (160 + 400 + 2 * 200)
    assert (found.before.value, found.after.value) == pytest.approx((share, share))
    assert found.shift.value == pytest.approx(0)


def test_the_day_of_the_first_publication_is_of_neither_side() -> None:
    tuesday = Recommendation(since=monday(3) + timedelta(days=1), spans=(TUESDAY_10,))
    effect = effect_of(weeks(3, 4), tuesday)
    assert effect.before.last == monday(3)
    assert effect.after.first == monday(3) + timedelta(days=2)


def test_what_is_longer_ago_than_half_a_year_belongs_to_another_season() -> None:
    """Of thirty weeks on either side the 26 before the first publication and the last 26."""
    effect = effect_of(weeks(30, 30), since(30, TUESDAY_10))
    friday = timedelta(days=4)
    assert effect.before == Days(count=130, first=monday(4), last=monday(29) + friday)
    assert effect.after == Days(count=130, first=monday(34), last=monday(59) + friday)


def test_of_two_tables_on_one_day_the_last_one_holds() -> None:
    found = effect_of(weeks(3, 3), since(3, TUESDAY_10), since(3, THURSDAY_9)).comparison
    assert found is not None
    assert found.after.numerator == pytest.approx(3 * 30)


def test_half_a_row_counts_half() -> None:
    """The rows of the table were half-hours when it was published."""
    found = effect_of(weeks(3, 3), since(3, (4, 540, 570))).comparison
    assert found is not None
    assert found.after.numerator == pytest.approx(3 * 30 / 2)


def test_without_callers_all_attempts_are_counted() -> None:
    seen = {"attempts": weeks(3, 3), "answered": weeks(3, 3)}
    found = compare(history_of(DESK, seen), READING, BOUNDS, [since(3, TUESDAY_10)]).comparison
    assert found is not None
    assert (found.counted, found.after.denominator) == ("attempts", 3 * 200)


def test_hours_that_were_not_there_before_are_not_compared() -> None:
    came, exposure = weeks(4, 4), np.ones((8, 10))
    came[:4, 8:] = exposure[:4, 8:] = 0  # no Fridays before
    effect = effect_of(came, since(4, TUESDAY_10, (5, 540, 600)), exposure=exposure)
    found = effect.comparison
    assert found is not None
    assert (effect.after.count, found.after.denominator) == (4 * 4, 4 * 160)
    assert found.shift.value == pytest.approx(0)


@pytest.mark.parametrize("freedom", [10, 15, 40])
def test_intervals_are_as_wide_as_student_has_them_for_so_few_days(freedom: int) -> None:
    """Resamples as a normal law would have them, one at each of 1999 equal chances."""
    drawn = stats.norm(0.05, 0.01).ppf(np.arange(1, 2000) / 2000)
    found = _estimate(np.array([0.05, *drawn]), freedom)
    student = stats.t(freedom, loc=0.05, scale=0.01)
    assert found.value == pytest.approx(0.05)
    assert found.interval_80 == pytest.approx(student.interval(0.8), abs=0.01 * 0.01)
    assert found.interval_95 == pytest.approx(student.interval(0.95), abs=0.01 * 0.05)


# What cannot be said


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (2, 4, "10 jours ordinaires sont enregistrés avant, il en faut 15"),
        (4, 2, "10 jours ordinaires sont enregistrés depuis, il en faut 15"),
        (4, 0, "0 jours ordinaires sont enregistrés depuis"),
    ],
)
def test_too_few_days_say_nothing(before: int, after: int, reason: str) -> None:
    effect = effect_of(weeks(before, after), since(before, TUESDAY_10))
    assert effect.comparison is None
    assert not effect.alarm
    text = effect_as_text("Desk", effect)
    assert f"le premier tableau a été publié le {effect.first_published:%d/%m/%Y}" in text
    assert reason in text
    assert "%" not in text


def test_no_calls_and_hours_that_are_gone_say_nothing() -> None:
    for effect in (
        effect_of(weeks(3, 3) * 0, since(3, TUESDAY_10)),
        effect_of(weeks(3, 3), since(3, (6, 540, 600))),
    ):
        assert effect.comparison is None
        assert "trop peu d’appels, ou plus aucune des heures conseillées" in effect_as_text(
            "Desk", effect
        )


def test_never_and_long_ago_published_say_so() -> None:
    seen = slots_of(monday(0), monday(7), lambda _day, _minute: {"answered": 1})
    first, last = monday(3), monday(7) - timedelta(days=1)
    learned = study(seen, HOURS, SETTINGS, platform="desk", first=first, last=last)
    long_ago = [Recommendation(since=LONG_AGO, spans=()), since(3, TUESDAY_10)]
    for published, reason in (
        ([], "Aucun tableau n’a encore été publié"),
        (long_ago, "avant que ce programme ne note les jours de publication"),
        ([since(3, TUESDAY_10)], "0 jours ordinaires sont enregistrés avant"),
    ):
        effect = measure_effect(learned, published)
        assert reason in effect_as_text("Desk", effect)


# From slots


def test_only_ordinary_days_of_the_slots_count() -> None:
    """Out of five and five weeks: a lost day, a rumour, a holiday and the day after it."""
    first, last = date(2026, 3, 2), date(2026, 5, 10)
    lost, rumour = date(2026, 3, 11), date(2026, 4, 16)

    def figures(day: date, _minute: int) -> Figures:
        calls = 10 + day.toordinal() % 3 + (20 if day == rumour else 0)
        return {} if day == lost else {"answered": calls, "first_attempts": calls}

    slots = slots_of(first, last, figures)
    effect = measure_effect(
        study(slots, HOURS, SETTINGS, platform="desk", first=first, last=last),
        [Recommendation(since=date(2026, 4, 4), spans=((2, 540, 600),))],
    )
    # Easter Monday, the first and the eighth of May are holidays; days after them are apart.
    assert effect.before == Days(count=24, first=first, last=date(2026, 4, 3))
    assert effect.after.count == 25 - 3 - 2 - 1
    assert effect.comparison is not None
    assert abs(effect.comparison.shift.value) < 0.01


def test_the_half_year_before_a_first_table_is_learned_with_the_eight_weeks_that_judge_it() -> None:
    """Published on a Sunday twenty weeks before the three years that are learned."""
    history = history_of(DESK, {"attempts": weeks(156, 0)})
    learned = SimpleNamespace(history=history, last=monday(156) - timedelta(days=1))
    published = [since(-20, TUESDAY_10)]
    missing = weeks_not_learned(cast("Study", learned), published)
    assert missing == (monday(-20 - 26 - 1), monday(-20 + 8) - timedelta(days=1))


def test_weeks_long_before_are_learned_apart_as_if_all_were(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Published in week 8; the weeks that are learned begin later, those before it besides."""
    monkeypatch.setattr("affluence.typical_week.comparison.MOST_WEEKS", 6)
    monkeypatch.setattr("affluence.typical_week.comparison.WEEKS_TO_JUDGE", 5)
    last = monday(23) - timedelta(days=1)

    def figures(day: date, minute: int) -> Figures:
        rumour = 40 if day in (monday(6), monday(22)) else 0
        calls = 6 + day.toordinal() % 3 + minute // 240 + rumour
        return {"answered": calls, "first_attempts": calls}

    slots = slots_of(monday(1), last, figures)
    published = [since(8, TUESDAY_10)]

    def learn(begin: date, end: date) -> Study:
        return study(slots, HOURS, SETTINGS, platform="desk", first=begin, last=end)

    whole = measure_effect(learn(monday(1), last), published)
    assert whole.comparison is not None
    assert weeks_not_learned(learn(monday(1), last), published) is None
    for begin in (monday(4), monday(16)):
        learned = learn(begin, last)
        missing = weeks_not_learned(learned, published)
        # Six weeks before the Sunday of publication, from a Monday on, and five after its week.
        assert missing == (monday(1), monday(13) - timedelta(days=1))
        assert measure_effect(learned, published, learn(*missing)) == whole
    # Fewer weeks than are compared are learned: all others are learned besides.
    assert weeks_not_learned(learn(monday(20), last), published) == (monday(1), last)
    assert weeks_not_learned(learned, []) is None


# Histories whose truth is known

BEFORE, AFTER, RECOMMENDED, REPETITIONS = 12, 6, 5, 200
SIMULATED = cells_of(5, 9)


def simulated_effect(seed: int, shift: float) -> Effect:
    """The hours with the fewest callers are recommended; then ``shift`` of all callers moves there.

    The choice by the same records would make plain means before too small.
    """
    rng = np.random.default_rng(seed)
    truth = simulate_history(seed, weeks=BEFORE + AFTER, horizon=0, closed_share=0)
    came = truth.counts.reshape(BEFORE + AFTER, -1).astype(np.int64)
    shape = truth.shape.ravel()
    chosen = np.isin(np.arange(shape.size), np.argsort(came[:BEFORE].sum(0))[:RECOMMENDED])
    moving = shift / shape[~chosen].sum() * shape.sum()
    for week in range(BEFORE, BEFORE + AFTER):
        moved = rng.binomial(came[week], np.where(chosen, 0.0, moving))
        there = shape * chosen / shape[chosen].sum()
        came[week] += rng.multinomial(moved.sum(), there) - moved
    seen = {name: came.astype(np.float64) for name in ("attempts", "first_attempts", "answered")}
    spans = tuple(SIMULATED.spans.row(int(cell)) for cell in np.flatnonzero(chosen))
    return compare(history_of(SIMULATED, seen), READING, BOUNDS, [since(BEFORE, *spans)])


@pytest.mark.long
@pytest.mark.parametrize("shift", [0.0, 0.04])
def test_intervals_hold_the_truth_as_often_as_they_say(shift: float) -> None:
    within_80 = within_95 = 0
    values = []
    for seed in range(REPETITIONS):
        found = simulated_effect(seed, shift).comparison
        assert found is not None
        low, high = found.shift.interval_80
        within_80 += low <= shift <= high
        low, high = found.shift.interval_95
        within_95 += low <= shift <= high
        values.append(found.shift.value)
    # A share of 200 repetitions has a standard deviation of 0.03 at 0.80, of 0.015 at 0.95.
    assert 0.74 <= within_80 / REPETITIONS <= 0.86
    assert 0.92 <= within_95 / REPETITIONS <= 0.98
    assert np.mean(values) == pytest.approx(shift, abs=0.003)


def test_the_same_records_give_the_same_intervals() -> None:
    assert simulated_effect(1, 0.04) == simulated_effect(1, 0.04)


# Recommended hours that fill up


@pytest.mark.parametrize(
    ("shift_low", "reach_high", "filled_weeks", "alarm"),
    [
        (0.001, -0.021, 0, True),
        (0.001, -0.019, 0, False),  # as good
        (0.001, -0.019, 2, True),
        (0.001, -0.019, 1, False),
        (0.001, None, 2, True),
        (-0.001, -0.021, 3, False),  # nobody has come
    ],
)
def test_alarm_is_raised_where_more_people_come_and_fewer_get_through(
    shift_low: float, reach_high: float | None, filled_weeks: int, alarm: bool
) -> None:
    def estimate(low: float, high: float) -> Estimate:
        middle = (low + high) / 2
        return Estimate(value=middle, interval_80=(middle, middle), interval_95=(low, high))

    found = Comparison(
        counted="first_attempts",
        before=Share(numerator=10, denominator=100),
        after=Share(numerator=20, denominator=100),
        shift=estimate(shift_low, 0.2),
        shifted_a_week=estimate(1, 20),
        reach_before=0.9,
        reach_after=0.8,
        reach_change=None if reach_high is None else estimate(-0.2, reach_high),
        filled_weeks=filled_weeks,
    )
    assert found.alarm is alarm
    assert Effect(comparison=found).alarm is alarm


PUBLISHED_ON, END = date(2026, 2, 1), date(2026, 3, 29)  # eight weeks before, eight after


def desk_that_follows(seed: int, shift: float, at_most: int = 6) -> tuple[Effect, int, int]:
    """Twice as many call in the morning as later; ``shift`` of them do as the table says.

    In a quarter of an hour ``at_most`` calls get through.

    Returns:
        The effect, and how many hours are recommended before and after it is known.

    """
    rng = np.random.default_rng(seed)

    def learn(last: date) -> Study:
        return study(slots, HOURS, SETTINGS, platform="desk", first=first, last=last)

    def advised(learned: Study) -> list[Span]:
        rows = learned.history.cells.spans.rows()
        return [rows[cell] for cell in learned.runs.advice[-1].recommended]

    def figures(day: date, minute: int) -> Figures:
        mean, quarters = 6.0 if minute < 720 else 3.0, 4 * len(recommended)
        if any(d == day.isoweekday() and a <= minute < b for d, a, b in recommended):
            mean += shift * 5 * (12 * 6 + 12 * 3) / quarters
        else:
            mean *= 1 - shift * bool(recommended)
        came = int(rng.poisson(mean))
        refused = max(0, came - at_most)
        return {
            "answered": came - refused,
            "busy": refused,
            "first_attempts": came,
            "first_busy": refused,
            "full_open_s": 900 * refused / max(came, 1),
        }

    first = PUBLISHED_ON - timedelta(days=8 * 7 - 1)
    recommended: list[Span] = []
    slots = slots_of(first, PUBLISHED_ON, figures)
    recommended = advised(learn(PUBLISHED_ON))
    after = slots_of(PUBLISHED_ON + timedelta(days=1), END, figures)
    slots = pl.concat([slots, after])
    published = [Recommendation(since=PUBLISHED_ON, spans=tuple(recommended))]
    learned = learn(END)
    effect = measure_effect(learned, published)
    named = advised(learned.widened() if effect.alarm else learned)
    return effect, len(recommended), len(named)


def test_advice_is_widened_where_everybody_follows_it() -> None:
    effect, before, after = desk_that_follows(1, shift=0.3)
    found = effect.comparison
    assert found is not None and found.reach_before is not None and found.reach_after is not None
    assert found.shift.value == pytest.approx(0.3, abs=0.05)
    assert found.reach_before > BOUNDS.quiet
    assert found.reach_after < BOUNDS.fairly_quiet
    assert found.filled_weeks == 3
    assert effect.alarm
    assert (before, after) == (4, 8)
    text = effect_as_text("Desk", effect)
    assert "La part des appels dans les heures conseillées a augmenté" in text
    assert "les heures conseillées se remplissent" in text


@pytest.mark.long
@pytest.mark.parametrize(("shift", "at_most"), [(0.0, 6), (0.04, 12)])
def test_advice_stays_narrow_where_the_hours_do_not_fill_up(shift: float, at_most: int) -> None:
    for seed in range(3):
        effect, before, after = desk_that_follows(seed, shift, at_most)
        assert not effect.alarm
        assert (before, after) == (4, 4)
    assert "Pas d’alerte" in effect_as_text("Desk", effect)


def test_the_document_says_the_same_for_programs() -> None:
    effect, _, _ = desk_that_follows(1, shift=0.04)
    assert effect.comparison is not None
    document = json.loads(effect_as_document("Desk", effect))
    assert document["nothing_said_because"] is None
    assert document["alarm"] is effect.alarm
    assert document["first_published"] == "2026-02-01"
    assert document["comparison"]["before"]["value"] == effect.comparison.before.value
    assert document["comparison"]["shift"]["value"] == effect.comparison.shift.value
    nothing = json.loads(effect_as_document("Desk", Effect()))
    assert nothing["comparison"] is None
    assert nothing["nothing_said_because"] == "Aucun tableau n’a encore été publié."
