"""Formulas of telephone traffic: calls refused, waiting, given up and dialled again.

Traffic is in erlang: the mean number of lines or agents that the calls take, or would take if none
were refused. Shares and probabilities are between 0 and 1. Times of waiting are in mean holding
times (``_h``), rates per mean holding time. Every function is pure, takes plain numbers and raises
``ValueError`` for one that makes no sense. Arrays are taken too, element by element, and give
arrays, or record arrays with the fields of the result: all but `agents_for` and `e501_bounds`.
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
from affluence.teletraffic.redialled_queue import RedialledQueue, redialled_mmskm
from affluence.teletraffic.redials import (
    ExtendedErlangB,
    extended_erlang_b,
    extended_lines_for,
    extended_traffic_for,
)
from affluence.teletraffic.retrial_chain import RetrialChain, retrial_chain
from affluence.teletraffic.targets import (
    Staffing,
    TargetError,
    Targets,
    agents_for,
    queue_lines_for,
)
from affluence.teletraffic.uncertain_load import erlang_b_gamma
from affluence.teletraffic.waiting import Queue, erlang_a, erlang_c, mmskm
from affluence.teletraffic.within import Within, erlang_a_within, erlang_c_within, mmskm_within

__all__ = [
    "WELL_CONDITIONED",
    "EquivalentOffered",
    "ExtendedErlangB",
    "NotCarriableError",
    "Queue",
    "RedialledQueue",
    "RetrialChain",
    "Staffing",
    "TargetError",
    "Targets",
    "Within",
    "agents_for",
    "e501_bounds",
    "e501_offered",
    "equivalent_offered",
    "erlang_a",
    "erlang_a_within",
    "erlang_b",
    "erlang_b_gamma",
    "erlang_c",
    "erlang_c_within",
    "extended_erlang_b",
    "extended_lines_for",
    "extended_traffic_for",
    "lines_for",
    "log_erlang_b",
    "mmskm",
    "mmskm_within",
    "queue_lines_for",
    "redialled_mmskm",
    "retrial_chain",
    "traffic_for",
]
