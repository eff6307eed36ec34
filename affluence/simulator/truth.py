"""What really happened, quarter by quarter.

Independent of ``affluence.measures`` on purpose: this is what its figures are judged against.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import polars as pl

from affluence.simulator.days import QUARTER_MS
from affluence.simulator.scenario import QUARTER_MIN
from affluence.simulator.simulation import Simulation
from affluence.simulator.tally import COUNTS

_QUARTER_S = QUARTER_MIN * 60.0


def truth_frame(simulation: Simulation) -> pl.DataFrame:
    """One row a quarter of the period: what the simulator expected, and saw.

    Columns: ``day`` and ``start_min`` (local), ``slot_start`` (UTC), ``open_s``,
    ``expected_first_attempts`` (number expected given the busyness of the day), the counts of
    `affluence.simulator.tally.COUNTS` by quarter of arrival, ``full_s`` (time with all lines
    taken) and ``held_s`` (line-seconds held, calls of every direction).
    """
    tally = simulation.tally
    return _quarters_frame(simulation).with_columns(
        **{name: _by_quarter(simulation, tally.counts[name]) for name in COUNTS},
        full_s=_seconds(_by_quarter(simulation, tally.full_ms)),
        held_s=_seconds(_by_quarter(simulation, tally.held_ms)),
    )


def persons_frame(simulation: Simulation) -> pl.DataFrame:
    """One row a quarter of the period: what became of those who first called in it that day.

    Columns: those of `truth_frame` up to ``expected_first_attempts``; ``persons`` (anonymous ones
    included); of them, ``first_busy`` (first attempt busy), ``reached`` (an agent, sooner or
    later that day) and ``gave_up`` (all others); ``attempts`` that they made that day; and
    ``offered_erlang``, the mean number of lines that ``persons`` would hold were each answered
    once, without waiting.
    """
    counts = {
        name: defaultdict[int, int](int)
        for name in ("persons", "first_busy", "reached", "gave_up", "attempts")
    }
    quarter_of_person: dict[int, int] = {}
    for call in simulation.calls:  # in order of arrival: of a person, the first attempt first
        if call.direction != "inbound":
            continue
        if call.attempt == 1:
            quarter = quarter_of_person[call.person] = (
                call.offered_ms - call.offered_ms % QUARTER_MS
            )
            counts["persons"][quarter] += 1
            counts["first_busy"][quarter] += call.outcome == "busy"
            counts["gave_up"][quarter] += 1  # unless an agent answers
        quarter = quarter_of_person[call.person]
        counts["attempts"][quarter] += 1
        if call.outcome == "answered":  # nobody calls again after that
            counts["reached"][quarter] += 1
            counts["gave_up"][quarter] -= 1
    holding_s = simulation.scenario.handling.mean_holding_s
    return (
        _quarters_frame(simulation)
        .with_columns(**{name: _by_quarter(simulation, count) for name, count in counts.items()})
        .with_columns(offered_erlang=pl.col("persons") * (holding_s / _QUARTER_S))
    )


def _quarters_frame(simulation: Simulation) -> pl.DataFrame:
    """One row a quarter of the period: when it is, and how many people were to be expected."""
    period = simulation.period
    starts_us = pl.Series([quarter.start_ms * 1000 for quarter in period], dtype=pl.Int64)
    return pl.DataFrame(
        {
            "day": [quarter.day for quarter in period],
            "start_min": [quarter.start_min for quarter in period],
            "slot_start": starts_us.cast(pl.Datetime("us", "UTC")),
            "open_s": [0.0 if quarter.agents is None else _QUARTER_S for quarter in period],
            "expected_first_attempts": [
                quarter.first_attempts_per_hour
                * simulation.busyness[quarter.day]
                * (QUARTER_MIN / 60)
                for quarter in period
            ],
        }
    )


def _by_quarter(simulation: Simulation, values: Mapping[int, int]) -> pl.Series:
    """Values by UTC start of their quarter (ms), as a column of all quarters; 0 where none is."""
    return pl.Series([values.get(quarter.start_ms, 0) for quarter in simulation.period])


def _seconds(milliseconds: pl.Series) -> pl.Series:
    # Polars multiplies by 0.001 instead of dividing by 1000: the last bit would be another.
    return pl.Series([value / 1000 for value in milliseconds])
