"""LEGS → CALLS: records counted once, legs of one call merged, one outcome a call.

* Records with the same ``record_key`` are one record met twice.
* Legs with the same ``call_key`` are one call: it arrives with its first leg and ends with its
  last. It is answered if an agent spoke in any of them; otherwise the leg that ends last tells
  its fate, for it is the platform's last word, and of several that end together the strongest
  evidence (see `affluence.tables.EVIDENCE`). Legs that know nothing of it do not speak: platforms
  that write events say of most only when they were.
* A call may change its ``call_key`` in a queue, where an attended transfer puts another caller in
  the place of who entered. A call that entered a queue and of which nothing more is known, and one
  that was answered in that queue without ever entering it, are one call if they were offered there
  within two seconds of each other, and if neither has another such partner.
* Where platforms write when the call began into the record of each of its parts, a part begins
  where those end that are `CONTINUED`.
* Legs that tell of the presence of an agent are no call's, and have no fate here.
* A call is none of the desk's if one leg is `NOT_COUNTED`, or if all are `INTERNAL_NOT_COUNTED`.
* A call has the direction of its first leg; one that begins inside and takes a line later is an
  outbound one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from affluence.tables import (
    CALLS,
    CAPPED,
    CONTINUED,
    DETAILS,
    DIRECTIONS,
    EVIDENCE,
    INTERNAL_NOT_COUNTED,
    LEGS,
    NOT_COUNTED,
    OUTCOMES,
    REFUSED_BY,
    STILL_OPEN,
)

VERSION = 3  # part of the hash of a day: raise it when the same legs give other calls

_TOGETHER = timedelta(seconds=2)  # queues count whole seconds, and round each its own way

_OF_CALLS = 255 ^ NOT_COUNTED ^ INTERNAL_NOT_COUNTED  # bits of quality that calls keep

_TIMES = ("picked_up_at", "queued_at", "answered_at", "released_at")
_PARTIES = ("caller", "line", "agent", "queue")  # a call has the first that its legs name

_OUTCOME_OF = {
    "unknown": "unknown",
    "failed": "failed",
    "self_service": "self_service",
    "voicemail": "self_service",
    "callback": "self_service",
    "closed": "closed",
    "rang_out": "unanswered",
    "refused_network": "busy",
    "refused_rule": "busy",
    "refused_queue": "busy",
    "refused_lines": "busy",
    "refused": "busy",
    "gave_up": "abandoned",
    "agent": "answered",
}


@dataclass(frozen=True, slots=True)
class Merged:
    """Calls, and what became of the records of each part: ``fates``.

    It has the columns ``part`` (UInt32), ``calls``, ``merged``, ``duplicates`` and ``ignored``: how
    many of its records each is; the last are those of calls that are not counted.
    """

    calls: pl.DataFrame
    fates: pl.DataFrame


def merge_legs(legs: pl.DataFrame, *, platform: str, longest_call_s: int) -> Merged:
    """Merge the LEGS of one platform into CALLS, in no particular order.

    Args:
        legs: LEGS in any order, with one more column ``part`` (UInt32): where each came from.
        platform: identifier written in the table.
        longest_call_s: calls are shortened to it, and marked `CAPPED`.

    """
    LEGS.check(legs.drop("part"))
    legs = _rejoin(legs.filter(pl.col("presence").is_null()))
    # Copies of a record share its call too: what is alone in its call is neither leg nor copy.
    alone = legs["call_key"].is_unique()
    if alone.all():
        calls, once = _of_one_leg(legs), legs
    else:
        single = legs.filter(alone)
        several = _in_a_row(_drop_copies(legs.filter(~alone)))
        calls = pl.concat([_of_one_leg(single), _merge(several)], how="diagonal")
        once = pl.concat([each.select("part", "call_key") for each in (single, several)])
    others = _not_counted(calls)
    fates = _count_fates(legs, once, calls, others)
    if not others.is_empty():
        calls = calls.filter(~pl.col("call_key").is_in(others.implode()))
    return Merged(_finish(calls, platform, longest_call_s), fates)


def _of_one_leg(legs: pl.DataFrame) -> pl.DataFrame:
    return legs.with_columns(
        legs=pl.lit(1, pl.Int64), all_internal=(pl.col("quality") & INTERNAL_NOT_COUNTED) > 0
    )


def _not_counted(calls: pl.DataFrame) -> pl.Series:
    """Keys of the calls that are none of the desk's."""
    excluded = (pl.col("quality") & NOT_COUNTED) > 0
    return calls.filter(excluded | pl.col("all_internal"))["call_key"]


