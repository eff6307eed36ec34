"""A whole scenario, simulated: the calls, as records would tell them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

import polars as pl

from affluence.simulator.arrivals import Person, draw_arrivals
from affluence.simulator.call import Call
from affluence.simulator.days import Quarter, quarters
from affluence.simulator.desk import Desk
from affluence.simulator.recording import recorded_calls
from affluence.simulator.scenario import Scenario
from affluence.simulator.tally import Tally
from affluence.tables import CALLS


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What happened: calls in order of arrival, the people by index, the simulator's own tally.

    ``recorded`` has the indices of the calls that leave a record.
    """

    scenario: Scenario
    period: Sequence[Quarter]
    persons: Sequence[Person]
    busyness: dict[date, float]
    calls: Sequence[Call]
    tally: Tally
    recorded: Sequence[int]


def simulate(scenario: Scenario, *, seed: int | str) -> Simulation:
    """Simulate every call of the scenario. The same seed gives the same calls, anywhere."""
    period = quarters(scenario)
    arrivals = draw_arrivals(scenario, period, _stream(seed, "arrivals"))
    desk = Desk(scenario, period, arrivals, _stream(seed, "desk"))
    desk.run()
    return Simulation(
        scenario=scenario,
        period=period,
        persons=arrivals.persons,
        busyness=arrivals.busyness,
        calls=desk.calls,
        tally=desk.tally,
        recorded=recorded_calls(desk.calls, scenario.recording, _stream(seed, "recording")),
    )


def calls_frame(simulation: Simulation) -> pl.DataFrame:
    """The calls that leave a record, as a CALLS table.

    ``caller`` and the keys are plain ranks, not hashes.
    """
    platform, persons = simulation.scenario.platform, simulation.persons
    calls = [simulation.calls[index] for index in simulation.recorded]
    columns = {
        "platform": [platform] * len(calls),
        "call_key": list(simulation.recorded),
        "offered_at": _instants([call.offered_ms for call in calls]),
        "picked_up_at": _instants([call.picked_up_ms for call in calls]),
        "queued_at": _instants([call.queued_ms for call in calls]),
        "answered_at": _instants([call.answered_ms for call in calls]),
        "released_at": _instants([call.released_ms for call in calls]),
        "direction": [call.direction for call in calls],
        "outcome": [call.outcome for call in calls],
        "refused_by": [call.refused_by for call in calls],
        "detail": [None] * len(calls),
        "caller": [
            call.person if call.attempt and not persons[call.person].anonymous else None
            for call in calls
        ],
        "line": [None if call.line is None else str(call.line) for call in calls],
        "agent": [call.agent if call.outcome == "answered" else None for call in calls],
        "queue": [None if call.queued_ms is None else platform for call in calls],
        "legs": [1 + len(call.missed) for call in calls],
        "quality": [0] * len(calls),
    }
    return CALLS.check(pl.DataFrame(columns, schema=CALLS.schema))


def _instants(values_ms: list[int | None] | list[int]) -> pl.Series:
    milliseconds = pl.Series(values_ms, dtype=pl.Int64)
    return (milliseconds * 1000).cast(CALLS.schema["offered_at"])


def _stream(seed: int | str, name: str) -> Random:
    # Seeded by text, which Python hashes with SHA-512: streams of one seed are unrelated.
    return Random(f"{seed} {name}")
