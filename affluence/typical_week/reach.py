"""The chance that a first call reaches an agent, its interval, and the level that it earns.

reach = (1 - the larger of busy-line rate and refused share of first attempts)
        × answered ÷ (answered + abandoned + unanswered)

The interval comes from leaving out one day at a time (jackknife of a ratio of sums, Quenouille
1956, Tukey 1958): days, not calls, are the independent observations, for busy calls come in
clusters. Where that is narrower than Wilson's interval for as many calls, Wilson's holds: ten calls
that all got through are no proof.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from affluence.tables import STATES

_Z_INTERVAL = 1.2816  # two-sided 80 %
_Z_LEVEL = 0.8416  # one-sided 80 %: the level is at least this sure, or else the busier one
_CELL = ("weekday", "start_min", "end_min")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Lowest reach of each level, 0-1; below ``busy`` a row is very busy."""

    quiet: float
    fairly_quiet: float
    busy: float


def with_rates(
    by_day: pl.DataFrame, bounds: Bounds, *, answers_known: bool, lines_believed: bool
) -> pl.DataFrame:
    """Sums, rates, interval and ``level`` per weekday and row, from sums per day and row.

    Args:
        by_day: sums per ``day`` and cell, as named in WEEK.
        bounds: of the levels.
        answers_known: False where the records cannot tell whether anyone answered: then reach is
            one minus the busy-line rate alone.
        lines_believed: False where the records contradict the number of lines: then the rates of
            lines are withheld, and reach rests on the refused share alone.

    """
    sums = [name for name in by_day.columns if name not in (*_CELL, "day")]
    total = {name: pl.col(name).sum().over(_CELL) for name in sums}
    reach = _reach(
        {name: pl.col(name) for name in sums},
        answers_known=answers_known,
        lines_believed=lines_believed,
    )
    unknown = pl.lit(None, pl.Float64)
    without_day = by_day.lazy().with_columns(**{name: total[name] - pl.col(name) for name in sums})
    days = pl.col("n")
    spread = (
        without_day.select(*_CELL, reach=reach)
        .group_by(_CELL)
        .agg(n=pl.col("reach").count(), variance=pl.col("reach").var(ddof=0))
        .select(*_CELL, deviation=((days - 1) * pl.col("variance")).sqrt())
    )
    return (
        by_day.lazy()
        .group_by(_CELL)
        .agg(pl.col(sums).sum(), days=pl.len().cast(pl.Int64))
        .join(spread, on=_CELL)
        .with_columns(
            busy_line_rate=_ratio("full_open_s", "open_s") if lines_believed else unknown,
            occupancy_rate=_ratio("held_open_s", "line_open_s") if lines_believed else unknown,
            refused_share=_ratio("first_busy", "first_attempts"),
            reach=reach,
        )
        .with_columns(
            reach_low=_end(-_Z_INTERVAL), reach_high=_end(_Z_INTERVAL), sure=_end(-_Z_LEVEL)
        )
        .with_columns(level=_level(pl.col("sure"), bounds))
        .collect()
    )


def _ratio(numerator: str, denominator: str) -> pl.Expr:
    below = pl.col(denominator)
    return pl.when(below > 0).then((pl.col(numerator) / below).clip(0, 1))


def _reach(sums: dict[str, pl.Expr], *, answers_known: bool, lines_believed: bool) -> pl.Expr:
    full = sums["full_open_s"] / sums["open_s"] if lines_believed else pl.lit(None, pl.Float64)
    refused = sums["first_busy"] / pl.when(sums["first_attempts"] > 0).then(sums["first_attempts"])
    accepted = sums["answered"] + sums["abandoned"] + sums["unanswered"]
    answered = pl.when(accepted > 0).then(sums["answered"] / accepted).otherwise(1.0)
    if not answers_known:
        refused, answered = pl.lit(None, pl.Float64), pl.lit(1.0)
    chance = (1 - pl.max_horizontal(full, refused)) * answered
    return pl.when(sums["open_s"] > 0).then(chance.clip(0, 1))


def _end(z: float) -> pl.Expr:
    """One end of the interval of ``reach``: the farther of jackknife and Wilson."""
    reach, n = pl.col("reach"), pl.max_horizontal("first_attempts", "attempts").clip(1, None)
    jackknife = reach + z * pl.col("deviation").fill_nan(0).fill_null(0)
    centre = reach + z**2 / (2 * n)
    wilson = (centre + z * (reach * (1 - reach) / n + z**2 / (4 * n**2)).sqrt()) / (1 + z**2 / n)
    farther = pl.min_horizontal if z < 0 else pl.max_horizontal
    return farther(jackknife, wilson).clip(0, 1)


def _level(reach: pl.Expr, bounds: Bounds) -> pl.Expr:
    names = pl.Enum(STATES)
    return (
        pl.when(reach >= bounds.quiet)
        .then(pl.lit("quiet", names))
        .when(reach >= bounds.fairly_quiet)
        .then(pl.lit("fairly_quiet", names))
        .when(reach >= bounds.busy)
        .then(pl.lit("busy", names))
        .when(reach.is_not_null())
        .then(pl.lit("very_busy", names))
    )
