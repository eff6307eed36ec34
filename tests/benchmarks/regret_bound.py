"""How small the regret of the quietest cells can be at all, for whoever has seen but four weeks.

    python -m tests.benchmarks.regret_bound   (four minutes of one core)

The law is that of the desks of `week_models` (`tests.typical_week.simulated`): the logarithms of
the weekdays are normal about a falling line and brought to a standard deviation of 0.15, those of
the rows about two peaks and brought to 0.3; each cell has a normal deviation of 0.15 of its own,
and the level one of 0.03 a week; a day's busyness is Gamma(30, 30), its counts are Poisson, and a
fifth more call on the first day after a closed one.

The first oracle knows this law with all its figures, the counts of the past, and even on which days
of the week to come a fifth more will call. It takes the nine cells of the smallest posterior mean
of rate ÷ sum of the nine smallest rates, and so of the smallest expected regret: on average over
the desks of the law no forecaster has less. The second is not told at what time the peaks are nor
which weekdays are busy, only how far they lie apart, as a program that serves every desk.

The posterior is sampled. Busyness is integrated in closed form, for then the counts of a day are
negative multinomial; all else is a function of standard normals, for which elliptical slices need
neither gradients nor tuning (Murray, Adams and MacKay 2010).

Printed, each with its standard error over the desks: the regret, against the true rates; what is to
be expected of it by the posterior of the first oracle, which varies less; and by how much this is
over half of that of the 4-week mean, desk by desk. What the first oracle expects of its own choice
errs in its favour, since the choice is made by the same samples. Where even so it is over half by
some standard errors, nobody can halve the regret of the 4-week mean.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from affluence.typical_week.baselines import four_week_mean
from affluence.typical_week.cells import Floats
from tests.benchmarks.week_models import OURS, QUIETEST, quietest, regret_of
from tests.typical_week.desks import model_of, of_cells
from tests.typical_week.simulated import (
    AFTER_CLOSURE,
    INTERACTION_DEVIATION,
    ROW_NOISE,
    History,
    shape_of,
    simulate_history,
    usual_rows,
    usual_weekdays,
)
from tests.typical_week.test_backtest import history_of

Places = NDArray[np.int64]

_MEANS, _WEEKS = (2, 8), 4  # first attempts a slot, weeks of history
_NU, _WALK = 30.0, 0.03
_CHAINS = 4  # a desk
_UNHEEDED = 0.2  # share of the samples, until the chains have forgotten where they began
_FOUR_WEEK_MEAN, _ORACLE, _ORACLE_BUT_PEAKS = "4-week mean", "oracle", "oracle but for peaks"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Posterior:
    """What the counts of some desks say of them; the first axis is the chains, some a desk.

    The parameters of a chain are standard normals: of weekdays, rows, cells and levels.
    """

    mean: float  # first attempts a slot
    by_cell: Floats  # chains × weekdays × rows: counts of all weeks
    by_day: Floats  # chains × weeks × weekdays: counts of the day
    effect: Floats  # the same shape: of the day; 0 where closed
    knows_peaks: bool

    def shapes(self, normals: Floats) -> Floats:
        """Chains × weekdays × rows, of mean 1."""
        _, weekdays, rows = self.by_cell.shape
        ends = np.cumsum([weekdays, rows, weekdays * rows])
        weekday, row, cell, _ = np.split(normals, ends, axis=1)
        if self.knows_peaks:
            weekday = usual_weekdays(weekdays) + weekday
            row = usual_rows(rows) + ROW_NOISE * row
        return shape_of(weekday, row, INTERACTION_DEVIATION * cell.reshape(-1, weekdays, rows))

    def log_likelihood(self, normals: Floats, chains: Places) -> Floats:
        """Of the counts of the chains of these numbers, but for a constant."""
        shape = self.mean * self.shapes(normals)
        level = np.cumsum(_WALK * normals[:, -self.by_day.shape[1] :], axis=1)
        by_day, effect = self.by_day[chains], self.effect[chains]
        rate_of_day = np.exp(level)[:, :, None] * effect * shape.sum(2)[:, None]
        likelihood: Floats = (
            (self.by_cell[chains] * np.log(shape)).sum((1, 2))
            + (by_day.sum(2) * level).sum(1)
            - ((by_day + _NU) * np.log1p(rate_of_day / _NU)).sum((1, 2))
        )
        return likelihood

    def mean_ratios(self, coming: Floats, samples: int) -> Floats:
        """Posterior means of rate ÷ sum of the nine smallest rates, chains × cells.

        Args:
            coming: chains × weekdays, effect of the days of the week to come.
            samples: a chain.

        """
        rng = np.random.default_rng(1)
        chains, weekdays, rows = self.by_cell.shape
        parameters = weekdays + rows + weekdays * rows + self.by_day.shape[1]
        normals = rng.standard_normal((chains, parameters))
        likelihood = self.log_likelihood(normals, np.arange(chains))
        ratios = np.zeros((chains, weekdays * rows))
        first = round(_UNHEEDED * samples)
        for sample in range(samples):
            self._move(rng, normals, likelihood)
            if sample >= first:
                rates = (self.shapes(normals) * coming[:, :, None]).reshape(chains, -1)
                smallest = np.partition(rates, QUIETEST, axis=1)[:, :QUIETEST]
                ratios += rates / smallest.sum(1, keepdims=True)
        return ratios / (samples - first)

    def _move(self, rng: np.random.Generator, normals: Floats, likelihood: Floats) -> None:
        """Go to another point of the ellipse through where each chain is and a new draw."""
        chains = len(normals)
        start, aside = normals.copy(), rng.standard_normal(normals.shape)
        least = likelihood - rng.exponential(size=chains)
        angle = rng.uniform(0, 2 * np.pi, chains)
        low, high = angle - 2 * np.pi, angle.copy()
        left = np.arange(chains)
        while left.size:
            turn = angle[left, None]
            there = start[left] * np.cos(turn) + aside[left] * np.sin(turn)
            found = self.log_likelihood(there, left)
            taken = found > least[left]
            normals[left[taken]], likelihood[left[taken]] = there[taken], found[taken]
            left = left[~taken]
            low[left] = np.where(angle[left] < 0, angle[left], low[left])
            high[left] = np.where(angle[left] < 0, high[left], angle[left])
            angle[left] = rng.uniform(low[left], high[left])


def mean_ratios(
    desks: Sequence[History], mean: float, samples: int, *, knows_peaks: bool
) -> Floats:
    """What an oracle says of the week after the first four: desks × cells."""
    counts = np.stack([desk.counts for desk in desks]).repeat(_CHAINS, axis=0)
    after_closure = np.stack([desk.after_closure for desk in desks]).repeat(_CHAINS, axis=0)
    effect = np.where(after_closure, AFTER_CLOSURE, 1.0)
    came, is_open = np.nan_to_num(counts[:, :_WEEKS]), np.isfinite(counts[:, :_WEEKS, :, 0])
    posterior = Posterior(
        mean=mean,
        by_cell=came.sum(1),
        by_day=came.sum(3),
        effect=effect[:, :_WEEKS] * is_open,
        knows_peaks=knows_peaks,
    )
    ratios = posterior.mean_ratios(effect[:, _WEEKS], samples)
    of_desks: Floats = ratios.reshape(len(desks), _CHAINS, -1).mean(1)
    return of_desks


def compare(mean: float, number: int, samples: int) -> None:
    """Print one setting: a line a forecaster."""
    desks = [simulate_history(seed, weeks=_WEEKS, mean=mean) for seed in range(number)]
    pasts = [desk.counts[:_WEEKS] for desk in desks]
    ratios = mean_ratios(desks, mean, samples, knows_peaks=True)
    foretold = {
        _FOUR_WEEK_MEAN: [four_week_mean(past.reshape(_WEEKS, -1), 1)[0] for past in pasts],
        OURS: [_ours(past) for past in pasts],
        _ORACLE_BUT_PEAKS: [*mean_ratios(desks, mean, samples, knows_peaks=False)],
        _ORACLE: [*ratios],
    }
    chosen = {name: [quietest(of_desk) for of_desk in by] for name, by in foretold.items()}
    rates = [desk.rates[_WEEKS].ravel() for desk in desks]
    expected = {
        name: np.array([of_desk[at].sum() - 1 for of_desk, at in zip(ratios, by, strict=True)])
        for name, by in chosen.items()
    }
    print(f"\n{mean} a slot, {_WEEKS} weeks, {number} desks")
    print(f"{'':22}{'regret':>16}{'expected':>16}{'over half':>16}")
    for name, by in chosen.items():
        regrets = [regret_of(at, of_desk) for at, of_desk in zip(by, rates, strict=True)]
        over_half = expected[name] - expected[_FOUR_WEEK_MEAN] / 2
        told = [_with_error(of) for of in (np.array(regrets), expected[name], over_half)]
        print(f"{name:22}{told[0]:>16}{told[1]:>16}{told[2]:>16}", flush=True)


def _ours(past: Floats) -> Floats:
    model = [*model_of(history_of(past)).run()][-1]
    return of_cells(model, model.demand.mean())


def _with_error(of_desks: Floats) -> str:
    error = of_desks.std(ddof=1) / np.sqrt(len(of_desks))
    return f"{of_desks.mean():.1%} ± {error:.1%}"


def main() -> None:
    """Parse the command line, compare."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--desks", type=int, default=120, help="a setting")
    parser.add_argument("--samples", type=int, default=2600, help="a chain, four chains a desk")
    arguments = parser.parse_args()
    for mean in _MEANS:
        compare(mean, arguments.desks, arguments.samples)


if __name__ == "__main__":
    main()
