"""What the formulas refuse: numbers that make no sense, and traffic that cannot be carried."""

from __future__ import annotations

from math import isfinite


class NotCarriableError(ValueError):
    """The lines cannot carry the traffic on average, however much is offered."""

    def __init__(self, lines: float, erlang: float, what_it_means: str) -> None:
        super().__init__(
            f"{erlang:g} erlang on {lines:g} line(s) is not possible: a line carries one call at a"
            f" time and is free now and then, which makes less than 1 erlang each. {what_it_means}"
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
