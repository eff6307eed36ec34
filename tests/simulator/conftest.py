"""Two weeks of the demonstration: a closed Thursday, and the clocks go back on the last day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from affluence.simulator.demonstration import demonstration
from affluence.simulator.scenario import Scenario
from affluence.simulator.simulation import Simulation, calls_frame, simulate


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    return replace(demonstration(), first_day=date(2026, 10, 12), last_day=date(2026, 10, 25))


@pytest.fixture(scope="session")
def simulation(scenario: Scenario) -> Simulation:
    return simulate(scenario, seed=1)


@pytest.fixture(scope="session")
def a_day(scenario: Scenario) -> Simulation:
    """The first day, a Monday, with a queue that gives callers up after three minutes."""
    handling = replace(scenario.handling, queue_timeout_s=180.0)
    return simulate(replace(scenario, last_day=scenario.first_day, handling=handling), seed=1)


@pytest.fixture(scope="session")
def calls(simulation: Simulation) -> pl.DataFrame:
    return calls_frame(simulation)


@pytest.fixture(scope="session")
def crowded() -> Simulation:
    """Three days of a desk that greets, and refuses by lines, by a full queue and by rule.

    With 6 agents the places are taken before the rule holds; with the 5 of Wednesday, after.
    """
    desk = demonstration()
    handling = replace(
        desk.handling,
        greeting_s=20.0,
        waiting_places=5,
        refused_beyond_wait_s=320.0,
        queue_timeout_s=180.0,
    )
    first_day, last_day = date(2026, 10, 12), date(2026, 10, 14)
    return simulate(
        replace(desk, first_day=first_day, last_day=last_day, lines=13, handling=handling), seed=1
    )
