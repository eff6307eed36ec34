"""Asterisk cdr_custom: one record a leg, in the columns that its configuration maps.

Source: ``configs/samples/cdr_custom.conf.sample`` and ``main/cdr.c`` of Asterisk. The mapping of
that sample is known; any other is stated as the number of each column. Times may be texts of the
server's zone, texts of any `strftime` format, or epochs, whole or with a fraction; dispositions
words or numbers. The sample maps no linked id: legs are then one call by their unique id, and one
that is transferred under another is two.

Not read: mappings as JSON, and those that quote with another character than ``"``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

import polars as pl

from affluence.cdr import asterisk
from affluence.cdr.asterisk import DISPOSITIONS
from affluence.cdr.asterisk_times import Times, find_times, is_legible, within_calendar
from affluence.cdr.columns import filled_in, hash_of
from affluence.cdr.dialect import Dialect, MissingColumnsError, Reading, Sample
from affluence.cdr.fates import agent_answer_us, direction_by_trunks
from affluence.cdr.headers import columns_by_number, widest
from affluence.cdr.layouts import Columns
from affluence.cdr.separated import Separated

_SAMPLE = (
    *("clid", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp", "lastdata", "start"),
    *("answer", "end", "duration", "billsec", "disposition", "amaflags", "accountcode"),
    *("uniqueid", "userfield", "sequence"),
)
_MAPPED = (*_SAMPLE, "linkedid")
_NEEDED = ("src", "channel", "dstchannel", "lastapp", "lastdata", "start", "disposition")
_USED = (*_NEEDED, "dst", "answer", "end", "duration", "billsec", "uniqueid", "linkedid")
_SEPARATORS = (",", ";", "\t", "|")
_FREE_TEXT = ("clid", "lastdata", "userfield")
# As `ast_cdr_disposition` numbers them; a record that was never settled is not answered.
_NUMBERED = {
    "0": "NO ANSWER",
    "1": "NO ANSWER",
    "2": "FAILED",
    "4": "BUSY",
    "8": "ANSWERED",
    "16": "CONGESTION",
}
_TIMES = ("start", "answer", "end")
_DURATIONS = ("duration", "billsec")
_LONGEST_S = 10**9  # longer numbers are no durations


def _dialect(layout: Separated, times: Times) -> Dialect:
    return Dialect(
        name="asterisk-custom",
        version=1,
        layout=layout,
        derived=partial(_derived, times=times),
        plausible=_plausible,
        clean=partial(_plausible, strict=True),
        record=_record,
        clean_record=partial(_record, clean=True),
        clock_evidence=_clock_evidence,
        clock=times.clock,
        fit=fit,
    )


def _derived(columns: Columns, *, times: Times) -> Mapping[str, pl.Expr]:
    instants = {f"{name} in us": times.us(name) for name in _TIMES if name in columns}
    lasting = {f"{name} in s": _number(name) for name in _DURATIONS if name in columns}
    return {**instants, **lasting, "outcome": pl.col("disposition").replace(_NUMBERED)}


def _plausible(columns: Columns, *, strict: bool = False) -> pl.Expr:
    legible = [
        is_legible(name, pl.col(f"{name} in us")) for name in ("answer", "end") if name in columns
    ]
    numbers = [_seconds(name).is_not_null() for name in _DURATIONS if name in columns]
    return pl.all_horizontal(
        _wall_us("start").is_not_null(),
        _disposition().is_in(DISPOSITIONS).fill_null(False),
        *legible,
        *numbers,
        *(asterisk.linked_and_numbered(columns) if strict else []),
    )


def _record(columns: Columns, reading: Reading, *, clean: bool = False) -> Mapping[str, pl.Expr]:
    evidence = asterisk.evidence(reading, _disposition())
    unique_id = filled_in(columns, "uniqueid")
    call_key = asterisk.call_key(columns, unique_id, pl.col("start"), clean=clean)
    by_content = hash_of(*(pl.col(name) for name in _USED if name in columns))
    start_us = _wall_us("start")
    end_us = _wall_us("end") if "end" in columns else start_us + _us("duration")
    if "answer" in columns:
        picked_up_us = _wall_us("answer")
    else:
        picked_up = (_seconds("billsec") > 0) | (_disposition() == "ANSWERED")
        picked_up_us = pl.when(picked_up).then(end_us - _us("billsec"))
    return {
        "record_key": asterisk.record_key(columns, call_key, by_content, clean=clean),
        "content_in_record_key": asterisk.content_in_record_key(columns, clean=clean),
        "call_key": call_key,
        "start_us": start_us,
        "picked_up_us": picked_up_us,
        "answered_us": agent_answer_us(reading, evidence == "agent", picked_up_us),
        "end_us": end_us,
        "direction": direction_by_trunks(reading, "channel", "dstchannel"),
        "evidence": evidence,
        "caller_number": pl.col("src"),
        **({"dialled_number": pl.col("dst")} if "dst" in columns else {}),
    }


def _clock_evidence(columns: Columns) -> Mapping[str, pl.Expr]:
    duration_s = _seconds("duration").cast(pl.Int64) if "duration" in columns else pl.lit(None)
    return {
        "epoch_s": asterisk.epoch_s(columns, filled_in(columns, "uniqueid")),
        "duration_s": duration_s,
    }


def _disposition() -> pl.Expr:
    return pl.col("outcome")


def _wall_us(column: str) -> pl.Expr:
    return within_calendar(pl.col(f"{column} in us"))


def _number(column: str) -> pl.Expr:
    number = pl.col(column).cast(pl.Float64, strict=False)
    return pl.when(number.abs() < _LONGEST_S).then(number)


def _seconds(column: str) -> pl.Expr:
    return pl.col(f"{column} in s")


def _us(column: str) -> pl.Expr:
    return (_seconds(column) * 1_000_000).round().cast(pl.Int64)


def fit(sample: Sample, reading: Reading) -> Dialect:
    """The dialect as a file has it that begins like this.

    Raises:
        MissingColumnsError: what is stated of its columns is not enough, or is not there.

    """
    stated_one = reading.stated.separator
    separator, titles = widest(sample.first_line, (stated_one,) if stated_one else _SEPARATORS)
    columns: Columns = _SAMPLE
    if stated := [(what, where) for what, where in reading.stated.columns if what in _MAPPED]:
        columns = columns_by_number(stated, len(titles))
        _check(columns, tuple(what for what, _ in stated))
    layout = _layout(columns, separator)
    return _dialect(layout, find_times(sample.lines, layout, "start", reading.stated.time_format))


def _check(columns: Columns, stated: Columns) -> None:
    missing = [name for name in dict.fromkeys((*_NEEDED, *stated)) if name not in columns]
    either = (("end", "duration"), ("answer", "billsec"))
    missing += [" or ".join(pair) for pair in either if not {*pair} & {*columns}]
    if missing:
        raise MissingColumnsError(tuple(missing))


def _layout(columns: Columns, separator: str) -> Separated:
    return Separated(
        columns_by_width={len(columns): columns},
        separator=separator,
        loose_line=_loose_line(columns, re.escape(separator)),
    )


def _loose_line(columns: Columns, between: str) -> re.Pattern[str]:
    """Anchored on what never holds a quote or a separator: caller names may hold anything."""
    other = f'[^"{between}]'
    shapes = {
        **dict.fromkeys(_FREE_TEXT, f'(?:(?!"{between}").)*?'),  # not over an end that is plain
        **dict.fromkeys(("duration", "billsec"), r"-?\d+(?:\.\d+)?"),
        "start": f"{other}{{8,}}",
        "disposition": r"[A-Z ]+|\d+",
    }
    each = (f'"?(?P<{name}>{shapes.get(name, f"{other}*")})"?' for name in columns)
    return re.compile(between.join(each) + "$")


DIALECT = _dialect(_layout(_SAMPLE, ","), Times())
