"""What the expressions of many dialects are made of: texts, times and keys out of columns."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import polars_hash

from affluence.cdr.layouts import Columns

TIME = "%Y-%m-%d %H:%M:%S"
_ODD_FACTOR = 0x9E3779B97F4A7C15  # 2**64 over the golden ratio, as multiplicative hashing has it


def filled(column: str) -> pl.Expr:
    """The column, null where it is empty: many platforms write an empty text as two quotes."""
    return pl.when(pl.col(column) != "").then(pl.col(column))


def filled_in(columns: Columns, name: str) -> pl.Expr:
    """The same of a column that the layout need not have: null where it has none."""
    return filled(name) if name in columns else pl.lit(None, pl.String)


def empty_or_read(column: str, value: pl.Expr) -> pl.Expr:
    """Whether a column holds nothing, or something of which this value could be made."""
    return (pl.col(column).fill_null("") == "") | value.is_not_null()


def starts_with_any(column: str, beginnings: Sequence[str]) -> pl.Expr:
    """Whether a text begins with one of some words; one that is null does not."""
    starts = [pl.col(column).str.starts_with(beginning) for beginning in beginnings]
    return pl.any_horizontal(starts).fill_null(False)


def whole_number(column: str) -> pl.Expr:
    """The number that a text is (Int64), null where it is none."""
    return pl.col(column).cast(pl.Int64, strict=False)


def parsed_us(text: pl.Expr, pattern: str) -> pl.Expr:
    """Microseconds of a time: of its clock, or of UTC where ``pattern`` has the distance from it.

    Null where the text is no time of this pattern, as in `strptime`.
    """
    # The cache of the parser costs more than parsing a fixed format does.
    return text.str.to_datetime(pattern, time_unit="us", strict=False, cache=False).to_physical()


def wall_us(column: str) -> pl.Expr:
    """Microseconds of the wall clock, null where the text is no time written as `TIME`."""
    return parsed_us(pl.col(column), TIME)


def hash_of(*parts: pl.Expr) -> pl.Expr:
    """A 64-bit hash of some text columns."""
    # A null would make the whole key null: it stands for an empty column.
    joined = polars_hash.concat_str([part.fill_null("") for part in parts], separator="\x1f")
    return joined.nchash.xxh3_64()


def numbered_key(key: pl.Expr, number: pl.Expr) -> pl.Expr:
    """Key of one of several records that share a key: its number tells it from the others."""
    # An odd factor keeps neighbouring numbers apart, and the sum of two keys is as good a key.
    return key + number * _ODD_FACTOR
