"""Formulas of telephone traffic: lines, traffic offered, calls refused and calls dialled again.

Traffic is in erlang: the mean number of lines that the calls take, or would take if none were
refused. Shares and probabilities are between 0 and 1. Every function is pure, takes and returns
plain numbers and raises ``ValueError`` for one that makes no sense.
"""

from __future__ import annotations

from affluence.teletraffic.arguments import NotCarriableError
from affluence.teletraffic.lost_calls import erlang_b, lines_for, log_erlang_b, traffic_for
from affluence.teletraffic.offered import (
    WELL_CONDITIONED,
    EquivalentOffered,
    e501_bounds,
    e501_offered,
    equivalent_offered,
)
from affluence.teletraffic.redials import ExtendedErlangB, extended_erlang_b

__all__ = [
    "WELL_CONDITIONED",
    "EquivalentOffered",
    "ExtendedErlangB",
    "NotCarriableError",
    "e501_bounds",
    "e501_offered",
    "equivalent_offered",
    "erlang_b",
    "extended_erlang_b",
    "lines_for",
    "log_erlang_b",
    "traffic_for",
]
