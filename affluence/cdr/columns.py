"""What the expressions of many dialects are made of: texts, times and keys out of columns."""

from __future__ import annotations

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


def wall_us(column: str) -> pl.Expr:
    """Microseconds of the wall clock, null where the text is no time."""
    # The cache of the parser costs more than parsing a fixed format does.
    wall = pl.col(column).str.to_datetime(TIME, time_unit="us", strict=False, cache=False)
    return wall.to_physical()


def hash_of(*parts: pl.Expr) -> pl.Expr:
    """A 64-bit hash of some text columns."""
    # A null would make the whole key null: it stands for an empty column.
    joined = polars_hash.concat_str([part.fill_null("") for part in parts], separator="\x1f")
    return joined.nchash.xxh3_64()


def numbered_key(key: pl.Expr, number: pl.Expr) -> pl.Expr:
    """Key of one of several records that share a key: its number tells it from the others."""
    # An odd factor keeps neighbouring numbers apart, and the sum of two keys is as good a key.
    return key + number * _ODD_FACTOR
