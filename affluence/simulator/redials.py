"""Whether somebody whom nobody answered calls again, and after how long."""

from __future__ import annotations

from random import Random

from affluence.simulator.draws import exponential, uniform
from affluence.simulator.scenario import Callers


def draw_redial_s(rng: Random, callers: Callers, share: float) -> float | None:
    """Seconds until the redial of one of whom ``share`` call again; None for the others."""
    if rng.random() >= share:
        return None
    if callers.mean_redial_s is not None:
        return exponential(rng, callers.mean_redial_s)
    if rng.random() < callers.quick_redial_share:
        return uniform(rng, callers.quick_redial_s)
    return callers.slow_redial_from_s + exponential(rng, callers.mean_slow_redial_beyond_s)
