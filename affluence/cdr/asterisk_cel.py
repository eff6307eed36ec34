"""Asterisk's channel events (CEL) as CSV, ``cel-custom/Master.csv``: one line an event.

Source: ``configs/samples/cel_custom.conf.sample``, ``cel.conf.sample`` and ``main/cel.c`` of
Asterisk. The mappings of that sample are known: the older one with its literal or without, and the
newer one; any other is stated as the number of each column. Times are epochs with microseconds, or
of the ``dateformat`` that ``cel.conf`` sets, in the server's zone.

A call is all events of one linked id. Its first channel (whose unique id is the linked one) is the
caller's, and gives its beginning and its end; an agent is another channel that answers. What events
do not tell: whether the caller who hangs up did so before the queue gave up on him, unless the
applications are tracked (``apps`` in ``cel.conf``), and which of two calls is a consultation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import polars as pl

from affluence.cdr import asterisk
from affluence.cdr.asterisk_times import EPOCH, Times, find_times
from affluence.cdr.columns import filled, hash_of, starts_with_any
from affluence.cdr.dialect import Dialect, Reading, Sample
from affluence.cdr.fates import Rules, direction_where, first_that_holds
from affluence.cdr.headers import columns_by_number, require, widest
from affluence.cdr.layouts import Columns
from affluence.cdr.separated import Separated
from affluence.tables import DIRECTIONS

NO_FATE = "event that says nothing of its call's fate"

_REST = (
    *("cidname", "cidnum", "ani", "rdnis", "dnid", "exten", "context", "channel", "lastapp"),
    *("lastdata", "amaflags", "accountcode", "uniqueid", "linkedid", "peer", "userfield"),
    *("userdeftype", "eventextra"),
)
_NEWER = (
    *("eventtype", "eventenum", "literal", "eventtime", "userdeftype", "cidname", "cidnum"),
    *("exten", "context", "channel", "lastapp", "lastdata", "amaflags", "accountcode", "uniqueid"),
    *("userfield", "ani", "rdnis", "dnid", "peer", "linkedid", "peeraccount", "eventextra"),
    "tenantid",
)
_MAPPINGS = (
    ("eventtype", "eventtime", *_REST),
    ("eventtype", "literal", "eventtime", *_REST),
    _NEWER,
)
_NAMED_BY_ASTERISK = {
    "channame": "channel",
    "appname": "lastapp",
    "appdata": "lastdata",
    "extra": "eventextra",
}
_USED = (
    *("eventtype", "eventtime", "cidnum", "exten", "channel", "lastapp", "lastdata", "uniqueid"),
    *("linkedid", "eventextra"),
)
_SEPARATORS = (",", ";", "\t", "|")

_OF_CALLS = ("CHAN_START", "ANSWER", "APP_START", "HANGUP", "CHAN_END", "LINKEDID_END")
_INNER = ("Local/", "CBAnn/", "CBRec/", "Announcer/", "Recorder/", "Surrogate/")  # nobody's phone
_BUSY_CAUSES, _CONGESTION_CAUSES = ("17",), ("34", "38", "42")  # of Q.850


def _dialect(layout: Separated, times: Times) -> Dialect:
    return Dialect(
        name="asterisk-cel",
        version=1,
        layout=layout,
        plausible=partial(_plausible, times=times),
        clean=partial(_plausible, times=times),
        record=partial(_record, times=times),
        clock_evidence=_clock_evidence,
        others=partial(_others, times=times),
        clock=times.clock,
        fit=fit,
    )


def _plausible(_: Columns, *, times: Times) -> pl.Expr:
    return _is_event(times) & pl.col("eventtype").is_in(_OF_CALLS).fill_null(False)


def _others(_: Columns, *, times: Times) -> Mapping[str, pl.Expr]:
    # A user's event may have any name: the ids tell that it is one.
    ids = [pl.col(name).str.contains(asterisk.UNIQUE_ID) for name in ("uniqueid", "linkedid")]
    named = filled("eventtype").is_not_null() & ~pl.col("eventtype").is_in(_OF_CALLS)
    return {NO_FATE: _is_event(times) & pl.all_horizontal(named, *ids).fill_null(False)}


def _is_event(times: Times) -> pl.Expr:
    return pl.all_horizontal(
        times.wall_us("eventtime").is_not_null(),
        filled("channel").is_not_null() | (pl.col("eventtype") == "LINKEDID_END").fill_null(False),
        filled("uniqueid").is_not_null(),
        filled("linkedid").is_not_null(),
    )


def _record(
    _: Columns,
    reading: Reading,
    *,
    times: Times,
) -> Mapping[str, pl.Expr]:
    time_us, event = times.wall_us("eventtime"), pl.col("eventtype")
    first = _is_first()
    by_agent = (event == "ANSWER") & _is_agent()
    queueing = (event == "APP_START") & first & (pl.col("lastapp") == "Queue")
    ending = (event == "LINKEDID_END") | (event.is_in(["HANGUP", "CHAN_END"]) & first)
    return {
        # Unique ids and microseconds: two equal lines are one event written twice.
        "record_key": hash_of(*(pl.col(name) for name in _USED)),
        "content_in_record_key": pl.lit(value=True),
        "call_key": hash_of(pl.col("linkedid")),
        "start_us": time_us,
        "picked_up_us": pl.when(by_agent | ((event == "ANSWER") & first)).then(time_us),
        "queued_us": pl.when(queueing).then(time_us),
        "answered_us": pl.when(by_agent).then(time_us),
        "end_us": pl.when(ending).then(time_us),
        "direction": _direction(reading),
        "evidence": first_that_holds(_rules(reading), otherwise="unknown"),
        "caller_number": pl.when(first).then(filled("cidnum")),
        "queue": pl.when(queueing).then(pl.col("lastdata").str.extract(r"^([^,]+)")),
    }


def _is_first() -> pl.Expr:
    return pl.col("uniqueid") == pl.col("linkedid")


def _is_agent() -> pl.Expr:
    inner = [pl.col("channel").str.starts_with(name) for name in _INNER]
    return ~_is_first() & ~pl.any_horizontal(inner)


def _direction(reading: Reading) -> pl.Expr:
    if not reading.trunks:
        return pl.lit("inbound", pl.Enum(DIRECTIONS))
    on_a_line = starts_with_any("channel", reading.trunks)
    return direction_where(inbound=on_a_line & _is_first(), outbound=on_a_line)


def _rules(reading: Reading) -> Rules:
    """What an event says of the fate of its call; where none does, the one before it holds."""
    event = pl.col("eventtype")
    hung_up = (event == "HANGUP") & _is_first()
    cause = pl.col("eventextra").str.extract(r'"hangupcause": ?(\d+)')
    dialled = pl.col("eventextra").str.extract(r'"dialstatus": ?"(\w+)"')
    # What runs in the extension "h" does so when the caller is gone.
    started = (event == "APP_START") & _is_first() & (pl.col("exten") != "h").fill_null(True)
    in_application = [*asterisk.announced(reading), *asterisk.in_application()]
    return [
        ((event == "ANSWER") & _is_agent(), "agent"),
        (hung_up & cause.is_in(_BUSY_CAUSES), "refused"),
        (hung_up & cause.is_in(_CONGESTION_CAUSES), "refused_network"),
        (hung_up & (dialled == "BUSY"), "refused"),
        (hung_up & (dialled == "CONGESTION"), "refused_network"),
        (hung_up & (dialled == "CHANUNAVAIL"), "failed"),
        (hung_up & (dialled == "NOANSWER"), "rang_out"),
        (hung_up & (dialled == "CANCEL"), "gave_up"),
        *((started & doing, word) for doing, word in in_application),
        (started & (pl.col("lastapp") == "Hangup"), "rang_out"),
        ((event == "CHAN_START") & ~_is_first(), "gave_up"),  # while somebody's phone rang
    ]


def _clock_evidence(_: Columns) -> Mapping[str, pl.Expr]:
    # A channel ends long after it was made, and may run many applications until then.
    soon = pl.col("eventtype").is_in(["CHAN_START", "ANSWER"])
    seconds = asterisk.made_at_s(pl.col("uniqueid"))
    return {"epoch_s": pl.when(soon).then(seconds)}


def fit(sample: Sample, reading: Reading) -> Dialect:
    """The dialect as a file has it that begins like this.

    Raises:
        MissingColumnsError: what is stated of its columns is not enough, or is not there.

    """
    stated_one = reading.stated.separator
    separator, titles = widest(sample.first_line, (stated_one,) if stated_one else _SEPARATORS)
    layout = _layout(_MAPPINGS, separator)
    stated = {_NAMED_BY_ASTERISK.get(what, what): where for what, where in reading.stated.columns}
    if "eventtype" in stated:
        columns = columns_by_number(stated.items(), len(titles))
        require(columns, _USED)
        layout = _layout([columns], separator)
    times = find_times(sample.lines, layout, "eventtime", reading.stated.time_format)
    return _dialect(layout, times)


def _layout(mappings: Sequence[Columns], separator: str) -> Separated:
    columns_by_width = {len(columns): columns for columns in mappings}
    return Separated(columns_by_width=columns_by_width, separator=separator)


DIALECT = _dialect(_layout(_MAPPINGS, ","), EPOCH)
