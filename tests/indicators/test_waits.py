"""Waits by hand: service levels, Kaplan and Meier with ties and censoring, patience, quantiles."""

from __future__ import annotations

from fractions import Fraction

import polars as pl
import pytest

from affluence.indicators.durations import Durations
from affluence.indicators.histogram import Histogram, merge, survival
from affluence.indicators.totals import Totals
from affluence.indicators.waits import Waits, measure_waits
from affluence.measures.durations import bin_of

from .hand_made import durations, histogram, sealed, totals

# 100 let in: 80 answered, 15 abandoned, 5 that the platform gave up; 100 refused.
DAY = totals(
    answered=80,
    abandoned=15,
    unanswered=5,
    busy=100,
    wait_answered_s=40 * 5 + 20 * 15 + 20 * 30,
    wait_abandoned_s=5 * 3 + 5 * 10 + 5 * 40,
)
WAITED = durations(
    answered={5: 40, 15: 20, 30: 20}, abandoned={3: 5, 10: 5, 40: 5}, unanswered={60: 5}
)


def _waits(day: Totals = DAY, waited: Durations = WAITED, *, within_s: int = 20) -> Waits:
    return measure_waits(day, waited, within_s=within_s, short_abandon_s=5)


def test_the_service_level_has_four_readings() -> None:
    waits = _waits()
    in_time, gave_up_in_time = 40 + 20, 5 + 5
    assert waits.of_offered == in_time / (100 + 100)
    assert waits.of_answered == in_time / 80
    assert waits.of_offered_without_short_abandons == in_time / (100 - gave_up_in_time)
    # Those who would wait however long: of the 95 who have not hung up by 5 s, 40 are answered
    # then; of the 50 who are left after five more hung up at 10 s, 20 at 15 s.
    assert waits.virtual == pytest.approx(1 - (1 - 40 / 95) * (1 - 20 / 50))


def test_the_threshold_itself_is_too_late() -> None:
    assert _waits(within_s=15).of_answered == 40 / 80
    assert _waits(within_s=16).of_answered == 60 / 80
    assert _waits(within_s=15).virtual == pytest.approx(40 / 95)
    assert _waits(within_s=31).of_answered == 1


def test_refused_calls_are_in_the_first_reading_only_where_they_are_recorded() -> None:
    unrecorded = totals(answered=80, abandoned=15, unanswered=5, full_open_s=450)
    waits = _waits(unrecorded)
    assert waits.of_offered is None
    assert waits.of_answered == 60 / 80


def test_speed_of_answer_and_quantiles() -> None:
    waits = _waits()
    assert waits.mean_answer_s == (200 + 300 + 600) / 80
    assert waits.median_answer_s == 5  # the 40th of 80
    assert waits.ninth_decile_answer_s == 30  # the 72nd of 80
    assert waits.median_abandon_s == 10  # the 8th of 15
    assert waits.short_abandons == 5


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, 2), (0.25, 2), (0.26, 4), (0.5, 4), (0.75, 9), (1.0, 9)]
)
def test_a_quantile_is_the_first_duration_that_reaches_the_share(
    share: float, expected: int
) -> None:
    assert histogram({2: 1, 4: 1, 9: 2}).quantile_s(share) == expected


def test_durations_of_every_length_are_summed_up_as_they_are() -> None:
    """One of each whole second, to those of an hour, which count as an hour however long."""
    for longest_s in (120, 300, 600, 3600):
        seconds = pl.DataFrame({"second": range(longest_s)})
        bins = seconds.group_by(bin_of(pl.col("second"))).len()
        assert histogram(dict(bins.rows())).sum_s == sum(range(longest_s))
    assert histogram({3600: 2}).sum_s == 2 * 3600


def test_an_empty_histogram_has_no_quantile() -> None:
    assert Histogram([]).quantile_s(0.5) is None
    assert Histogram([(3, 0)]).quantile_s(0.5) is None


def test_mean_patience_is_the_time_waited_by_everybody_over_the_abandonments() -> None:
    waited_s = (200 + 300 + 600) + (15 + 50 + 200) + 5 * 60
    assert _waits().mean_patience_s == waited_s / 15


