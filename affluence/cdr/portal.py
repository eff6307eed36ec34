"""Listings that the portals of hosted telephone systems export, several rows a call.

Known from one real example only, a Portuguese one of 2025: title lines above the header, a mark of
UTF-8, CRLF, semicolons, ids and numbers in apostrophes, a column for the zone of the times, ring
times and durations as ``H:MM:SS``, the wait on the row of the queue alone, one column more or less
by the date of the export. So the configuration states which column is which, and what the words
mean; of the words, those of that example are known, and of the titles none.

A call is what has one id *and* one beginning, for ids are used again within minutes. A row tells:

* ``duration``, from the beginning of the call to the end of this row, or ``talk``, from the answer
  to it; at least one of the two;
* ``ring``, for how long the telephone of this row rang, after the wait in the queue;
* ``queue_wait``, on the row of the queue.

A row of a queue that names no agent, in a listing that has both columns, says that the queue took
the call, not that somebody spoke; other answered rows are agents' unless the reason says that a
machine answered. Calls that were never let in stand in no listing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from zoneinfo import ZoneInfo

import polars as pl

from affluence.cdr.columns import hash_of
from affluence.cdr.dialect import Dialect, MissingColumnsError, Reading, Sample, Stated
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
from affluence.tables import DIRECTIONS, EVIDENCE

_NEEDED = ("offered_at", "outcome")
_DURATIONS = ("duration", "talk", "ring", "queue_wait")
_PARTIES = ("caller", "dialled", "line", "agent", "queue")
COLUMNS = ("call_id", *_NEEDED, "reason", "direction", *_DURATIONS, *_PARTIES, "zone")
_TOLD = ("call_id", "outcome", "reason", *_PARTIES, *_DURATIONS)
_CELLS = Cells(times=("offered_at",), durations=_DURATIONS, texts=(*_TOLD, "zone"))
_CALL_KEY, _FATE = "key of the call", "fate of the call"

_OUTCOMES = {"atendida": "answered", "não atendida": "unanswered"}
_REASONS = {
    "cancelada pela origem": "abandoned",
    "destino ocupado": "busy",
    "concluída noutro destino": "unknown",  # another telephone took the call
    "chamada desviada": "unknown",  # the row to which it went tells more
    # "Sessão terminada" ends calls of any fate.
}
_BY_MACHINES = ("self_service", "closed")
CHOICES = (
    "the telephone of who answers rings after the wait in the queue",
    "a queue's row without an agent's name says that the queue took the call, not an agent",
)


def _derived(columns: Columns, *, times: Times, stated: Stated) -> Mapping[str, pl.Expr]:
    cells = _CELLS.derived(columns, times, _words(stated))
    of_call = bare(columns, "call_id" if "call_id" in columns else "caller")
    call_key = hash_of(of_call, us(columns, "offered_at").cast(pl.String))
    return {**cells, _CALL_KEY: call_key, _FATE: _evidence(columns)}


def _plausible(columns: Columns, *, zone: str) -> pl.Expr:
    read = {name: us(columns, name) for name in _DURATIONS}
    read["direction"] = meaning(columns, "direction")
    here = [bare(columns, "zone") == zone] if zone else []
    return pl.all_horizontal(
        us(columns, "offered_at").is_not_null(),
        meaning(columns, "outcome").is_not_null(),
        *(is_read(name, said) for name, said in read.items() if name in columns),
        *here,
    ).fill_null(False)


def _record(
    columns: Columns,
    _: Reading,
) -> Mapping[str, pl.Expr]:
    lasting_us, word, written = (partial(what, columns) for what in (us, meaning, text))
    start_us, call_key = us(columns, "offered_at"), pl.col(_CALL_KEY)
    taken = word("outcome") == "answered"
    evidence = pl.col(_FATE)
    by_agent = evidence == "agent"
    # A telephone that nobody picked up may have rung while the call waited, any time.
    wait_us = lasting_us("queue_wait")
    waiting_us = pl.when(by_agent).then(_of_call(wait_us, call_key)).otherwise(wait_us).fill_null(0)
    ringing_us = lasting_us("ring").fill_null(0)
    end_us = start_us + pl.coalesce(
        lasting_us("duration"), waiting_us + ringing_us + lasting_us("talk").fill_null(0)
    )
    if "talk" in columns:
        taken_us = end_us - lasting_us("talk").fill_null(0)
    elif "ring" in columns:
        taken_us = start_us + waiting_us + ringing_us
    else:
        taken_us = pl.lit(None, pl.Int64)
    direction = pl.coalesce(word("direction"), pl.lit("inbound"))
    return {
        # Without a number of its own a row is known by what it says: of two that are equal in all
        # of it, one is a copy.
        "record_key": hash_of(
            *(bare(columns, name) for name in _TOLD),
            *(start_us.cast(pl.String), direction),
        ),
        "content_in_record_key": pl.lit(value=True),
        "call_key": call_key,
        "content_in_call_key": pl.lit("call_id" not in columns),
        "start_us": start_us,
        # A machine or a queue takes a call at once, and then has it wait.
        "picked_up_us": pl.when(by_agent).then(taken_us).when(taken).then(start_us),
        "queued_us": pl.when(lasting_us("queue_wait").is_not_null()).then(start_us),
        "answered_us": pl.when(by_agent).then(taken_us),
        "end_us": end_us,
        "direction": direction.cast(pl.Enum(DIRECTIONS)),
        "evidence": evidence.cast(pl.Enum(EVIDENCE)),
        "caller_number": written("caller"),
        "dialled_number": written("dialled"),
        "line": written("line"),
        "agent_name": written("agent"),
        "queue": written("queue"),
        "minute_only": to_the_minute("offered_at"),
    }


def _of_call(us: pl.Expr, call_key: pl.Expr) -> pl.Expr:
    """What one row of a call tells for all of them.

    Rows of a call stand together, and whole listings are far smaller than a block.
    """
    return us.max().over(call_key)


def _evidence(columns: Columns) -> pl.Expr:
    """What a row says of the fate of its call, as in LEGS."""
    outcome, reason = meaning(columns, "outcome"), meaning(columns, "reason")
    taken = outcome == "answered"
    by_queue = pl.lit(value=False)
    if "queue" in columns and "agent" in columns:
        by_queue = text(columns, "queue").is_not_null() & text(columns, "agent").is_null()
    by_machine = reason.is_in(_BY_MACHINES).fill_null(False)
    fate = (
        pl.when(taken & by_machine)
        .then(reason)
        .when(taken & by_queue)
        .then(pl.lit("unknown"))
        .when(taken)
        .then(outcome)
        .otherwise(pl.coalesce(reason, outcome))
    )
    return fate.replace_strict(EVIDENCE_OF, return_dtype=pl.String)


def _words(stated: Stated) -> dict[str, Mapping[str, str]]:
    """What the words of each column mean; what the configuration states comes first."""
    known = {outcome: outcome for outcome in EVIDENCE_OF} | _OUTCOMES | _REASONS
    outcomes = known | dict(stated.outcomes)
    return {
        "outcome": outcomes,
        "reason": outcomes,
        "direction": {direction: direction for direction in DIRECTIONS} | dict(stated.directions),
    }


def _dialect(listing: Listing, times: Times, stated: Stated, zone: str) -> Dialect:
    plausible = partial(_plausible, zone=zone)
    return Dialect(
        name="portal",
        version=1,
        layout=listing.layout,
        derived=partial(_derived, times=times, stated=stated),
        plausible=plausible,
        clean=plausible,
        record=_record,
        clock="UTC" if times.instants else zone,
        instants=times.instants,
        header=listing.header,
        titles=listing.titles,
        choices=CHOICES,
        fit=fit,
    )


def fit(sample: Sample, reading: Reading) -> Dialect:
    """The dialect as a file has it that begins like this.

    Raises:
        MissingColumnsError: no line at its beginning names what the configuration states, or that
            states too little.

    """
    stated = reading.stated
    lasts = {"duration", "talk"} & {name for name, _ in stated.columns}
    needed = _NEEDED if lasts else (*_NEEDED, "duration")
    listing = find_listing(sample, stated, needed=needed, known=COLUMNS)
    times = find_times(listing.cells(sample, "offered_at"), stated)
    zone = ""
    if "zone" in listing.columns:
        zones = list(listing.cells(sample, "zone"))
        zone = next(filter(_is_zone, zones), "")
        if zones and not zone:
            raise MissingColumnsError(("zone, for none of these is known",))
    return _dialect(listing, times, stated, zone)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):  # of no zone, of nothing, of a folder of zones
        return False
    return True


DIALECT = _dialect(
    Listing(separator=";", titles=0, header=";".join(COLUMNS), columns=COLUMNS),
    Times(),
    Stated(),
    "",
)
