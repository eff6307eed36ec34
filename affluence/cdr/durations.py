"""Durations as platforms write them, in seconds."""

from __future__ import annotations

import polars as pl

# Digits are those of ASCII: of no others can a number be made. Longer numbers are no durations.
_USUAL = r"^(?:[0-9]{1,5}:[0-9]{2}|[0-9]{1,2}):[0-9]{2}$"
_CLOCK = r"^(?:([0-9]{1,9}):)?([0-9]{1,9}):([0-9]{2})$"


def seconds_of(text: pl.Expr, pattern: str = _CLOCK) -> pl.Expr:
    """Seconds of ``hours:mm:ss`` or ``minutes:ss``; null where the text is neither.

    Args:
        text: how long something lasted.
        pattern: what else than ``hours:mm:ss`` and ``mm:ss`` is a duration: hours, minutes and
            seconds, of which those that are left out are none.

    """
    usual = text.str.contains(_USUAL)
    # One number of all digits is made in less time than one of each part.
    number = text.str.replace_all(":", "", literal=True).cast(pl.Int64, strict=False)
    # Groups cost five times as much: only what is written otherwise goes there.
    groups = pl.when(~usual).then(text).str.extract_groups(pattern).struct
    other_hours, other_minutes, other_seconds = (
        groups.field(str(at)).cast(pl.Int64, strict=False) for at in (1, 2, 3)
    )
    return (
        pl.when(usual)
        .then(number // 10_000 * 3600 + number // 100 % 100 * 60 + number % 100)
        .otherwise(
            other_hours.fill_null(0) * 3600 + other_minutes.fill_null(0) * 60 + other_seconds
        )
    )
