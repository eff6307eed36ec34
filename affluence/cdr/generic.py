"""The dialect of whoever converts records himself: one line a call, in our own words.

CSV in UTF-8 with a header that names ``offered_at, released_at, outcome`` and, where they are
known, the other `COLUMNS`, in any order, among any others. Times are ISO 8601: all of a file tell
their distance from UTC (``+01:00``, ``Z``; each its own), or all are local. ``released_at`` is
empty while a call is up; an empty ``outcome`` is an unknown one. What is written otherwise can be
stated: titles of columns, words, the separator, the format of the times.

``call_id`` names a call in all files: lines that share it are its legs. Without one, lines that
are equal in all that is read are calls of their own within a file, and the same in another file.
What ``affluence calls`` writes can be read again.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import polars as pl

from affluence.cdr.columns import hash_of
from affluence.cdr.dialect import Dialect, Reading, Sample, Stated
from affluence.cdr.fates import EVIDENCE_OF
from affluence.cdr.layouts import Columns
from affluence.cdr.listing import (
    Cells,
    Listing,
    Times,
    bare,
    find_listing,
    find_times,
    is_read,
    meaning,
    text,
    to_the_minute,
    us,
)
from affluence.tables import DETAILS, DIRECTIONS, EVIDENCE, MINUTE_ONLY, REFUSED_BY

_NEEDED = ("offered_at", "released_at", "outcome")
_TIMES = ("offered_at", "picked_up_at", "queued_at", "answered_at", "released_at")
_IDS = ("call_id", "call_key")
COLUMNS = (
    *(*_IDS, "caller", *_TIMES, "outcome", "line", "agent", "queue", "direction", "dialled"),
    # What refused a busy call, which self-service was used; or both in one word, as LEGS has it.
    *("refused_by", "detail", "evidence", "record_key", "quality"),
)
_CELLS = Cells(
    times=_TIMES,
    durations=(),
    texts=(*_IDS, "caller", "line", "agent", "queue", "dialled", "record_key", "quality"),
)


def _derived(columns: Columns, *, times: Times, stated: Stated) -> Mapping[str, pl.Expr]:
    return _CELLS.derived(columns, times, _words(stated))


def _plausible(columns: Columns, *, stated: Stated) -> pl.Expr:
    read = {name: us(columns, name) for name in _TIMES[1:]} | {
        name: meaning(columns, name) for name in _words(stated)
    }
    return pl.all_horizontal(
        us(columns, "offered_at").is_not_null(),
        *(is_read(name, said) for name, said in read.items() if name in columns),
    )


def _record(
    columns: Columns,
    _: Reading,
) -> Mapping[str, pl.Expr]:
    time_us, word, written = (partial(what, columns) for what in (us, meaning, text))
    evidence = pl.coalesce(
        *(word(name) for name in ("evidence", "refused_by", "detail", "outcome")),
        pl.lit("unknown"),
    )
    answered_us = pl.when(evidence == "agent").then(time_us("answered_at"))
    # However its times are written: the same call may be converted twice.
    by_content = hash_of(
        *(bare(columns, name) for name in (*_IDS, "caller", "line", "agent", "queue", "dialled")),
        *(time_us(name).cast(pl.String) for name in _TIMES),
        *(evidence, word("direction")),
    )
    record_key = _key_of(written("record_key"), by_content)
    identifier = pl.coalesce(*(written(name) for name in _IDS))
    direction = pl.coalesce(word("direction"), pl.lit("inbound"))
    return {
        "record_key": record_key,
        "call_key": _key_of(identifier, record_key),
        "by_content": identifier.is_null() & written("record_key").is_null(),
        "content_in_record_key": written("record_key").is_null(),
        "content_in_call_key": identifier.is_null(),
        "start_us": time_us("offered_at"),
        "picked_up_us": pl.coalesce(time_us("picked_up_at"), answered_us),
        "queued_us": time_us("queued_at"),
        "answered_us": answered_us,
        "end_us": time_us("released_at"),
        "direction": direction.cast(pl.Enum(DIRECTIONS)),
        "evidence": evidence.cast(pl.Enum(EVIDENCE)),
        "caller_number": written("caller"),
        "dialled_number": written("dialled"),
        "line": written("line"),
        "agent_name": written("agent"),
        "queue": written("queue"),
        "minute_only": to_the_minute("offered_at") | _is_marked(columns),
    }


def _words(stated: Stated) -> dict[str, Mapping[str, str]]:
    """What the words of each column mean; outcomes as evidence."""
    outcomes = {outcome: outcome for outcome in EVIDENCE_OF} | dict(stated.outcomes)
    return {
        "outcome": {word: EVIDENCE_OF[outcome] for word, outcome in outcomes.items()},
        "refused_by": {who: f"refused_{who}" for who in REFUSED_BY},
        "detail": {detail: detail for detail in DETAILS},
        "evidence": {evidence: evidence for evidence in EVIDENCE},
        "direction": {direction: direction for direction in DIRECTIONS} | dict(stated.directions),
    }


def _key_of(identifier: pl.Expr, otherwise: pl.Expr) -> pl.Expr:
    return pl.when(identifier.is_null()).then(otherwise).otherwise(hash_of(identifier))


def _is_marked(columns: Columns) -> pl.Expr:
    """Whether a line says itself that its times are known to the minute only."""
    quality = text(columns, "quality").cast(pl.Int64, strict=False).fill_null(0)
    return (quality & MINUTE_ONLY) > 0


def _dialect(listing: Listing, times: Times, stated: Stated) -> Dialect:
    plausible = partial(_plausible, stated=stated)
    return Dialect(
        name="generic",
        version=1,
        layout=listing.layout,
        derived=partial(_derived, times=times, stated=stated),
        plausible=plausible,
        clean=plausible,
        record=_record,
        clock="UTC" if times.instants else "",
        instants=times.instants,
        header=listing.header,
        titles=listing.titles,
        fit=fit,
    )


def fit(sample: Sample, reading: Reading) -> Dialect:
    """The dialect as a file has it that begins like this.

    Raises:
        MissingColumnsError: no line at its beginning names what a record needs.

    """
    stated = reading.stated
    listing = find_listing(sample, stated, needed=_NEEDED, known=COLUMNS, usual=COLUMNS)
    times = find_times(listing.cells(sample, "offered_at"), stated)
    return _dialect(listing, times, stated)


DIALECT = _dialect(
    Listing(separator=",", titles=0, header=",".join(COLUMNS), columns=COLUMNS), Times(), Stated()
)
