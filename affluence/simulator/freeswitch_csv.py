"""Simulated calls as FreeSWITCH's ``mod_cdr_csv`` writes them: the legs of who calls, no others.

By the template ``example``, its default, or another of ``cdr_csv.conf.xml``: variables, each in
quotes. Nothing is escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from affluence.simulator.ended_calls import EndedCall, at_their_end
from affluence.simulator.freeswitch_call import freeswitch_legs
from affluence.simulator.written import Writer

_OF_A_CALL = (
    *("caller_id_name", "caller_id_number", "destination_number", "context", "start_stamp"),
    *("answer_stamp", "end_stamp", "duration", "billsec", "hangup_cause", "uuid", "bleg_uuid"),
)
_OF_MEDIA = ("read_codec", "write_codec", "sip_user_agent")
# A blank before a name stands in the template before its quotes.
TEMPLATES = {
    "example": (*_OF_A_CALL, "accountcode", "read_codec", "write_codec"),
    "sql": (*_OF_A_CALL, " accountcode"),
    "snom": (
        *(*_OF_A_CALL, " accountcode", *_OF_MEDIA, "call_clientcode", "sip_rtp_rxstat"),
        *("sip_rtp_txstat", "sofia_record_file"),
    ),
    "linksys": (*_OF_A_CALL, "accountcode", *_OF_MEDIA, "sip_p_rtp_stat"),
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
        records=at_their_end(_line_by(template)),
    )


def _line_by(template: str) -> Callable[[EndedCall], str]:
    form = "INSERT INTO cdr VALUES ({});\n" if template == "sql" else "{}\n"

    def line(ended: EndedCall) -> str:
        leg = next(freeswitch_legs(ended))
        told = leg.profile() | leg.variables() | {"bleg_uuid": leg.joined[0]}
        return form.format(",".join(_field(name, told) for name in TEMPLATES[template]))

    return line


def _field(name: str, told: Mapping[str, str]) -> str:
    variable = name.lstrip()
    return f'{name.removesuffix(variable)}"{told.get(variable, "")}"'


WRITER = writer("example")
