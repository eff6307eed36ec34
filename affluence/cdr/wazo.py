"""Wazo call logs as CSV (``GET /cdr?format=csv``): a header, times with their offset, a row a call.

Source: ``plugins/cdr/http.py`` and ``schemas.py`` of wazo-call-logd. Columns go by their names:
older versions have fewer, recordings add some. A call is answered where somebody was joined to it,
so that menus and queues that pick up do not count.

What a call log cannot tell: why nobody answered. Callers who gave up, whom nobody answered and who
were refused look alike, and count as unanswered; what a queue refused is in its own log. An export
holds 1000 calls unless it asks for more, the newest: a longer period is then silently cut.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from affluence.cdr.columns import empty_or_read, filled_in, hash_of, parsed_us
from affluence.cdr.dialect import Dialect, Reading, Sample
from affluence.cdr.fates import first_that_holds
from affluence.cdr.headers import columns_by_title, named, require
from affluence.cdr.layouts import Columns
from affluence.cdr.separated import Separated
from affluence.tables import DIRECTIONS

_NEEDED = ("answered", "start", "answer", "end", "source_extension", "destination_extension")
# Older versions have none: they are then empty.
_OPTIONAL = (
    *("call_direction", "call_status", "requested_extension"),
    *("destination_user_uuid", "destination_internal_extension"),
    *("source_user_uuid", "source_internal_extension"),
)
_SEPARATORS = (",", ";", "\t")
_TIME = "%Y-%m-%dT%H:%M:%S%.f%z"
_STATES = ("true", "false")
_UNTOLD = "a call that nobody answered counts as unanswered, whoever ended it"


def _time_us(name: str) -> pl.Expr:
    """UTC microseconds, null where the text is no time."""
    return parsed_us(pl.col(name), _TIME)


def _plausible(columns: Columns) -> pl.Expr:
    later = [empty_or_read(name, _time_us(name)) for name in ("answer", "end")]
    return pl.all_horizontal(
        _time_us("start").is_not_null(),
        *later,
        pl.col("answered").str.to_lowercase().is_in(_STATES).fill_null(False),
        filled_in(columns, "call_direction").is_in(DIRECTIONS).fill_null(True),
    )


def _record(columns: Columns, _: Reading) -> Mapping[str, pl.Expr]:
    status = filled_in(columns, "call_status")
    answered = pl.col("answered").str.to_lowercase() == "true"
    rules = (
        (status == "voicemail", "voicemail"),
        # On the list of whom a user does not want to hear: no sign of a busy desk.
        (status == "blocked", "unknown"),
        (answered, "agent"),
    )
    evidence = first_that_holds(rules, otherwise="rang_out")
    noted = filled_in(columns, "call_direction").cast(pl.Enum(DIRECTIONS), strict=False)
    direction = noted.fill_null(pl.lit("inbound", pl.Enum(DIRECTIONS)))
    requested = filled_in(columns, "requested_extension")

    def person(party: str) -> pl.Expr:
        return pl.coalesce(
            filled_in(columns, f"{party}_user_uuid"),
            filled_in(columns, f"{party}_internal_extension"),
        )

    inbound = direction == "inbound"
    agent = pl.when(inbound).then(person("destination")).otherwise(person("source"))
    dialled = pl.coalesce(requested, pl.col("destination_extension"))
    # Logs that are generated again number their calls anew: what they hold tells them apart. Times
    # have microseconds; rows that are equal to that are one record.
    key = hash_of(pl.col("start"), pl.col("end"), pl.col("source_extension"), dialled)
    picked_up_us = pl.when(answered).then(_time_us("answer"))
    return {
        "record_key": key,
        "call_key": key,
        "content_in_record_key": pl.lit(value=True),
        "content_in_call_key": pl.lit(value=True),
        "start_us": _time_us("start"),
        "picked_up_us": picked_up_us,
        "answered_us": pl.when(evidence == "agent").then(picked_up_us),
        "end_us": _time_us("end"),
        "direction": direction,
        "evidence": evidence,
        "caller_number": pl.col("source_extension"),
        "dialled_number": dialled,
        "agent_name": pl.when(evidence == "agent").then(agent),
    }


def _dialect(separator: str, columns: Columns, header: str) -> Dialect:
    return Dialect(
        name="wazo",
        version=1,
        layout=Separated(
            columns_by_width={len(columns): columns},
            separator=separator,
            ragged=True,  # the last columns are of recordings, which most calls have none of
        ),
        plausible=_plausible,
        clean=_plausible,
        record=_record,
        clock="UTC",
        header=header,
        choices=(_UNTOLD,),
        fit=fit,
    )


def fit(sample: Sample, _: Reading) -> Dialect:
    """The dialect as a file has it that begins like this.

    Raises:
        MissingColumnsError: it has no header, or one that does not name what a record needs.

    """
    separator, names = named(sample.first_line, _SEPARATORS)
    columns = columns_by_title(names, {name: name for name in (*_NEEDED, *_OPTIONAL)})
    require(columns, _NEEDED)
    return _dialect(separator, columns, sample.first_line)


DIALECT = _dialect(",", _NEEDED, "")
