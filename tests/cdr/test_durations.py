"""Durations as platforms write them, beside their arithmetic."""

from __future__ import annotations

import polars as pl
import pytest

from affluence.cdr.durations import seconds_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("00:00:00", 0),
        ("5:07", 5 * 60 + 7),
        ("59:59", 59 * 60 + 59),
        ("00:04:40", 4 * 60 + 40),
        ("1:02:03", 3600 + 2 * 60 + 3),
        ("23:59:59", 24 * 3600 - 1),
        ("12345:59:01", 12345 * 3600 + 59 * 60 + 1),
        ("99:99", 99 * 60 + 99),
        ("100:00", 100 * 60),
        ("123456:00:00", 123456 * 3600),
        ("7", None),
        ("1:2", None),
        ("1:02:3", None),
        (":02:03", None),
        ("٣:02:03", None),
        ("", None),
        (None, None),
    ],
)
def test_a_duration_is_its_hours_minutes_and_seconds(text: str | None, seconds: int | None) -> None:
    assert pl.select(seconds_of(pl.lit(text, pl.String))).item() == seconds
