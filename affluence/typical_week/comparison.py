"""Did the table help? What share of the first attempts came in the hours that it recommended.

Every ordinary day after the first publication is set beside what the weeks before it would have
given on such a day. With x the first attempts of a cell on a day after, e how much of the cell was
open and recorded then, r how much of it was recommended, and m what the cell had before on average,

    share after  = Σ r x ÷ Σ x
    share before = Σ l r e m ÷ Σ l e m,    l = Σ x ÷ Σ e m over the days of the week

Both are of the same days and hours, so that nothing counts as a shift but a change of habits:
neither a closed day nor a busy week, nor a change of the recommendation itself.

Hours are recommended because few people were seen to call then, and some of that was chance: with
plain means every table would seem to help, by up to half a point. The mean before is therefore
drawn towards what weekday and row make of it, as far as it is noise (empirical Bayes), so that a
choice by the same records hardly biases it.

The table cannot be told from whatever else has changed since.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from affluence.typical_week.before_after import (
    Side,
    compare_sides,
    mean_by_cell,
    reach_by_week,
    side_of,
)
from affluence.typical_week.cells import Floats, Mask
from affluence.typical_week.effect import (
    FEWEST_DAYS,
    LAST_WEEKS,
    LONG_AGO,
    Comparison,
    Counted,
    Days,
    Effect,
    Estimate,
    Recommendation,
    Share,
)
from affluence.typical_week.history import History
from affluence.typical_week.intervals import INTERVAL_80, INTERVAL_95, Interval
from affluence.typical_week.levels import Bounds
from affluence.typical_week.reach import Reach
from affluence.typical_week.studies import Study

MOST_WEEKS = 26  # on either side: what is longer ago belongs to another season
# After the first publication, for the days before it: whether an odd day counts after all is known
# once its weekday has come again, and the first weeks of all are judged together.
WEEKS_TO_JUDGE = 8

_SEEN_DAYS = 2  # before, for a cell to be compared


def weeks_not_learned(
    learned: Study, published: Sequence[Recommendation]
) -> tuple[date, date] | None:
    """First and last day of what must be learned besides, to know what the table has changed.

    None where ``learned`` reaches back to all that is compared, or nothing can be.
    """
    first_published = min((each.since for each in published), default=LONG_AGO)
    if first_published == LONG_AGO:
        return None
    first = first_published - timedelta(weeks=MOST_WEEKS)
    first -= timedelta(days=first.weekday())
    if first >= learned.history.first_monday:
        return None
    if learned.history.weeks < MOST_WEEKS:
        return first, learned.last
    sunday = first_published + timedelta(days=6 - first_published.weekday())
    return first, min(sunday + timedelta(weeks=WEEKS_TO_JUDGE), learned.last)


def measure_effect(
    learned: Study, published: Sequence[Recommendation], earlier: Study | None = None
) -> Effect:
    """Measure the effect of the table of one platform, up to the last day that was learned.

    Days that its week has set aside are not ordinary here either.

    Args:
        learned: of the platform.
        published: every recommendation, oldest first.
        earlier: the same of `weeks_not_learned`, with the same rows; None where nothing is
            recorded then.

    """
    if not published:
        return Effect()
    first_published = min(recommended.since for recommended in published)
    if first_published == LONG_AGO:
        return Effect(first_published=first_published)
    ordinary = _ordinary(learned)
    if earlier is not None:
        ordinary = _ordinary(earlier).followed_by(ordinary)
    model = learned.runs.model
    return compare(ordinary, model.reading, model.bounds, published)


def _ordinary(learned: Study) -> History:
    history = learned.history
    return history.without(history.days_among({aside.day for aside in learned.runs.set_aside}))


def compare(
    history: History, reading: Reach, bounds: Bounds, published: Sequence[Recommendation]
) -> Effect:
    """Compare the days before the first publication with those after it.

    The day itself belongs to neither side. A table holds from the day of its publication on.

    Args:
        history: of ordinary days only; the others have no exposure.
        reading: how reach is read from the sums.
        bounds: of the levels.
        published: every recommendation, oldest first; at least one.

    """
    first_published = min(recommended.since for recommended in published)
    monday = (history.first_monday - first_published).days
    weekdays = np.array(history.cells.weekdays)
    away = monday + 7 * np.arange(history.weeks)[:, None] + weekdays - 1
    most_days = 7 * MOST_WEEKS
    is_before = (away < 0) & (away >= -most_days)
    history = _seen_on(history, is_before)
    before = side_of(history, is_before)
    after = side_of(history, (away > 0) & (away > away.max() - most_days))
    enough = min(len(before.dates), len(after.dates)) >= FEWEST_DAYS
    return Effect(
        first_published=first_published,
        before=_days(before),
        after=_days(after),
        comparison=_comparison(before, after, published, reading, bounds) if enough else None,
    )


def _seen_on(history: History, days: Mask) -> History:
    """The history of the cells that were seen often enough on some days (weeks × weekdays)."""
    times = ((history.exposure > 0) & days[:, history.cells.day]).sum(0)
    return history.seen_at(times >= _SEEN_DAYS)


def _days(side: Side) -> Days:
    return Days(
        count=len(side.dates),
        first=min(side.dates, default=None),
        last=max(side.dates, default=None),
    )


def _comparison(
    before: Side,
    after: Side,
    published: Sequence[Recommendation],
    reading: Reach,
    bounds: Bounds,
) -> Comparison | None:
    """None where too few calls came, or nothing of what can be compared was recommended."""
    callers_known = all(side.sums["first_attempts"].any() for side in (before, after))
    counted: Counted = "first_attempts" if callers_known else "attempts"
    named = _named(after, published)
    if not (named * after.exposure).any():
        return None
    found = compare_sides(before, after, named, counted, reading)
    shift = found.share_after - found.share_before
    if not np.isfinite(shift).all():
        return None
    came_before, came_after = (float(side.sums[counted].sum()) for side in (before, after))
    change = found.reach_after - found.reach_before
    known = bool(np.isfinite(change[0]))
    freedom = min(len(side.dates) - len(np.unique(side.weekday)) for side in (before, after))
    reach_before, reach_after = float(found.reach_before[0]), float(found.reach_after[0])
    lately = reach_by_week(after, named, reading)[-LAST_WEEKS:]
    was_fairly_quiet = reach_before >= bounds.fairly_quiet
    return Comparison(
        counted=counted,
        before=Share(numerator=float(found.share_before[0]) * came_before, denominator=came_before),
        after=Share(numerator=float(found.share_after[0]) * came_after, denominator=came_after),
        shift=_estimate(shift, freedom),
        shifted_a_week=_estimate(shift * mean_by_cell(after, counted).sum(), freedom),
        reach_before=reach_before if known else None,
        reach_after=reach_after if known else None,
        reach_change=_estimate(change, freedom) if known else None,
        filled_weeks=int((lately < bounds.fairly_quiet).sum()) if was_fairly_quiet else 0,
    )


def _named(side: Side, published: Sequence[Recommendation]) -> Floats:
    """Days × cells: the share of each cell's time that was recommended on that day."""
    named = np.zeros_like(side.exposure)
    # Of several publications on one day the last one holds.
    in_order = sorted(published, key=lambda recommendation: recommendation.since)
    begun = [recommendation.since for recommendation in in_order]
    for number, day in enumerate(side.dates):
        newest = in_order[bisect_right(begun, day) - 1]
        named[number] = side.cells.covered_by(newest.spans)
    return named


def _estimate(resamples: Floats, freedom: int) -> Estimate:
    """From a figure that is followed by its resamples.

    How much few days vary is itself not well known: the interval is stretched as Student's law is
    wider than the normal one, t ≈ z (1 + (z² + 1) ÷ 4ν) with ν degrees of freedom (Fisher).
    """
    # Days that are all alike differ by rounding errors; a resample without calls has no reach.
    figure, *drawn = np.round(resamples, 12).tolist()

    def within(interval: Interval) -> tuple[float, float]:
        z = interval.deviations
        found = np.nanquantile(drawn, (interval.low, interval.high))
        low, high = (figure + (found - figure) * (1 + (z**2 + 1) / (4 * freedom))).tolist()
        return low, high

    return Estimate(value=figure, interval_80=within(INTERVAL_80), interval_95=within(INTERVAL_95))
