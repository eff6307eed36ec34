"""Asterisk queue_log: one line an event of a queue, as a file or out of a realtime table.

Source: ``main/logger.c`` and ``apps/app_queue.c`` of Asterisk, and the events that the dialplan of
XiVO and Wazo adds. The file is ``epoch|callid|queue|agent|EVENT|data1|…``, without header, quotes
or escapes; a table is exported as CSV with a header, its times local (or UTC, as configured there).

A call is all that happens under one callid, in however many queues. What the log cannot tell: the
calls that never reached a queue (refused by the lines, lost in a menu, made by the desk), those
that stock Asterisk turns away from a full or empty queue (only XiVO and Wazo write these), who
picked up before the queue did, and what becomes of a caller who leaves it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial

import polars as pl

from affluence.cdr import asterisk
from affluence.cdr.asterisk_times import EPOCH, Times, find_times
from affluence.cdr.columns import hash_of
from affluence.cdr.dialect import Dialect, Reading, Sample
from affluence.cdr.headers import columns_by_title, require, widest
from affluence.cdr.layouts import Columns
from affluence.cdr.queue_events import (
    EVENTS,
    LINKED,
    OF_AGENTS,
    OF_RINGING,
    PRESENCE_OF,
    Event,
    stated_events,
)
from affluence.cdr.separated import Separated
from affluence.tables import DIRECTIONS, EVIDENCE, PRESENCES

AGENTS = "agent log-in or pause"
RANG = "agent's phone that rang in vain"
NO_CALL = "event that is no call"

_DATA = tuple(f"data{number}" for number in range(1, 10))  # names and notes may hold separators
_COLUMNS = ("time", "callid", "queue", "agent", "event", *_DATA)
_NEEDED = ("time", "callid", "queue", "event", "data1", "data2", "data3")
_SEPARATORS = (",", ";", "\t", "|")
_ASTERISK = {name: name for name in _COLUMNS} | {"queuename": "queue"}
_PBXWARE = {
    "date_time": "time",
    "callid": "callid",
    "queue_name": "queue",
    "event": "event",
    **{f"param{number}": f"data{number}" for number in (1, 2, 3)},
    "htime": "wait",
    "ttime": "talk",
}
_SIGN = re.compile(r"[;,|\t\"][A-Z_]{4,}(?:[;,|\t\"]|$)")  # an event
_UNSET = ("", "NONE", "NULL", "None", "\\N")
_NO_CALLID = (*_UNSET, "REALTIME", "MANAGER", "CLI")

_CHOICES = (
    "who presses a key to leave a queue (EXITWITHKEY) has served himself",
    "a call ends as it leaves its queue: what the dialplan does then is not in this log",
    "an agent who was not seen to log in is there since midnight, if that day tells of him at all",
)
_PBXWARE_CHOICES = (
    "of a PBXware table, htime is the wait and ttime the talk, of every event",
    "who the agent is, is not read from a PBXware table unless its column is stated",
)


def _dialect(
    layout: Separated,
    times: Times,
    events: Mapping[str, Event],
    *,
    header: str = "",
    choices: tuple[str, ...] = _CHOICES,
) -> Dialect:
    return Dialect(
        name="queue-log",
        version=2,
        layout=layout,
        plausible=partial(_plausible, times=times, events=events),
        clean=partial(_plausible, times=times, events=events, strict=True),
        record=partial(_record, times=times, events=events),
        clean_record=partial(_record, times=times, events=events, clean=True),
        clock_evidence=_clock_evidence,
        others=partial(_others, times=times, events=events),
        clock=times.clock,
        header=header,
        choices=choices,
        sign=_SIGN,
        fit=fit,
    )


def _plausible(
    columns: Columns, *, times: Times, events: Mapping[str, Event], strict: bool = False
) -> pl.Expr:
    readable = []
    for what in ("wait", "talk"):
        text = _written(columns, events, what)
        unset = text.fill_null("").is_in(_UNSET)
        readable.append(unset | _number(text, plain=strict).is_not_null())
    known = pl.col("event").is_in([*events]).fill_null(False)
    return pl.all_horizontal(_is_event(times), known, *readable)


def _others(_: Columns, *, times: Times, events: Mapping[str, Event]) -> Mapping[str, pl.Expr]:
    is_event, word = _is_event(times), pl.col("event").fill_null("")
    of_agents, of_ringing = word.is_in(OF_AGENTS), word.is_in(OF_RINGING)
    is_word = word.str.contains(r"^[A-Za-z]\w*$")
    return {
        AGENTS: is_event & of_agents,
        RANG: is_event & of_ringing,
        NO_CALL: is_event & is_word & ~(of_agents | of_ringing | word.is_in([*events])),
    }


def _record(
    columns: Columns,
    _: Reading,
    *,
    times: Times,
    events: Mapping[str, Event],
    clean: bool = False,
) -> Mapping[str, pl.Expr]:
    word, time_us = _word(), times.wall_us("time")
    wait_us, talk_us = (
        _number(_written(columns, events, what), plain=clean) * 1_000_000
        for what in ("wait", "talk")
    )
    evidence = word.replace_strict(
        {name: event.evidence for name, event in events.items()},
        default="unknown",
        return_dtype=pl.Enum(EVIDENCE),
    )
    answered_us = pl.when(word == "CONNECT").then(time_us).otherwise(time_us - talk_us)
    answered_us = pl.when(evidence == "agent").then(answered_us)
    ending = [name for name, event in events.items() if event.ends]
    entering = word == "ENTERQUEUE"
    content = [pl.col(name) for name in _COLUMNS if name in columns]
    is_call = ~pl.col("callid").is_in(_NO_CALLID)
    return {
        # All that an event says is in its line: two equal ones are one event written twice.
        "record_key": hash_of(*content),
        "call_key": pl.when(is_call).then(hash_of(pl.col("callid"))).otherwise(hash_of(*content)),
        "content_in_record_key": pl.lit(value=True),
        "content_in_call_key": ~is_call,
        "start_us": time_us - wait_us.fill_null(0) - talk_us.fill_null(0),
        "picked_up_us": answered_us,
        "queued_us": pl.when(entering).then(time_us),
        "answered_us": answered_us,
        "end_us": pl.when(word.is_in(ending)).then(time_us),
        "direction": pl.lit("inbound", pl.Enum(DIRECTIONS)),
        "evidence": evidence,
        "caller_number": pl.when(entering).then(_set("data2")),
        "queue": _set("queue"),
        **({"agent_name": _set("agent"), "presence": _presence()} if "agent" in columns else {}),
    }


def _presence() -> pl.Expr:
    names = pl.Enum(PRESENCES)
    does = pl.col("event").replace_strict(PRESENCE_OF, default=None, return_dtype=names)
    paused = (pl.col("event") == "ADDMEMBER") & (pl.col("data1") == "PAUSED")
    does = pl.when(paused).then(pl.lit("comes_paused", names)).otherwise(does)
    return pl.when(_set("agent").is_not_null()).then(does)


def _clock_evidence(columns: Columns) -> Mapping[str, pl.Expr]:
    # A caller is in the queue soon after his channel was made, an agent logs out hours later.
    of_calls = ~pl.col("event").is_in(OF_AGENTS)
    return {"epoch_s": pl.when(of_calls).then(asterisk.epoch_s(columns, pl.col("callid")))}


def _is_event(times: Times) -> pl.Expr:
    return times.wall_us("time").is_not_null() & pl.col("callid").is_not_null()


def _word() -> pl.Expr:
    linked = (pl.col("event") == "ATTENDEDTRANSFER") & (pl.col("data1") == "LINK")
    return pl.when(linked).then(pl.lit(LINKED)).otherwise("event")


def _set(column: str) -> pl.Expr:
    return pl.when(~pl.col(column).is_in(_UNSET)).then(pl.col(column))


def _written(columns: Columns, events: Mapping[str, Event], what: str) -> pl.Expr:
    """The wait or the talk of an event as it is written, null where it has none."""
    if what in columns:
        return pl.when(_word().is_in([*events])).then(pl.col(what))
    by_place: dict[str, list[str]] = {}
    for name, event in events.items():
        by_place.setdefault(f"data{getattr(event, what)}", []).append(name)
    return pl.coalesce(
        pl.lit(None, pl.String),
        *(
            pl.when(_word().is_in(names)).then(pl.col(place))
            for place, names in by_place.items()
            if place in columns
        ),
    )


def _number(text: pl.Expr, *, plain: bool) -> pl.Expr:
    """Some seconds; tables may hold all that is left of a line in their last column."""
    if not plain:
        text = text.str.extract(r"^(-?\d+)(?:\||$)")
    return text.cast(pl.Int64, strict=False)


def fit(sample: Sample, reading: Reading) -> Dialect:
    """The dialect as a file has it that begins like this.

    Raises:
        MissingColumnsError: it is a table, but does not name what an event needs.

    """
    events = EVENTS | dict(stated_events(reading))
    header, *lines = sample.lines or ("",)
    separator, titles = widest(header, _SEPARATORS)
    names = [name.strip().lower() for name in titles]
    if not {"callid", "event"} <= {*names}:
        return _dialect(_LINES, EPOCH, events)
    columns = _columns_of(names, reading)
    layout = Separated(columns_by_width={len(columns): columns}, separator=separator)
    return _dialect(
        layout,
        find_times(lines, layout, "time", reading.stated.time_format),
        events,
        header=header,
        choices=(*_CHOICES, *(_PBXWARE_CHOICES if "date_time" in names else ())),
    )


def _columns_of(names: Sequence[str], reading: Reading) -> Columns:
    known = _PBXWARE if "date_time" in names else _ASTERISK
    wanted = {*_COLUMNS, "wait", "talk"}
    stated = {where.lower(): what for what, where in reading.stated.columns if what in wanted}
    usual = {name: what for name, what in known.items() if what not in stated.values()}
    numbers = [str(number) for number, _ in enumerate(names, start=1)]
    titles = [
        number if number in stated else name for number, name in zip(numbers, names, strict=True)
    ]
    columns = columns_by_title(titles, usual | stated)
    require(columns, (*_NEEDED, *stated.values()))
    return columns


_LINES = Separated(
    columns_by_width={len(_COLUMNS): _COLUMNS}, separator="|", quotes=False, ragged=True
)
DIALECT = _dialect(_LINES, EPOCH, EVENTS)
