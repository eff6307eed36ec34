"""Alcatel-Lucent OmniPCX Enterprise: accounting tickets, and what OmniVista 8770 exports of them.

Source: the field table of version ED5.2, as the first line of ``TAX*.DAT`` files writes it (public
tool *OXE_EAcc*): ``#`` and then name, first and last character and width of every column. Files
without this line have these places, behind a label of up to four characters where a collector has
kept it. OmniVista 8770 writes columns of the same names between separators.

A ticket tells how long the call waited and how long it was effective, but no cause: a caller who
gave up is not told from one whom nobody answered, and refused calls leave none. Tickets of
unanswered calls are written only where the platform is told to. Nor does a ticket tell an agent
from a machine: state the numbers of machines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import partial

import polars as pl

from affluence.cdr.columns import filled, filled_in, hash_of, parsed_us, whole_number
from affluence.cdr.dialect import Dialect, Reading, Sample
from affluence.cdr.durations import seconds_of
from affluence.cdr.fates import EVIDENCE_OF, direction_of, first_that_holds
from affluence.cdr.fixed_width import FixedWidth, Places, place, shortest, stated_places
from affluence.cdr.headers import columns_by_title, fields_of, require
from affluence.cdr.layouts import Columns, Layout
from affluence.cdr.separated import Separated

_PLACES_OF_ED5_2 = {
    "CalledNumber": place(6, 35),
    "ChargedNumber": place(36, 65),
    "CallingNumber": place(137, 166),
    "CallType": place(167, 168),
    "EndDateTime": place(170, 186),
    "TrunkIdentity": place(212, 216),
    "TrunkGroupIdentity": place(217, 221),
    "TrunkNode": place(222, 226),
    "CallReference": place(349, 358),
    "InitialDialledNumber": place(396, 425),
    "WaitingDuration": place(426, 430),
    "EffectiveCallDuration": place(431, 440),
    "StartDateTime": place(442, 458),
}
_NEEDED = (
    *("CallType", "EndDateTime", "WaitingDuration", "EffectiveCallDuration"),
    *("CalledNumber", "ChargedNumber", "CallingNumber"),
)
_CALL = "call"  # where the configuration names a column whose tickets are one call
_KNOWN = (*_PLACES_OF_ED5_2, _CALL)
_SEPARATORS = (";", ",", "\t")
_FIELD = re.compile(r"(?<!\w)(\w+),(\d+),(\d+),(\d+)")
_VERSION = re.compile(r".{0,4}?(?=ED\d)")
_SIGN = re.compile(r"\d\d:\d\d:\d\d")
_TIMES = ("%Y%m%d %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%Y/%m/%d %H:%M:%S")

_TYPES = (
    *("PublicNetworkOutgoingCall", "PublicNetworkOutgoingCallThroughPrivateNetwork"),
    *("PrivateNetworkCall", "LocalNetworkCall"),
    *("PublicNetworkIncomingCall", "PublicNetworkIncomingCallThroughPrivateNetwork"),
    *("Unspecified", "PrivateNetworkOutgoingCallToPublicNetwork"),
    *("PrivateNetworkOutgoingCallToPrivateNetwork", "PublicNetworkIncomingCallToPrivateNetwork"),
    "PrivateNetworkIncomingCallToPrivateNetwork",
    "PublicOrPrivateNetworkOutgoingCallThroughPrivateNetwork",
    "PublicOrPrivateNetworkIncomingCallThroughPrivateNetwork",
    *("PrivateNetworkIncomingCall", "LocalLocalCall", "LocalTransit"),
)
_DIRECTIONS = {
    written: "inbound" if "Incoming" in name else "outbound" if "Outgoing" in name else "internal"
    for number, name in enumerate(_TYPES)
    for written in (str(number), name)
}
_DURATIONS = ("WaitingDuration", "EffectiveCallDuration")
_LINE = ("TrunkGroupIdentity", "TrunkIdentity")
_CHOICES = (
    "every ticket is a call of its own: name 'call' in 'format.columns' where a column joins them",
    "who answers is an agent: state the numbers of machines in 'format.outcomes'",
    "of a call that nobody answered the caller gave up",
)


def _seconds(name: str) -> pl.Expr:
    number = whole_number(name)
    return pl.coalesce(number, seconds_of(pl.when(number.is_null()).then(pl.col(name))))


def _derived(columns: Columns, *, time_format: str) -> Mapping[str, pl.Expr]:
    return {
        "end_us": parsed_us(pl.col("EndDateTime"), time_format),
        "written_us": parsed_us(filled_in(columns, "StartDateTime"), time_format),
        **{f"{name} in s": _seconds(name) for name in _DURATIONS},
    }


def _plausible(_: Columns) -> pl.Expr:
    return pl.all_horizontal(
        pl.col("end_us").is_not_null(),
        pl.col("CallType").is_in(list(_DIRECTIONS)).fill_null(False),
        *((pl.col(f"{name} in s") >= 0).fill_null(False) for name in _DURATIONS),
    )


def _record(
    columns: Columns,
    reading: Reading,
) -> Mapping[str, pl.Expr]:
    end_us, written_us = pl.col("end_us"), pl.col("written_us")
    waiting_us, effective_us = (pl.col(f"{name} in s") * 1_000_000 for name in _DURATIONS)
    # Whether a ticket starts with the ringing or with the conversation is not documented; the end
    # less all that the call lasted is the arrival either way, unless the start is still earlier.
    start_us = pl.min_horizontal(written_us, end_us - waiting_us - effective_us)
    picked_up_us = pl.when(effective_us > 0).then(start_us + waiting_us)
    evidence = _evidence(reading, effective_us > 0)
    dialled = filled_in(columns, "InitialDialledNumber")
    record_key = _record_key(columns, start_us, end_us)
    is_alone, call_key = pl.lit(value=True), record_key
    if _CALL in columns:
        call = filled(_CALL)
        day = pl.from_epoch(start_us, "us").dt.date().cast(pl.String)  # references restart
        is_alone = call.is_null()
        call_key = pl.when(is_alone).then(record_key).otherwise(hash_of(call, day))
    return {
        "record_key": record_key,
        "by_content": is_alone,
        "content_in_record_key": pl.lit(value=True),
        "content_in_call_key": is_alone,
        "call_key": call_key,
        "start_us": start_us,
        "picked_up_us": picked_up_us,
        "answered_us": pl.when(evidence == "agent").then(picked_up_us),
        "end_us": end_us,
        "direction": direction_of(pl.col("CallType"), _DIRECTIONS, "internal"),
        "evidence": evidence,
        "caller_number": pl.col("CallingNumber"),
        "dialled_number": pl.coalesce(dialled, filled("CalledNumber")),
        "line": pl.concat_str([filled_in(columns, name) for name in _LINE], separator="/"),
        "agent_name": pl.when(evidence == "agent").then(filled("ChargedNumber")),
    }


def _record_key(columns: Columns, start_us: pl.Expr, end_us: pl.Expr) -> pl.Expr:
    # By what a ticket says, as no number of its own is documented.
    texts = ("CallType", "CalledNumber", "ChargedNumber", "CallingNumber", "CallReference", *_LINE)
    times = (time.cast(pl.String) for time in (start_us, end_us))
    return hash_of(*(filled_in(columns, name) for name in texts), *times)


def _evidence(reading: Reading, answered: pl.Expr) -> pl.Expr:
    def stated(number: str) -> pl.Expr:
        return pl.any_horizontal(
            pl.col(name) == number for name in ("CalledNumber", "ChargedNumber")
        )

    machines = [
        (answered & stated(number), EVIDENCE_OF[outcome])
        for number, outcome in reading.stated.outcomes
    ]
    return first_that_holds([*machines, (answered, "agent")], otherwise="gave_up")


def _clock_evidence(_: Columns) -> Mapping[str, pl.Expr]:
    lasts_s = pl.sum_horizontal(pl.col(f"{name} in s") for name in _DURATIONS)
    return {"duration_s": lasts_s}


def _dialect(layout: Layout, header: str = "", time_format: str = _TIMES[0]) -> Dialect:
    return Dialect(
        name="alcatel-oxe",
        version=1,
        layout=layout,
        derived=partial(_derived, time_format=time_format),
        plausible=_plausible,
        clean=_plausible,
        record=_record,
        clock_evidence=_clock_evidence,
        header=header,
        choices=_CHOICES,
        sign=_SIGN,
        fit=fit,
    )


def fit(sample: Sample, reading: Reading) -> Dialect:
    """The dialect as a file has it: places by its first line or of version ED5.2, or names.

    Raises:
        MissingColumnsError: it names columns, but not those that a record needs, or others are
            stated than a record has.

    """
    first = sample.first_line
    if first.startswith("#"):
        described = {
            name: place(int(begins), int(ends)) for name, begins, ends, _ in _FIELD.findall(first)
        }
        return _dialect(_fixed_width(described, reading), header=first)
    separator = max(_SEPARATORS, key=first.count)
    titles = [title.strip() for title in fields_of(first, separator)]
    if "CallType" in titles:
        columns = _named(titles, reading)
        layout = Separated(columns_by_width={len(columns): columns}, separator=separator)
        return _dialect(layout, first, _time_format(sample, columns, separator, reading))
    label = _VERSION.match(first)
    moved = label.end() if label else 0
    places = {name: (at + moved, length) for name, (at, length) in _PLACES_OF_ED5_2.items()}
    return _dialect(_fixed_width(places, reading))


def _fixed_width(described: Places, reading: Reading) -> FixedWidth:
    every = {**described, **stated_places(reading, _KNOWN)}
    places = {name: where for name, where in every.items() if name in _KNOWN}
    require(tuple(places), _NEEDED)
    return FixedWidth(places=places, shortest=shortest(places, _NEEDED))


def _named(titles: list[str], reading: Reading) -> Columns:
    """Names of the columns of an export: the usual ones, or which the configuration states."""
    title_of = {name: name for name in _KNOWN} | dict(reading.stated.columns)
    name_of = {title: name for name, title in title_of.items()}
    columns = columns_by_title(titles, name_of)
    require(columns, _NEEDED)
    return columns


def _time_format(sample: Sample, columns: Columns, separator: str, reading: Reading) -> str:
    """How an export writes times: as stated, else the first way that reads its first ticket."""
    if reading.stated.time_format:
        return reading.stated.time_format
    row = fields_of(sample.lines[1], separator) if len(sample.lines) > 1 else []
    end = row[columns.index("EndDateTime")] if len(row) == len(columns) else ""
    readable = (each for each in _TIMES if _is_time(end, each))
    return next(readable, _TIMES[0])


def _is_time(text: str, time_format: str) -> bool:
    try:
        datetime.strptime(text, time_format)  # noqa: DTZ007  # whether it is one, not which
    except ValueError:
        return False
    return True


DIALECT = _dialect(
    FixedWidth(places=_PLACES_OF_ED5_2, shortest=shortest(_PLACES_OF_ED5_2, _NEEDED))
)
