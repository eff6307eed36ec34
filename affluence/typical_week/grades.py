"""What forecasts were worth: their errors and scores, and how calm the table has been."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

OURS = "affluence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Of the means that one way foretold for the first attempts of a cell one to four weeks ahead.

    Attributes:
        forecasts: how many counts were foretold.
        poisson_deviance: mean; the lower the better.
        wape: sum of the absolute errors over the sum of the counts.

    """

    forecasts: int
    poisson_deviance: float
    wape: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores(Errors):
    """Of one way to foretell these counts, with how far each may lie from its mean.

    Attributes:
        crps: mean continuous ranked probability score (Gneiting and Raftery 2007), calls; the lower
            the better.
        mase: mean absolute error over that of the seasonal naive forecast in the same places, which
            are out of sample (Hyndman and Koehler 2006, who take the scale in sample).
        coverage: share of the counts within the 80 % interval.
        pit_coverage: the same with the steps of the counts drawn apart (randomised probability
            integral transform; Czado, Gneiting and Held 2009): 0.8 for a forecast that knows how
            sure it is.
        hit_rate: share of the fifth of the cells that were foretold as quietest which were.
        regret: by how much more people called in these cells than in the quietest, as a share.

    """

    crps: float
    mase: float
    coverage: float
    pit_coverage: float
    hit_rate: float
    regret: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stability:
    """How calm the published table has been.

    Attributes:
        runs: weekly runs that were compared with the one before.
        levels_changed: share of the levels that changed from a week to the next.
        advice_changed: share of the recommended cells that had not been recommended the week
            before.

    """

    runs: int
    levels_changed: float
    advice_changed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """Scores by the name of the forecaster, ours as `OURS`, and the calm of the table.

    ``half_lives_weeks`` are those of level and shape that have foretold best on this platform.
    """

    scores: Mapping[str, Scores]
    stability: Stability | None
    half_lives_weeks: tuple[float, float]

    @property
    def is_best(self) -> bool:
        """Whether ours has a lower Poisson deviance than every other."""
        return is_best(self.scores)


def is_best(errors: Mapping[str, Errors]) -> bool:
    """Whether our forecasts have a lower Poisson deviance than every other."""
    ours = errors.get(OURS)
    others = [error for name, error in errors.items() if name != OURS]
    return ours is not None and all(
        ours.poisson_deviance < other.poisson_deviance for other in others
    )
