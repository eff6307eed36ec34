"""What a record says: the contract between the dialects, which tell it, and the reader."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from affluence.contracts import Column, ContractError
from affluence.tables import DIRECTIONS, EVIDENCE, PRESENCES


def _key(meaning: str) -> Column:
    return Column(dtype=pl.UInt64(), meaning=meaning)


def _time(meaning: str) -> Column:
    unit = "microseconds of the clock that wrote the records"
    return Column(dtype=pl.Int64(), meaning=f"{meaning}, {unit}", nullable=True)


def _text(meaning: str) -> Column:
    return Column(dtype=pl.String(), meaning=f"{meaning}, as written", nullable=True)


def _flag(meaning: str) -> Column:
    return Column(dtype=pl.Boolean(), meaning=meaning)


# What every record tells.
TOLD: dict[str, Column] = {
    "record_key": _key("hash of what identifies the record, as in LEGS"),
    "call_key": _key("hash of what identifies its call, as in LEGS"),
    "start_us": _time("arrival of the call"),
    "picked_up_us": _time("first pick-up, by a machine or a person"),
    "answered_us": _time("an agent took the call"),
    "end_us": _time("end"),
    "direction": Column(dtype=pl.Enum(DIRECTIONS), meaning="as in LEGS"),
    "evidence": Column(dtype=pl.Enum(EVIDENCE), meaning="as in LEGS"),
    "caller_number": _text("number of who calls"),
}
WALL_TIMES = tuple(name for name in TOLD if name.endswith("_us"))

# What a record tells where its platform does; it is null, or does not hold, elsewhere.
TOLD_BY_SOME: dict[str, Column] = {
    "minute_only": _flag("the seconds of its times are left out"),
    "continued": _flag("as `affluence.tables.CONTINUED`"),
    "by_content": _flag(
        "its key is all that it says, so that equal ones of a file are calls of their own"
    ),
    "content_in_record_key": _flag(
        "its key is made of what it says, numbers of persons among it: LEGS have a pseudonym of it"
    ),
    "content_in_call_key": _flag("the same of the key of its call"),
    "queued_us": _time("entry into the queue"),
    "line": _text("line or trunk channel"),
    "agent_name": _text("name or number of the agent"),
    "queue": _text("queue"),
    "dialled_number": _text("number that was called"),
    "presence": Column(
        dtype=pl.Enum(PRESENCES),
        meaning="as in LEGS, of lines that are no calls: see `Dialect.others`",
        nullable=True,
    ),
}


def untold(name: str) -> pl.Expr:
    """What a column is that the records of a dialect do not tell."""
    column = TOLD_BY_SOME[name]
    return pl.lit(None if column.nullable else False, column.dtype)


def check(record: Collection[str], dialect: str) -> None:
    """Check that a record tells what it must, and nothing that nobody asks for.

    Raises:
        ContractError: it does not: a fault of its dialect, never of a file.

    """
    problems = [f"column '{name}' is missing" for name in TOLD if name not in record]
    problems += [
        f"column '{name}' is not known" for name in record if name not in (*TOLD, *TOLD_BY_SOME)
    ]
    if problems:
        raise ContractError(f"a record of {dialect}", problems)
