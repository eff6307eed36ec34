"""What records of FreeSWITCH mean, however they are written: causes, direction, fate of a leg.

Source: ``switch_channel.c``, ``switch_types.h`` and ``mod_callcenter.c`` of FreeSWITCH. A record
tells how a leg ended by the name of a cause, not by a disposition; that a leg was picked up does
not tell by whom: menus, queues and music pick up too. An agent spoke where another leg was joined
to it. A dialect brings its records to these text columns: ``hangup_cause`` and, where it has them,
``context, channel_name, bridge_channel, last_app, last_arg, call_direction``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

import polars as pl

from affluence.cdr.columns import filled_in, starts_with_any
from affluence.cdr.dialect import Reading
from affluence.cdr.fates import (
    Rules,
    announced,
    direction_of,
    direction_where,
    first_that_holds,
)
from affluence.cdr.layouts import Columns

LOST_RACE = "leg of a group, another of which was answered"
CALLED = "leg towards a phone or a line"

_PLAIN = '[^"]*'
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


def loose_line(
    columns: Columns, shapes: Mapping[str, str], between: str, around: tuple[str, str] = ("", "")
) -> re.Pattern[str]:
    """Lines of quoted columns in which nothing is escaped, as in `Separated`.

    Anchored on what never holds a quote: names and arguments may hold anything.

    Args:
        columns: of a line.
        shapes: what those hold that may hold a quote, or that have a shape of their own.
        between: what stands between two of them, as a pattern.
        around: what stands before and behind all of them, as patterns.

    """
    before, after = around
    quoted = (f'"(?P<{name}>{shapes.get(name, _PLAIN)})"' for name in columns)
    return re.compile("(?=.{0,4000}$)" + before + between.join(quoted) + after + "$", re.DOTALL)


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
    if not reading.trunks:
        noted = filled_in(columns, "call_direction")
        return direction_of(noted, {"outbound": "outbound", "local": "internal"}, "inbound")

    on_a_line = partial(starts_with_any, beginnings=reading.trunks)
    if "channel_name" not in columns:
        return direction_where(inbound=on_a_line("context"), outbound=pl.lit(value=True))
    leaving = on_a_line("bridge_channel") | on_a_line("last_arg")
    return direction_where(inbound=on_a_line("channel_name"), outbound=leaving)


def evidence(
    columns: Columns,
    reading: Reading,
    *,
    picked_up: pl.Expr,
    agent: pl.Expr,
    more: Rules = (),
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
    if "last_app" in columns:
        app = pl.col("last_app").fill_null("")
        before = [
            *announced(reading, app.is_in(_ANNOUNCING), "last_arg"),
            (app == "voicemail", "voicemail"),
        ]
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
