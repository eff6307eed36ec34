"""Shares that are shown and that no level rests on: lines taken, lines held, waits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from affluence.typical_week.cells import Cells, Floats, Mask
from affluence.typical_week.grid import Grid
from affluence.typical_week.reach import part_of_whole
from affluence.typical_week.shares import Shares, Sums

# Of open time with all lines taken, of line-seconds in service that are held, and the mean wait of
# the answered as a share of the longest that is told apart; with the clustering that is usual.
SHOWN = {"busy_line_rate": 1.5, "occupancy_rate": 1.5, "wait": 0.05}
LONGEST_WAIT_S = 3600.0

# A group of lines forgets how busy it was: what it shows in a time T varies as if it had been
# looked at T ÷ 2h times, h being the mean holding time (Iversen, measurements; here five minutes).
_MEMORY_S = 600.0
_GRADED_EVERY_WEEKS = 4  # they are asked for at the end only


class ShownShares:
    """The model of `SHOWN` for some platforms: one of shares, each as of further platforms."""

    def __init__(self, cells: Sequence[Cells]) -> None:
        """For platforms with these cells."""
        self._platforms = len(cells)
        self._shares = Shares(
            Grid([*cells] * len(SHOWN)),
            ("part", "whole"),
            part_of_whole,
            usual_clustering=np.repeat(list(SHOWN.values()), len(cells)),
            graded_every_weeks=_GRADED_EVERY_WEEKS,
        )

    def learn(self, sums: Sums) -> None:
        """Learn one week; sums are places × platforms."""
        open_s, line_open_s, waits = sums["open_s"], sums["line_open_s"], sums["waits"]
        of_open, of_lines = open_s / _MEMORY_S, line_open_s > 0
        parts = (sums["full_open_s"], sums["held_open_s"], sums["wait_answered_s"])
        wholes = (open_s, line_open_s, LONGEST_WAIT_S * waits)
        self._shares.learn(
            {"part": np.concatenate(parts, axis=1), "whole": np.concatenate(wholes, axis=1)},
            np.concatenate([of_open, of_open * of_lines, waits], axis=1),
        )

    def interval(self, name: str) -> tuple[Mask, Floats]:
        """One of `SHOWN`: where it is known, and its interval, three × places × platforms.

        That is lower end of the 80 % interval, share, and upper end.
        """
        first = list(SHOWN).index(name) * self._platforms
        platforms = slice(first, first + self._platforms)
        return self._shares.known[:, platforms], np.array(self._shares.interval())[..., platforms]
