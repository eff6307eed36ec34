"""What records of Asterisk mean, however they are written: keys, direction, fate of a leg.

Source: ``main/cdr.c`` of Asterisk. A dialect brings its records to these text columns: ``src,
channel, dstchannel, lastapp, lastdata, disposition`` and, where it has them, ``linkedid`` and
``sequence``.
"""

from __future__ import annotations

import polars as pl
import polars_hash

from affluence.cdr.columns import filled, hash_of
from affluence.cdr.dialect import Reading
from affluence.cdr.fates import first_that_holds
from affluence.cdr.layouts import Columns
from affluence.tables import DIRECTIONS

DISPOSITIONS = ("NO ANSWER", "FAILED", "BUSY", "ANSWERED", "CONGESTION", "CANCEL", "UNKNOWN")
_ANNOUNCING = ("Playback", "BackGround", "Background", "ControlPlayback")
_MENUS = (*_ANNOUNCING, "Wait", "WaitExten", "Read", "IVR", "SayDigits", "AGI", "MusicOnHold")


def call_key(
    columns: Columns, unique_id: pl.Expr | None, start: pl.Expr, *, clean: bool
) -> pl.Expr:
    """Key that the legs of one call share: their linked id, else the unique id, else the channel.

    Args:
        columns: of the layout; a clean record has its linked id.
        unique_id: null where there is none.
        start: of the leg, as text.
        clean: whether no record takes an exception.

    """
    if clean and "linkedid" in columns:
        return polars_hash.col("linkedid").nchash.xxh3_64()
    identifiers = [] if unique_id is None else [unique_id]
    if "linkedid" in columns:
        identifiers.insert(0, filled("linkedid"))
    channel_since = pl.concat_str(pl.col("channel").fill_null(""), pl.lit(" "), start.fill_null(""))
    return hash_of(pl.coalesce(*identifiers, channel_since))


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


def epoch_s(columns: Columns, unique_id: pl.Expr | None) -> pl.Expr:
    """True UTC seconds of the start of the call, from the unique id of its first leg, else null."""
    if unique_id is None:
        return pl.lit(None, pl.Int64)
    seconds = made_at_s(unique_id)
    if "linkedid" in columns:
        # A later leg may begin long after its channel: only first legs tell the clock.
        seconds = pl.when(unique_id == pl.col("linkedid")).then(seconds)
    return seconds


def made_at_s(unique_id: pl.Expr) -> pl.Expr:
    """True UTC seconds at which a channel was made, from its unique id; null if it tells none."""
    return unique_id.str.extract(r"(?:^|[^0-9])([0-9]{9,10})\.[0-9]+$").cast(pl.Int64)


def direction(reading: Reading, calling: str = "channel", called: str = "dstchannel") -> pl.Expr:
    """Direction of a leg, as in LEGS: by which of its two ends is a line of the platform."""
    names = pl.Enum(DIRECTIONS)
    if not reading.trunks:
        return pl.lit("inbound", names)

    def on_a_line(channel: str) -> pl.Expr:
        starts = [pl.col(channel).str.starts_with(trunk) for trunk in reading.trunks]
        return pl.any_horizontal(starts).fill_null(False)

    return (
        pl.when(on_a_line(calling))
        .then(pl.lit("inbound", names))
        .when(on_a_line(called))
        .then(pl.lit("outbound", names))
        .otherwise(pl.lit("internal", names))
    )


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


Rules = list[tuple[pl.Expr, str]]


def announced(reading: Reading) -> Rules:
    """What the announcement says that was played last."""
    app = pl.col("lastapp").fill_null("")

    def played(announcements: tuple[str, ...]) -> pl.Expr:
        sound = pl.any_horizontal(
            [pl.col("lastdata").str.contains(name, literal=True) for name in announcements]
        )
        return app.is_in(_ANNOUNCING) & sound.fill_null(False)

    rules: Rules = []
    if reading.closed_announcements:
        rules.append((played(reading.closed_announcements), "closed"))
    if reading.busy_announcements:
        rules.append((played(reading.busy_announcements), "refused_rule"))
    return rules


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
