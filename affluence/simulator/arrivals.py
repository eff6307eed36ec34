"""Who calls for the first time, and when: known before anything happens at the desk.

Drawn from a stream of its own, so that the same seed brings the same people to a desk of more
lines or agents.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from random import Random
from typing import NamedTuple

from affluence.simulator.days import QUARTER_MS, Quarter
from affluence.simulator.draws import exponential, gamma_of_mean_one
from affluence.simulator.fictional_numbers import draw_number
from affluence.simulator.scenario import Scenario

_HOUR_MS = 3_600_000


class Person(NamedTuple):
    """Somebody outside, for one day, which ends at ``until_ms``."""

    number: str
    anonymous: bool
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """People by index; who calls first when, and whom the agents wish to call when (ms, index)."""

    persons: Sequence[Person]
    inbound: Sequence[tuple[int, int]]
    outbound: Sequence[tuple[int, int]]
    busyness: dict[date, float]


def draw_arrivals(scenario: Scenario, period: Sequence[Quarter], rng: Random) -> Arrivals:
    """Draw the people of every day. Nobody shares a number with another person of the day."""
    persons: list[Person] = []
    inbound: list[tuple[int, int]] = []
    outbound: list[tuple[int, int]] = []
    busyness = {}
    for day, quarters_of_day in groupby(period, key=attrgetter("day")):
        day_quarters = list(quarters_of_day)
        until_ms = day_quarters[-1].start_ms + QUARTER_MS
        taken = {scenario.service_number}
        shape = scenario.day_busyness_shape
        busyness[day] = 1.0 if shape is None else gamma_of_mean_one(rng, shape)
        for quarter in day_quarters:
            for at_ms in _poisson(quarter, quarter.first_attempts_per_hour * busyness[day], rng):
                anonymous = rng.random() < scenario.callers.anonymous_share
                inbound.append((at_ms, len(persons)))
                persons.append(Person(draw_number(rng, taken), anonymous, until_ms))
            wished = 0.0 if quarter.agents is None else scenario.handling.outbound_per_hour
            for at_ms in _poisson(quarter, wished, rng):
                outbound.append((at_ms, len(persons)))
                number = draw_number(rng, taken)
                persons.append(Person(number, anonymous=False, until_ms=until_ms))
    return Arrivals(persons=persons, inbound=inbound, outbound=outbound, busyness=busyness)


def _poisson(quarter: Quarter, per_hour: float, rng: Random) -> Iterator[int]:
    """Instants (ms) of a Poisson process over one quarter."""
    if not per_hour:
        return
    mean_gap_ms = _HOUR_MS / per_hour
    after_ms = exponential(rng, mean_gap_ms)
    while after_ms < QUARTER_MS:
        yield quarter.start_ms + int(after_ms)
        after_ms += exponential(rng, mean_gap_ms)
