"""Cisco Unified Communications Manager: ``cdr_<cluster>_<node>_<time>_<number>`` files.

Source: Cisco's *Call Detail Records Administration Guide* (names and meaning of the columns). The
first line names the columns, of which each version has more and in another order; the second gives
their types. Times are UTC epochs, 0 where the thing never happened. Files of quality records
(``cmr_…``) lie in the same folders and hold no call.

A refused call is always recorded; one whose caller hung up while it rang only if the service
parameter *CDR Log Calls With Zero Duration Flag* is set. No record tells who spoke: a connected
device is taken as an agent's phone unless its name says that it is a machine. A queued call is
connected while it waits, so that its agent is deduced from the time that it waited; Cisco does not
document what such a record says of a caller who gives up (see `_CHOICES`).
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from affluence.cdr.columns import filled, filled_in, hash_of, whole_number
from affluence.cdr.dialect import Dialect, MissingColumnsError, Reading, Sample
from affluence.cdr.fates import EVIDENCE_OF, direction_by_trunks, first_that_holds
from affluence.cdr.headers import columns_by_title, fields_of
from affluence.cdr.layouts import Columns
from affluence.cdr.separated import Separated
from affluence.tables import DIRECTIONS, EVIDENCE

_NEEDED = (
    *("cdrRecordType", "globalCallID_callManagerId", "globalCallID_callId", "pkid"),
    *("dateTimeOrigination", "dateTimeConnect", "dateTimeDisconnect", "callingPartyNumber"),
    *("finalCalledPartyNumber", "origCause_value", "destCause_value"),
    *("origDeviceName", "destDeviceName"),
)
_OF_NEWER_VERSIONS = (
    *("globalCallId_ClusterID", "originalCalledPartyNumber"),
    *("wasCallQueued", "totalWaitTimeInQueue", "huntPilotDN"),
)
_NAMES = {name.lower(): name for name in (*_NEEDED, *_OF_NEWER_VERSIONS)}  # spellings differ
_ONLY_OF_QUALITY_RECORDS = "numberpacketssent"

# Causes of Q.850 with which a call was refused, and by whom.
_REFUSALS = {"refused": ("17",), "refused_lines": ("34", "44")}
_REFUSALS |= {"refused_network": ("38", "41", "42", "47")}
_NO_ANSWER = ("18", "19")
_CLEARED = ("0", "16")
_LAST_OF_Q850 = 127  # beyond are Cisco's own: a split or a transfer, not an end
_VOICEMAIL = "ciscoum"
_MACHINES = ("ann_", "moh_", "ivr_", "cfb_")  # as Cisco names announcements, music, conferences

_CHOICES = (
    "devices named CiscoUM… are taken as voicemail; ANN_…, MOH_…, IVR_… and CFB_… as machines",
    "state others in 'format.outcomes': beginning of a device's name, or a called number = outcome",
    "a queued call is answered where a device took it and it outlasted its waiting time",
)


def _time_s(name: str) -> pl.Expr:
    return pl.when(whole_number(name) > 0).then(whole_number(name))


def _plausible(_: Columns) -> pl.Expr:
    conditions = [
        pl.col("cdrRecordType") == "1",
        pl.col("pkid") != "",
        whole_number("dateTimeOrigination") > 0,
        whole_number("dateTimeConnect") >= 0,
        whole_number("dateTimeDisconnect") >= 0,
    ]
    return pl.all_horizontal(condition.fill_null(False) for condition in conditions)


def _others(_: Columns) -> Mapping[str, pl.Expr]:
    kind = pl.col("cdrRecordType").fill_null("")
    return {
        "types of the columns": kind.str.to_uppercase() == "INTEGER",
        "record of the quality of a call": kind == "2",
    }


def _record(columns: Columns, reading: Reading) -> Mapping[str, pl.Expr]:
    start_s, end_s = _time_s("dateTimeOrigination"), _time_s("dateTimeDisconnect")
    connect_s = _time_s("dateTimeConnect")
    queued = (filled_in(columns, "wasCallQueued") == "1").fill_null(False)
    wait_s = filled_in(columns, "totalWaitTimeInQueue").cast(pl.Int64, strict=False).fill_null(0)
    # Connected before its waiting time was over: by the queue, and an agent came after it.
    by_queue = queued & (connect_s - start_s < wait_s)
    answer_s = pl.when(by_queue).then(connect_s + wait_s).otherwise(connect_s)
    nobody = filled("destDeviceName").is_null() | (by_queue & (end_s <= answer_s)).fill_null(False)
    evidence = _evidence(reading, in_vain=queued & nobody)
    answered_s = pl.when(evidence == "agent").then(answer_s)
    dialled = filled_in(columns, "originalCalledPartyNumber")
    direction = direction_by_trunks(reading, "origDeviceName", "destDeviceName")
    agent = pl.when(direction == "outbound").then("origDeviceName").otherwise("destDeviceName")
    return {
        "record_key": hash_of(pl.col("pkid")),
        "call_key": _call_key(columns),
        "start_us": start_s * 1_000_000,
        "picked_up_us": connect_s * 1_000_000,
        "queued_us": pl.when(queued).then(pl.coalesce(answered_s, end_s) - wait_s) * 1_000_000,
        "answered_us": answered_s * 1_000_000,
        "end_us": end_s * 1_000_000,
        "direction": direction,
        "evidence": evidence,
        "caller_number": pl.col("callingPartyNumber"),
        "dialled_number": pl.coalesce(dialled, filled("finalCalledPartyNumber")),
        "agent_name": pl.when(evidence == "agent").then(agent),
        "queue": filled_in(columns, "huntPilotDN"),
    }


def _call_key(columns: Columns) -> pl.Expr:
    # Numbers restart with a server, so the day counts too: that of UTC, which ends when few call.
    day = (whole_number("dateTimeOrigination") // 86_400).cast(pl.String)
    manager, call = pl.col("globalCallID_callManagerId"), pl.col("globalCallID_callId")
    return hash_of(filled_in(columns, "globalCallId_ClusterID"), manager, call, day)


def _evidence(reading: Reading, *, in_vain: pl.Expr) -> pl.Expr:
    connected = whole_number("dateTimeConnect") > 0
    device = pl.col("destDeviceName").fill_null("").str.to_lowercase()
    number = pl.col("finalCalledPartyNumber").fill_null("")
    by_caller = pl.col("origCause_value").fill_null("0")
    # The side that cleared carries the cause.
    cause = pl.col("destCause_value").replace({"0": None}).fill_null(by_caller)
    stated = [
        (connected & (device.str.starts_with(word) | (number == word)), EVIDENCE_OF[outcome])
        for word, outcome in reading.stated.outcomes
    ]
    machine = pl.any_horizontal(device.str.starts_with(name) for name in _MACHINES)
    refused = [(cause.is_in(causes), evidence) for evidence, causes in _REFUSALS.items()]
    ended = [
        *refused,
        (cause.is_in(_NO_ANSWER), "rang_out"),
        (cause.is_in(_CLEARED), "gave_up"),
        (cause.cast(pl.Int64, strict=False) > _LAST_OF_Q850, "unknown"),
    ]
    return first_that_holds(
        [
            *stated,
            (connected & device.str.starts_with(_VOICEMAIL), "voicemail"),
            (connected & machine & ~in_vain, "self_service"),
            (connected & ~in_vain & (device != ""), "agent"),
            (connected & ~in_vain, "self_service"),
            *ended,
        ],
        otherwise="failed",
    )


def _no_call(_: Columns, _reading: Reading) -> Mapping[str, pl.Expr]:
    times = ("start_us", "picked_up_us", "answered_us", "end_us")
    return {
        **dict.fromkeys(("record_key", "call_key"), pl.lit(0, pl.UInt64)),
        **dict.fromkeys(times, pl.lit(None, pl.Int64)),
        "direction": pl.lit("inbound", pl.Enum(DIRECTIONS)),
        "evidence": pl.lit("unknown", pl.Enum(EVIDENCE)),
        "caller_number": pl.lit(None, pl.String),
    }


def _dialect(columns: Columns, header: str) -> Dialect:
    with_calls = {*_NEEDED} <= {*columns}
    return Dialect(
        name="cucm",
        version=1,
        layout=Separated(columns_by_width={len(columns): columns}),
        plausible=_plausible if with_calls else lambda _: pl.lit(value=False),
        clean=_plausible if with_calls else lambda _: pl.lit(value=False),
        record=_record if with_calls else _no_call,
        others=_others,
        clock="UTC",
        header=header,
        choices=_CHOICES,
        fit=fit,
    )


def fit(sample: Sample, _: Reading) -> Dialect:
    """The dialect as a file has it that begins like this.

    Raises:
        MissingColumnsError: it does not begin with the names of what a record needs.

    """
    header = next((line for line in sample.lines if line), "")
    names = [name.strip().lower() for name in fields_of(header, ",")]
    columns = columns_by_title(names, _NAMES)
    missing = tuple(name for name in _NEEDED if name not in columns)
    of_quality = "cdrRecordType" in columns and _ONLY_OF_QUALITY_RECORDS in names
    if missing and not of_quality:
        raise MissingColumnsError(missing)
    return _dialect(columns, header)


DIALECT = _dialect(_NEEDED, "")
