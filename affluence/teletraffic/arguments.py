"""What the formulas refuse: numbers that make no sense, and traffic that cannot be carried."""

from __future__ import annotations

from math import inf, isfinite
from typing import Literal


class NotCarriableError(ValueError):
    """The lines or agents cannot carry the traffic on average, however much is offered."""

    def __init__(
        self,
        lines: float,
        erlang: float,
        what_it_means: str,
        *,
        carrier: Literal["line", "agent"] = "line",
    ) -> None:
        super().__init__(
            f"{erlang:g} erlang on {lines:g} {carrier}(s) is not possible: each takes one call at"
            f" a time and is free now and then, which makes less than 1 erlang. {what_it_means}"
        )
        self.lines = lines
        self.erlang = erlang


def check_amount(name: str, value: float) -> None:
    """Refuse a number of lines or a traffic that is negative, infinite or not a number."""
    if not (isfinite(value) and value >= 0):
        raise ValueError(f"{name} must be a finite number, 0 or more: {value!r}")


def check_share(name: str, value: float) -> None:
    """Refuse a share or probability that is not between 0 and 1."""
    if not 0 <= value <= 1:
        raise ValueError(f"{name} must be between 0 and 1: {value!r}")


def check_whole(name: str, value: float, *, least: float) -> int:
    """The value as an int; refuse it if it is not a whole number or below the least."""
    if not (isfinite(value) and value == int(value) and value >= least):
        raise ValueError(f"{name} must be a whole number, {least:g} or more: {value!r}")
    return int(value)


def check_lines(lines: float, agents: int) -> float:
    """Refuse a number of lines that is not whole or is below that of agents; it may be infinite."""
    return lines if lines == inf else check_whole("lines", lines, least=agents)
