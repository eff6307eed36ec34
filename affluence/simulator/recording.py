"""The calls of which the platform leaves a record: all of them happened, not all are written."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from affluence.simulator.call import Call
from affluence.simulator.scenario import Recording


def recorded_calls(calls: Sequence[Call], recording: Recording, rng: Random) -> list[int]:
    """Indices of the calls that have a record, in order."""
    outages_ms = [
        (start.timestamp() * 1000, end.timestamp() * 1000) for start, end in recording.outages
    ]

    def is_lost(call: Call) -> bool:
        if call.outcome == "busy" and not recording.busy_recorded:
            return True
        ended_ms = call.released_ms  # when a platform writes its record
        return ended_ms is not None and any(start <= ended_ms < end for start, end in outages_ms)

    return [
        index
        for index, call in enumerate(calls)
        # One draw a call, whatever else is lost: a greater share loses the same calls and more.
        if rng.random() >= recording.lost_share and not is_lost(call)
    ]
