"""How callers redial after a failure: after how long, or for how long nobody saw them do so."""

from __future__ import annotations

import polars as pl

from affluence.measures.durations import LONGEST_S, bin_of
from affluence.measures.persons import Persons
from affluence.measures.spans import disjoint_bounds, rank_among
from affluence.tables import FAILURES, OUTCOMES

_LAST_NTH = 3  # later attempts count with the third


def count_redials(persons: Persons, closings: pl.Series) -> pl.LazyFrame:
    """REDIALS without the platform, by ``slot`` of the failed attempt.

    Args:
        persons: as `find_persons` gives them.
        closings: for each local day, in order, the instant at which the desk closes for that day
            (UTC, µs); a failure without another attempt is censored then.

    """
    outcome = pl.col("outcome")
    starts = pl.col("first") | (outcome == "answered").shift(1).fill_null(False)
    number = pl.int_range(pl.len())
    nth = number - pl.when(starts).then(number).forward_fill() + 1
    # The closing of the day: the first one after the attempt.
    closes_us = pl.lit(closings.to_physical()).gather(
        rank_among(pl.col("offered_us"), closings), null_on_oob=True
    )
    redialled = (pl.col("again_us") < pl.col("closes_us")).fill_null(False)
    until_us = pl.when(redialled).then("again_us").otherwise("closes_us")
    ended_us = pl.max_horizontal("offered_us", "released_us")
    failures = (
        persons.attempts.lazy()
        .with_columns(
            nth=nth.clip(upper_bound=_LAST_NTH),
            followed=(~pl.col("first")).shift(-1).fill_null(False),
        )
        .filter(outcome.is_in(list(FAILURES)))
        .with_columns(closes_us=closes_us)
        .select(
            "slot",
            "nth",
            "followed",
            outcome=outcome.to_physical().cast(pl.Int64),
            redialled=redialled,
            delay_us=(until_us - ended_us).fill_null(0).clip(lower_bound=0),
        )
    )
    # One integer is grouped and sorted much faster than four columns.
    key = pl.col("slot") * len(OUTCOMES) + pl.col("outcome")
    key = (key * (_LAST_NTH + 1) + pl.col("nth")) * (LONGEST_S + 1)
    with_nth = pl.col("key") // (LONGEST_S + 1)
    with_outcome = with_nth // (_LAST_NTH + 1)
    failure = (with_outcome % len(OUTCOMES)).cast(pl.UInt8).cat.to(pl.Enum(OUTCOMES))
    return (
        failures.group_by(key=key + bin_of(pl.col("delay_us") // 1_000_000))
        .agg(
            pl.col("redialled", "followed").sum(),
            censored=(~pl.col("redialled")).sum(),
            redial_us=pl.col("delay_us").filter("redialled").sum(),
        )
        .sort("key")
        .select(
            "redialled",
            "censored",
            "followed",
            "redial_us",
            slot=with_outcome // len(OUTCOMES),
            failure=failure.cast(pl.String).cast(pl.Enum(FAILURES)),
            nth=with_nth % (_LAST_NTH + 1),
            delay_s=pl.col("key") % (LONGEST_S + 1),
        )
    )


def closings_of_days(midnights: pl.Series, opening: pl.DataFrame | None) -> pl.Series:
    """When the desk closes for each local day: its last closing, else the midnight that ends it.

    Args:
        midnights: ascending local midnights (UTC); n of them bound n - 1 days.
        opening: SPANS, or None where it is always open.

    """
    ends = midnights[1:]
    if opening is None:
        return ends
    bounds = disjoint_bounds(opening)
    before = bounds.search_sorted(ends, side="left")
    before_first = pl.Series([None], dtype=bounds.dtype)
    last_bound = pl.lit(pl.concat([before_first, bounds])).gather("before")
    # After an even number of bounds the desk is closed, and the last one was a closing.
    closed_within = (pl.col("before") % 2 == 0) & (last_bound > pl.col("start"))
    return pl.select(start=midnights[:-1], end=ends, before=before).select(
        pl.when(closed_within).then(last_bound).otherwise("end").alias("closing")
    )["closing"]
