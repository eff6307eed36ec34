"""What `affluence.measures` must return, computed in the slowest and plainest way.

Written from the definitions and from the meanings of the columns alone: no Polars, no interval
arithmetic, nothing shared with the product. Rows are dictionaries, an instant is an integer number
of microseconds since 1970 in UTC, and every question is answered by looking at each moment, call or
caller in turn:

* `clock` knows instants, local days and opening hours;
* `question` reads the arguments into calls and spans;
* `occupancy` walks through time, and `arrivals`, `durations`, `persons` through the calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import arrivals, durations, occupancy, persons
from .clock import Row
from .occupancy import Walk, piece_by_piece, second_by_second
from .question import read

__all__ = ["Measured", "Rows", "Walk", "measure_in_full", "piece_by_piece", "second_by_second"]

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Measured:
    """Rows of SLOTS and its companions, each in order."""

    slots: Rows
    durations: Rows
    concurrency: Rows
    persons: Rows
    redials: Rows


def measure_in_full(
    calls: Sequence[Row],
    lines: int | Sequence[Row],
    *,
    slot_minutes: int = 15,
    zone: str = "Europe/Paris",
    opening: Sequence[Row] | None = None,
    recorded: Sequence[Row] | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    refusals_hold_lines: bool = False,
    wrap_up_s: float = 0,
    longest_call_s: int = 6 * 3600,
    platform: str | None = None,
    walk: Walk = piece_by_piece,
) -> Measured:
    """All that the product returns for the same arguments."""
    question = read(
        calls,
        lines,
        slot_minutes=slot_minutes,
        zone=zone,
        opening=opening,
        recorded=recorded,
        start=start,
        end=end,
        refusals_hold_lines=refusals_hold_lines,
        wrap_up_s=wrap_up_s,
        longest_call_s=longest_call_s,
        platform=platform,
    )
    seconds = walk(occupancy.surroundings(question), question.slots)
    counts = arrivals.count(question)
    return Measured(
        slots=[
            question.key(slot_start) | counted | timed.row()
            for (slot_start, _), counted, timed in zip(question.slots, counts, seconds, strict=True)
        ],
        durations=durations.histogram(question),
        concurrency=occupancy.concurrency(question, seconds),
        persons=persons.intents(question),
        redials=persons.redials(question),
    )
