"""The typical week beside plain means and a library, on desks of known rates; and its speed.

    python -m tests.benchmarks.week_models --desks 40
    python -m tests.benchmarks.week_models --desks 10 --library   (extra `forecasts`)
    python -m tests.benchmarks.week_models --platforms 1 10 100 --desks 0

For every setting (first attempts a slot, weeks of history) many desks are simulated, with a drift
of 3 % a week and closed days, and the four weeks that follow are foretold. Errors are taken against
the true rates, the deviance against the counts; regret is by how much more people call in the nine
cells that are foretold as quietest than in the truly quietest nine.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from affluence.typical_week.backtest import backtest
from affluence.typical_week.baselines import BASELINES, Forecaster
from affluence.typical_week.cells import Floats
from affluence.typical_week.forecast import forecast_table
from affluence.typical_week.history import History
from affluence.typical_week.negative_binomial import poisson_deviance, score
from affluence.typical_week.runs import Past, run_platforms
from tests.typical_week.desks import model_of, no_flags, of_cells
from tests.typical_week.simulated import simulate_history
from tests.typical_week.slots import HOURS
from tests.typical_week.test_backtest import SETTINGS, history_of

_MEANS, _WEEKS = (2, 8, 30), (4, 12, 52)
QUIETEST = 9
_LEAST_MEAN = 0.05
OURS = "affluence"


def compare(mean: float, weeks: int, desks: int, others: Mapping[str, Forecaster]) -> None:
    """Print one setting: a line a forecaster."""
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in (OURS, *others)}
    covered = []
    for seed in range(desks):
        desk = simulate_history(seed, weeks=weeks, mean=mean)
        counts, rates = (of.reshape(len(of), -1) for of in (desk.counts, desk.rates))
        history = history_of(desk.counts[:weeks])
        model = [*model_of(history).run()][-1]
        foretold = {OURS: np.tile(of_cells(model, model.demand.mean()), (4, 1))}
        foretold |= {name: one(counts[:weeks], 4) for name, one in others.items()}
        known = np.isfinite(counts[weeks:]) & np.all([np.isfinite(m) for m in foretold.values()], 0)
        if not known.any():
            continue
        for name, expected in foretold.items():
            found[name].append(_errors(expected, counts[weeks:], rates[weeks:], known))
        variance = of_cells(model, model.foretell([1, 2, 3, 4])[1])
        covered.append(_coverage(foretold[OURS], variance, counts[weeks:], known))
    raw, drawn = np.mean(covered, axis=0)
    print(f"\n{mean} a slot, {weeks} weeks; 80 % interval: {raw:.1%} raw, {drawn:.1%} PIT")
    print(f"{'':20}{'WAPE':>8}{'deviance':>10}{'regret':>8}")
    for name, errors in found.items():
        wape, deviance, regret = np.mean(errors, axis=0)
        print(f"{name:20}{wape:>8.3f}{deviance:>10.3f}{regret:>8.1%}")


def _errors(
    expected: Floats, came: Floats, rates: Floats, known: Floats
) -> tuple[float, float, float]:
    expected = np.maximum(expected, _LEAST_MEAN)
    wape = np.abs(expected - rates)[known].sum() / rates[known].sum()
    deviance = poisson_deviance(expected[known], came[known]).mean()
    return float(wape), float(deviance), regret_of(quietest(expected[0]), rates[0])


def quietest(expected: Floats) -> NDArray[np.int64]:
    """The nine cells that are foretold as quietest."""
    return np.argsort(expected, kind="stable")[:QUIETEST]


def regret_of(cells: NDArray[np.int64], rates: Floats) -> float:
    """By how much more people call in these cells than in the truly quietest."""
    return float(rates[cells].sum() / np.sort(rates)[:QUIETEST].sum() - 1)


def _coverage(
    expected: Floats, variance: Floats, came: Floats, known: Floats
) -> tuple[float, float]:
    law = score(expected[known], variance[known], came[known], (0.1, 0.9))
    low, high = law.quantiles
    chance = law.below + np.random.default_rng(1).random(known.sum()) * (law.up_to - law.below)
    raw = ((low <= came[known]) & (came[known] <= high)).mean()
    return float(raw), float(((chance > 0.1) & (chance < 0.9)).mean())


def time_platforms(numbers: Sequence[int], weeks: int = 260) -> None:
    """Print how many seconds of the processor five years of platforms of fifty cells take."""
    print(
        f"{'platforms':>9}{'fit':>10}{'forecast':>10}{'backtest':>10}{'all':>10}{'a platform':>12}"
    )
    for platforms in numbers:
        histories = [
            history_of(simulate_history(seed, weeks=weeks - 4, rows=10).counts)
            for seed in range(platforms)
        ]
        times = [time.process_time()]
        learned = run_platforms([past_of(history) for history in histories])
        times.append(time.process_time())
        for history, runs in zip(histories, learned, strict=True):
            forecast_table("desk", history, runs, no_flags(history), HOURS)
        times.append(time.process_time())
        for history, runs in zip(histories, learned, strict=True):
            backtest(runs, history)
        times.append(time.process_time())
        whole = times[-1] - times[0]
        spent = [later - earlier for earlier, later in pairwise(times)]
        told = "".join(f"{seconds:>8.1f} s" for seconds in (*spent, whole))
        print(f"{platforms:>9}{told}{whole / platforms:>10.2f} s")


def past_of(history: History) -> Past:
    """Of days of no particular kind."""
    return Past(history=history, flags=no_flags(history), settings=SETTINGS)


def main() -> None:
    """Parse the command line, compare, time."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--desks", type=int, default=40, help="a setting; 0 for none")
    parser.add_argument(
        "--library", dest="beside_models", action="store_true", help="models of statsforecast too"
    )
    parser.add_argument("--platforms", type=int, nargs="*", default=[])
    arguments = parser.parse_args()
    others = dict(BASELINES)
    if arguments.beside_models:
        from affluence.library_models import MODELS

        others |= MODELS
    if arguments.desks:
        for mean in _MEANS:
            for weeks in _WEEKS:
                usable = {
                    name: one for name, one in others.items() if weeks > 4 or name != "AutoETS"
                }
                compare(mean, weeks, arguments.desks, usable)
    if arguments.platforms:
        time_platforms(arguments.platforms)


if __name__ == "__main__":
    main()
