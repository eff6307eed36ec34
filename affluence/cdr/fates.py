"""What a record says of its call: one of the words of `affluence.tables.EVIDENCE`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from affluence.tables import DIRECTIONS, EVIDENCE

# What the configuration calls by its outcome.
EVIDENCE_OF = {
    "answered": "agent",
    "busy": "refused",
    "abandoned": "gave_up",
    "unanswered": "rang_out",
    "self_service": "self_service",
    "closed": "closed",
    "failed": "failed",
    "unknown": "unknown",
}


def first_that_holds(rules: Sequence[tuple[pl.Expr, str]], otherwise: pl.Expr | str) -> pl.Expr:
    """The evidence of the first condition that holds; null conditions do not."""
    names = pl.Enum(EVIDENCE)
    result = pl.lit(otherwise, names) if isinstance(otherwise, str) else otherwise
    for condition, word in reversed(rules):
        result = pl.when(condition).then(pl.lit(word, names)).otherwise(result)
    return result


def direction_of(column: pl.Expr, directions: Mapping[str, str], otherwise: str) -> pl.Expr:
    """Direction by what a column holds."""
    return column.replace_strict(
        dict(directions), default=otherwise, return_dtype=pl.Enum(DIRECTIONS)
    )
