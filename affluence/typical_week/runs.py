"""Every weekly run as it would have been: what was foretold then, and what was advised."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from affluence.typical_week.advice import Advice, advise
from affluence.typical_week.cells import Floats
from affluence.typical_week.demand import HORIZONS_WEEKS
from affluence.typical_week.effects import Flags
from affluence.typical_week.history import History
from affluence.typical_week.levels import Levels
from affluence.typical_week.model import Model, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """The model after the last week, and what each run had to say (one a week of the history).

    Attributes:
        model: after the last week.
        mean: first attempts foretold, runs × `HORIZONS_WEEKS` × cells; nan before anything is
            known.
        variance: of these forecasts.
        levels: published, runs × cells.
        advice: published.

    """

    model: Model
    mean: Floats
    variance: Floats
    levels: Levels
    advice: tuple[Advice, ...]


def run_every_week(
    history: History, flags: Flags, settings: Settings, *, widened: bool = False
) -> Runs:
    """Run the model week by week.

    Args:
        history: what was seen.
        flags: kinds of its days, and of those of the weeks to come.
        settings: of the model.
        widened: the last advice names twice as many hours.

    """
    shape = (history.weeks, len(HORIZONS_WEEKS), history.cells.count)
    mean, variance = np.full(shape, np.nan), np.full(shape, np.nan)
    levels = np.zeros(shape[::2], dtype=np.int64)
    advice: list[Advice] = []
    model = Model(history, flags, settings)
    for week, after in enumerate(model.run()):
        if after.demand.weeks_learned:
            mean[week], variance[week] = after.foretell_each(HORIZONS_WEEKS)
        low, _, high = after.reach.interval()
        levels[week] = after.levels.levels
        before = advice[-1] if advice else Advice()
        wide = widened and week == history.weeks - 1
        advice.append(advise(history.cells, levels[week], low, high, before=before, widened=wide))
    return Runs(
        model=model,
        mean=mean,
        variance=variance,
        levels=levels,
        advice=tuple(advice),
    )
