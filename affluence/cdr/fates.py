"""What a record says of its call in the words of LEGS: its fate, its direction, its answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from affluence.cdr.columns import starts_with_any
from affluence.cdr.dialect import Reading
from affluence.tables import DIRECTIONS, EVIDENCE

Rules = Sequence[tuple[pl.Expr, str]]
"""Conditions, and the evidence where they hold; the first that does counts."""

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


def first_that_holds(rules: Rules, otherwise: pl.Expr | str) -> pl.Expr:
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


def direction_where(inbound: pl.Expr, outbound: pl.Expr) -> pl.Expr:
    """Direction by two conditions, of which the first counts; what is neither stays inside."""
    names = pl.Enum(DIRECTIONS)
    return (
        pl.when(inbound)
        .then(pl.lit("inbound", names))
        .when(outbound)
        .then(pl.lit("outbound", names))
        .otherwise(pl.lit("internal", names))
    )


def direction_by_trunks(reading: Reading, calling: str, called: str) -> pl.Expr:
    """Direction of a leg by which of its two ends is a line of the platform.

    Args:
        reading: how the names of its lines begin; without any, every leg is inbound.
        calling: column that names the one end.
        called: column that names the other.

    """
    if not reading.trunks:
        return pl.lit("inbound", pl.Enum(DIRECTIONS))
    return direction_where(
        inbound=starts_with_any(calling, reading.trunks),
        outbound=starts_with_any(called, reading.trunks),
    )


def announced(reading: Reading, playing: pl.Expr, sound: str) -> Rules:
    """What an announcement says of the fate of its call.

    Args:
        reading: which sound files say what.
        playing: whether the call was in an application that plays them.
        sound: column that names what was played.

    """
    said = ((reading.closed_announcements, "closed"), (reading.busy_announcements, "refused_rule"))
    return [
        (playing & _holds_any(sound, files).fill_null(False), word) for files, word in said if files
    ]


def _holds_any(column: str, words: Sequence[str]) -> pl.Expr:
    return pl.any_horizontal([pl.col(column).str.contains(word, literal=True) for word in words])


def agent_answer_us(reading: Reading, by_agent: pl.Expr, picked_up_us: pl.Expr) -> pl.Expr:
    """When an agent took a call of which the first pick-up alone is recorded.

    Null where nobody did, and of all calls where a machine picks up before any agent.
    """
    if reading.machine_answers_first:
        return pl.lit(None, pl.Int64)
    return pl.when(by_agent).then(picked_up_us)
