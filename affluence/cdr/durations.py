"""Durations as platforms write them, in seconds."""

from __future__ import annotations

import polars as pl

_CLOCK = r"^(?:(\d+):)?(\d+):(\d{2})$"


def seconds_of(text: pl.Expr) -> pl.Expr:
    """Seconds of ``hours:mm:ss`` or ``minutes:ss``; null where the text is neither."""
    hours, minutes, seconds = (
        text.str.extract(_CLOCK, group).cast(pl.Int64, strict=False) for group in (1, 2, 3)
    )
    return hours.fill_null(0) * 3600 + minutes * 60 + seconds
