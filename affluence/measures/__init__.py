"""CALLS + CAPACITY → SLOTS and companions: what the records tell about each quarter of an hour.

Counts, waits and holding times belong to the slot in which the call arrived, persons to that of
their first attempt; occupancy is spread over every slot that the call overlaps. Nothing is divided
here: rates appear in `affluence.typical_week` and `affluence.indicators` only. In the order in
which data travels; no module imports one that stands below it:

    spans       disjoint bounds, membership, local days
    timeline    what changes besides the calls
    attempts    one row an inbound call, and what is counted of it once
    occupancy   one sweep over all that comes and goes: lines held
    agents      time of agents, busy and on duty
    durations   histograms of waits, talks and holding times
    persons     attempts of one caller on one day: first ones, call intents
    redials     what callers do after a failure
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import polars as pl

from affluence.measures import agents, attempts, durations, occupancy, persons, redials
from affluence.measures.spans import local_days_around, local_midnights
from affluence.measures.timeline import make_timeline, to_us
from affluence.tables import CALLS, CAPACITY, MEASURED, SPANS

VERSION = 3  # part of the hash of a day: raise it when a figure of MEASURED changes meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """SLOTS and its companions (`affluence.tables.MEASURED`), each in order."""

    slots: pl.DataFrame
    durations: pl.DataFrame
    concurrency: pl.DataFrame
    persons: pl.DataFrame
    redials: pl.DataFrame


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
    wrap_up_s: float = 0,
    longest_call_s: int = 6 * 3600,
    platform: str | None = None,
) -> pl.DataFrame:
    """Measure one platform's calls; return SLOTS, one row a slot. See `measure_in_full`."""
    return measure_in_full(
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
    ).slots


def measure_in_full(
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
    wrap_up_s: float = 0,
    longest_call_s: int = 6 * 3600,
    platform: str | None = None,
) -> Measured:
    """Measure one platform's calls; return every slot of ``[start, end)``, in order.

    Args:
        calls: CALLS of one platform, in any order. Give all that overlap ``[start, end)`` or end
            as it begins, their wrap-up included, and whole local days: a caller's attempts are
            followed within the day.
        lines: lines in service, or CAPACITY rows of lines and agents; where rows overlap they add
            up.
        slot_minutes: length of a slot; slots are cut on UTC multiples of it.
        zone: the platform's zone, which says when a day begins.
        opening: SPANS open to the public; None = always open. An attempt that arrives outside
            and is not answered counts as ``closed``.
        recorded: SPANS for which records exist; None = all.
        start: first instant, UTC; by default the local midnight before the first call.
        end: last instant, UTC; by default the local midnight after the last call's arrival.
        refusals_hold_lines: whether the refusal message occupies a line.
        wrap_up_s: work of an agent after a call, seconds.
        longest_call_s: a call without a recorded end holds its line until the records end, at
            most for so long.
        platform: identifier written in the tables; by default the one in ``calls``.

    Raises:
        ValueError: ``calls`` holds several platforms, or is empty and no ``start``, ``end`` or
            ``platform`` is given.

    """
    CALLS.check(calls)
    for spans in (opening, recorded):
        if spans is not None:
            SPANS.check(spans)
    if not isinstance(lines, int):
        CAPACITY.check(lines)
    platform = platform or _only_platform(calls)
    if start is None or end is None:
        first, last = local_days_around(calls, ZoneInfo(zone))
        start, end = start or first, end or last
    every_us = slot_minutes * 60_000_000
    midnights = local_midnights(calls, ZoneInfo(zone))
    timeline = make_timeline(
        lines, platform, opening=opening, recorded=recorded, start=start, end=end, every_us=every_us
    )
    found = attempts.find_attempts(calls.lazy(), opening, midnights=midnights, every_us=every_us)
    holdings = occupancy.find_holdings(
        calls.lazy(),
        refusals_hold_lines=refusals_hold_lines,
        longest_us=longest_call_s * 1_000_000,
        records_end_us=to_us(end) if recorded is None else _end_of(recorded),
    )
    swept = occupancy.sweep(holdings, timeline)
    people = persons.find_persons(found)
    per_slot = [
        occupancy.occupy_slots(swept),
        occupancy.count_holdings(holdings, every_us),
        attempts.count_attempts(found),
        persons.count_first_attempts(people),
        persons.count_unlinked(found, people),
        agents.occupy_agents(holdings, timeline, wrap_up_us=round(wrap_up_s * 1_000_000)),
    ]
    unknown = {"refused_free": pl.lit(None)} if refusals_hold_lines else {}
    if not refusals_hold_lines:
        per_slot.append(occupancy.count_free_refusals(found, swept, timeline))
    companions = {
        "durations": durations.count_durations(found, holdings, opening, every_us),
        "concurrency": occupancy.count_concurrency(swept),
        "persons": persons.count_intents(people),
        "redials": redials.count_redials(people, redials.closings_of_days(midnights, opening)),
    }
    slots = timeline.select("slot").unique(maintain_order=True)
    figures = pl.collect_all([*per_slot, *companions.values()])
    for part in figures[: len(per_slot)]:
        slots = slots.join(part, on="slot", how="left", maintain_order="left")
    is_measured = pl.col("slot").is_between(slots["slot"].min(), slots["slot"].max())
    counted = pl.exclude("agent_us", "agent_open_us")  # null where they are not known
    measured = {"slots": slots.with_columns(counted.fill_null(0), **unknown)}
    for name, figures_of_slots in zip(companions, figures[len(per_slot) :], strict=True):
        measured[name] = figures_of_slots.filter(is_measured)
    return Measured(
        **{name: _finish(name, frame, platform, every_us) for name, frame in measured.items()}
    )


def _finish(name: str, figures: pl.DataFrame, platform: str, every_us: int) -> pl.DataFrame:
    """A table of `MEASURED`: the stages count whole microseconds, the tables hold seconds."""
    table = MEASURED[name]

    def column(name: str) -> pl.Expr:
        in_us = f"{name.removesuffix('_s')}_us"
        return pl.col(in_us) / 1e6 if in_us in figures.columns else pl.col(name)

    known = {
        "platform": pl.lit(platform),
        "slot_start": pl.from_epoch(pl.col("slot") * every_us, "us").dt.replace_time_zone("UTC"),
    }
    return table.check(
        figures.select(
            **{
                name: known.get(name, column(name)).cast(of.dtype)
                for name, of in table.columns.items()
            }
        )
    )


def _end_of(spans: pl.DataFrame) -> int:
    """The latest end of some SPANS, UTC microseconds; the beginning of time without any."""
    latest = spans["end"].to_physical().max()
    return 0 if latest is None else int(latest)  # type: ignore[arg-type]  # Int64


def _only_platform(calls: pl.DataFrame) -> str:
    platforms = calls["platform"].unique().to_list()
    if len(platforms) != 1:
        raise ValueError(f"calls of one platform expected, found {len(platforms)}")
    return str(platforms[0])