def _rejoin(legs: pl.DataFrame) -> pl.DataFrame:
    """The same legs, those of a call that changed its key in a queue under its last key."""
    entering = pl.col("queued_at").is_not_null()
    tells_more = (pl.col("evidence") != "unknown") | pl.col("released_at").is_not_null()
    entries = legs.filter(entering & ~tells_more)
    if entries.is_empty():
        return legs
    ended = legs.filter(tells_more)
    waiting = (
        entries.join(ended, on="call_key", how="anti")
        .group_by("call_key", "queue")
        .agg(pl.col("offered_at").min())
    )
    answered = (
        ended.filter(pl.col("evidence") == "agent")
        .join(legs.filter(entering), on=["call_key", "queue"], how="anti")
        .group_by("call_key", "queue")
        .agg(pl.col("offered_at").min())
    )
    # What is together lies in the same span of that length or in neighbouring ones: an ordinary
    # join on these never compares every entry with every answer.
    span = pl.col("offered_at").to_physical() // (_TOGETHER // timedelta(microseconds=1))
    pairs = (
        waiting.with_columns(span=pl.concat_list(span - 1, span, span + 1))
        .explode("span")
        .join(answered.with_columns(span=span), on=["queue", "span"])
        .filter((pl.col("offered_at") - pl.col("offered_at_right")).abs() <= _TOGETHER)
        .filter(pl.len().over("call_key") == 1, pl.len().over("call_key_right", "queue") == 1)
    )
    rejoined = pairs.select("call_key", last_key="call_key_right")
    return (
        legs.join(rejoined, on="call_key", how="left", maintain_order="left")
        .with_columns(call_key=pl.coalesce("last_key", "call_key"))
        .drop("last_key")
    )


def _drop_copies(legs: pl.DataFrame) -> pl.DataFrame:
    alone = legs["record_key"].is_unique()
    if alone.all():
        return legs
    # Should two copies of a record differ, the choice must not depend on the order of the rows.
    columns = [*LEGS.columns, "part"]
    repeated = legs.filter(~alone).sort(columns, nulls_last=True)
    kept = repeated.unique("record_key", keep="first", maintain_order=True)
    return pl.concat([legs.filter(alone), kept])


def _in_a_row(legs: pl.DataFrame) -> pl.DataFrame:
    """The last part of each call put behind the parts that go before it."""
    continued = (pl.col("quality") & CONTINUED) > 0
    if not legs.select(continued.any()).item():
        return legs
    lasts = pl.col("released_at") - pl.col("offered_at")
    before = pl.when(continued).then(lasts).sum().over("call_key")
    times = pl.col(_TIMES)
    return legs.with_columns(pl.when(continued).then(times).otherwise(times + before))


def _merge(legs: pl.DataFrame) -> pl.DataFrame:
    """Calls made of several legs, with the ``part`` of one of them."""
    agent, spoken = EVIDENCE.index("agent"), pl.col("evidence") == "agent"
    first_direction, inside = pl.col("arrival") % len(DIRECTIONS), DIRECTIONS.index("internal")
    evidence = pl.col("evidence").to_physical().cast(pl.Int64)
    ending_us = pl.coalesce("released_at", "offered_at").to_physical()
    arriving_us, direction = pl.col("offered_at").to_physical(), pl.col("direction").to_physical()
    # One number orders legs by instant and then by what they say: its minimum or maximum is the
    # first or the last word, without any sorting.
    worded = legs.with_columns(
        answered_at=pl.when(spoken).then("answered_at"),
        agent=pl.when(spoken).then("agent"),
        arrival=arriving_us * len(DIRECTIONS) + direction,
        word=pl.when(evidence > 0).then(ending_us * len(EVIDENCE)).otherwise(0) + evidence,
        strongest=evidence,
    )
    # What no leg knows need not be sought call by call.
    unknown = [name for name in _PARTIES if worded[name].null_count() == legs.height]
    named = [name for name in _PARTIES if name not in unknown]
    merged = (
        worded.lazy()
        .group_by("call_key")
        .agg(
            pl.col("offered_at", "picked_up_at", "queued_at", "answered_at", "arrival").min(),
            pl.col("released_at", "word", "strongest").max(),
            pl.col(named).min(),
            quality=pl.col("quality").bitwise_or(),
            all_internal=(pl.col("quality") & INTERNAL_NOT_COUNTED).min() > 0,
            part=pl.col("part").min(),
            legs=pl.len().cast(pl.Int64),
            takes_a_line=(pl.col("direction") == "outbound").any(),
            differing=pl.any_horizontal(
                pl.lit(value=False), *(pl.col(name).min() != pl.col(name).max() for name in named)
            ),
        )
        .with_columns(
            _enum(
                pl.when((first_direction == inside) & pl.col("takes_a_line"))
                .then(DIRECTIONS.index("outbound"))
                .otherwise(first_direction),
                DIRECTIONS,
            ).alias("direction"),
            evidence=_enum(
                pl.when(pl.col("strongest") == agent)
                .then(agent)
                .otherwise(pl.col("word") % len(EVIDENCE)),
                EVIDENCE,
            ),
            **{name: pl.lit(None, LEGS.schema[name]) for name in unknown},
        )
        .drop("arrival", "word", "strongest", "takes_a_line")
        .collect()
    )
    differing = merged.filter("differing")["call_key"]
    return merged.drop("differing").update(_first_named(worded, differing, named), on="call_key")


