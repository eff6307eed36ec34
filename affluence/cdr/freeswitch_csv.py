"""FreeSWITCH ``mod_cdr_csv``, ``Master.csv``: no header, every column in quotes, one record a call.

Source: ``mod_cdr_csv.c`` and ``cdr_csv.conf.xml`` of FreeSWITCH. The templates ``example``
(FreeSWITCH's default), ``asterisk``, ``snom``, ``linksys``, ``sql`` (a statement a line) and the
one built in are read; ``opencdrrate`` does not write when a call began and is refused; files of
others need the dialect ``generic``. Nothing is escaped: a caller's name may break the quoting, and
the columns around it are then what is sure. Times are those of the server's own clock.

What the records cannot tell: but for ``asterisk``, the templates do not name the application that a
call ended in, so that a menu, a queue and a voicemail look alike; the moment when an agent took a
call that a machine had picked up; and, with ``legs=ab``, which of the records of these templates
are of phones that rang in vain: only the one that was joined to its call is known to be a leg of
it. Where they make up a good part of the file, set ``legs`` to ``a``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl

from affluence.cdr import freeswitch
from affluence.cdr.columns import empty_or_read, filled, hash_of, wall_us, whole_number
from affluence.cdr.dialect import Dialect, Reading, Sample, UntellingFormatError
from affluence.cdr.fates import agent_answer_us
from affluence.cdr.layouts import Columns
from affluence.cdr.separated import Separated

_EXAMPLE = (
    *("caller_id_name", "caller_id_number", "destination_number", "context"),
    *("start_stamp", "answer_stamp", "end_stamp", "duration", "billsec", "hangup_cause"),
    *("uuid", "bleg_uuid", "accountcode", "read_codec", "write_codec"),
)
_ASTERISK = (
    *("accountcode", "caller_id_number", "destination_number", "context", "caller_id"),
    *("channel_name", "bridge_channel", "last_app", "last_arg"),
    *("start_stamp", "answer_stamp", "end_stamp", "duration", "billsec", "hangup_cause"),
    *("amaflags", "uuid", "userfield"),
)
_BUILT_IN = _EXAMPLE[:13]
_TEMPLATES = {
    "example": _EXAMPLE,
    "asterisk": _ASTERISK,
    "built in": _BUILT_IN,
    "sql": _BUILT_IN,
    "linksys": (*_EXAMPLE, "sip_user_agent", "sip_p_rtp_stat"),
    "snom": (
        *(*_EXAMPLE, "sip_user_agent", "call_clientcode", "sip_rtp_rxstat", "sip_rtp_txstat"),
        "sofia_record_file",
    ),
}
# A file may go on by another of these. The wider ones are read where a file begins by them alone:
# a name with commas would make a line as wide.
_ANYWHERE = ("example", "asterisk", "built in")
_STATEMENTS = {"sql": (r"INSERT INTO [^()]{1,200}\(", r"\);?")}  # what is around the columns
_OPENCDRRATE = (
    *("uuid", "signal_bond", "direction", "ani", "destination_number", "answer_stamp"),
    *("end_stamp", "billsec", "accountcode", "userfield", "network_addr", "caller_id_name"),
    "sip_gateway_name",
)

_SHAPES = {
    **dict.fromkeys(("caller_id_name", "caller_id", "last_arg", "sip_user_agent"), ".{0,500}?"),
    **dict.fromkeys(("answer_stamp", "end_stamp"), r"[\d: -]*"),
    **dict.fromkeys(("duration", "billsec"), r"-?\d+"),
    "start_stamp": r"[\d: -]{19}",
    "direction": "(?:in|out)bound",
    "hangup_cause": "[A-Z][A-Z0-9_]*",
    "uuid": "[0-9A-Fa-f-]{36}",
}
_UUID = r"^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
_TWO_DAYS_US = 2 * 86_400_000_000  # what is earlier is the epoch's zero, on any clock
_QUEUES = ("callcenter", "fifo")  # they pick a call up themselves, and only then seek an agent


def _plausible(_: Columns) -> pl.Expr:
    numbers = [whole_number(name).is_not_null() for name in ("duration", "billsec")]
    times = [empty_or_read(name, wall_us(name)) for name in ("answer_stamp", "end_stamp")]
    return pl.all_horizontal(
        _time_us("start_stamp").is_not_null(),
        *times,
        *numbers,
        freeswitch.names_a_cause(),
        pl.col("uuid").str.contains(_UUID).fill_null(False),
    )


def _clean(columns: Columns) -> pl.Expr:
    # Every column is in quotes: one that is null, not empty, was never written.
    return _plausible(columns) & pl.col(columns[-1]).is_not_null()


def _time_us(column: str) -> pl.Expr:
    """Microseconds of the wall clock; null where the time was never set: empty, or of 1970."""
    time = wall_us(column)
    return pl.when(time > _TWO_DAYS_US).then(time)


def _others(columns: Columns) -> Mapping[str, pl.Expr]:
    reasons = {freeswitch.LOST_RACE: _plausible(columns) & freeswitch.lost_race()}
    if "last_app" in columns:
        # Calls that arrive run the dialplan; the legs that it makes run no application at all.
        called = pl.col("last_app").fill_null("") == ""
        reasons[freeswitch.CALLED] = _plausible(columns) & called & ~freeswitch.lost_race()
    return reasons


def _record(columns: Columns, reading: Reading) -> Mapping[str, pl.Expr]:
    picked_up_us = _time_us("answer_stamp")
    picked_up = picked_up_us.is_not_null()
    joined = filled("bleg_uuid" if "bleg_uuid" in columns else "bridge_channel").is_not_null()
    agent = picked_up & joined
    by_agent = agent
    call = pl.col("uuid")
    if "bleg_uuid" in columns:  # which the joined leg, where it is recorded, has for its own
        call = pl.coalesce(filled("bleg_uuid"), call)
    if "last_app" in columns:
        by_agent = by_agent & ~pl.col("last_app").is_in(_QUEUES).fill_null(False)
    return {
        "record_key": hash_of(pl.col("uuid")),
        "call_key": hash_of(call),
        "start_us": wall_us("start_stamp"),
        "picked_up_us": picked_up_us,
        "answered_us": agent_answer_us(reading, by_agent, picked_up_us),
        "end_us": _time_us("end_stamp"),
        "direction": freeswitch.direction(columns, reading),
        "evidence": freeswitch.evidence(columns, reading, picked_up=picked_up, agent=agent),
        "caller_number": pl.col("caller_id_number"),
        "dialled_number": pl.col("destination_number"),
    }


def _clock_evidence(_: Columns) -> Mapping[str, pl.Expr]:
    return {"duration_s": whole_number("duration")}


_BETWEEN = ", ?"
_LINES = {
    name: freeswitch.loose_line(columns, _SHAPES, _BETWEEN, _STATEMENTS.get(name, ("", "")))
    for name, columns in _TEMPLATES.items()
}
_OPENCDRRATE_LINE = freeswitch.loose_line(_OPENCDRRATE, _SHAPES, _BETWEEN)


def _dialect(template: str, choices: tuple[str, ...]) -> Dialect:
    return Dialect(
        name="freeswitch-csv",
        version=2,
        layout=Separated(
            columns_by_width={
                len(_TEMPLATES[name]): _TEMPLATES[name] for name in (*_ANYWHERE, template)
            },
            loose_line=_LINES[template],
        ),
        plausible=_plausible,
        clean=_clean,
        record=_record,
        clock_evidence=_clock_evidence,
        others=_others,
        choices=choices,
        fit=fit,
    )


def fit(sample: Sample, reading: Reading) -> Dialect:
    """The dialect with the template that most of a file's first lines have.

    Raises:
        UntellingFormatError: that is one without the beginning of a call.

    """

    def number_of(shape: re.Pattern[str]) -> int:
        return sum(shape.match(line) is not None for line in sample.lines[:200])

    template = max(_TEMPLATES, key=lambda name: number_of(_LINES[name]))
    if number_of(_OPENCDRRATE_LINE) > number_of(_LINES[template]):
        raise UntellingFormatError(
            "its lines are of the template opencdrrate, which does not write when a call began",
            "Write another one: 'default-template' = 'asterisk' in cdr_csv.conf.xml.",
        )
    fate = "given up in the queue" if reading.machine_answers_first else "served by a machine"
    unnamed = f"a call that was picked up and that no agent took counts as {fate}"
    return _dialect(template, () if template == "asterisk" else (unnamed,))


DIALECT = _dialect("example", ())
