"""CALLS + CAPACITY → SLOTS: what the records tell about every quarter of an hour, exactly.

Counts and waits belong to the slot in which the call arrived; occupancy is spread over every slot
that the call overlaps. Nothing is divided here: rates appear in `affluence.typical_week` only.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import polars as pl

from affluence.measures.arrivals import count_attempts, count_first_attempts
from affluence.measures.occupancy import capacity_steps, constant_capacity, sweep
from affluence.measures.spans import local_days_around
from affluence.measures.waits import histogram
from affluence.tables import CALLS, CAPACITY, OUTCOMES, SLOTS, SPANS, WAITS

VERSION = 1  # part of the hash of a day: raise it when a figure of SLOTS or WAITS changes meaning


def measure(
    calls: pl.DataFrame,
    lines: int | pl.DataFrame,
    *,
    slot_minutes: int = 15,
    zone: str = "Europe/Paris",
    opening: pl.DataFrame | None = None,
    recorded: pl.DataFrame | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    refusals_hold_lines: bool = False,
    platform: str | None = None,
) -> pl.DataFrame:
    """Measure one platform's calls; return SLOTS with every slot of ``[start, end)``, in order.

    Args:
        calls: CALLS of one platform, in any order. Give all that overlap ``[start, end)``, and
            whole local days: a caller's first attempt is sought within the day.
        lines: lines in service, or CAPACITY rows of kind ``line``; where rows overlap they add up.
        slot_minutes: length of a slot; slots are cut on UTC multiples of it.
        zone: the platform's zone, which says when a day begins.
        opening: SPANS open to the public; None = always open. An attempt that arrives outside
            and is not answered counts as ``closed``.
        recorded: SPANS for which records exist; None = all.
        start: first instant, UTC; by default the local midnight before the first call.
        end: last instant, UTC; by default the local midnight after the last call's arrival.
        refusals_hold_lines: whether the refusal message occupies a line.
        platform: identifier written in the table; by default the one in ``calls``.

    Raises:
        ValueError: ``calls`` holds several platforms, or is empty and no ``start``, ``end`` or
            ``platform`` is given.

    """
    CALLS.check(calls)
    platform = platform or _only_platform(calls)
    if start is None or end is None:
        first, last = local_days_around(calls, ZoneInfo(zone))
        start, end = start or first, end or last
    every_us = slot_minutes * 60_000_000
    if isinstance(lines, int):
        capacity = constant_capacity(lines)
    else:
        capacity = capacity_steps(CAPACITY.check(lines), platform)
    if opening is not None:
        SPANS.check(opening)
    if recorded is not None:
        SPANS.check(recorded)
    occupancy = sweep(
        calls.lazy(),
        capacity,
        opening=opening,
        recorded=recorded,
        start=start,
        end=end,
        every_us=every_us,
        refusals_hold_lines=refusals_hold_lines,
    )
    attempts = count_attempts(calls.lazy(), opening, zone=zone, every_us=every_us)
    counts, firsts, seconds = pl.collect_all(
        [_per_slot(attempts), count_first_attempts(attempts, every_us), occupancy]
    )
    return SLOTS.check(
        seconds.join(counts, on="slot", how="left")
        .join(firsts, on="slot", how="left")
        .sort("slot")
        .select(
            platform=pl.lit(platform),
            slot_start=pl.from_epoch(pl.col("slot") * every_us, "us").dt.replace_time_zone("UTC"),
            **{
                name: _figure(name).fill_null(0).cast(column.dtype)
                for name, column in list(SLOTS.columns.items())[2:]
            },
        )
    )


def measure_waits(
    calls: pl.DataFrame,
    *,
    slot_minutes: int = 15,
    opening: pl.DataFrame | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    platform: str | None = None,
) -> pl.DataFrame:
    """Histogram of waits by slot of arrival: WAITS, non-empty bins only, in order.

    ``answered``: arrival to agent; ``abandoned``: arrival to hang-up. Arguments as in `measure`.
    """
    CALLS.check(calls)
    platform = platform or _only_platform(calls)
    every_us = slot_minutes * 60_000_000
    attempts = count_attempts(calls.lazy(), opening, zone="UTC", every_us=every_us)
    return WAITS.check(
        histogram(attempts, start=start, end=end, every_us=every_us)
        .select(pl.lit(platform).alias("platform"), pl.all())
        .collect()
    )


def _figure(name: str) -> pl.Expr:
    """A column of SLOTS: the stages count whole microseconds, the table holds seconds."""
    return pl.col(f"{name.removesuffix('_s')}_us") / 1e6 if name.endswith("_s") else pl.col(name)


def _only_platform(calls: pl.DataFrame) -> str:
    platforms = calls["platform"].unique().to_list()
    if len(platforms) != 1:
        raise ValueError(f"calls of one platform expected, found {len(platforms)}")
    return str(platforms[0])


def _per_slot(attempts: pl.LazyFrame) -> pl.LazyFrame:
    answered, abandoned = pl.col("outcome") == "answered", pl.col("outcome") == "abandoned"
    offered_us = pl.col("offered_at").to_physical()
    return attempts.group_by("slot").agg(
        attempts=pl.len(),
        **{outcome: (pl.col("outcome") == outcome).sum() for outcome in OUTCOMES},
        anonymous=pl.col("caller").null_count(),
        wait_answered_us=(pl.col("answered_at").to_physical() - offered_us).filter(answered).sum(),
        wait_abandoned_us=(pl.col("released_at").to_physical() - offered_us)
        .filter(abandoned)
        .sum(),
    )
