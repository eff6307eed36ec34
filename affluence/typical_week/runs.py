"""Every weekly run as it would have been: what was foretold then, and what was advised."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from affluence.typical_week.advice import Advice, advise
from affluence.typical_week.calendar_effects import Flags
from affluence.typical_week.cells import Cells, Floats
from affluence.typical_week.day_variance import HORIZONS_WEEKS
from affluence.typical_week.history import History
from affluence.typical_week.levels import Levels
from affluence.typical_week.model import Model, Settings
from affluence.typical_week.set_aside import SetAside

_Scalar = TypeVar("_Scalar", bound=np.generic)

TOGETHER = 32  # platforms: so many cost few calls of NumPy each, and stay in the cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is known of one platform.

    Attributes:
        history: what was seen.
        flags: kinds of its days, and of those of the weeks to come.
        settings: of the model.

    """

    history: History
    flags: Flags
    settings: Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """The model after the last week, and what each run had to say (one a week of the history).

    Attributes:
        model: after the last week, of this platform and others.
        platform: its position among them.
        mean: first attempts foretold, runs × `HORIZONS_WEEKS` × cells; nan before anything is
            known.
        variance: of these forecasts.
        levels: published, runs × cells.
        advice: published.
        set_aside: days that were not learned, or not wholly.

    """

    model: Model
    platform: int
    mean: Floats
    variance: Floats
    levels: Levels
    advice: tuple[Advice, ...]
    set_aside: tuple[SetAside, ...]

    def of_cells(self, figures: NDArray[_Scalar]) -> NDArray[_Scalar]:
        """Of figures of the model, … × places × platforms, those of the cells of the platform."""
        return self.model.grid.take_up(figures, self.platform)

    def widened(self, cells: Cells) -> Runs:
        """The same with a last advice that names twice as many hours."""
        *before, _ = self.advice
        low, _, high = map(self.of_cells, self.model.reach.interval())
        last = advise(
            cells,
            self.levels[-1],
            low,
            high,
            before=before[-1] if before else Advice(),
            widened=True,
        )
        return replace(self, advice=(*before, last))


def run_platforms(pasts: Sequence[Past]) -> list[Runs]:
    """Run the models of platforms week by week, in their order.

    Those that have as many weeks and the same settings are learned together, which takes a small
    part of the time; what is learned of a platform does not depend on the others.
    """
    alike: dict[object, list[int]] = defaultdict(list)
    for position, past in enumerate(pasts):
        alike[past.history.weeks, len(past.flags), past.settings].append(position)
    found: dict[int, Runs] = {}
    for positions in alike.values():
        for start in range(0, len(positions), TOGETHER):
            together = positions[start : start + TOGETHER]
            found |= zip(
                together, _run_together([pasts[position] for position in together]), strict=True
            )
    return [found[position] for position in range(len(pasts))]


def _run_together(pasts: Sequence[Past]) -> list[Runs]:
    model = Model(
        [past.history for past in pasts], [past.flags for past in pasts], pasts[0].settings
    )
    weeks = pasts[0].history.weeks
    shape = (weeks, len(HORIZONS_WEEKS), *model.grid.is_cell.shape)
    mean, variance = np.full(shape, np.nan), np.full(shape, np.nan)
    levels = np.zeros((weeks, *model.grid.is_cell.shape), dtype=np.int64)
    low, high = np.zeros(levels.shape), np.zeros(levels.shape)
    for week, after in enumerate(model.run()):
        known = after.demand.has_learned
        mean[week], variance[week] = np.where(known, after.foretell(HORIZONS_WEEKS), np.nan)
        levels[week] = after.levels.levels
        low[week], _, high[week] = after.reach.interval()

    def runs_of(platform: int, past: Past) -> Runs:
        of_mean, of_variance, of_levels, of_low, of_high = (
            model.grid.take_up(figures, platform) for figures in (mean, variance, levels, low, high)
        )
        return Runs(
            model=model,
            platform=platform,
            mean=of_mean,
            variance=of_variance,
            levels=of_levels,
            advice=_advise_every_week(past, of_levels, of_low, of_high),
            set_aside=model.set_aside.of(platform, past.history),
        )

    return [runs_of(platform, past) for platform, past in enumerate(pasts)]


def _advise_every_week(past: Past, levels: Levels, low: Floats, high: Floats) -> tuple[Advice, ...]:
    advice: list[Advice] = []
    for week in range(past.history.weeks):
        before = advice[-1] if advice else Advice()
        advice.append(
            advise(past.history.cells, levels[week], low[week], high[week], before=before)
        )
    return tuple(advice)
