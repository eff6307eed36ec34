"""What a FreeSWITCH record of one leg says that is a document, in JSON or XML.

Source: ``switch_ivr_generate_json_cdr`` and ``switch_ivr_generate_xml_cdr`` of ``switch_ivr.c``,
``switch_channel_set_timestamps`` and ``mod_callcenter.c`` of FreeSWITCH. A document holds the
channel's variables, their values URL-encoded by default. Times are taken from the epochs, true UTC,
of which 0 means never; the stamps beside them are the server's clock. A queue of ``mod_callcenter``
picks a call up itself and notes in variables of its own what became of it.

Legs that the platform made itself share their call by ``call_uuid`` or, in a queue, by
``cc_member_session_uuid``; they tell when an agent took it, and nothing where nobody did.

What the documents cannot tell: that a phone which plays early media has not been answered, where
a machine had picked the call up before; and refusals by the queue, which has no limit of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from urllib.parse import unquote

import polars as pl

from affluence.cdr import freeswitch
from affluence.cdr.columns import filled, hash_of, whole_number
from affluence.cdr.dialect import Dialect, Reading
from affluence.cdr.documents import DocumentOf, Documents
from affluence.cdr.layouts import Columns

_TIMES = ("start", "answer", "bridge", "end")
VARIABLES = (
    *("uuid", "call_uuid", "direction", "call_direction", "hangup_cause", "last_bridge_to"),
    *("channel_name", "bridge_channel", "last_app", "last_arg"),
    *(f"{time}_{unit}" for time in _TIMES for unit in ("uepoch", "epoch")),
    *("cc_side", "cc_queue", "cc_agent", "cc_member_session_uuid", "cc_cause", "cc_cancel_reason"),
    *("cc_queue_joined_epoch", "cc_queue_answered_epoch"),
)
PROFILE = ("caller_id_number", "destination_number")  # of the caller, as the call arrived
COLUMNS: Columns = (*VARIABLES, *PROFILE)
_NOTHING = ("",) * len(COLUMNS)

_SMALLEST_DOCUMENT = 200  # characters: a few variables
_LARGEST_DOCUMENT = 4 << 20  # characters: a hundred times what a leg with its whole log takes
LONGEST_VALUE = 1000  # characters of a value that is looked at
_LATEST_US = 4_102_444_800_000_000  # the year 2100
_GAVE_UP_ON = ("TIMEOUT", "NO_AGENT_TIMEOUT")


def row(variables: Mapping[str, object], profile: Mapping[str, object]) -> list[str]:
    """The columns of one document."""
    return [
        *(_text(variables.get(name)) for name in VARIABLES),
        *(_text(profile.get(name)) for name in PROFILE),
    ]


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    decoded = unquote(str(value)[:LONGEST_VALUE])  # a plus is one: telephone numbers begin with it
    return decoded.encode(errors="replace").decode()  # JSON may hold halves of a character


def rows_of_each(
    content: str, boundary: re.Pattern[str], row_of: Callable[[str], list[str]]
) -> Iterator[Sequence[str]]:
    """The rows of a file: of one document, or of several that were put into one file.

    Args:
        content: of the file.
        boundary: what lies between two documents.
        row_of: a document → its row; raises ValueError where it is none.

    Raises:
        ValueError: its only document is none, or there are more than can be true.

    """
    if sum(1 for _ in boundary.finditer(content)) > len(content) // _SMALLEST_DOCUMENT:
        raise ValueError("documents smaller than any record of a leg")
    documents = [part for part in boundary.split(content) if part.strip()]
    if len(documents) <= 1:
        yield _row_of_one(content, row_of)
        return
    for document in documents:
        try:
            yield _row_of_one(document, row_of)
        except ValueError:
            # One that is broken must not cost the others: a record of which nothing can be read.
            yield _NOTHING


def _row_of_one(document: str, row_of: Callable[[str], list[str]]) -> list[str]:
    if len(document) > _LARGEST_DOCUMENT:
        raise ValueError("a document larger than any record of a leg")
    return row_of(document)


def _plausible(_: Columns) -> pl.Expr:
    """See `Dialect`."""
    epochs = [_is_epoch(f"{time}_{unit}") for time in _TIMES for unit in ("uepoch", "epoch")]
    queue = [_is_epoch(name) for name in ("cc_queue_joined_epoch", "cc_queue_answered_epoch")]
    return pl.all_horizontal(
        filled("uuid").is_not_null(),
        _time_us("start").is_not_null(),
        freeswitch.names_a_cause(),
        *epochs,
        *queue,
    )


def _others(columns: Columns) -> Mapping[str, pl.Expr]:
    """See `Dialect`."""
    return {freeswitch.LOST_RACE: _plausible(columns) & freeswitch.lost_race()}


def _record(columns: Columns, reading: Reading) -> Mapping[str, pl.Expr]:
    """See `Dialect`."""
    start_us, answer_us, bridge_us = (_time_us(time) for time in ("start", "answer", "bridge"))
    made = ((pl.col("direction") == "outbound") | (pl.col("cc_side") == "agent")).fill_null(False)
    by_queue = (pl.col("cc_cause") == "answered").fill_null(False)
    joined = bridge_us.is_not_null() | filled("last_bridge_to").is_not_null() | by_queue
    agent = answer_us.is_not_null() & joined
    reason = pl.col("cc_cancel_reason")
    left = (pl.col("cc_cause") == "cancel") & (reason != "EXIT_WITH_KEY")
    evidence = freeswitch.evidence(
        columns,
        reading,
        picked_up=answer_us.is_not_null(),
        agent=agent,
        more=(
            (made, "unknown"),
            (left & reason.is_in(_GAVE_UP_ON), "rang_out"),
            (left, "gave_up"),
        ),
    )
    answered_us = pl.coalesce(
        _queue_us("cc_queue_answered_epoch", start_us), pl.max_horizontal(answer_us, bridge_us)
    )
    return {
        "record_key": hash_of(pl.col("uuid")),
        "call_key": hash_of(
            pl.coalesce(filled("cc_member_session_uuid"), filled("call_uuid"), pl.col("uuid"))
        ),
        "start_us": start_us,
        "picked_up_us": answer_us,
        "answered_us": pl.when(agent).then(answered_us),
        "end_us": _time_us("end"),
        "direction": freeswitch.direction(columns, reading),
        "evidence": evidence,
        # A leg that the platform made shows whatever number it was given to show.
        "caller_number": pl.when(~made).then(pl.col("caller_id_number")),
        "dialled_number": pl.col("destination_number"),
        "queued_us": _queue_us("cc_queue_joined_epoch", start_us),
        "queue": filled("cc_queue"),
        "agent_name": pl.when(agent).then(filled("cc_agent")),
    }


def _is_epoch(column: str) -> pl.Expr:
    number = whole_number(column)
    known = number.is_between(0, _LATEST_US if column.endswith("uepoch") else _LATEST_US // 10**6)
    return known.fill_null(pl.col(column).fill_null("") == "")


def _epoch_us(column: str) -> pl.Expr:
    seconds = whole_number(column)
    return pl.when(seconds > 0).then(seconds * 1_000_000)


def _queue_us(column: str, start_us: pl.Expr) -> pl.Expr:
    """A time that the queue noted, in whole seconds: it is never before the call."""
    noted = _epoch_us(column)
    return pl.when(noted.is_not_null()).then(pl.max_horizontal(noted, start_us))


def _time_us(time: str) -> pl.Expr:
    """UTC microseconds of a time of the leg, null where it never came."""
    exact = whole_number(f"{time}_uepoch")
    return pl.coalesce(pl.when(exact > 0).then(exact), _epoch_us(f"{time}_epoch"))


def dialect(name: str, sign: re.Pattern[str], rows_of: DocumentOf) -> Dialect:
    """The dialect of documents that begin and are taken apart like this."""
    return Dialect(
        name=name,
        version=1,
        layout=Documents(columns=COLUMNS, sign=sign, rows_of=rows_of),
        plausible=_plausible,
        clean=_plausible,
        record=_record,
        others=_others,
        clock="UTC",
    )
