"""Erlang B to 40 digits, from its definitions and not from the recurrence that is under test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mpmath import mp, mpf

mp.dps = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class LossSystem:
    """What the states 0 ... N of Poisson arrivals on N lines give."""

    blocking: Any
    carried_erlang: Any
    slope: Any  # of the carried over the offered traffic: variance of the calls in progress / A


def loss_system(lines: int, traffic_erlang: float) -> LossSystem:
    """Sums over all states, from N calls in progress down: A^n/n! over A^N/N!, exactly."""
    traffic = mpf(traffic_erlang)
    weight = total = mpf(1)
    free = free_squared = mpf(0)
    for number in range(1, lines + 1):
        weight *= (lines - number + 1) / traffic
        total += weight
        free += number * weight
        free_squared += number * number * weight
    variance = free_squared / total - (free / total) ** 2
    return LossSystem(
        blocking=1 / total, carried_erlang=lines - free / total, slope=variance / traffic
    )


def blocking_of_real_lines(lines: float, traffic_erlang: float) -> Any:
    """A^x e^-A / Γ(x+1, A)."""
    number, traffic = mpf(lines), mpf(traffic_erlang)
    return traffic**number * mp.exp(-traffic) / mp.gammainc(number + 1, traffic)
