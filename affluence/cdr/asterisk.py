"""What records of Asterisk mean, however they are written: keys, direction, fate of a leg.

Source: ``main/cdr.c`` of Asterisk. A dialect brings its records to these text columns: ``src,
channel, dstchannel, lastapp, lastdata, disposition`` and, where it has them, ``linkedid`` and
``sequence``.
"""

from __future__ import annotations

import polars as pl
import polars_hash

from affluence.cdr import fates
from affluence.cdr.columns import filled_in, hash_of, numbered_key
from affluence.cdr.dialect import Reading
from affluence.cdr.fates import Rules, first_that_holds
from affluence.cdr.layouts import Columns

DISPOSITIONS = ("NO ANSWER", "FAILED", "BUSY", "ANSWERED", "CONGESTION", "CANCEL", "UNKNOWN")
UNIQUE_ID = r"^\S*\d{9,}\.\d+$"
_ANNOUNCING = ("Playback", "BackGround", "Background", "ControlPlayback")
_MENUS = (*_ANNOUNCING, "Wait", "WaitExten", "Read", "IVR", "SayDigits", "AGI", "MusicOnHold")


def call_key(columns: Columns, unique_id: pl.Expr, start: pl.Expr, *, clean: bool) -> pl.Expr:
    """Key that the legs of one call share: their linked id, else the unique id, else the channel.

    Args:
        columns: of the layout; a clean record has its linked id.
        unique_id: of the leg's channel, null where there is none.
        start: of the leg, as text.
        clean: whether no record takes an exception.

    """
    if clean and "linkedid" in columns:
        return polars_hash.col("linkedid").nchash.xxh3_64()
    channel_since = pl.concat_str(pl.col("channel").fill_null(""), pl.lit(" "), start.fill_null(""))
    return hash_of(pl.coalesce(filled_in(columns, "linkedid"), unique_id, channel_since))


def record_key(columns: Columns, call_key: pl.Expr, by_content: pl.Expr, *, clean: bool) -> pl.Expr:
    """Key of a leg: its number within its call, or what it says where it has none.

    Channel names are unique until Asterisk restarts: two equal lines are one record.
    """
    if "sequence" not in columns:
        return by_content
    numbered = numbered_key(call_key, sequence())
    return numbered if clean else pl.coalesce(numbered, by_content)


def content_in_record_key(columns: Columns, *, clean: bool) -> pl.Expr:
    """Whether `record_key` is what the leg says."""
    if clean or "sequence" not in columns:
        return pl.lit("sequence" not in columns)
    return sequence().is_null()


def sequence() -> pl.Expr:
    """The number that Asterisk gave to a record, null where it is none."""
    return pl.col("sequence").cast(pl.UInt64, strict=False)


def linked_and_numbered(columns: Columns) -> list[pl.Expr]:
    """Whether a record has what its keys are best made of, where its layout has it."""
    conditions = {
        "linkedid": pl.col("linkedid").fill_null("") != "",
        "sequence": sequence().is_not_null(),
    }
    return [condition for name, condition in conditions.items() if name in columns]


def epoch_s(columns: Columns, unique_id: pl.Expr) -> pl.Expr:
    """True UTC seconds of the start of the call, from the unique id of its first leg, else null."""
    seconds = made_at_s(unique_id)
    if "linkedid" in columns:
        # A later leg may begin long after its channel: only first legs tell the clock.
        seconds = pl.when(unique_id == pl.col("linkedid")).then(seconds)
    return seconds


def made_at_s(unique_id: pl.Expr) -> pl.Expr:
    """True UTC seconds at which a channel was made, from its unique id; null if it tells none."""
    return unique_id.str.extract(r"(?:^|[^0-9])([0-9]{9,10})\.[0-9]+$").cast(pl.Int64)


def evidence(reading: Reading, disposition: pl.Expr | None = None) -> pl.Expr:
    """What a leg says of the fate of its call, as in LEGS.

    Args:
        reading: what the service says of its platform.
        disposition: in Asterisk's words, where the column does not hold them as they are.

    """
    disposition = pl.col("disposition") if disposition is None else disposition
    with_somebody = pl.col("dstchannel").fill_null("") != ""
    answered = disposition == "ANSWERED"
    no_more = answered | (disposition == "NO ANSWER")
    return first_that_holds(
        [
            *announced(reading),
            (answered & with_somebody, "agent"),
            (disposition == "BUSY", "refused"),
            (disposition == "CONGESTION", "refused_network"),
            (disposition == "CANCEL", "gave_up"),
            (disposition == "FAILED", "failed"),
            *((no_more & doing, word) for doing, word in in_application()),
            (no_more, "rang_out"),
        ],
        otherwise="unknown",
    )


def announced(reading: Reading) -> Rules:
    """What the announcement says that was played last."""
    playing = pl.col("lastapp").fill_null("").is_in(_ANNOUNCING)
    return fates.announced(reading, playing, "lastdata")


def in_application() -> Rules:
    """What becomes of a call that nobody takes, by the application that it is in last."""
    app = pl.col("lastapp").fill_null("")
    return [
        # After a greeting the call is answered, and only the last application tells of a refusal.
        (app.is_in(["Busy", "Congestion"]), "refused"),
        (app.is_in(["VoiceMail", "Voicemail"]), "voicemail"),
        # While it waits the call still runs the queue; had the queue given up, the dialplan
        # would have gone on to another application.
        (app.is_in(["Queue", "Dial"]), "gave_up"),
        (app.is_in(_MENUS), "self_service"),
    ]
