"""Simulated calls as FreeSWITCH writes them into documents: one file a leg.

Imitated: ``log-b-leg`` and ``prefix-a-leg`` on; values URL-encoded, as they are by default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from affluence.simulator.ended_calls import ended_calls
from affluence.simulator.freeswitch_call import Leg, freeswitch_legs
from affluence.simulator.simulation import Simulation
from affluence.simulator.texts import identifier
from affluence.simulator.written import Record, Writer

SWITCHNAME = "standard"
CORE_UUID = identifier("freeswitch", SWITCHNAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What the document of a leg says, whatever its syntax; the values as they are written."""

    channel: Mapping[str, str]
    variables: Mapping[str, str]
    application: Mapping[str, str]  # that the leg ran last; empty where it ran none
    profile: Mapping[str, str]
    times: Mapping[str, str]


def writer(dialect: str, ending: str, text_of: Callable[[Document], str]) -> Writer:
    """How the documents are written that have a syntax."""

    def records(simulation: Simulation) -> Iterator[Record]:
        legs = (leg for ended in ended_calls(simulation) for leg in freeswitch_legs(ended))
        for number, leg in enumerate(sorted(legs, key=lambda leg: leg.end_ms)):
            file = f"{'' if leg.made else 'a_'}{leg.uuid}.cdr.{ending}"
            yield Record(leg.end_ms, number, text_of(_document(leg)), file)

    return Writer(dialect=dialect, records=lambda simulation: list(records(simulation)))


def _document(leg: Leg) -> Document:
    variables = leg.variables()
    app, arg = leg.application
    return Document(
        channel={
            "state": "CS_REPORTING",
            "direction": variables["direction"],
            "state_number": "11",
        },
        variables={name: quote(value, safe="@/") for name, value in variables.items()},
        application={"app_name": app, "app_data": arg} if app else {},
        profile=leg.profile(),
        times={
            "created_time": variables["start_uepoch"],
            "answered_time": variables["answer_uepoch"],
            "bridged_time": variables["bridge_uepoch"],
            "hangup_time": variables["end_uepoch"],
        },
    )
