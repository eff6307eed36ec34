"""The basic measures alone: attempts by outcome, waits, seconds held and full, peak, per slot.

What `affluence.measures.measure_in_full` begins with, put together from the same parts.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

SLOT_US = 15 * 60_000_000


def measure_basics(
    calls: Any,
    lines: Any,
    *,
    zone: str,
    opening: Any,
    start: datetime,
    end: datetime,
    platform: str,
) -> Any:
    """Frame of ``slot`` (UTC microseconds // `SLOT_US`), counts, and seconds as microseconds."""
    from affluence.measures.attempts import count_attempts, find_attempts
    from affluence.measures.occupancy import find_holdings, occupy_slots, sweep
    from affluence.measures.spans import local_midnights
    from affluence.measures.timeline import make_timeline, to_us

    timeline = make_timeline(
        lines, platform, opening=opening, recorded=None, start=start, end=end, every_us=SLOT_US
    )
    midnights = local_midnights(calls, ZoneInfo(zone))
    attempts = find_attempts(calls.lazy(), opening, midnights=midnights, every_us=SLOT_US)
    holdings = find_holdings(
        calls.lazy(), refusals_hold_lines=False, longest_us=10**11, records_end_us=to_us(end)
    )
    occupied = occupy_slots(sweep(holdings, timeline))
    return (
        occupied.join(count_attempts(attempts), on="slot", how="left")
        .fill_null(0)
        .sort("slot")
        .collect()
    )
