"""Telephone numbers and names → keyed pseudonyms: the last place where they exist.

A key that is made of what a record says is one more such name: whoever knows when a call came would
find its number by trying all of them. It becomes a pseudonym of the day too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import polars as pl
import polars_hash

from affluence.cdr.columns import numbered_key

DayKey = Callable[[date], str]
"""Secret of a local day; equal secrets give equal pseudonyms."""

# Numbers that come so often on average are hashed once a day each: to find those that are alike
# takes a third of the time that hashing takes.
_RECURRING = 2
_KEYS = ("record_key", "call_key")


def pseudonymise(records: pl.DataFrame, day_key: DayKey) -> pl.DataFrame:
    """Records with ``caller`` and ``agent`` (UInt64) in the place of numbers and names.

    Args:
        records: with ``day`` (the local one of the arrival), ``caller_number``, ``agent_name``,
            and the keys with what tells whether they hold what the record says.
        day_key: secret of a local day.

    """
    secrets = {day: day_key(day) for day in records["day"].unique().sort()}
    number = pl.col("caller_number")
    known = number.str.contains(r"\d")  # withheld numbers are words, or nothing
    of_caller = pl.when(known).then(_pseudonym(_secret(secrets), number))
    of_agent = _pseudonym(_secret(secrets, "\x1fagent"), pl.col("agent_name"))
    return records.with_columns(
        caller=_of_each(records, "caller_number", of_caller),
        agent=_of_each(records, "agent_name", of_agent),
        **_keys(records, _secret(secrets, "\x1frecord")),
    ).drop("caller_number", "agent_name")


def _secret(secrets: Mapping[date, str], of_what: str = "") -> pl.Expr:
    """The secret of each record's day, another one for each kind of what is hashed."""
    of_days = [f"{secret}{of_what}" for secret in secrets.values()]
    return pl.col("day").replace_strict([*secrets], of_days, return_dtype=pl.String)


def _keys(records: pl.DataFrame, secret: pl.Expr) -> dict[str, pl.Expr]:
    """The keys that change, each hashed once where a record and its call have the same."""
    changing = [name for name in _KEYS if records[f"content_in_{name}"].any()]
    hashed = {name: _pseudonym(secret, pl.col(name).cast(pl.String)) for name in changing}
    if len(changing) > 1 and records.select((pl.col(_KEYS[0]) == pl.col(_KEYS[1])).all()).item():
        hashed["call_key"] = hashed["record_key"]
    return {
        name: pl.when(f"content_in_{name}").then(key).otherwise(name)
        for name, key in hashed.items()
    }


def _of_each(records: pl.DataFrame, name: str, pseudonym: pl.Expr) -> pl.Series:
    """The pseudonym that each record's day and name make, hashed once where names recur."""
    names = records[name]
    if names.null_count() == len(names):
        return pl.repeat(None, len(names), dtype=pl.UInt64, eager=True)
    pairs = records.select("day", name)
    if pairs.select(pl.col(name).approx_n_unique()).item() * _RECURRING > pairs.height:
        return pairs.select(pseudonym.alias("pseudonym")).to_series()
    of_name = polars_hash.col(name).nchash.xxh3_64()
    number_of_day = pl.col("day").to_physical().cast(pl.UInt64, wrap_numerical=True)
    keyed = pairs.with_columns(pair=numbered_key(of_name, number_of_day))
    once = keyed.unique("pair").select("pair", pseudonym=pseudonym)
    return keyed.select("pair").join(once, on="pair", how="left", maintain_order="left")[
        "pseudonym"
    ]


def _pseudonym(secret: pl.Expr, name: pl.Expr) -> pl.Expr:
    digest = polars_hash.concat_str(secret, name).chash.blake3()
    return digest.str.head(16).str.to_integer(base=16, dtype=pl.UInt64)
