"""The contract of a table: its columns, in order, each with its type, its meaning and its unit.

The tables themselves are in `affluence.tables`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

INSTANT = pl.Datetime("us", "UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table: Polars type, meaning (unit included), whether null is legal."""

    dtype: pl.DataType
    meaning: str
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A named contract: the columns, in order, that a frame must have."""

    name: str
    columns: Mapping[str, Column]

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """Column names and types, in order."""
        return {name: column.dtype for name, column in self.columns.items()}

    def empty(self) -> pl.DataFrame:
        """A frame of this table without rows."""
        return pl.DataFrame(schema=self.schema)

    def check(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return ``frame`` unchanged if it honours the contract.

        Raises:
            ContractError: naming every missing, extra or wrongly typed column and every null
                where none may be. A breach is a fault of the program, never of its user.

        """
        problems = [
            f"column '{name}' is missing" for name in self.columns if name not in frame.columns
        ]
        for name, dtype in frame.schema.items():
            column = self.columns.get(name)
            if column is None:
                problems.append(f"column '{name}' is not known")
            elif column.dtype != dtype:
                problems.append(f"column '{name}' is {dtype}, not {column.dtype}")
            elif not column.nullable and frame[name].null_count():
                problems.append(f"column '{name}' has {frame[name].null_count()} nulls")
        if not problems and list(frame.columns) != list(self.columns):
            problems.append(f"columns are in the order {frame.columns}")
        if problems:
            raise ContractError(self.name, problems)
        return frame


class ContractError(AssertionError):
    """A stage handed over a table that breaks its contract: a fault of the program."""

    def __init__(self, table: str, problems: list[str]) -> None:
        super().__init__(f"{table}: {'; '.join(problems)}")


def count(meaning: str, *, nullable: bool = False) -> Column:
    """A whole number of things; never a rate."""
    return Column(dtype=pl.Int64(), meaning=meaning, nullable=nullable)


def seconds(meaning: str, *, nullable: bool = False) -> Column:
    """A duration or a sum of durations."""
    return Column(dtype=pl.Float64(), meaning=f"{meaning}, seconds", nullable=nullable)


def share(meaning: str, unit: str = "0-1") -> Column:
    """A ratio, null where its denominator is 0; ``unit`` is its bounds."""
    return Column(dtype=pl.Float64(), meaning=f"{meaning}, {unit}", nullable=True)


def flag(meaning: str) -> Column:
    """True or false."""
    return Column(dtype=pl.Boolean(), meaning=meaning)


def estimate(name: str, unit: str, meaning: str) -> dict[str, Column]:
    """A figure of the typical week, and the ends of its 80 % interval; null where not known."""
    bare = name.removesuffix("_s")
    ending = name.removeprefix(bare)
    return {
        f"{bare}{end}{ending}": Column(dtype=pl.Float64(), meaning=f"{what}, {unit}", nullable=True)
        for end, what in (
            ("", meaning),
            ("_low", f"lower end of the 80 % interval of {name}"),
            ("_high", f"upper end of the 80 % interval of {name}"),
        )
    }


def instant(meaning: str, *, nullable: bool = True) -> Column:
    """A moment in UTC, to the microsecond."""
    return Column(dtype=INSTANT, meaning=f"{meaning}, UTC", nullable=nullable)


def choice(values: tuple[str, ...], meaning: str, *, nullable: bool = False) -> Column:
    """One of a closed list of words."""
    return Column(dtype=pl.Enum(values), meaning=meaning, nullable=nullable)


def key(meaning: str, *, nullable: bool = False) -> Column:
    """A keyed or plain hash of 64 bits."""
    return Column(dtype=pl.UInt64(), meaning=meaning, nullable=nullable)


def text(meaning: str, *, nullable: bool = False) -> Column:
    """Text as it was recorded or configured."""
    return Column(dtype=pl.String(), meaning=meaning, nullable=nullable)