def _first_named(worded: pl.DataFrame, calls: pl.Series, named: list[str]) -> pl.DataFrame:
    """The parties that the earliest leg names, for the few calls whose legs name different ones.

    Pseudonyms, and some keys of records, depend on secret keys: which one is the least decides only
    between legs that are equal in all else, so that a fresh installation says what an old one says.
    """
    return (
        worded.lazy()
        .filter(pl.col("call_key").is_in(calls.implode()))
        .sort("arrival", *_TIMES, "evidence", "line", "queue", "record_key")
        .group_by("call_key")
        .agg(pl.col(named).drop_nulls().first())
        .collect()
    )


def _enum(number: pl.Expr, values: tuple[str, ...]) -> pl.Expr:
    """The value of an Enum from its number."""
    return number.cast(pl.UInt8).cat.to(pl.Enum(values))


def _finish(calls: pl.DataFrame, platform: str, longest_call_s: int) -> pl.DataFrame:
    longest = pl.duration(seconds=longest_call_s)
    too_long = (pl.col("released_at") - pl.col("offered_at") > longest).fill_null(False)
    still_open = pl.col("released_at").is_null()
    mark = pl.when(too_long).then(CAPPED).when(still_open).then(STILL_OPEN).otherwise(0)
    named = calls.lazy().with_columns(
        platform=pl.lit(platform),
        outcome=_named(_OUTCOME_OF, OUTCOMES),
        refused_by=_named({f"refused_{who}": who for who in REFUSED_BY}, REFUSED_BY),
        detail=_named({detail: detail for detail in DETAILS}, DETAILS),
        released_at=pl.when(too_long).then(pl.col("offered_at") + longest).otherwise("released_at"),
        quality=(pl.col("quality") & _OF_CALLS) | mark.cast(pl.UInt8),
    )
    return CALLS.check(named.select(list(CALLS.columns)).collect())


def _named(names: Mapping[str, str], values: tuple[str, ...]) -> pl.Expr:
    """What ``names`` says of the evidence, null where it says nothing."""
    named = pl.Series([names.get(evidence) for evidence in EVIDENCE], dtype=pl.Enum(values))
    return pl.lit(named).gather(pl.col("evidence").to_physical())


def _count_fates(
    legs: pl.DataFrame, once: pl.DataFrame, calls: pl.DataFrame, others: pl.Series
) -> pl.DataFrame:
    """Fates by part; ``others`` are the keys of calls that are not counted."""

    def tally(frame: pl.DataFrame, name: str) -> pl.LazyFrame:
        return frame.lazy().group_by("part").agg(pl.len().cast(pl.Int64).alias(name))

    of_others = pl.col("call_key").is_in(others.implode())
    return (
        tally(legs, "records")
        .join(tally(once, "kept"), on="part", how="left")
        .join(tally(calls.filter(~of_others), "calls"), on="part", how="left")
        .join(tally(once.filter(of_others), "ignored"), on="part", how="left")
        .fill_null(0)
        .select(
            "part",
            "calls",
            merged=pl.col("kept") - pl.col("calls") - pl.col("ignored"),
            duplicates=pl.col("records") - pl.col("kept"),
            ignored="ignored",
        )
        .sort("part")
        .collect()
    )
