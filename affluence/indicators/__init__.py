"""SLOTS and companions of a period → indicators: official figures beside what callers lived.

It speaks French: the words of an official indicator are its definition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from affluence.indicators.durations import durations_of
from affluence.indicators.histogram import histogram_of
from affluence.indicators.lines_and_agents import of_agents, of_lines, simultaneous_calls
from affluence.indicators.official import Readings, official, other_readings
from affluence.indicators.persons import (
    Demand,
    Intents,
    Redial,
    count_intents,
    estimate_demand,
    first_call_gets_a_line,
    follow_redials,
    persons_who_reached_an_agent,
    redial_curve,
    valley_s,
)
from affluence.indicators.ratio import LeftOut, Ratio
from affluence.indicators.totals import Totals, add_up
from affluence.indicators.traffic import BusyHour, Offered, estimate_offered, find_busy_hour
from affluence.indicators.waits import Waits, measure_waits
from affluence.tables import MEASURED, OUTCOMES, REFUSED_BY


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicators:
    """Everything that is said of one platform over some local days."""

    first: date
    last: date
    days_open: int
    days_open_without_records: int
    outcomes: Mapping[str, int]  # of all attempts on record: adds up to them
    refusals_recorded: bool  # False: refused calls, or those for want of a line, leave no record
    refused_by: Mapping[str, int | None]
    official: tuple[Ratio, ...]
    other_readings: tuple[Ratio, ...]
    lived: tuple[Ratio, ...]
    lines: tuple[Ratio, ...]
    agents: Ratio
    simultaneous: Mapping[int, float]  # share of open time by number of calls up; empty: unknown
    waits: Waits
    before_opening: Mapping[str, int]  # closed attempts by how long before; empty: not known
    after_closing: Mapping[str, int]
    intents: tuple[Intents, ...]
    demand: Demand | None
    redials: tuple[Redial, ...]
    valley_s: int | None
    mean_holding_s: float | None
    mean_talk_s: float | None
    offered: Offered
    busy_hour: BusyHour | None
    written: tuple[Ratio, ...] = ()  # letters, e-mails, complaints; none where no file tells

    @property
    def of_day(self) -> Intents:
        """The headline: intents that end with the day."""
        return self.intents[-1]


def make_indicators(
    measured: Mapping[str, pl.DataFrame],
    readings: Readings,
    *,
    zone: str,
    first: date,
    last: date,
    lines_believed: bool,
    written: tuple[Ratio, ...] = (),
) -> Indicators:
    """Indicators of the local days from ``first`` to ``last``, both included.

    Args:
        measured: the tables of `affluence.tables.MEASURED` of one platform, as many as there are.
        readings: how formulas are read that leave a choice.
        zone: the platform's zone.
        first: first day.
        last: last day.
        lines_believed: False where the records contradict the number of lines: rates of lines are
            then not measured.
        written: the written indicators of these days (`affluence.indicators.written`).

    """
    day = pl.col("slot_start").dt.convert_time_zone(zone).dt.date()
    of_period = {
        name: table.check(measured[name].filter(day.is_between(first, last)))
        for name, table in MEASURED.items()
    }
    slots = of_period["slots"]
    recorded, days_open, days_open_without_records = _with_records(slots, day)
    totals = add_up(recorded, lines_believed=lines_believed)
    if not totals.has_companions:
        # What they tell of some of the days only is not told of the period.
        of_period |= {name: MEASURED[name].empty() for name in ("durations", "persons", "redials")}
    redials = of_period["redials"]
    durations = durations_of(of_period["durations"])
    intents = count_intents(
        of_period["persons"], answers_are_dated=durations.answers_are_dated(totals)
    )
    delays, _ = redial_curve(redials)
    return Indicators(
        first=first,
        last=last,
        days_open=days_open,
        days_open_without_records=days_open_without_records,
        outcomes={outcome: totals.count(outcome) for outcome in OUTCOMES},
        refusals_recorded=totals.refusals_recorded,
        refused_by={
            who: _whole(totals.get(f"busy_{who}")) if totals.refusals_recorded else None
            for who in REFUSED_BY
        },
        official=official(totals, durations, readings),
        other_readings=other_readings(totals, durations, readings),
        lived=(
            first_call_gets_a_line(totals),
            persons_who_reached_an_agent(intents[-1], totals),
        ),
        lines=of_lines(totals),
        agents=of_agents(totals),
        simultaneous=simultaneous_calls(of_period["concurrency"], recorded, totals),
        waits=measure_waits(
            totals,
            durations,
            within_s=readings.answered_within_s,
            short_abandon_s=readings.short_abandon_s,
        ),
        before_opening=_by_distance(of_period["durations"], "before_opening", totals),
        after_closing=_by_distance(of_period["durations"], "after_closing", totals),
        intents=intents,
        demand=estimate_demand(intents[-1], totals),
        redials=follow_redials(redials),
        valley_s=valley_s(delays),
        mean_holding_s=_mean(totals, "line_holding_s", "line_holdings"),
        mean_talk_s=_mean(totals, "talk_s", "talks"),
        offered=estimate_offered(totals, recorded, redials, zone=zone),
        busy_hour=find_busy_hour(slots, zone),
        written=written,
    )


def _with_records(slots: pl.DataFrame, day: pl.Expr) -> tuple[pl.DataFrame, int, int]:
    """SLOTS without the time of which no records exist; open days, and those without records.

    An opening day without a single call is one of lost records, not a quiet one. Its seconds, and
    those after the newest record, would make the lines look free.
    """
    asked = pl.col("attempts") - pl.col("closed")
    days = (
        slots.group_by(day.alias("day"))
        .agg(pl.col("open_s").sum(), is_lost=(pl.col("recorded_s") == 0).all() | (asked.sum() == 0))
        .filter(pl.col("open_s") > 0)
    )
    lost = days.filter("is_lost")["day"]
    is_recorded = (pl.col("recorded_s") > 0) & ~day.is_in(lost.implode())
    return slots.filter(is_recorded | (pl.col("attempts") > 0)), days.height, lost.len()


# Distances from the opening hours: from, until (excluded), in words.
_DISTANCES = ((0, 300, "moins de 5 min"), (300, 900, "5 à 15 min"), (900, 3600, "15 min à 1 h"))
_FURTHER = "1 h ou plus"


def _by_distance(durations: pl.DataFrame, kind: str, totals: Totals) -> dict[str, int]:
    """Numbers of calls by distance; empty where they are not known."""
    if not totals.has_companions:
        return {}
    histogram = histogram_of(durations, kind)
    near = {
        words: histogram.below(until) - histogram.below(low) for low, until, words in _DISTANCES
    }
    return {**near, _FURTHER: histogram.total - sum(near.values())}


def _mean(totals: Totals, seconds: str, count: str) -> float | None:
    total_s, number = totals.get(seconds), totals.get(count)
    return total_s / number if total_s is not None and number else None


def _whole(total: float | None) -> int | None:
    return None if total is None else round(total)


__all__ = [
    "BusyHour",
    "Demand",
    "Indicators",
    "Intents",
    "LeftOut",
    "Offered",
    "Ratio",
    "Readings",
    "Redial",
    "Waits",
    "make_indicators",
]
