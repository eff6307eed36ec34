"""Simulated calls as FreeSWITCH's ``mod_cdr_csv`` writes them: the legs of who calls, no others.

By the template ``example``, its default, or another of ``cdr_csv.conf.xml``: names of variables,
each in quotes. Nothing is escaped.
"""

from __future__ import annotations

from collections.abc import Callable

from affluence.simulator.ended_calls import EndedCall, at_their_end
from affluence.simulator.freeswitch_call import freeswitch_legs
from affluence.simulator.written import Writer

_OF_A_CALL = (
    *("caller_id_name", "caller_id_number", "destination_number", "context", "start_stamp"),
    *("answer_stamp", "end_stamp", "duration", "billsec", "hangup_cause", "uuid", "bleg_uuid"),
)
TEMPLATES = {
    "example": (*_OF_A_CALL, "accountcode", "read_codec", "write_codec"),
    "asterisk": (
        *("accountcode", "caller_id_number", "destination_number", "context", "caller_id"),
        *("channel_name", "bridge_channel", "last_app", "last_arg", "start_stamp"),
        *("answer_stamp", "end_stamp", "duration", "billsec", "hangup_cause", "amaflags", "uuid"),
        "userfield",
    ),
}


def writer(template: str) -> Writer:
    """How the records are written by a template."""
    return Writer(
        dialect="freeswitch-csv",
        file_name="Master-{week}.csv",
        records=at_their_end(_line_by(TEMPLATES[template])),
    )


def _line_by(template: tuple[str, ...]) -> Callable[[EndedCall], str]:
    def line(ended: EndedCall) -> str:
        leg = next(freeswitch_legs(ended))
        told = leg.profile() | leg.variables() | {"bleg_uuid": leg.joined[0]}
        return ",".join(f'"{told.get(name, "")}"' for name in template) + "\n"

    return line


WRITER = writer("example")
