"""What is seen of single days, whatever has been learned: are they like others, how far off.

Days are compared by three statistics on a logarithmic scale: first attempts, all attempts, and the
chance to reach an agent (logit). `affluence.typical_week.odd_days` judges them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from affluence.typical_week.calendar_effects import APART, Flags
from affluence.typical_week.cells import Floats, Mask, known_or
from affluence.typical_week.grid import Grid
from affluence.typical_week.history import by_name
from affluence.typical_week.log_odds import logit
from affluence.typical_week.odd_days import Statistic
from affluence.typical_week.reach import Reach

# A day with half as many calls more, or with reach 0.6 for 0.9, is what people would notice; how
# far ordinary days lie apart is learned, and these are but where that begins.
STATISTICS = (
    Statistic(usual_spread=0.2, least=np.log(1.5)),  # first attempts
    Statistic(usual_spread=0.3, least=np.log(1.8)),  # attempts: redials swell them
    Statistic(usual_spread=0.5, least=1.5),  # reach
)
# More people call on a day that is longer open; they get through no better.
_GROW_WITH_OPEN_TIME = np.array([True, True, False])[:, None, None]
_GOOD_ENOUGH = 0.97  # reach: nobody minds whether 98 or 99 of a hundred get through


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeenDays:
    """Single days of some platforms: weeks × days × platforms.

    Attributes:
        is_open: at any time that is recorded.
        silent: open without a call.
        special: of a kind of its own.
        alike: neither silent nor special.
        reach: the chance to reach an agent; nan where nothing is known.
        statistics: weeks × `STATISTICS` × days × platforms.
        noise: variance of these that is due to small numbers.

    """

    is_open: Mask
    silent: Mask
    special: Mask
    alike: Mask
    reach: Floats
    statistics: Floats
    noise: Floats

    def had_they_been_whole(self, week: int, share: Floats) -> tuple[Floats, Floats]:
        """The statistics of the days of a week had each been an ordinary whole day.

        Args:
            week: which one.
            share: calls to be expected on each day over those of an ordinary whole one, days ×
                platforms; 0 where it was closed.

        Returns:
            `STATISTICS` × days × platforms, nan where nothing is known or days are not alike, and
            the variance that is due to small numbers.

        """
        known = self.alike[week] & (share > 0)
        more = np.where(_GROW_WITH_OPEN_TIME, np.log(np.where(known, share, 1.0)), 0.0)
        return np.where(known, self.statistics[week] - more, np.nan), self.noise[week]


def see_days(grid: Grid, sums: Floats, exposure: Floats, flags: Flags, reading: Reach) -> SeenDays:
    """What is seen of the days of some platforms.

    Args:
        grid: on which their cells lie.
        sums: of `affluence.typical_week.history.SUMS`, and of callers after them: weeks × names ×
            places × platforms.
        exposure: weeks × places × platforms.
        flags: kinds of the days, weeks × KINDS × days × platforms.
        reading: how reach is read from the sums.

    """
    *of_names, called = np.moveaxis(grid.by_day(sums), 1, 0)
    of_days = by_name(of_names)
    attempts = of_days["attempts"]
    is_open = grid.by_day(exposure) > 0
    special = (flags[: len(exposure)] & APART[:, None, None]).any(1)
    reach = reading(of_days, of_days)
    # Half a caller more who reached an agent, and half a one who did not (Haldane 1956).
    smoothed = (called * known_or(reach, 0.5) + 0.5) / (called + 1)
    smoothed = smoothed.clip(1 - _GOOD_ENOUGH, _GOOD_ENOUGH)
    statistics = [
        np.log(called + 0.5),
        np.log(attempts + 0.5),
        np.where(np.isfinite(reach), logit(smoothed), np.nan),
    ]
    # Of Poisson counts, and of a binomial share, by the delta method.
    noise = [
        1 / (called + 0.5),
        1 / (attempts + 0.5),
        1 / (called * smoothed * (1 - smoothed) + 0.5),
    ]
    return SeenDays(
        is_open=is_open,
        silent=is_open & (attempts == 0),
        special=special,
        alike=~special & (attempts > 0),
        reach=reach,
        statistics=np.stack(statistics, axis=1),
        noise=np.stack(noise, axis=1),
    )
