"""Times of a listing, read like the standard library reads them; what is derived of what is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from affluence.cdr.dialect import Stated
from affluence.cdr.dialects import DIALECTS
from affluence.cdr.layouts import Columns
from affluence.cdr.listing import Times, find_times

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FRACTIONS = ("", ".5", ",25", ".000", ".123456", ".1234567")
_DISTANCES = ("Z", "+01:00", "-0530", "+13:45")


def _read(texts: list[str], times: Times) -> list[tuple[int | None, bool]]:
    def derived(_: Columns) -> Mapping[str, pl.Expr]:
        return times.derived("time")

    dialect = replace(DIALECTS["generic"], derived=derived)
    rows = dialect.derive(pl.LazyFrame({"time": texts}), ("time",))
    return rows.select("time in us", "time to the minute").collect().rows()


@pytest.mark.parametrize("instants", [False, True])
@pytest.mark.parametrize("fractions", [False, True])
@pytest.mark.parametrize("between", ["T", " "])
def test_times_are_read_whatever_is_usual(between: str, *, fractions: bool, instants: bool) -> None:
    texts = [
        f"2026-03-29{letter}02:59:58{fraction}{distance}"
        for letter in "T "
        for fraction in _FRACTIONS
        for distance in (_DISTANCES if instants else [""])
    ]
    expected = [datetime.fromisoformat(text) for text in texts]
    in_utc = [time if time.tzinfo else time.replace(tzinfo=UTC) for time in expected]
    in_us = [(time - _EPOCH) // timedelta(microseconds=1) for time in in_utc]
    times = Times(instants=instants, between=between, fractions=fractions)
    assert _read(texts, times) == [(us, False) for us in in_us]


@pytest.mark.parametrize("distance", ["", "+01:00"])
@pytest.mark.parametrize("fraction", ["", ",250"])
@pytest.mark.parametrize("between", ["T", " "])
def test_the_usual_way_is_that_of_most(between: str, fraction: str, distance: str) -> None:
    cells = [f"2026-03-29{between}02:59:58{fraction}{distance}"] * 3
    rare = ["soon", "2026-03-29T02:59", "2026-03-29 02:59:58.5Z"]
    told = Times(instants=bool(distance), between=between, fractions=bool(fraction))
    assert find_times([*rare, *cells], Stated()) == told


@pytest.mark.parametrize("text", ["2026-03-29 02:59", " '2026-03-29T02:59' "])
def test_times_without_seconds_are_read_and_told(text: str) -> None:
    expected = datetime(2026, 3, 29, 2, 59, tzinfo=UTC)
    in_us = (expected - _EPOCH) // timedelta(microseconds=1)
    assert _read([text], Times()) == [(in_us, True)]


@pytest.mark.parametrize(
    "text", ["2026-02-29T02:59:58", "2026-03-29T02:59:58.", "2026-03-29T25:00:00", "soon", ""]
)
def test_what_is_no_time_is_not_read(text: str) -> None:
    assert _read([text], Times()) == [(None, False)]


def test_what_is_derived_may_use_what_is_derived() -> None:
    def derived(_: Columns) -> Mapping[str, pl.Expr]:
        return {
            "twice": pl.col("a") * 2,
            "sum": pl.col("twice") + pl.col("a"),
            "more": pl.col("sum") + 1,
            "square": pl.col("a") ** 2,
        }

    dialect = replace(DIALECTS["generic"], derived=derived)
    rows = dialect.derive(pl.LazyFrame({"a": [1, 10]}), ("a",))
    assert rows.select("sum", "more", "square").collect().rows() == [(3, 4, 1), (30, 31, 100)]
