"""The simulator beside Ciw and beside the exact formulas (extra `bench`).

    python -m tests.benchmarks.simulator_beside_ciw [--days 20]

Queues that both can simulate: without a place to wait, with places without end, with a few places
and callers who give up; each at several loads. Both simulate the same number of days, one after the
other, each day with its own seed, of which the first two hours and the last one are left out. The
exact values are those of `affluence.teletraffic`. Errors are standard errors over the days; a ``!``
marks a difference of more than four, and the program then ends with 1.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import hypot, inf, sqrt
from statistics import fmean, stdev

import ciw

from affluence.simulator.simulation import simulate
from affluence.teletraffic import mmskm
from tests.simulator.steady_desk import PATIENT, TALK_S, UNLIMITED_LINES, figures, steady_desk

_DAY_S, _FROM_S, _TO_S = 24 * 3600.0, 2 * 3600.0, 23 * 3600.0
_MOST_ERRORS = 4.0
_SHOWN = {
    "blocked": "refused",
    "waited": "wait",
    "abandoned": "give up",
    "mean_wait_s": "mean wait",
}

Figures = dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A queue; ``patience`` is in mean talks, None where nobody gives up."""

    agents: int
    lines: float
    traffic_erlang: float
    patience: float | None = None

    @property
    def words(self) -> str:
        """Its name in Kendall's notation, and its load."""
        lines = "" if self.lines == inf else f"/{self.lines:.0f}"
        gives_up = "" if self.patience is None else "+M"
        return f"M/M/{self.agents}{lines}{gives_up}, {self.traffic_erlang:g} erlang"


CASES = (
    *(Case(agents=8, lines=8, traffic_erlang=load) for load in (4.0, 8.0, 12.0)),
    *(Case(agents=6, lines=inf, traffic_erlang=load) for load in (3.0, 4.5, 5.1)),
    *(Case(agents=6, lines=10, traffic_erlang=load, patience=1.0) for load in (4.0, 6.0, 9.0)),
)


def exact(case: Case) -> Figures:
    """What the formulas say."""
    abandonment = 0.0 if case.patience is None else 1 / case.patience
    queue = mmskm(case.agents, case.lines, case.traffic_erlang, abandonment)
    return {
        "blocked": queue.p_blocked,
        "waited": queue.p_wait,
        "abandoned": queue.p_abandon,
        "mean_wait_s": queue.mean_wait_h * TALK_S,
    }


def day_of_ours(case: Case, seed: int) -> tuple[Figures, int]:
    """A simulated day: its figures, and how many calls there were."""
    callers = PATIENT
    if case.patience is not None:
        callers = replace(PATIENT, mean_patience_s=case.patience * TALK_S)
    desk = steady_desk(
        agents=case.agents,
        lines=UNLIMITED_LINES if case.lines == inf else int(case.lines),
        traffic_erlang=case.traffic_erlang,
        callers=callers,
    )
    found = simulate(desk, seed=seed)
    return figures(found), len(found.calls)


def day_of_ciw(case: Case, seed: int) -> tuple[Figures, int]:
    """The same by Ciw."""
    patience_s = None if case.patience is None else case.patience * TALK_S
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=case.traffic_erlang / TALK_S)],
        service_distributions=[ciw.dists.Exponential(rate=1 / TALK_S)],
        reneging_time_distributions=[patience_s and ciw.dists.Exponential(rate=1 / patience_s)],
        number_of_servers=[case.agents],
        queue_capacities=[inf if case.lines == inf else int(case.lines) - case.agents],
    )
    ciw.seed(seed)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(_DAY_S)
    records = simulation.get_all_records()
    calls = [record for record in records if _FROM_S <= record.arrival_date < _TO_S]
    kinds = Counter(record.record_type for record in calls)
    waits_s = [r.waiting_time for r in calls if r.record_type != "rejection"]
    found = {
        "blocked": kinds["rejection"] / len(calls),
        "waited": sum(wait_s > 0 for wait_s in waits_s) / len(calls),
        "abandoned": kinds["renege"] / len(calls),
        "mean_wait_s": fmean(waits_s),
    }
    return found, len(records)


@dataclass(kw_only=True)
class Contender:
    """What one simulator has found on one queue so far."""

    days: list[Figures]
    calls: int = 0
    spent_s: float = 0.0

    def most(self, name: str) -> float:
        """The largest value of a figure on any day."""
        return max(day[name] for day in self.days)

    def mean_and_error(self, name: str) -> tuple[float, float]:
        """Mean of a figure over the days and its standard error."""
        of_days = [day[name] for day in self.days]
        return fmean(of_days), stdev(of_days) / sqrt(len(of_days))


def compare(case: Case, days: int) -> tuple[Contender, Contender]:
    """Let both simulate, in turn."""
    both = Contender(days=[]), Contender(days=[])
    for seed in range(days):
        for contender, day in zip(both, (day_of_ours, day_of_ciw), strict=True):
            begin = time.process_time()
            found, calls = day(case, seed)
            contender.spent_s += time.process_time() - begin
            contender.days.append(found)
            contender.calls += calls
    return both


def differences(ours: Contender, theirs: Contender, name: str, value: float) -> Iterator[str]:
    """Which of the three are further apart than chance has it."""
    (a, error_a), (b, error_b) = ours.mean_and_error(name), theirs.mean_and_error(name)
    for words, difference, error in (
        ("affluence, exact", a - value, error_a),
        ("Ciw, exact", b - value, error_b),
        ("affluence, Ciw", a - b, hypot(error_a, error_b)),
    ):
        if abs(difference) > _MOST_ERRORS * error + 1e-12:
            yield words


def main() -> None:
    """Print a line a figure, and the speed of both."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--days", type=int, default=20)
    days = options.parse_args().days
    apart = 0
    calls, spent_s = [0, 0], [0.0, 0.0]
    print(f"{'':24}{'':10}{'exact':>9}{'affluence':>20}{'Ciw':>20}")
    for case in CASES:
        ours, theirs = compare(case, days)
        for number, contender in enumerate((ours, theirs)):
            calls[number] += contender.calls
            spent_s[number] += contender.spent_s
        for name, value in exact(case).items():
            if value == 0 == ours.most(name) == theirs.most(name):
                continue  # nobody waits or gives up, as must be
            found = list(differences(ours, theirs, name, value))
            apart += len(found)
            said = "".join(
                f"{mean:>11.4f} ± {error:.4f}"
                for mean, error in (ours.mean_and_error(name), theirs.mean_and_error(name))
            )
            mark = f"  ! {'; '.join(found)}" if found else ""
            print(f"{case.words:24}{_SHOWN[name]:10}{value:9.4f}{said}{mark}", flush=True)
    for name, count, spent in zip(("affluence", "Ciw"), calls, spent_s, strict=True):
        speed = count / spent
        print(f"{name}: {count:,} calls, simulated and summed up {speed:,.0f} a processor second")
    if apart:
        sys.exit(f"{apart} differences beyond {_MOST_ERRORS:g} standard errors")


if __name__ == "__main__":
    main()
