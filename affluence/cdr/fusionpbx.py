"""FusionPBX, its call detail records exported as CSV: a header, every column in quotes.

Source: ``xml_cdr_export.php``, ``xml_cdr_inc.php`` and ``resources/classes/xml_cdr.php`` in
``app/xml_cdr`` of FusionPBX. The header names columns of its database, of which the permissions of
who exports decide; quotes within a column are not doubled. The column ``duration`` is that of the
conversation: times are taken from ``start_epoch``, true UTC, and from how far the other stamps are
from the first, whatever zone those are written in.

What an export cannot tell: when an agent took a call of a queue, which the queue itself had picked
up (``cc_side`` member); and who ended a queue's call that nobody took, where the column ``status``
says ``missed``: it counts as given up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl

from affluence.cdr import freeswitch
from affluence.cdr.columns import (
    TIME,
    empty_or_read,
    filled,
    filled_in,
    hash_of,
    parsed_us,
    whole_number,
)
from affluence.cdr.dialect import Dialect, Reading, Sample
from affluence.cdr.fates import agent_answer_us, direction_of
from affluence.cdr.headers import columns_by_title, named, require
from affluence.cdr.layouts import Columns
from affluence.cdr.separated import Separated

_NEEDED = (
    *("start_stamp", "answer_stamp", "end_stamp", "start_epoch", "hangup_cause", "xml_cdr_uuid"),
    *("bridge_uuid", "direction", "caller_id_number", "destination_number"),
)
# Not everyone may see these, or older versions have none: they are then empty.
_OPTIONAL = ("status", "missed_call", "cc_side", "leg", "extension", "caller_destination", "tta")
_SHAPES = {
    **dict.fromkeys(("extension_name", "caller_id_name"), ".{0,200}?"),
    **dict.fromkeys(("answer_stamp", "end_stamp"), r"[\d :.T+-]*"),
    "start_stamp": r"[\d :.T+-]{10,}",
    "start_epoch": r"\d+",
    "xml_cdr_uuid": "[0-9A-Fa-f-]+",
    "hangup_cause": "[A-Z][A-Z0-9_]*",
    "direction": "[a-z]*",
}
# Microseconds by each clock: derived columns; no name in a header that is used has a blank.
_STAMPS = {
    "start_stamp": "start us",
    "answer_stamp": "answer us",
    "end_stamp": "end us",
}
_SEPARATORS = (",", ";", "\t")
_DIRECTIONS = {"inbound": "inbound", "outbound": "outbound", "local": "internal"}
_UUID = r"^[0-9A-Fa-f]{8}-"
_LATEST_S = 4_102_444_800  # the year 2100


def _stamp_us(name: str) -> pl.Expr:
    """Microseconds of a stamp; of UTC where it has an offset, else of a clock that is not known."""
    stamp = pl.col(name)
    written = stamp.str.slice(0, len("2026-03-03 09:00:00")).str.replace("T", " ", literal=True)
    # Most stamps end here: what is beyond is looked at only where there is something.
    beyond = stamp.str.slice(len("2026-03-03 09:00:00"))
    beyond = pl.when(beyond != "").then(beyond)
    sign, hours, minutes = (
        beyond.str.extract(r"^(?:\.[0-9]+)?([+-])([0-9]{2}):?([0-9]{2})?$", group)
        for group in (1, 2, 3)
    )
    east_s = hours.cast(pl.Int64) * 3600 + minutes.cast(pl.Int64).fill_null(0) * 60
    east_s = pl.when(sign == "-").then(-east_s).otherwise(east_s).fill_null(0)
    return parsed_us(written, TIME) - east_s * 1_000_000


def _start_us() -> pl.Expr:
    return whole_number("start_epoch") * 1_000_000


def _derived(_: Columns) -> Mapping[str, pl.Expr]:
    return {name: _stamp_us(stamp) for stamp, name in _STAMPS.items()}


def _time_us(name: str) -> pl.Expr:
    """UTC microseconds of a stamp: as long after the epoch as it is after the first stamp."""
    return _start_us() + pl.col(_STAMPS[name]) - pl.col(_STAMPS["start_stamp"])


def _plausible(_: Columns) -> pl.Expr:
    epoch = whole_number("start_epoch")
    later = [empty_or_read(name, pl.col(_STAMPS[name])) for name in ("answer_stamp", "end_stamp")]
    return pl.all_horizontal(
        epoch.is_between(1, _LATEST_S).fill_null(False),
        pl.col(_STAMPS["start_stamp"]).is_not_null(),
        *later,
        freeswitch.names_a_cause(),
        pl.col("xml_cdr_uuid").str.contains(_UUID).fill_null(False),
        pl.col("direction").fill_null("").is_in(["", *_DIRECTIONS]),
    )


def _clean(columns: Columns) -> pl.Expr:
    # Every column is in quotes: one that is null, not empty, was never written.
    return _plausible(columns) & pl.col(columns[-1]).is_not_null()


def _others(columns: Columns) -> Mapping[str, pl.Expr]:
    called = (filled_in(columns, "cc_side") == "agent") | (filled_in(columns, "leg") == "b")
    return {
        freeswitch.LOST_RACE: _plausible(columns) & freeswitch.lost_race(),
        freeswitch.CALLED: _plausible(columns) & called.fill_null(False) & ~freeswitch.lost_race(),
    }


def _record(columns: Columns, reading: Reading) -> Mapping[str, pl.Expr]:
    status, cause = filled_in(columns, "status"), pl.col("hangup_cause")
    missed = (status == "missed").fill_null(False) | filled_in(columns, "missed_call").is_in(
        ["true", "t", "1"]
    ).fill_null(False)
    to_voicemail = pl.col("destination_number").str.starts_with("*99")
    voicemail = ((status == "voicemail") | to_voicemail).fill_null(False)
    picked_up_us = _time_us("answer_stamp")
    picked_up = picked_up_us.is_not_null()
    agent = picked_up & filled("bridge_uuid").is_not_null() & ~voicemail & ~missed
    queued = (filled_in(columns, "cc_side") == "member").fill_null(False)
    ended_normally = cause == "NORMAL_CLEARING"
    evidence = freeswitch.evidence(
        columns,
        reading,
        picked_up=picked_up,
        agent=agent,
        more=(
            (voicemail, "voicemail"),
            (missed & ended_normally, "gave_up"),
            # Where a queue picks up, versions without "missed" call that answered.
            (queued & ended_normally, "gave_up"),
            ((status == "failed") & ended_normally, "failed"),
        ),
    )
    key = hash_of(pl.col("xml_cdr_uuid"))
    return {
        "record_key": key,
        "call_key": key,
        "start_us": _start_us(),
        "picked_up_us": picked_up_us,
        "answered_us": agent_answer_us(reading, agent & ~queued, picked_up_us),
        "end_us": _time_us("end_stamp"),
        # A call that came by no route from outside or to there has no direction.
        "direction": direction_of(pl.col("direction"), _DIRECTIONS, "internal"),
        "evidence": evidence,
        "caller_number": pl.col("caller_id_number"),
        "dialled_number": pl.coalesce(
            filled_in(columns, "caller_destination"), pl.col("destination_number")
        ),
        "agent_name": pl.when(agent).then(filled_in(columns, "extension")),
    }


def _dialect(separator: str, columns: Columns, header: str) -> Dialect:
    return Dialect(
        name="fusionpbx",
        version=2,
        layout=Separated(
            columns_by_width={len(columns): columns},
            separator=separator,
            loose_line=freeswitch.loose_line(columns, _SHAPES, re.escape(separator)),
        ),
        derived=_derived,
        plausible=_plausible,
        clean=_clean,
        record=_record,
        others=_others,
        clock="UTC",
        header=header,
        fit=fit,
    )


def fit(sample: Sample, _: Reading) -> Dialect:
    """The dialect as a file has it that begins like this.

    Raises:
        MissingColumnsError: it has no header, or one that does not name what a record needs.

    """
    separator, names = named(sample.first_line, _SEPARATORS)
    columns = columns_by_title(names, {name: name for name in (*_NEEDED, *_OPTIONAL, *_SHAPES)})
    require(columns, _NEEDED)
    return _dialect(separator, columns, sample.first_line)


DIALECT = _dialect(",", _NEEDED, "")
