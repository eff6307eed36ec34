"""Days out of line with what was to be expected: one rumour must not make a typical Tuesday.

Each day is compared, by several statistics (first attempts, all attempts, the chance to reach an
agent), on a logarithmic scale, with what its weekday has been in the last weeks. It is odd where
it is further off than the robust spread of all days allows, and far enough to matter. An odd day
is held back; if the next day of the same weekday is out of line in the same direction it was a
change and not an accident, and both count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from affluence.typical_week.cells import Floats, Mask, known_or

FIRST_WEEKS = 4  # judged together, by their medians: before them nothing is to be expected

_LEAST_DAYS = 3  # of a weekday, before anything is expected of it
_ROBUST_DEVIATIONS = 3.5
_HALF_LIFE_WEEKS = 4.0
_SPREAD_HALF_LIFE_DAYS = 60.0
_USUAL_SPREAD_WEIGHT_DAYS = 10.0
_MAD_TO_DEVIATION = 1.4826  # of a normal law


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """A figure by which days are compared, on a logarithmic scale."""

    usual_spread: float  # standard deviation that is believed before anything is seen
    least: float  # a day that is less far off is never odd


class OddDays:
    """What is expected of each weekday, and which days are held back.

    Arrays are statistics × weekdays × platforms; nan where nothing is known.
    """

    def __init__(self, statistics: Sequence[Statistic], weekdays: int, platforms: int) -> None:
        of_all = np.ones((len(statistics), 1, platforms))
        self._least = of_all * np.array([each.least for each in statistics])[:, None, None]
        usual = of_all * np.array([each.usual_spread**2 for each in statistics])[:, None, None]
        self._spread = usual * _USUAL_SPREAD_WEIGHT_DAYS
        self._spread_weight = np.full_like(usual, _USUAL_SPREAD_WEIGHT_DAYS)
        shape = (len(statistics), weekdays, platforms)
        self._expected = np.full(shape, np.nan)
        self._seen = np.zeros(shape)
        self._held = np.zeros(shape)  # direction in which the held day was off

    def judge_first(self, values: Floats, noise: Floats) -> Mask:
        """Which of the first days are odd, weeks first: weeks × weekdays × platforms.

        ``noise`` is the variance of the values that is due to small numbers.
        """
        known = np.isfinite(values)
        enough = known.sum(0) >= _LEAST_DAYS
        deviation = np.where(enough, values - _median(values, 0), np.nan)
        spread = _MAD_TO_DEVIATION * _median(np.abs(deviation), (0, 2))[:, None]
        variance = np.maximum(known_or(spread, 0.0) ** 2, self._variance() / 4) + noise
        limit = np.maximum(_ROBUST_DEVIATIONS * np.sqrt(variance), self._least)
        odd = np.abs(deviation) > limit
        again = np.zeros_like(odd)
        same = odd[1:] & odd[:-1] & (np.sign(deviation[1:]) == np.sign(deviation[:-1]))
        again[1:] |= same
        again[:-1] |= same
        odd &= ~again
        is_odd = np.asarray(odd.any(1))
        for week, of_week in enumerate(values):
            self._learn(np.where(is_odd[week], np.nan, of_week), noise[week])
            self._hold(of_week, np.where(odd[week], np.sign(deviation[week]), 0.0))
        return is_odd

    def judge(self, values: Floats, noise: Floats) -> tuple[Mask, Mask]:
        """Judge the days of a week.

        Returns:
            Which days are odd and held back, and for which weekdays the day held before was no
            accident: it counts after all, as does this one.

        """
        deviation = np.where(self._seen >= _LEAST_DAYS, values - self._expected, np.nan)
        limit = np.maximum(_ROBUST_DEVIATIONS * np.sqrt(self._variance() + noise), self._least)
        direction = np.where(np.abs(deviation) > limit, np.sign(deviation), 0.0)
        confirmed = np.asarray(((direction * self._held) > 0).any(0))
        odd = np.asarray((direction != 0).any(0) & ~confirmed)
        # A weekday that has changed is expected to stay as it is now.
        self._expected = np.where(confirmed & np.isfinite(values), values, self._expected)
        self._learn(np.where(odd, np.nan, values), noise)
        self._hold(values, np.where(odd, direction, 0.0))
        return odd, confirmed

    def times_expected(self, values: Floats) -> Floats:
        """By what factor each day is off: by first attempts or by attempts, whichever are more.

        The first two statistics are the logarithms of these. Weekdays × platforms; nan where
        nothing is known.
        """
        off = (values - self._expected)[:2]
        most = np.where(np.abs(off[0]) >= np.abs(off[1]), off[0], off[1])
        factors: Floats = np.exp(most)
        return factors

    def _hold(self, values: Floats, direction: Floats) -> None:
        """Remember in which direction the days were off; those without values change nothing."""
        self._held = np.where(np.isfinite(values).any(0), direction, self._held)

    def _variance(self) -> Floats:
        variance: Floats = self._spread / self._spread_weight
        return variance

    def _learn(self, values: Floats, noise: Floats) -> None:
        deviation = values - self._expected
        usable = np.isfinite(deviation)
        square = np.where(usable, deviation**2 - noise, 0.0)
        most = _ROBUST_DEVIATIONS**2 * self._variance()
        days = usable.sum(1, keepdims=True)
        fade = 0.5 ** (days / _SPREAD_HALF_LIFE_DAYS)
        self._spread = fade * self._spread + square.clip(0, most).sum(1, keepdims=True)
        self._spread_weight = fade * self._spread_weight + days
        # A plain mean of the first days, then one that forgets.
        share = np.maximum(1 / (self._seen + 1), 1 - 0.5 ** (1 / _HALF_LIFE_WEEKS))
        known = np.isfinite(values)
        moved = self._expected + deviation * share
        self._expected = np.where(usable, moved, np.where(known, values, self._expected))
        self._seen += known


def _median(values: Floats, axes: int | tuple[int, ...]) -> Floats:
    """Of what is known; nan where nothing is."""
    known = np.isfinite(values).any(axes, keepdims=True)
    median: Floats = np.nanmedian(np.where(known, values, 0.0), axes)
    return np.where(known.reshape(median.shape), median, np.nan)
