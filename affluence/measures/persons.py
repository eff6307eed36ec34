"""Persons instead of attempts: first attempts and call intents.

A call intent (ITU-T E.600) is what one caller wants: attempts until one is answered, or until a
pause that is too long for the next attempt to belong to it. Callers are known within a local day
only. Withheld numbers are never one person, nor are numbers that several persons share.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from affluence.tables import GAPS_MIN, OUTCOMES

# A number is shared if one of its calls arrives while the two before it are still up, or if more
# conversations than this are held from it on one day.
MOST_CONVERSATIONS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Persons:
    """Attempts of known callers while the desk is open, in the order in which each made them.

    ``attempts`` has one row an attempt, the rows of a person together and in order, with
    ``first`` (first of the person), ``pause_us`` (since the end of the attempt before) and
    ``again_us`` (when the person calls again, while the desk is open or not).
    ``shared`` are the person keys of shared numbers, whose attempts are left out.
    """

    attempts: pl.DataFrame
    shared: pl.Series


def find_persons(attempts: pl.DataFrame) -> Persons:
    """Put the attempts of each caller and local day in order, shared numbers left out.

    Of several attempts in the same instant a refused one is taken for the first: when unsure, the
    busier. A closed attempt is nobody's first attempt: nobody could have answered.
    """
    known = attempts.filter(pl.col("caller").is_not_null()).select(
        "person", "slot", "outcome", "offered_us", "answered_us", "released_us"
    )
    ordered = _in_order(known)
    again = pl.col("person") == pl.col("person").shift(-1)
    again_us = pl.when(again).then(pl.col("offered_us").shift(-1))
    kept = ordered.with_columns(again_us=again_us).filter(pl.col("outcome") != "closed")
    shared = _find_shared(kept)
    if not shared.is_empty():
        kept = kept.filter(~pl.col("person").is_in(shared.implode()))
    ended_us = pl.max_horizontal("offered_us", "released_us")
    first = (pl.col("person") != pl.col("person").shift(1)).fill_null(True)
    pause_us = (pl.col("offered_us") - ended_us.shift(1)).clip(lower_bound=0)
    return Persons(
        attempts=kept.with_columns(first=first, pause_us=pl.when(~first).then(pause_us)),
        shared=shared,
    )


def count_first_attempts(persons: Persons) -> pl.LazyFrame:
    """Per slot: first attempts of the day of each person, those refused, those answered."""
    outcome = pl.col("outcome")
    return (
        persons.attempts.lazy()
        .filter("first")
        .group_by("slot")
        .agg(
            first_attempts=pl.len(),
            first_busy=(outcome == "busy").sum(),
            first_answered=(outcome == "answered").sum(),
        )
    )


def count_unlinked(attempts: pl.DataFrame, persons: Persons) -> pl.LazyFrame:
    """Per slot: attempts that no person can be given, shared numbers among them."""
    outcome = pl.col("outcome")
    shared = pl.lit(value=False)
    if not persons.shared.is_empty():
        shared = pl.col("person").is_in(persons.shared.implode()).fill_null(False)
    return (
        attempts.lazy()
        .filter(outcome != "closed", pl.col("caller").is_null() | shared)
        .group_by("slot")
        .agg(
            shared=pl.col("caller").count(),
            unlinked=pl.len(),
            unlinked_answered=(outcome == "answered").sum(),
            unlinked_busy=(outcome == "busy").sum(),
        )
    )


def count_intents(persons: Persons) -> pl.LazyFrame:
    """PERSONS without the platform: intents by ``slot`` of the first attempt and ``gap_min``."""
    attempts = persons.attempts
    answered = pl.col("outcome") == "answered"
    begins = attempts.select(pl.col("first") | answered.shift(1).fill_null(False)).to_series()
    # An intent of one attempt is the same for every gap.
    single = begins & begins.shift(-1, fill_value=True)
    of_single = _sum_up(
        attempts.lazy()
        .filter(single)
        .with_columns(
            first_busy=pl.col("outcome") == "busy",
            attempts=pl.lit(1, pl.Int64),
            last_outcome="outcome",
        )
    ).collect()
    longer, begins = attempts.filter(~single), begins.filter(~single)
    frames = []
    for gap_min in GAPS_MIN:
        starts = begins
        if gap_min != GAPS_MIN[-1]:
            starts = begins | (longer["pause_us"] > gap_min * 60_000_000).fill_null(False)
        sums = pl.concat([of_single.lazy(), _sum_up(_intents(longer, starts))])
        frames.append(sums.with_columns(gap_min=pl.lit(gap_min, pl.Int64)))
    keys = ("slot", "gap_min")
    return pl.concat(frames).group_by(keys).agg(pl.exclude(keys).sum()).sort(keys)


def _intents(attempts: pl.DataFrame, starts: pl.Series) -> pl.LazyFrame:
    """One row an intent; ``starts`` marks their first attempts."""
    first_rows = starts.arg_true()
    next_rows = first_rows.shift(-1, fill_value=attempts.height)
    last = attempts.select("outcome", "answered_us")[next_rows - 1]
    return (
        attempts.select("slot", "offered_us", first_busy=pl.col("outcome") == "busy")[first_rows]
        .with_columns(
            (next_rows - first_rows).cast(pl.Int64).alias("attempts"),
            last["outcome"].alias("last_outcome"),
            last["answered_us"],
        )
        .lazy()
    )


def _sum_up(intents: pl.LazyFrame) -> pl.LazyFrame:
    """Sums over intents by ``slot`` of their first attempts."""
    outcome, answered = pl.col("last_outcome"), pl.col("last_outcome") == "answered"
    return intents.group_by("slot").agg(
        intents=pl.len(),
        attempts=pl.col("attempts").sum(),
        first_busy=pl.col("first_busy").sum(),
        reached=answered.sum(),
        self_served=(outcome == "self_service").sum(),
        gave_up=(~answered & (outcome != "self_service")).sum(),
        reach_us=(pl.col("answered_us") - pl.col("offered_us")).filter(answered).sum(),
    )


def _in_order(attempts: pl.DataFrame) -> pl.DataFrame:
    """Attempts by person, instant, refusals first, outcome, and what else tells them apart."""
    outcome = pl.col("outcome")
    rank = pl.when(outcome == "busy").then(0).otherwise(outcome.to_physical().cast(pl.Int64) + 1)
    moment = pl.col("offered_us") * (len(OUTCOMES) + 1) + rank
    # One wide number is sorted many times faster than several columns are.
    order = pl.col("person").cast(pl.UInt128) * (1 << 62) + moment.cast(pl.UInt128)
    ordered = attempts.with_columns(order=order).sort("order").with_row_index("row")
    same = pl.col("order") == pl.col("order").shift(1)
    tied = ordered.filter((same | same.shift(-1)).fill_null(False))
    if not tied.is_empty():
        settled = tied.sort("order", "released_us", "answered_us", nulls_last=True)
        ordered = ordered[ordered["row"].scatter(tied["row"], settled["row"])]
    return ordered.drop("row", "order")


def _find_shared(attempts: pl.DataFrame) -> pl.Series:
    """Person keys of numbers that several persons use, from attempts in their order."""
    person, offered_us = pl.col("person"), pl.col("offered_us")
    up_until_us = pl.max_horizontal("offered_us", "released_us")

    def still_up(before: int) -> pl.Expr:
        return (person == person.shift(before)) & (up_until_us.shift(before) > offered_us)

    crowded = attempts.lazy().filter(still_up(1) & still_up(2)).select("person")
    talkative = (
        attempts.lazy()
        .filter(pl.col("outcome") == "answered")
        .group_by("person")
        .len()
        .filter(pl.col("len") > MOST_CONVERSATIONS)
        .select("person")
    )
    return pl.concat([crowded, talkative]).unique().sort("person").collect().to_series()
