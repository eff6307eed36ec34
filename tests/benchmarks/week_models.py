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
from collections.abc import Mapping

import numpy as np

from affluence.typical_week.backtest import BASELINES, Forecaster, backtest
from affluence.typical_week.cells import Floats
from affluence.typical_week.counts import poisson_deviance, score
from affluence.typical_week.forecast import forecast_table
from affluence.typical_week.history import History
from affluence.typical_week.runs import Runs, run_every_week
from tests.typical_week.desks import model_of, no_flags
from tests.typical_week.simulated import simulate_history
from tests.typical_week.slots import HOURS
from tests.typical_week.test_backtest import SETTINGS, history_of

_MEANS, _WEEKS = (2, 8, 30), (4, 12, 52)
_QUIETEST = 9
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
        foretold = {OURS: np.tile(model.demand.mean(), (4, 1))}
        foretold |= {name: one(counts[:weeks], 4) for name, one in others.items()}
        known = np.isfinite(counts[weeks:]) & np.all([np.isfinite(m) for m in foretold.values()], 0)
        if not known.any():
            continue
        for name, expected in foretold.items():
            found[name].append(_errors(expected, counts[weeks:], rates[weeks:], known))
        variance = np.stack([model.foretell(horizon)[1] for horizon in (1, 2, 3, 4)])
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
    quietest = np.argsort(expected[0], kind="stable")[:_QUIETEST]
    regret = rates[0, quietest].sum() / np.sort(rates[0])[:_QUIETEST].sum() - 1
    return float(wape), float(deviance), float(regret)


def _coverage(
    expected: Floats, variance: Floats, came: Floats, known: Floats
) -> tuple[float, float]:
    law = score(expected[known], variance[known], came[known], (0.1, 0.9))
    low, high = law.quantiles
    chance = law.below + np.random.default_rng(1).random(known.sum()) * (law.up_to - law.below)
    raw = ((low <= came[known]) & (came[known] <= high)).mean()
    return float(raw), float(((chance > 0.1) & (chance < 0.9)).mean())


def time_platforms(platforms: int, weeks: int = 260) -> None:
    """Print how long five years of so many platforms of fifty cells take."""
    histories = [
        history_of(simulate_history(seed, weeks=weeks - 4, rows=10).counts)
        for seed in range(platforms)
    ]
    seconds: dict[str, float] = {"fit": 0.0, "forecast": 0.0, "backtest": 0.0}
    for history in histories:
        began = time.perf_counter()
        runs = _run(history)
        fitted = time.perf_counter()
        forecast_table("desk", history, runs.model, no_flags(history), HOURS)
        foretold = time.perf_counter()
        backtest(runs, history)
        graded = time.perf_counter()
        seconds["fit"] += fitted - began
        seconds["forecast"] += foretold - fitted
        seconds["backtest"] += graded - foretold
    told = ", ".join(f"{what} {taken:.1f} s" for what, taken in seconds.items())
    total = sum(seconds.values())
    print(f"{platforms:>4} platforms: {told}; {total / platforms:.2f} s a platform")


def _run(history: History) -> Runs:
    return run_every_week(history, no_flags(history), SETTINGS)


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
    for platforms in arguments.platforms:
        time_platforms(platforms)


if __name__ == "__main__":
    main()
