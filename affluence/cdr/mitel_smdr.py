"""Mitel SMDR (MiVoice Business, 3300 ICP, SX-2000): one line of fixed width a call.

Source: Mitel's help, *SMDR, Recorded Information* (columns and their order), records published
with the tool *smdr-parser*, and the SX-200 manual (letters of the completion status). A line has 90
characters, or more with longer numbers ("extended"), seconds in the start time, the caller's number
and a network's columns: the beginning of its lines tells which. There is no year.

What no source settles are the places of the caller's number, the ``***`` of a call that nobody
answered, and the letters: see `_choices`. Where time to answer is not reported, nothing tells
whether anybody answered; and only extensions and trunks whose class of service allows it are
recorded at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import partial
from itertools import accumulate

import polars as pl

from affluence.cdr.columns import TIME, filled, hash_of, parsed_us, starts_with_any, whole_number
from affluence.cdr.dialect import Dialect, Reading, Sample
from affluence.cdr.durations import seconds_of
from affluence.cdr.fates import EVIDENCE_OF, direction_where, first_that_holds
from affluence.cdr.fixed_width import FixedWidth, Places, shortest, stated_places
from affluence.cdr.layouts import Columns
from affluence.cdr.yearless import Years

_BEGINNING = re.compile(
    r"[ %+-](?P<month>\d\d)/(?P<day>\d\d) \d\d:\d\d(?P<seconds>:\d\d)?(?P<half>[ pP]) "
    r"(?P<hours>(?:\d\d)?\d\d):\d\d:\d\d"
)
_SIGN = re.compile(r"^.\d\d/\d\d \d\d:\d\d")
# Width of each column, and that of the extended record where it is another; "" is a blank.
_WIDTHS: tuple[tuple[str, int, int], ...] = (
    ("", 1, 1),  # marks long calls
    ("date", 5, 5),
    ("", 1, 1),
    ("start_time", 6, 6),  # three more with seconds
    ("", 1, 1),
    ("duration", 8, 10),
    ("", 1, 1),
    ("calling", 4, 7),
    ("attendant", 1, 1),
    ("time_to_answer", 3, 4),
    ("", 1, 1),
    ("digits", 26, 26),
    ("completion", 1, 1),
    ("", 1, 1),  # speed call or forwarding
    ("called", 4, 7),
)
# Behind the identifier of the system; in the extended record as published records have it.
_CALLER = {False: (91, 10), True: (110, 20)}
_TRUNKS = ("T", "X")


def _places(*, extended: bool, seconds: bool) -> Places:
    widths = [
        (name, (wide if extended else narrow) + (3 if seconds and name == "start_time" else 0))
        for name, narrow, wide in _WIDTHS
    ]
    starts = accumulate((width for _, width in widths), initial=0)
    places = {
        name: (start, width) for (name, width), start in zip(widths, starts, strict=False) if name
    }
    start, width = _CALLER[extended]
    return {**places, "caller": (start + (3 if seconds else 0), width)}


def _time(*, twelve_hours: bool) -> pl.Expr:
    """Time of the day as text with seconds; ``p`` marks the afternoon of a 12-hour clock."""
    written = pl.col("start_time")
    sound = written.str.contains(r"^\d\d:\d\d(?::\d\d)?[pP]?$")
    clock = pl.when(sound).then(written.str.strip_chars_end("pP"))
    whole = pl.when(clock.str.len_chars() == 5).then(clock + ":00").otherwise(clock)
    if not twelve_hours:
        return whole
    hour = whole.str.head(2).cast(pl.Int64, strict=False) % 12
    afternoon = pl.when(written.str.to_lowercase().str.ends_with("p")).then(12).otherwise(0)
    return (hour + afternoon).cast(pl.String).str.zfill(2) + whole.str.slice(2)


def _start_us(years: Years, *, twelve_hours: bool) -> pl.Expr:
    # To test the whole and slice it takes half as long as to extract its groups.
    written = pl.col("date")
    dated = pl.when(written.str.contains(r"^\d\d/\d\d$")).then(written)
    month, day = dated.str.head(2), dated.str.tail(2)
    time = _time(twelve_hours=twelve_hours)
    wall = pl.concat_str(years.date_of(month, day), time, separator=" ")
    return parsed_us(wall, TIME)


def _lasts_s() -> pl.Expr:
    """Duration; it is left out of calls that were never set up."""
    return pl.when(filled("duration").is_null()).then(0).otherwise(seconds_of(pl.col("duration")))


def _derived(_: Columns, *, start_us: pl.Expr) -> Mapping[str, pl.Expr]:
    return {"start_us": start_us, "lasts_s": _lasts_s()}


def _plausible(_: Columns) -> pl.Expr:
    answer = pl.col("time_to_answer").fill_null("")
    return pl.all_horizontal(
        pl.col("start_us", "lasts_s").is_not_null(), answer.str.contains(r"^(\d+|\*+)?$")
    )


def _record(
    columns: Columns,
    reading: Reading,
    *,
    minute_only: bool,
) -> Mapping[str, pl.Expr]:
    start_us, lasts_s = pl.col("start_us"), pl.col("lasts_s")
    trunks = reading.trunks or _TRUNKS
    incoming, outgoing = (starts_with_any(party, trunks) for party in ("calling", "called"))
    # Counted from the answer, or from the start of a call that nobody answered.
    wait_s = whole_number("time_to_answer")
    answer_us = start_us + wait_s.fill_null(0) * 1_000_000
    evidence = _evidence(reading, incoming, wait_s)
    by_agent = evidence == "agent"
    texts = (pl.col(name) for name in columns if name not in ("date", "start_time"))
    key = hash_of(start_us.cast(pl.String), *texts)  # no number of its own
    return {
        "record_key": key,
        "call_key": key,
        "by_content": pl.lit(value=True),
        "content_in_record_key": pl.lit(value=True),
        "content_in_call_key": pl.lit(value=True),
        "start_us": start_us,
        "picked_up_us": pl.when(by_agent | wait_s.is_not_null()).then(answer_us),
        "answered_us": pl.when(by_agent).then(answer_us),
        "end_us": answer_us + lasts_s * 1_000_000,
        "direction": direction_where(inbound=incoming, outbound=outgoing),
        "evidence": evidence,
        "caller_number": pl.when(incoming).then(filled("caller")).otherwise(filled("calling")),
        "dialled_number": filled("digits"),
        "line": pl.when(incoming).then("calling").when(outgoing).then("called"),
        "agent_name": pl.when(by_agent).then(pl.when(incoming).then("called").otherwise("calling")),
        "minute_only": pl.lit(minute_only),
    }


def _evidence(reading: Reading, incoming: pl.Expr, wait_s: pl.Expr) -> pl.Expr:
    status = pl.col("completion").fill_null("").str.to_lowercase()
    called = pl.col("called").fill_null("").str.to_lowercase()
    stated = [
        ((status == word) | (called == word), EVIDENCE_OF[outcome])
        for word, outcome in reading.stated.outcomes
    ]
    return first_that_holds(
        [
            *stated,
            (status == "b", "refused"),
            (status == "e", "failed"),
            (incoming & wait_s.is_not_null(), "agent"),
            (pl.col("time_to_answer").str.starts_with("*"), "gave_up"),
            (~incoming & (pl.col("lasts_s") > 0), "agent"),
        ],
        otherwise="unknown",
    )


def _choices(years: Years, places: Places) -> tuple[str, ...]:
    start, width = places["caller"]
    return (
        years.choice,
        f"the caller's number is read from characters {start + 1}-{start + width}",
        "state 'caller' and other columns in 'format.columns', as first-last character",
        "a time to answer of *** is a caller who gave up; status B is busy, E a failure",
        "state others in 'format.outcomes': a letter, or a called party (voicemail) = outcome",
        "parties T… and X… are trunks, unless 'trunks' are configured",
    )


def _dialect(places: Places, years: Years, variant: str, *, twelve_hours: bool) -> Dialect:
    minute_only = places["start_time"][1] < 8
    return Dialect(
        name="mitel-smdr",
        version=1,
        layout=FixedWidth(places=places, shortest=shortest(places, ("duration",))),
        derived=partial(_derived, start_us=_start_us(years, twelve_hours=twelve_hours)),
        plausible=_plausible,
        clean=_plausible,
        record=partial(_record, minute_only=minute_only),
        choices=_choices(years, places),
        sign=_SIGN,
        variant=variant,
        fit=fit,
    )


def fit(sample: Sample, reading: Reading) -> Dialect:
    """The dialect as a file has it that begins like this: widths, clock and year.

    Raises:
        MissingColumnsError: places are stated of columns that a record has not.

    """
    found = [match for match in map(_BEGINNING.match, sample.lines) if match]
    first = found[0] if found else None
    usual = _places(
        extended=first is not None and len(first["hours"]) == 4,
        seconds=first is not None and first["seconds"] is not None,
    )
    years = Years.of(sample, reading)
    return _dialect(
        {**usual, **stated_places(reading, usual)},
        years,
        years.variant(years.day(first["month"], first["day"]) if first else None),
        twelve_hours=any(match["half"] in "pP" for match in found),
    )


DIALECT = _dialect(
    _places(extended=False, seconds=False), Years(last_day=date.max), "", twelve_hours=False
)
