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
def calls(simulation: Simulation) -> pl.DataFrame:
    return calls_frame(simulation)
