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
from affluence.simulator.scenario import Scenario
from affluence.simulator.tally import Tally
from affluence.tables import CALLS


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What happened: calls in order of arrival, the people by index, the simulator's own tally."""

    scenario: Scenario
    period: Sequence[Quarter]
    persons: Sequence[Person]
    busyness: dict[date, float]
    calls: Sequence[Call]
    tally: Tally


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
    )


def calls_frame(simulation: Simulation) -> pl.DataFrame:
    """The calls as a CALLS table. ``caller`` and the keys are plain ranks, not hashes."""
    calls, persons = simulation.calls, simulation.persons
    inbound = [call.direction == "inbound" for call in calls]
    queued = [
        into and call.line is not None and call.outcome != "closed"
        for into, call in zip(inbound, calls, strict=True)
    ]
    columns = {
        "platform": [simulation.scenario.platform] * len(calls),
        "call_key": list(range(len(calls))),
        "offered_at": _instants([call.offered_ms for call in calls]),
        "picked_up_at": _instants(
            [call.offered_ms if call.outcome == "closed" else call.answered_ms for call in calls]
        ),
        "queued_at": _instants(
            [call.offered_ms if waits else None for waits, call in zip(queued, calls, strict=True)]
        ),
        "answered_at": _instants([call.answered_ms for call in calls]),
        "released_at": _instants([call.released_ms for call in calls]),
        "direction": [call.direction for call in calls],
        "outcome": [call.outcome for call in calls],
        "refused_by": ["lines" if call.outcome == "busy" else None for call in calls],
        "detail": [None] * len(calls),
        "caller": [
            call.person if into and not persons[call.person].anonymous else None
            for into, call in zip(inbound, calls, strict=True)
        ],
        "line": [None if call.line is None else str(call.line) for call in calls],
        "agent": [call.agent if call.outcome == "answered" else None for call in calls],
        "queue": [simulation.scenario.platform if waits else None for waits in queued],
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