def test_median_patience_is_read_off_the_curve_or_not_told() -> None:
    """Of 100, 55 and 30 who still wait, 5, 5 and 25 give up: more than half by 40 s."""
    waited = durations(
        answered={5: 40, 15: 20}, abandoned={3: 5, 10: 5, 40: 25}, unanswered={60: 5}
    )
    curve = survival(waited.abandoned, merge(waited.answered, waited.unanswered))
    at_10 = (1 - Fraction(5, 100)) * (1 - Fraction(5, 55))
    at_40 = at_10 * (1 - Fraction(25, 30))
    assert [at_s for at_s, _ in curve.steps] == [3, 10, 40]
    assert [share for _, share in curve.steps] == pytest.approx([0.95, float(at_10), float(at_40)])
    day = totals(answered=60, abandoned=35, unanswered=5)
    assert _waits(day, waited).median_patience_s == 40
    # If only 10 of the 30 give up, two thirds of 0.86 do not.
    fewer = durations(
        answered={5: 40, 15: 20}, abandoned={3: 5, 10: 5, 40: 10}, unanswered={60: 20}
    )
    day = totals(answered=60, abandoned=20, unanswered=20)
    assert float(at_10) * 2 / 3 > 0.5
    assert _waits(day, fewer).median_patience_s is None


def test_patience_counts_from_the_queue_where_that_is_recorded() -> None:
    """A machine greets everybody for 20 s; one in ten hangs up meanwhile, patient or not."""
    day = totals(
        answered=60,
        abandoned=40,
        unanswered=10,
        wait_answered_s=60 * (20 + 15),
        wait_abandoned_s=30 * (20 + 45) + 10 * 7,
    )
    greeted = durations(
        answered={35: 60},
        abandoned={7: 10, 65: 30},
        unanswered={80: 10},
        queue_answered={15: 60},
        queue_abandoned={45: 30},
    )
    waits = _waits(day, greeted)
    # Of the ten whose wait the platform ended only the arrival is known: they are taken to have
    # heard the machine for as long as the others did on average, those ten who left included.
    before_s = (90 * 20 + 10 * 7) / 100
    assert waits.mean_patience_s == pytest.approx((60 * 15 + 30 * 45 + 10 * (80 - before_s)) / 30)
    assert waits.median_patience_s == 45  # 30 of the 40 who still waited gave up
    assert waits.median_answer_s == 35  # the wait for an answer begins with the call


def test_who_is_spared_the_wait_still_waited_when_others_of_the_same_second_gave_up() -> None:
    curve = survival(histogram({5: 1}), histogram({5: 3}))
    assert curve.steps == [(5, 3 / 4)]
    before = survival(histogram({5: 1}), histogram({4: 3}))
    assert before.steps == [(5, 0)]


def test_a_curve_steps_where_something_ends_and_nowhere_else() -> None:
    curve = survival(histogram({10: 3, 60: 2}), histogram({10: 1, 300: 6}))
    at_10, at_60 = 1 - 3 / 12, (1 - 3 / 12) * (1 - 2 / 8)
    assert curve.steps == [(10, at_10), (60, pytest.approx(at_60))]
    assert [curve.beyond(at_s) for at_s in (9, 10, 59)] == [1, at_10, at_10]
    assert curve.beyond(60) == curve.beyond(10_000) == curve.plateau == pytest.approx(at_60)


def test_a_curve_of_nothing_stays_at_one() -> None:
    assert survival(Histogram([]), histogram({5: 3})).plateau == 1
    assert survival(Histogram([]), Histogram([])).beyond(5) == 1


def test_waits_are_not_told_where_answers_are_not_dated() -> None:
    day = totals(answered=80, abandoned=15, answer_unrecorded=80, wait_abandoned_s=265)
    waits = _waits(day, durations(abandoned={3: 5, 10: 5, 40: 5}))
    assert waits.of_offered is waits.of_answered is waits.virtual is None
    assert waits.of_offered_without_short_abandons is waits.mean_answer_s is None
    assert waits.median_answer_s is waits.mean_patience_s is waits.median_patience_s is None
    assert waits.median_abandon_s == 10
    assert waits.short_abandons == 5


def test_where_nobody_answers_no_call_is_answered_in_time() -> None:
    waits = _waits(
        totals(abandoned=15, wait_abandoned_s=265), durations(abandoned={3: 5, 10: 5, 40: 5})
    )
    assert waits.of_offered == 0
    assert waits.of_offered_without_short_abandons == 0
    assert waits.of_answered is waits.virtual is waits.mean_answer_s is None
    assert waits.mean_patience_s == 265 / 15


def test_days_that_an_older_version_measured_know_no_histogram() -> None:
    day = totals(**sealed({"answered": 80, "abandoned": 15, "busy": 100, "wait_answered_s": 900}))
    waits = _waits(day, durations())
    told = {name for name in Waits.__slots__ if getattr(waits, name) is not None}
    assert told == {"within_s", "short_abandon_s"}
