"""3CX call data records (``cdr*.log``, or one file a call): no header, no quotes, commas.

Source: 3cx.com, "CDR – Call Data Records"; the records in issues 16, 17, 52 and 59 of
dorel14/3CX-Cdr-Server. Who administers the system chooses the fields and their order: the usual
order of all 27 is assumed, or of the first 20 that older versions have, and any other must be
stated, each field with its number. A name may hold commas: the columns before the names and behind
them are then what is sure. Times are UTC, unless the configuration states another clock.

What no source settles: which words ``reason-terminated`` takes where nobody answered, so that the
configuration may state what each means; and whether ``time-answered`` of a call that came through a
queue is the agent's or the queue's own. It is taken as the agent's, unless machines are known to
answer first. Without the types of the parties (20 columns) a queue looks like an extension.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import partial

import polars as pl

from affluence.cdr.columns import TIME, empty_or_read, filled_in, hash_of, parsed_us
from affluence.cdr.dialect import Dialect, MissingColumnsError, Reading, Sample
from affluence.cdr.fates import EVIDENCE_OF, agent_answer_us, direction_where, first_that_holds
from affluence.cdr.layouts import Columns
from affluence.cdr.separated import Separated
from affluence.tables import EVIDENCE

_USUAL = (
    *("historyid", "callid", "duration", "time_start", "time_answered", "time_end"),
    *("reason_terminated", "from_no", "to_no", "from_dn", "to_dn", "dial_no", "reason_changed"),
    *("final_number", "final_dn", "bill_code", "bill_rate", "bill_cost", "bill_name", "chain"),
    *("from_type", "to_type", "final_type", "from_dispname", "to_dispname", "final_dispname"),
    "missed_queue_calls",
)
_OLDER = _USUAL[:20]
_NEEDED = (
    *("historyid", "time_start", "time_answered", "time_end"),
    *("reason_terminated", "from_no", "to_no"),
)
_FREE_TEXT = ("bill_name", "from_dispname", "to_dispname", "final_dispname", "missed_queue_calls")
# Derived columns; no field has a blank in its name.
_TIMES = {"time_start": "start us", "time_answered": "answer us", "time_end": "end us"}
_WORDS = {
    "from_type": "from kind",
    "to_type": "to kind",
    "final_type": "final kind",
    "reason_terminated": "reason in lower case",
}
_ID = r"^(?:Call )?\d+$"
_DURATION = r"^\d{1,3}:\d{2}:\d{2}$"
_LINES = ("line", "externalline", "external_line")
_MACHINES = ("ivr", "script")
_WITHIN = "Ext."  # how the number of a party within the system begins

# Only the first two are certain, in the spelling of either generation.
_EVIDENCE_OF_REASON = {
    **dict.fromkeys(("terminatedbysrc", "src_participant_terminated"), "gave_up"),
    **dict.fromkeys(("terminatedbydst", "dst_participant_terminated"), "rang_out"),
    **dict.fromkeys(("cancelled", "failed_cancelled"), "gave_up"),
    **dict.fromkeys(("noanswer", "no_answer", "failed_noanswer", "timeout"), "rang_out"),
    **dict.fromkeys(("notavailable", "notregistered", "not_available"), "rang_out"),
    **dict.fromkeys(("busy", "failed_busy", "rejected"), "refused"),
    **dict.fromkeys(("failed", "no_route", "noroute"), "failed"),
}


def _derived(columns: Columns, *, time_format: str) -> Mapping[str, pl.Expr]:
    # Versions differ in how they spell the types of parties and the reasons.
    words = {name: filled_in(columns, column).str.to_lowercase() for column, name in _WORDS.items()}
    return words | {name: _time_us(column, time_format) for column, name in _TIMES.items()}


def _time_us(name: str, time_format: str) -> pl.Expr:
    """Microseconds of the clock that the records are written by, null where there is no time."""
    text = pl.col(name)
    if not time_format:
        text = text.str.replace_all("/", "-", literal=True)
    return parsed_us(text, time_format or TIME)


def _plausible(columns: Columns) -> pl.Expr:
    later = [empty_or_read(name, pl.col(_TIMES[name])) for name in ("time_answered", "time_end")]
    return pl.all_horizontal(
        pl.col(_TIMES["time_start"]).is_not_null(),
        *later,
        pl.col("historyid").str.contains(_ID).fill_null(False),
        filled_in(columns, "duration").str.contains(_DURATION).fill_null(True),
    )


def _record(columns: Columns, reading: Reading) -> Mapping[str, pl.Expr]:
    start_us, picked_up_us, end_us = (pl.col(name) for name in _TIMES.values())
    direction = _direction()
    evidence = _evidence(columns, reading, direction, picked_up_us.is_not_null())
    by_agent = evidence == "agent"
    queued = (pl.col(_WORDS["to_type"]) == "queue").fill_null(False)
    called = pl.coalesce(filled_in(columns, "final_dn"), filled_in(columns, "to_dn"))
    agent = pl.when(direction == "inbound").then(called).otherwise(filled_in(columns, "from_dn"))
    # The numbers of calls begin again where a system is set up anew.
    day = pl.col("time_start").str.head(10)
    parts = ("historyid", "callid", "time_start", "time_end", "to_no", "final_number")
    return {
        "record_key": hash_of(*(pl.col(name) for name in parts if name in columns)),
        "content_in_record_key": pl.lit(value=True),
        "call_key": hash_of(pl.col("historyid"), day),
        "start_us": start_us,
        "picked_up_us": picked_up_us,
        "answered_us": agent_answer_us(reading, by_agent, picked_up_us),
        "end_us": end_us,
        "direction": direction,
        "evidence": evidence,
        "caller_number": pl.col("from_no"),
        "dialled_number": filled_in(columns, "dial_no"),
        "queue": pl.when(queued).then(filled_in(columns, "to_dn")),
        "agent_name": pl.when(by_agent).then(agent),
    }


def _direction() -> pl.Expr:
    def outside(type_name: str, number: str) -> pl.Expr:
        by_number = ~pl.col(number).str.starts_with(_WITHIN).fill_null(False)
        return pl.col(_WORDS[type_name]).is_in(_LINES).fill_null(by_number)

    return direction_where(
        inbound=outside("from_type", "from_no"), outbound=outside("to_type", "to_no")
    )


def _evidence(
    columns: Columns, reading: Reading, direction: pl.Expr, picked_up: pl.Expr
) -> pl.Expr:
    kind = pl.coalesce(_WORDS["final_type"], _WORDS["to_type"])
    person = kind == "extension"
    if not {"final_type", "to_type"} & {*columns}:
        # Nothing tells a queue from an extension but that a call went on from it to another.
        moved = filled_in(columns, "final_dn") != filled_in(columns, "to_dn")
        person = moved if reading.machine_answers_first else pl.lit(value=True)
    elsewhere = direction != "inbound"  # whoever was called by the desk is a person
    reason = pl.col(_WORDS["reason_terminated"])
    stated = {word: EVIDENCE_OF[outcome] for word, outcome in reading.stated.outcomes}
    names = pl.Enum(EVIDENCE)
    rules = (
        (picked_up & (person | elsewhere), "agent"),
        (kind.str.contains("voicemail", literal=True), "voicemail"),
        *((reason == word, evidence) for word, evidence in stated.items()),
        (picked_up & kind.is_in(_MACHINES), "self_service"),
    )
    by_reason = reason.replace_strict(_EVIDENCE_OF_REASON, default="unknown", return_dtype=names)
    return first_that_holds(rules, by_reason)


def _loose_line(columns: Columns, separator: str) -> re.Pattern[str]:
    """Anchored on both ends: separators that are too many are in the first of the names."""
    name = next((column for column in columns if column.endswith("dispname")), "")
    plain = f"[^{re.escape(separator)}]*"
    shapes = (f"(?P<{column}>{'.*' if column == name else plain})" for column in columns)
    return re.compile(re.escape(separator).join(shapes) + "$")


def _dialect(layouts: Mapping[int, Columns], reading: Reading) -> Dialect:
    separator = reading.stated.separator or ","
    order = "stated" if reading.stated.columns else "usual"
    answers = "the queue's" if reading.machine_answers_first else "an agent's"
    return Dialect(
        name="3cx",
        version=1,
        layout=Separated(
            columns_by_width=layouts,
            separator=separator,
            quotes=False,
            loose_line=_loose_line(layouts[max(layouts)], separator),
        ),
        derived=partial(_derived, time_format=reading.stated.time_format),
        plausible=_plausible,
        clean=_plausible,
        record=_record,
        clock="UTC",
        choices=(
            f"fields are in their {order} order",
            "times are UTC where no other clock is stated",
            f"the answer to a queued call is taken for {answers}",
        ),
        fit=fit,
    )


def fit(sample: Sample, reading: Reading) -> Dialect:
    """The dialect with its fields in the order that the configuration states, or in the usual one.

    Raises:
        MissingColumnsError: a field that records need is not stated, or not by a number.

    """
    if not reading.stated.columns:
        return _dialect({len(columns): columns for columns in (_OLDER, _USUAL)}, reading)
    numbered = {name.replace("-", "_"): number for name, number in reading.stated.columns}
    at = {int(number): name for name, number in numbered.items() if number.isdecimal()}
    separator = reading.stated.separator or ","
    widths = Counter(line.count(separator) + 1 for line in sample.lines)
    width = widths.most_common(1)[0][0] if widths else max(at, default=1)
    columns = tuple(at.get(number, f"column_{number}") for number in range(1, width + 1))
    missing = tuple(name.replace("_", "-") for name in _NEEDED if name not in columns)
    if missing:
        raise MissingColumnsError(missing)
    return _dialect({width: columns}, reading)


DIALECT = _dialect({len(columns): columns for columns in (_OLDER, _USUAL)}, Reading())
