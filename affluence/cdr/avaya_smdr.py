"""Avaya IP Office SMDR: commas, no quotes, one record a segment of a call.

Source: Avaya's *IP Office SMDR* pages (fields and examples). A stream has no header, files of the
Delta Server have one; 17, 30, 31 and 35 columns or more are seen, of which the first 17 are always
the same. A stream may begin with NUL bytes. Every segment of a call repeats when the call began.

The format cannot tell a caller who gave up from one whom nobody answered or whom the platform
turned away: all are lost calls, without connected time. A call that finds all trunks taken leaves
no record. The ringing time of an incoming call runs from its arrival and includes the queue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

import polars as pl

from affluence.cdr.columns import filled, hash_of, parsed_us, whole_number
from affluence.cdr.dialect import Dialect, Reading, Sample
from affluence.cdr.durations import seconds_of
from affluence.cdr.fates import EVIDENCE_OF, direction_where, first_that_holds
from affluence.cdr.layouts import Columns
from affluence.cdr.separated import Separated

_COLUMNS = (
    *("call_start", "connected_time", "ring_time", "caller", "direction", "called_number"),
    *("dialled_number", "account", "is_internal", "call_id", "continuation"),
    *("party1_device", "party1_name", "party2_device", "party2_name", "hold_time", "park_time"),
)
_FREE_TEXT = ("party1_name", "party2_name")
_NUMBERS = ("ring_time", "call_id", "hold_time", "park_time")
_SHAPES = {
    "call_start": r"[\d/]{8,10} [\d:]{4,8}",
    "connected_time": r"\d+:\d\d:\d\d",
    "direction": "[IO]",
    "is_internal": "[01]",
    "continuation": "[01]",
    "party1_device": r"(?:[A-Z]\w*)?",
    "party2_device": r"(?:[A-Z]\w*)?",
} | dict.fromkeys(_NUMBERS, r"\d+")
_RECORD = ",".join(
    f"(?P<{name}>{'.*?' if name in _FREE_TEXT else _SHAPES.get(name, '[^,]*')})"
    for name in _COLUMNS
)
# Names may hold commas: such a line is anchored on the columns around them, and so are lines of
# another width than most, which a new release brings. What is beyond the 17th column is one.
_WITH_REST = (*_COLUMNS, "rest")
_USUAL_WIDTH = 30

_CONFERENCE = "CO Channel"
_VOICEMAIL = "VM Channel"
_CHOICES = (
    "devices V… are machines: voicemail if named 'VM Channel …', a conference if 'CO Channel …'",
    "state others in 'format.outcomes': beginning of a device or of its name = outcome",
)


def _start_us(*, seconds: bool = True) -> pl.Expr:
    written = "%Y/%m/%d %H:%M:%S" if seconds else "%Y/%m/%d %H:%M"
    return parsed_us(pl.col("call_start"), written)


def _derived(_: Columns) -> Mapping[str, pl.Expr]:
    return {
        "start_us": _start_us(),
        "connected_s": seconds_of(pl.col("connected_time")),
        **{f"{name}_number": whole_number(name) for name in _NUMBERS},
    }


def _plausible(_: Columns) -> pl.Expr:
    return _well_formed(pl.coalesce("start_us", _start_us(seconds=False)))


def _clean(_: Columns) -> pl.Expr:
    return _well_formed(pl.col("start_us"))


def _well_formed(start: pl.Expr) -> pl.Expr:
    return pl.all_horizontal(
        start.is_not_null(),
        pl.col("connected_s", *(f"{name}_number" for name in _NUMBERS)).is_not_null(),
        pl.col("direction").is_in(["I", "O"]).fill_null(False),
        pl.col("is_internal", "continuation").is_in(["0", "1"]).fill_null(False),
    )


def _record(_: Columns, reading: Reading, *, clean: bool = False) -> Mapping[str, pl.Expr]:
    start_us = pl.col("start_us")
    if not clean:
        start_us = pl.coalesce(start_us, _start_us(seconds=False))
    connected_s, ring_s = pl.col("connected_s"), pl.col("ring_time_number")
    picked_up_us = pl.when(connected_s > 0).then(start_us + ring_s * 1_000_000)
    lasts_s = connected_s + ring_s + pl.col("hold_time_number") + pl.col("park_time_number")
    evidence = _evidence(reading, connected_s > 0)
    devices = ("party2_device", "party1_device")
    return {
        # Names are left out: they may be written otherwise where a file was exported again.
        "record_key": hash_of(*(pl.col(name) for name in _COLUMNS if name not in _FREE_TEXT)),
        "content_in_record_key": pl.lit(value=True),
        # Numbers begin again with every restart, but not within the second.
        "call_key": hash_of(pl.col("call_start"), pl.col("call_id")),
        "start_us": start_us,
        "picked_up_us": picked_up_us,
        "answered_us": pl.when(evidence == "agent").then(picked_up_us),
        "end_us": start_us + lasts_s * 1_000_000,
        "direction": _direction(),
        "evidence": evidence,
        # Over SIP the number comes with the address of who sent it.
        "caller_number": pl.col("caller").str.replace("@.*$", ""),
        "dialled_number": filled("dialled_number"),
        "line": pl.coalesce(pl.when(_is("T", name)).then(name) for name in devices),
        "agent_name": pl.when(evidence == "agent", _is("E", "party1_device")).then("party1_device"),
        "continued": pl.col("continuation") == "1",
        "minute_only": pl.lit(value=False) if clean else pl.col("start_us").is_null(),
    }


def _direction() -> pl.Expr:
    leaves = pl.col("is_internal") != "1"
    return direction_where(inbound=leaves & (pl.col("direction") == "I"), outbound=leaves)


def _is(kind: str, device: str) -> pl.Expr:
    return pl.col(device).str.starts_with(kind).fill_null(False)


def _evidence(reading: Reading, connected: pl.Expr) -> pl.Expr:
    parties = ("party1", "party2")

    def named(beginning: str) -> pl.Expr:
        return pl.any_horizontal(_is(beginning, f"{party}_name") for party in parties)

    def stated(word: str) -> pl.Expr:
        texts = [pl.col(f"{party}_{part}") for party in parties for part in ("device", "name")]
        starts = (text.str.to_lowercase().str.starts_with(word) for text in texts)
        return pl.any_horizontal(starts).fill_null(False)

    machine = pl.any_horizontal(_is("V", f"{party}_device") for party in parties)
    stated_rules = [
        (connected & stated(word), EVIDENCE_OF[outcome])
        for word, outcome in reading.stated.outcomes
    ]
    by_somebody = connected & (~machine | named(_CONFERENCE))
    by_agent = pl.all_horizontal(by_somebody, *(~condition for condition, _ in stated_rules))
    return first_that_holds(
        [
            (by_agent, "agent"),
            (pl.col("continuation") == "1", "unknown"),  # the segment that follows tells
            *stated_rules,
            (connected & named(_VOICEMAIL), "voicemail"),
            (connected, "self_service"),
        ],
        otherwise="gave_up",
    )


def _dialect(widths: frozenset[int], header: str) -> Dialect:
    usual = max(widths)
    layouts = {width: _columns(width) for width in widths}
    rest = ""
    if usual > len(_COLUMNS):
        layouts[len(_WITH_REST)] = _WITH_REST
        rest = "(?:,|$)(?P<rest>.*)"
    return Dialect(
        name="avaya-smdr",
        version=1,
        layout=Separated(
            columns_by_width=layouts, quotes=False, loose_line=re.compile(f"{_RECORD}{rest}$")
        ),
        derived=_derived,
        plausible=_plausible,
        clean=_clean,
        record=_record,
        clean_record=partial(_record, clean=True),
        header=header,
        choices=_CHOICES,
        fit=fit,
    )


def _columns(width: int) -> Columns:
    return (*_COLUMNS, *(f"column_{number}" for number in range(len(_COLUMNS) + 1, width + 1)))


def fit(sample: Sample, _: Reading) -> Dialect:
    """The dialect as a file has it that begins like this: with or without header, and how wide."""
    lines = [line.strip("\0") for line in sample.lines]
    header = lines[0] if lines and "call start" in lines[0].lower() else ""
    rows = [line.split(",") for line in lines]
    widths = frozenset(len(row) for row in rows if _is_whole(row))
    return _dialect(widths or frozenset({_USUAL_WIDTH}), header)


def _is_whole(row: list[str]) -> bool:
    """Whether no comma within a name has moved the columns behind it."""
    return len(row) >= len(_COLUMNS) and all(
        re.fullmatch(_SHAPES[name], text)
        for name, text in zip(_COLUMNS, row, strict=False)
        if name in _SHAPES
    )


DIALECT = _dialect(frozenset({_USUAL_WIDTH}), "")
