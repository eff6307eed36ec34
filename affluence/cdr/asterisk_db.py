"""Asterisk records out of a database (MySQL, PostgreSQL, ODBC, FreePBX), exported as CSV.

Source: ``cdr_adaptive_odbc``, ``cdr_mysql`` and ``cdr_pgsql`` of Asterisk, and FreePBX's table. The
usual table holds the beginning of a call and two durations only: ``calldate``, ``duration`` from
there to the end, ``billsec`` from the answer to the end. A header may name the columns in any order
and any number; without one they are FreePBX's, of which older tables have the first fourteen or
more. What was in the hands of a spreadsheet has other separators and other dates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

import polars as pl

from affluence.cdr import asterisk
from affluence.cdr.asterisk import DISPOSITIONS
from affluence.cdr.asterisk_columns import NEEDED
from affluence.cdr.columns import TIME, filled_in, hash_of, parsed_us, wall_us, whole_number
from affluence.cdr.dialect import Dialect, Reading, Sample
from affluence.cdr.fates import agent_answer_us, direction_by_trunks
from affluence.cdr.headers import named, require
from affluence.cdr.layouts import Columns
from affluence.cdr.separated import Separated

_COLUMNS = (
    *("calldate", "clid", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp", "lastdata"),
    *("duration", "billsec", "disposition", "amaflags", "accountcode", "uniqueid", "userfield"),
    *("did", "recordingfile", "cnum", "cnam", "outbound_cnum", "outbound_cnam", "dst_cnam"),
    *("linkedid", "peeraccount", "sequence", "after_trailing_separator"),
)
_FEWEST = 14
_SEPARATORS = (",", ";", "\t")
_OTHER_NAMES = {"start": "calldate"}  # of tables that hold the three times of a call
# Year first or day first, padded or not, with two digits of the year or four, seconds or none.
_ANY_TIME = (
    r"^\s*(\d{4}|\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?"
)
_FREE_TEXT = ("clid", "lastdata", "userfield", "cnam", "outbound_cnam", "dst_cnam")


def _plausible(columns: Columns, *, strict: bool = False) -> pl.Expr:
    begins = wall_us("calldate") if strict else _start_us(clean=False)
    known = pl.col("disposition").is_in(DISPOSITIONS).fill_null(False)
    numbers = [whole_number(name).is_not_null() for name in ("duration", "billsec")]
    exact = asterisk.linked_and_numbered(columns) if strict else []
    return pl.all_horizontal(begins.is_not_null(), known, *numbers, *exact)


def _record(columns: Columns, reading: Reading, *, clean: bool = False) -> Mapping[str, pl.Expr]:
    evidence = asterisk.evidence(reading)
    unique_id = filled_in(columns, "uniqueid")
    call_key = asterisk.call_key(columns, unique_id, pl.col("calldate"), clean=clean)
    start_us = _start_us(clean=clean)
    end_us = _recorded(columns, "end", start_us + _us("duration"))
    picked_up = (whole_number("billsec") > 0) | (pl.col("disposition") == "ANSWERED")
    picked_up_us = _recorded(columns, "answer", pl.when(picked_up).then(end_us - _us("billsec")))
    return {
        "record_key": asterisk.record_key(
            columns, call_key, _content_key(columns, start_us), clean=clean
        ),
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
        "minute_only": pl.lit(value=False) if clean else ~_has_seconds(),
    }


def _clock_evidence(columns: Columns) -> Mapping[str, pl.Expr]:
    unique_id = filled_in(columns, "uniqueid")
    return {"epoch_s": asterisk.epoch_s(columns, unique_id), "duration_s": whole_number("duration")}


def _us(column: str) -> pl.Expr:
    return whole_number(column) * 1_000_000


def _start_us(*, clean: bool) -> pl.Expr:
    if clean:
        return wall_us("calldate")
    parts = [pl.col("calldate").str.extract(_ANY_TIME, group) for group in range(1, 7)]
    first, month, third, hour, minute, second = (part.str.zfill(2) for part in parts)
    year_first = first.str.len_chars() == 4
    year = pl.when(year_first).then(first).otherwise(third)
    day = pl.when(year_first).then(third).otherwise(first)
    year = pl.when(year.str.len_chars() == 4).then(year).otherwise(pl.lit("20") + year)
    written = pl.concat_str(
        *(year, pl.lit("-"), month, pl.lit("-"), day, pl.lit(" ")),
        *(hour, pl.lit(":"), minute, pl.lit(":"), second.fill_null("00")),
    )
    return parsed_us(written, TIME)


def _has_seconds() -> pl.Expr:
    return pl.col("calldate").str.extract(_ANY_TIME, 6).is_not_null()


def _recorded(columns: Columns, column: str, otherwise: pl.Expr) -> pl.Expr:
    """The time that a record holds itself; most tables have none."""
    return pl.coalesce(wall_us(column), otherwise) if column in columns else otherwise


def _content_key(columns: Columns, start_us: pl.Expr) -> pl.Expr:
    texts = ("src", "channel", "dstchannel", "lastapp", "lastdata", "disposition", "uniqueid")
    # However an export writes times and numbers, and whichever columns it has besides.
    numbers = (
        number.cast(pl.String)
        for number in (start_us, whole_number("duration"), whole_number("billsec"))
    )
    return hash_of(*(pl.col(name) for name in texts if name in columns), *numbers)


def _loose_line(columns: Columns, separator: str, fewest: int) -> re.Pattern[str]:
    """Anchored on what never holds a quote or a separator: caller names may hold anything."""
    between = re.escape(separator)
    shapes = dict.fromkeys(("duration", "billsec"), r"-?\d+") | {
        "calldate": r"[\d/.:T -]{8,}",
        "disposition": r"[A-Z ]+",
    }
    pattern = ""
    for index, name in enumerate(columns):
        # There is one way to take each quote: trying several would be endless with hostile lines.
        free, plain = r'(?:.*?[^"])?', rf'[^"{between}]*+'
        shape = free if name in _FREE_TEXT else shapes.get(name, plain)
        column = (between if index else "") + f'"?+(?P<{name}>{shape})"?+'
        pattern += column if index < fewest else f"(?:{column}"
    # Columns are left out from the end only: each is within the one before it.
    return re.compile(pattern + ")?" * max(len(columns) - fewest, 0) + "$")


def _dialect(separator: str, columns: Columns, header: str) -> Dialect:
    if header:
        layouts = {len(columns): columns, len(columns) + 1: (*columns, _COLUMNS[-1])}
        fewest = len(columns)
    else:
        layouts = {width: columns[:width] for width in range(_FEWEST, len(columns) + 1)}
        fewest = _FEWEST
    return Dialect(
        name="asterisk-db",
        version=2,
        layout=Separated(
            columns_by_width=layouts,
            separator=separator,
            loose_line=_loose_line(columns, separator, fewest),
        ),
        plausible=_plausible,
        clean=partial(_plausible, strict=True),
        record=_record,
        clean_record=partial(_record, clean=True),
        clock_evidence=_clock_evidence,
        header=header,
        fit=fit,
    )


def fit(sample: Sample, _: Reading) -> Dialect:
    """The dialect as a file has it that begins like this.

    Raises:
        MissingColumnsError: it is a header, but does not name what a record needs.

    """
    separator, names = named(sample.first_line, _SEPARATORS)
    columns = tuple(
        _OTHER_NAMES.get(name, name) if re.fullmatch(r"[a-z_]\w*", name) else f"column_{index}"
        for index, name in enumerate(names)
    )
    if not {"calldate", "disposition"} <= {*columns}:
        return _dialect(separator, _COLUMNS, "")
    require(columns, NEEDED)
    return _dialect(separator, _each_once(columns), sample.first_line)


def _each_once(columns: Columns) -> Columns:
    """Joined tables have columns of one name: the first of each counts."""
    return tuple(
        f"{name}_{index}" if name in columns[:index] else name for index, name in enumerate(columns)
    )


DIALECT = _dialect(",", _COLUMNS, "")
