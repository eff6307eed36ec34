"""Asterisk cdr_csv, ``Master.csv``: no header, 16 to 21 columns, one record a leg.

Source: ``cdr/cdr_csv.c`` and ``main/cdr.c`` of Asterisk. The first 16 columns are always there;
``uniqueid``, ``userfield`` and the three newer ones each depend on a setting, so that a 17th (or,
of 20, the 17th) may be either of the first two: its content decides, row by row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

import polars as pl

from affluence.cdr import asterisk
from affluence.cdr.asterisk import DISPOSITIONS, UNIQUE_ID
from affluence.cdr.columns import (
    empty_or_read,
    filled_in,
    hash_of,
    numbered_key,
    wall_us,
    whole_number,
)
from affluence.cdr.dialect import Dialect, Reading
from affluence.cdr.fates import agent_answer_us, direction_by_trunks
from affluence.cdr.layouts import Columns
from affluence.cdr.separated import Separated

_ALWAYS = (
    *("accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp"),
    *("lastdata", "start", "answer", "end", "duration", "billsec", "disposition", "amaflags"),
)
_NEWER = ("peeraccount", "linkedid", "sequence")
_LAYOUTS = {
    16: _ALWAYS,
    17: (*_ALWAYS, "id_or_userfield"),
    18: (*_ALWAYS, "uniqueid", "userfield"),
    19: (*_ALWAYS, *_NEWER),
    20: (*_ALWAYS, "id_or_userfield", *_NEWER),
    21: (*_ALWAYS, "uniqueid", "userfield", *_NEWER),
}

# Caller names may hold anything, quotes and commas included, and so may application data: a line
# that breaks the quoting is anchored on the columns around them, which never do.
_LOOSE_LINE = re.compile(
    "".join(
        (
            *(f'"(?P<{name}>[^"]*)",' for name in _ALWAYS[:4]),
            r'"?(?P<clid>.*?)"?,',
            *(f'"(?P<{name}>[^",]*)",' for name in ("channel", "dstchannel", "lastapp")),
            r'"?(?P<lastdata>.*?)"?,',
            r'"(?P<start>[\d :-]{19})",',
            r'(?P<_quote>")?(?P<answer>(?(_quote)[\d :-]{19}))(?(_quote)")(?:"")?,',
            r'"(?P<end>[\d :-]{19})",',
            r"(?P<duration>-?\d+),(?P<billsec>-?\d+),",
            r'"(?P<disposition>[A-Z ]+)","(?P<amaflags>[^"]*)"',
            r'(?:,"(?P<uniqueid>[^"]*)")?(?:,"(?P<userfield>[^"]*)")?',
            r'(?:,"(?P<peeraccount>[^"]*)","(?P<linkedid>[^"]*)",(?P<sequence>\d+))?$',
        )
    )
)


def _plausible(columns: Columns) -> pl.Expr:
    times = [wall_us("start").is_not_null(), wall_us("end").is_not_null()]
    known = pl.col("disposition").is_in(DISPOSITIONS).fill_null(False)
    last = pl.col("amaflags")
    if "sequence" in columns:
        last = whole_number("sequence")
    return pl.all_horizontal(
        *times, empty_or_read("answer", wall_us("answer")), known, last.is_not_null()
    )


def _clean(columns: Columns) -> pl.Expr:
    linked = [pl.col("linkedid").fill_null("") != ""] if "linkedid" in columns else []
    return pl.all_horizontal(_plausible(columns), *linked)


def _record(columns: Columns, reading: Reading, *, clean: bool = False) -> Mapping[str, pl.Expr]:
    evidence = asterisk.evidence(reading)
    call_key = asterisk.call_key(columns, _unique_id(columns), pl.col("start"), clean=clean)
    return {
        "record_key": _record_key(columns, call_key),
        "content_in_record_key": pl.lit("sequence" not in columns),
        "call_key": call_key,
        "start_us": wall_us("start"),
        "picked_up_us": wall_us("answer"),
        "answered_us": agent_answer_us(reading, evidence == "agent", wall_us("answer")),
        "end_us": wall_us("end"),
        "direction": direction_by_trunks(reading, "channel", "dstchannel"),
        "evidence": evidence,
        "caller_number": pl.col("src"),
        "dialled_number": pl.col("dst"),
    }


def _clock_evidence(columns: Columns) -> Mapping[str, pl.Expr]:
    return {
        "epoch_s": asterisk.epoch_s(columns, _unique_id(columns)),
        "duration_s": whole_number("duration"),
    }


def _unique_id(columns: Columns) -> pl.Expr:
    if "id_or_userfield" in columns:
        either = pl.col("id_or_userfield")
        return pl.when(either.str.contains(UNIQUE_ID)).then(either)
    return filled_in(columns, "uniqueid")


def _record_key(columns: Columns, call_key: pl.Expr) -> pl.Expr:
    if "sequence" in columns:
        return numbered_key(call_key, asterisk.sequence().fill_null(0))
    # Channel names are unique until Asterisk restarts: two equal lines are one record.
    names = (name for name in columns if name not in ("clid", "accountcode"))
    return hash_of(*(pl.col(name) for name in names))


DIALECT = Dialect(
    name="asterisk-csv",
    version=2,
    layout=Separated(columns_by_width=_LAYOUTS, loose_line=_LOOSE_LINE),
    plausible=_plausible,
    clean=_clean,
    record=_record,
    clean_record=partial(_record, clean=True),
    clock_evidence=_clock_evidence,
)
