"""Log-ins and pauses of agents → how many are there and not paused, day by day.

* Each local day stands alone, as pseudonyms do. A day tells of those agents of whom something is
  recorded on it; a day that tells of nobody is not known.
* Who was not seen to come was there since midnight, who is not seen to go stays until midnight:
  within opening hours, since the opening and until the closing.
* What is said of no queue is said of every queue in which the day tells of that agent. He counts
  while he is in one of them and not paused there.
* Of one instant (most logs write whole seconds) the order is not known: who comes and goes, or
  pauses and resumes, is as he was before; who comes and pauses is paused, who resumes and goes is
  gone. So neither the order of the lines nor copies of them matter.
* A pause in no queue says nothing of an agent of whom the day says nothing else: Asterisk writes it
  beside that in each queue, with the name of a telephone where those have the agent's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from affluence.contracts import INSTANT
from affluence.tables import CAPACITY, NOT_COUNTED
from affluence.typical_week.calendar import instant

_DAY = timedelta(days=1)
_AGENT = ("day", "agent")
_PLACE = (*_AGENT, "queue")


def recorded_agents(platform: str, legs: pl.DataFrame, zone: str) -> pl.DataFrame:
    """CAPACITY of the agents whose presence LEGS tell: the whole of each local day that tells any.

    Args:
        platform: identifier written in the table.
        legs: LEGS of whole days, in any order.
        zone: the platform's zone, which says when a day begins.

    """
    told = legs.filter(
        pl.col("presence").is_not_null(), (pl.col("quality") & NOT_COUNTED) == 0
    ).select("agent", "queue", "presence", _local_day("offered_at", zone), at="offered_at")
    events = _in_each_queue(told)
    days = _bounds(events["day"].unique().to_list(), zone)
    queues = _counted(_changes(events, days), _AGENT)
    is_there = (pl.col("count") > 0).cast(pl.Int64)
    was_there = is_there.shift(1, fill_value=0).over(_AGENT)
    agents = _counted(queues.with_columns(change=is_there - was_there), ("day",))
    return CAPACITY.check(
        agents.join(days, on="day")
        .filter((pl.col("change") != 0) | (pl.col("at") == pl.col("start")))
        .sort("at")
        .select(
            pl.lit(platform).alias("platform"),
            pl.col("at").alias("from"),
            pl.coalesce(pl.col("at").shift(-1).over("day"), "end").alias("to"),
            pl.lit("agent", CAPACITY.schema["kind"]).alias("kind"),
            pl.col("count"),
            pl.lit("recorded", CAPACITY.schema["source"]).alias("source"),
        )
    )


def prefer_recorded(capacity: pl.DataFrame, recorded: pl.DataFrame, zone: str) -> pl.DataFrame:
    """CAPACITY of both: the roster, its shifts within a day each, is empty on recorded days."""
    day = _local_day("from", zone)
    is_told = (pl.col("kind") == "agent") & day.is_in(recorded.select(day)["day"].implode())
    count = pl.when(is_told).then(0).otherwise("count")
    return pl.concat([capacity.with_columns(count=count), recorded])


def _local_day(column: str, zone: str) -> pl.Expr:
    return pl.col(column).dt.convert_time_zone(zone).dt.date().alias("day")


def _bounds(days: Sequence[date], zone: str) -> pl.DataFrame:
    """Where local days start and end."""
    midnight = [[instant(each, 0, ZoneInfo(zone)) for each in (day, day + _DAY)] for day in days]
    rows = [(day, *bounds) for day, bounds in zip(days, midnight, strict=True)]
    schema = {"day": pl.Date(), "start": INSTANT, "end": INSTANT}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _in_each_queue(told: pl.DataFrame) -> pl.DataFrame:
    """The same with ``queue`` never null, and ``named``: whether it was named."""
    named = pl.col("queue").is_not_null()
    of_pauses = _says("pauses", "resumes")
    told = told.filter((named | ~of_pauses).any().over(_AGENT))
    queues = told.filter(named).select(_PLACE).unique()
    return told.join(queues, on=_AGENT, how="left", suffix="_of_day").with_columns(
        queue=pl.coalesce("queue", "queue_of_day", pl.lit("")), named=named
    )


def _changes(events: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """When agents become available in a queue (``change`` 1) or no longer (-1); 0 at midnight."""
    comes, goes, pauses, resumes = map(pl.col, ("comes", "goes", "pauses", "resumes"))
    # Pausing in a queue proves that one is in it; coming ends a pause of earlier.
    moves = (comes | goes | pl.col("proves")) & ~(comes & goes)
    rests = (comes | pauses | resumes) & ~(pauses & resumes)
    states = (
        events.group_by(*_PLACE, "at")
        .agg(
            comes=_says("comes", "comes_paused").any(),
            goes=_says("goes").any(),
            pauses=_says("pauses", "comes_paused").any(),
            resumes=_says("resumes").any(),
            proves=(_says("pauses", "resumes") & pl.col("named")).any(),
        )
        .sort("at")
        .with_columns(
            inside=pl.when(moves).then(~goes).forward_fill().over(_PLACE),
            was_inside=pl.when(moves).then(~comes).backward_fill().over(_PLACE),
            paused=pl.when(rests).then(pauses).forward_fill().over(_PLACE),
        )
        .with_columns(pl.coalesce("inside", "was_inside"))
        .with_columns(
            available=(pl.col("inside") & ~pl.col("paused").fill_null(value=False)),
            before=pl.col("was_inside") & (pauses | ~resumes),
        )
        .with_columns(pl.col("available", "before").fill_null(value=False).cast(pl.Int64))
        .with_columns(previous=pl.col("available").shift(1).over(_PLACE))
        .join(days, on="day")
    )
    first = states.filter(pl.col("previous").is_null())
    return pl.concat(
        [
            first.select(*_PLACE, at="start", change="before"),
            states.select(
                *_PLACE, "at", change=pl.col("available") - pl.coalesce("previous", "before")
            ),
        ]
    )


def _says(*words: str) -> pl.Expr:
    return pl.col("presence").is_in(words)


def _counted(changes: pl.DataFrame, those: Sequence[str]) -> pl.DataFrame:
    """The sum of the changes of each of those at each instant, and what it comes to: ``count``."""
    return (
        changes.group_by(*those, "at")
        .agg(pl.col("change").sum())
        .sort("at")
        .with_columns(count=pl.col("change").cum_sum().over(those))
    )
