"""Times of records → UTC: by the clock that wrote them, and with what is doubtful about them.

The doubled hour of autumn is settled row by row: by the call's own epoch where its identifier holds
one, else by the order of its times and its duration; where nothing tells, the first of the two is
taken and the row is marked.
"""

from __future__ import annotations

import polars as pl

from affluence.cdr import clock
from affluence.tables import AMBIGUOUS_HOUR, CONTINUED, MINUTE_ONLY, NEGATIVE


def to_utc(
    records: pl.DataFrame, clock_zone: str, span_us: tuple[int, int], folds: tuple[clock.Fold, ...]
) -> pl.DataFrame:
    """Records with their UTC instants and their ``quality``, as LEGS has it.

    Added are ``offered_us, picked_us, waiting_us, talked_us, ended_us`` (microseconds).

    Args:
        records: see `affluence.cdr.records.Parsed`; where there are folds, with clock evidence.
        clock_zone: zone of their wall-clock times.
        span_us: the least and the greatest of these.
        folds: doubled hours within that span.

    """

    def utc(column: str) -> pl.Expr:
        return clock.earliest_utc(pl.col(column), clock_zone, *span_us)

    timed = records.with_columns(
        offered_us=utc("start_us"),
        picked_us=utc("picked_up_us"),
        waiting_us=utc("queued_us"),
        talked_us=utc("answered_us"),
        ended_us=utc("end_us"),
        doubtful=pl.lit(value=False),
    )
    if folds:
        timed = _settle(timed, folds)
    negative = (pl.col("ended_us") < pl.col("offered_us")).fill_null(False)
    quality = (
        pl.when("minute_only").then(MINUTE_ONLY).otherwise(0)
        + pl.when("continued").then(CONTINUED).otherwise(0)
        + pl.col("uncounted")
        + pl.when(pl.col("doubtful")).then(AMBIGUOUS_HOUR).otherwise(0)
        + pl.when(negative).then(NEGATIVE).otherwise(0)
    )
    ended = pl.when(negative).then("offered_us").otherwise("ended_us")
    return timed.with_columns(ended_us=ended, quality=quality.cast(pl.UInt8))


def _settle(records: pl.DataFrame, folds: tuple[clock.Fold, ...]) -> pl.DataFrame:
    """Settle the times in the doubled hour of autumn: by epoch, by order, by duration."""
    wall = pl.col("start_us")
    width_us = folds[0].width_us
    distance_us = (pl.col("epoch_s") * 1_000_000 - pl.col("offered_us")).fill_null(0)
    settled = records.with_columns(
        offered_us=clock.settle_folds(
            pl.col("offered_us"), wall, folds, later=distance_us > width_us // 2
        ),
        doubtful=clock.inside_any(wall, folds) & pl.col("epoch_s").is_null(),
    )
    # An end that would precede its beginning, or that the duration puts an hour later, is in the
    # second pass; answers have no duration of their own and follow the order of the times.
    lasts_us = pl.col("duration_s") * 1_000_000
    missing_us = (lasts_us - (pl.col("ended_us") - pl.col("offered_us"))).fill_null(0)
    too_early = pl.col("ended_us") < pl.col("offered_us")

    def after_start(column: str, wall_column: str) -> pl.Expr:
        return clock.settle_folds(
            pl.col(column), pl.col(wall_column), folds, later=pl.col(column) < pl.col("offered_us")
        )

    return settled.with_columns(
        picked_us=after_start("picked_us", "picked_up_us"),
        waiting_us=after_start("waiting_us", "queued_us"),
        talked_us=after_start("talked_us", "answered_us"),
        ended_us=clock.settle_folds(
            pl.col("ended_us"),
            pl.col("end_us"),
            folds,
            later=too_early | (missing_us > width_us // 2),
        ),
    )
