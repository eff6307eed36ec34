"""What records of FreeSWITCH mean, however they are written: causes, direction, fate of a leg.

Source: ``switch_channel.c``, ``switch_types.h`` and ``mod_callcenter.c`` of FreeSWITCH. A record
tells how a leg ended by the name of a cause, not by a disposition; that a leg was picked up does
not tell by whom: menus, queues and music pick up too. An agent spoke where another leg was joined
to it. A dialect brings its records to these text columns: ``hangup_cause`` and, where it has them,
``context, channel_name, bridge_channel, last_app, last_arg, call_direction``.
"""

from __future__ import annotations

import polars as pl

from affluence.cdr.dialect import Reading
from affluence.cdr.fates import first_that_holds
from affluence.cdr.layouts import Columns
from affluence.tables import DIRECTIONS

LOST_RACE = "leg of a group, another of which was answered"

_CAUSE = r"^[A-Z][A-Z0-9_]*$"
_BUSY = ("USER_BUSY", "CALL_REJECTED")
_CONGESTED = ("NORMAL_CIRCUIT_CONGESTION", "SWITCH_CONGESTION", "REQUESTED_CHAN_UNAVAIL")
_NOBODY = (
    *("NO_ANSWER", "NO_USER_RESPONSE", "ALLOTTED_TIMEOUT", "PROGRESS_TIMEOUT"),
    *("USER_NOT_REGISTERED", "SUBSCRIBER_ABSENT"),
)
_MOVED = ("BLIND_TRANSFER", "ATTENDED_TRANSFER", "PICKED_OFF")  # it went on in another leg
_WAITING = ("bridge", "callcenter", "fifo")
_ANNOUNCING = ("playback", "play_and_get_digits", "loop_playback", "endless_playback")


def names_a_cause() -> pl.Expr:
    """Whether ``hangup_cause`` is the name of one."""
    return pl.col("hangup_cause").str.contains(_CAUSE).fill_null(False)


def lost_race() -> pl.Expr:
    """Whether a leg rang among others, one of which was answered."""
    return (pl.col("hangup_cause") == "LOSE_RACE").fill_null(False)


def direction(columns: Columns, reading: Reading) -> pl.Expr:
    """Direction of a call, as in LEGS, by where a leg comes from and where it goes.

    The trunks are beginnings of the names of channels (``sofia/external/``), or of contexts where
    records name no channel; without any, the direction that the dialplan noted is believed.
    """
    names = pl.Enum(DIRECTIONS)
    inbound, outbound, internal = (pl.lit(name, names) for name in DIRECTIONS)
    if not reading.trunks:
        if "call_direction" not in columns:
            return inbound
        noted = pl.col("call_direction")
        return (
            pl.when(noted == "outbound")
            .then(outbound)
            .when(noted == "local")
            .then(internal)
            .otherwise(inbound)
        )

    def on_a_line(column: str) -> pl.Expr:
        starts = [pl.col(column).str.starts_with(trunk) for trunk in reading.trunks]
        return pl.any_horizontal(starts).fill_null(False)

    if "channel_name" not in columns:
        return pl.when(on_a_line("context")).then(inbound).otherwise(outbound)
    leaving = on_a_line("bridge_channel") | on_a_line("last_arg")
    return (
        pl.when(on_a_line("channel_name"))
        .then(inbound)
        .when(leaving)
        .then(outbound)
        .otherwise(internal)
    )


def evidence(
    columns: Columns,
    reading: Reading,
    *,
    picked_up: pl.Expr,
    agent: pl.Expr,
    more: tuple[tuple[pl.Expr, str], ...] = (),
) -> pl.Expr:
    """What a leg says of the fate of its call, as in LEGS.

    Args:
        columns: of the layout.
        reading: what the service says of its platform.
        picked_up: whether anything picked up.
        agent: whether a person did.
        more: what else the records tell of legs that no agent took, strongest first.

    """
    cause = pl.col("hangup_cause")
    machine: list[tuple[pl.Expr, str]]
    if "last_app" in columns:
        app = pl.col("last_app").fill_null("")

        def played(announcements: tuple[str, ...]) -> pl.Expr:
            sounds = [pl.col("last_arg").str.contains(name, literal=True) for name in announcements]
            return app.is_in(_ANNOUNCING) & pl.any_horizontal(sounds).fill_null(False)

        before = [
            (played(those), word)
            for those, word in (
                (reading.closed_announcements, "closed"),
                (reading.busy_announcements, "refused_rule"),
            )
            if those
        ]
        before.append((app == "voicemail", "voicemail"))
        machine = [(picked_up & app.is_in(_WAITING), "gave_up"), (picked_up, "self_service")]
    else:
        # Nothing tells a menu from a queue: where every call is picked up before it is queued, one
        # that no agent took was waiting; elsewhere only announcements pick up.
        before = []
        word = "gave_up" if reading.machine_answers_first else "self_service"
        machine = [(picked_up, word)]
    rules = [
        (agent, "agent"),
        *before,
        *more,
        (cause.is_in(_BUSY), "refused"),
        (cause.is_in(_CONGESTED), "refused_network"),
        (cause == "ORIGINATOR_CANCEL", "gave_up"),
        (cause.is_in(_NOBODY), "rang_out"),
        (cause.is_in(_MOVED), "unknown"),
        *machine,
        # A caller who hangs up while it rings cancels: this call was ended by the platform.
        (cause == "NORMAL_CLEARING", "rang_out"),
    ]
    return first_that_holds(rules, otherwise="failed")
