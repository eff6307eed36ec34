"""Avaya Aura Communication Manager CDR: fixed width, times to the minute, dates in between.

Source: Avaya's *Administrator's Guide* of 2002 and 2003 (places of the layouts ``teleseer`` and
``printer``, the beginning of ``int-isdn``, date records, condition codes, "the time that the call
ended"). A record tells the minute in which its call ended and how long it lasted, in tenths of a
minute; the month and day stand in a line of their own, written when the link starts and at
midnight, and there is no year. The places of ``unformatted`` and ``expanded`` behind the condition
code are not confirmed by a source: see `_choices`.

A record of an answered call begins with the answer, so that its arrival is not told. Calls that
nobody answered, and busy ones, are recorded only for trunk groups whose *CDR Reports* are ``ring``;
calls that find all trunks taken, never.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial

import polars as pl

from affluence.cdr.columns import filled, hash_of, parsed_us, whole_number
from affluence.cdr.dialect import Dialect, MissingColumnsError, Reading, Sample
from affluence.cdr.fates import EVIDENCE_OF, direction_of, first_that_holds
from affluence.cdr.fixed_width import FixedWidth, Places, place, shortest, stated_places
from affluence.cdr.layouts import Columns
from affluence.cdr.yearless import Years

_DATE = re.compile(r"^(?:\d\d:\d\d )?(\d\d)[ /]?(\d\d) *$")  # also with the time before it
_SPACED = re.compile(r"^\d{4} \d{4} [0-9A-Z] ")
_TELESEER = re.compile(r"^ {3}\d{8}[0-9A-Z]")
_PRINTER_WIDTH = 80
_LAYOUTS: Mapping[str, Places] = {
    "teleseer": {
        "time": place(4, 7),
        "duration": place(8, 11),
        "condition": place(12, 12),
        "dialled": place(19, 33),
        "calling": place(34, 38),
        "incoming_circuit": place(56, 58),
        "outgoing_circuit": place(59, 61),
    },
    "printer": {
        "time": place(1, 4),
        "duration": place(6, 9),
        "condition": place(11, 11),
        "dialled": place(21, 35),
        "calling": place(37, 41),
        "incoming_circuit": place(74, 76),
        "outgoing_circuit": place(78, 80),
    },
    "unformatted": {
        "time": place(1, 4),
        "duration": place(5, 8),
        "condition": place(9, 9),
        "dialled": place(18, 32),
        "calling": place(33, 42),
        "incoming_circuit": place(68, 70),
        "outgoing_circuit": place(71, 73),
    },
    "expanded": {
        "time": place(1, 4),
        "duration": place(6, 9),
        "condition": place(11, 11),
        "dialled": place(23, 37),
        "calling": place(39, 48),
        "incoming_circuit": place(79, 81),
        "outgoing_circuit": place(83, 85),
    },
}
_NEEDED = ("time", "duration", "condition")
_DATE_RECORD = "date_record"  # the beginning of a line, long enough for a date and no more

_UNKNOWN_LENGTH = "9999"  # the clock was changed during the call
_NO_CALLS = {
    "interim record of a long call": "4",
    "outage of the recording": "6",
    "ringing time of an answered call": "G",
}
_OUTGOING = ("7", "8", "A", "B", "E", "F")
_INCOMING = ("9", "H", "I")
_EITHER = ("1", "C", "J", "K", "M", "T")
_INTERNAL = "0"
_UNANSWERED = ("H", "I", "E", "F")
_DIRECTIONS = (
    dict.fromkeys(_OUTGOING, "outbound")
    | dict.fromkeys(_INCOMING, "inbound")
    | {_INTERNAL: "internal"}
)


def _end_us(years: Years, before: str) -> pl.Expr:
    """When a call ended; ``before`` is the day of what stands above the first date record."""
    # Sliced from its end, in a quarter of the time that groups take: a heading is a date record.
    heading = pl.when(pl.col("heading") != "").then("heading").str.strip_chars_end(" ")
    first, second = heading.str.head(-2).str.strip_chars_end(" /").str.tail(2), heading.str.tail(2)
    day = years.date_of(first, second).fill_null(before)
    wall = pl.concat_str(day, pl.col("time"), separator=" ")
    # Without this test a time of three digits would be read as another one.
    whole = pl.col("time").str.contains(r"^\d{4}$")
    return pl.when(whole).then(parsed_us(wall, "%Y-%m-%d %H%M"))


def _lasts_s() -> pl.Expr:
    """Duration, of one digit for hours, two for minutes and one for tenths of a minute."""
    duration = pl.col("duration")
    number = whole_number("duration")
    whole = duration.str.contains("^[0-9][0-5][0-9]{2}$")
    lasts_s = number // 1000 * 3600 + number % 1000 * 6
    return pl.when(duration == _UNKNOWN_LENGTH).then(0).when(whole).then(lasts_s)


def _derived(_: Columns, *, end_us: pl.Expr, reading: Reading) -> Mapping[str, pl.Expr]:
    return {
        "end_us": end_us,
        "lasts_s": _lasts_s(),
        "is_date": pl.col(_DATE_RECORD).fill_null("").str.contains(_DATE.pattern),
        "way": _direction(),
        "fate": _evidence(reading),
    }


def _others(_: Columns) -> Mapping[str, pl.Expr]:
    dated = pl.col("is_date")
    condition = pl.col("condition").fill_null("")
    no_calls = {reason: ~dated & (condition == code) for reason, code in _NO_CALLS.items()}
    return {"date record": dated, **no_calls}


def _plausible(columns: Columns) -> pl.Expr:
    known = [_INTERNAL, *_OUTGOING, *_INCOMING, *_EITHER]
    return pl.all_horizontal(
        pl.col("end_us", "lasts_s").is_not_null(),
        pl.col("condition").is_in(known).fill_null(False),
        *(~other for other in _others(columns).values()),
    )


def _record(
    columns: Columns,
    _: Reading,
) -> Mapping[str, pl.Expr]:
    end_us = pl.col("end_us")
    start_us = end_us - pl.col("lasts_s") * 1_000_000
    direction, evidence = pl.col("way"), pl.col("fate")
    by_agent = evidence == "agent"
    # No number of its own: it is known by all its columns.
    texts = (pl.col(name) for name in columns if name not in (_DATE_RECORD, "heading"))
    key = hash_of(end_us.cast(pl.String), *texts)
    incoming, outgoing = filled("incoming_circuit"), filled("outgoing_circuit")
    return {
        "record_key": key,
        "call_key": key,
        "by_content": pl.lit(value=True),
        "content_in_record_key": pl.lit(value=True),
        "content_in_call_key": pl.lit(value=True),
        "start_us": start_us,
        "picked_up_us": pl.when(~pl.col("condition").is_in(_UNANSWERED)).then(start_us),
        "answered_us": pl.when(by_agent).then(start_us),
        "end_us": end_us,
        "direction": direction,
        "evidence": evidence,
        "caller_number": pl.col("calling"),
        "dialled_number": filled("dialled"),
        "line": pl.when(direction == "inbound").then(incoming).otherwise(outgoing),
        "agent_name": pl.when(by_agent).then(
            pl.when(direction == "inbound").then(filled("dialled")).otherwise(filled("calling"))
        ),
        "minute_only": pl.lit(value=True),
    }


def _direction() -> pl.Expr:
    """By the condition code; of calls with an attendant or several parties, by the trunk."""
    outgoing = filled("incoming_circuit").is_null() & filled("outgoing_circuit").is_not_null()
    by_trunk = pl.when(outgoing).then(pl.lit("A")).otherwise(pl.lit("9"))
    of_either = pl.col("condition").is_in(_EITHER)
    code = pl.when(of_either).then(by_trunk).otherwise("condition")
    return direction_of(code, _DIRECTIONS, "internal")


def _evidence(reading: Reading) -> pl.Expr:
    condition, dialled = pl.col("condition"), pl.col("dialled").fill_null("")
    stated = [
        ((condition == word.upper()) | (dialled == word), EVIDENCE_OF[outcome])
        for word, outcome in reading.stated.outcomes
    ]
    return first_that_holds(
        [
            *stated,
            (condition == "H", "gave_up"),
            (condition == "I", "refused"),
            (condition == "E", "refused_lines"),
            (condition == "F", "failed"),
        ],
        otherwise="agent",
    )


def _choices(layout: str, years: Years, before: str) -> tuple[str, ...]:
    order = "day before month" if years.day_first else "month before day"
    return (
        f"the layout is {layout}; state other places in 'format.columns', as first-last character",
        f"date records have the {order}; state '%d %m' or '%m %d' in 'format.time_format'",
        years.choice,
        f"records above the first date record are of {before}",
        "code E is taken as all trunks busy, F as a failure; whoever answers, as an agent",
        "state others in 'format.outcomes': code, or a dialled number = outcome",
    )


def _dialect(
    layout: str, places: Places, years: Years, first_day: date, reading: Reading
) -> Dialect:
    before = f"{first_day - timedelta(days=1):%Y-%m-%d}"
    return Dialect(
        name="avaya-cm",
        version=1,
        layout=FixedWidth(
            places={**places, _DATE_RECORD: place(1, 12)},
            shortest=shortest(places, _NEEDED),
            heading=_DATE,
        ),
        derived=partial(_derived, end_us=_end_us(years, before), reading=reading),
        plausible=_plausible,
        clean=_plausible,
        record=_record,
        others=_others,
        choices=_choices(layout, years, before),
        variant=years.variant(first_day),
        fit=fit,
    )


def fit(sample: Sample, reading: Reading) -> Dialect:
    """The dialect as a file has it that begins like this: its layout and its year.

    Raises:
        MissingColumnsError: no date record is near its beginning, or places are stated of columns
            that a record has not.

    """
    years = Years.of(sample, reading)
    dates = (found.groups() for found in map(_DATE.match, sample.lines) if found)
    first = next((day for day in (years.day(*numbers) for numbers in dates) if day), None)
    if first is None:
        raise MissingColumnsError(("date (none of its first lines is a date record)",))
    layout = _layout_of(sample.lines)
    places = {**_LAYOUTS[layout], **stated_places(reading, _LAYOUTS[layout])}
    return _dialect(layout, places, years, first, reading)


def _layout_of(lines: tuple[str, ...]) -> str:
    if any(map(_TELESEER.match, lines)):
        return "teleseer"
    spaced = [line for line in lines if _SPACED.match(line)]
    if not spaced:
        return "unformatted"
    return "printer" if max(map(len, spaced)) <= _PRINTER_WIDTH else "expanded"


DIALECT = _dialect(
    "unformatted", _LAYOUTS["unformatted"], Years(last_day=date.max), date.max, Reading()
)
