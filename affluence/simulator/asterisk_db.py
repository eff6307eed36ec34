"""Simulated calls as FreePBX's table of Asterisk's records, exported as CSV.

The table holds the beginning of a leg and two durations, so that its other times may be a second
early; see `affluence.simulator.asterisk_call`.
"""

from __future__ import annotations

import csv
from zoneinfo import ZoneInfo

from affluence.simulator.asterisk_call import Leg, asterisk_legs
from affluence.simulator.simulation import Simulation
from affluence.simulator.texts import csv_line, local_time
from affluence.simulator.written import Record, Writer

_COLUMNS = (
    *("calldate", "clid", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp", "lastdata"),
    *("duration", "billsec", "disposition", "amaflags", "accountcode", "uniqueid", "userfield"),
    *("did", "recordingfile", "cnum", "cnam", "outbound_cnum", "outbound_cnam", "dst_cnam"),
    *("linkedid", "peeraccount", "sequence"),
)
_DOCUMENTATION = 3  # the number of the flag that `cdr_csv` spells out


def _records(simulation: Simulation) -> list[Record]:
    zone = ZoneInfo(simulation.scenario.zone)
    return [
        Record(leg.end_ms, leg.sequence, csv_line(_row(leg, zone), quoting=csv.QUOTE_ALL))
        for leg in asterisk_legs(simulation)
    ]


def _row(leg: Leg, zone: ZoneInfo) -> tuple[object, ...]:
    parties = (leg.clid, leg.src, leg.dst, leg.dcontext, leg.channel, leg.dstchannel)
    accountcode = userfield = recordingfile = peeraccount = ""
    names = ("", "", "", "")
    return (
        local_time(leg.start_ms, zone),
        *(*parties, leg.lastapp, leg.lastdata, leg.duration_s, leg.billsec_s, leg.disposition),
        *(_DOCUMENTATION, accountcode, leg.unique_id, userfield, leg.dst, recordingfile, leg.src),
        *(*names, leg.unique_id, peeraccount, leg.sequence),
    )


WRITER = Writer(
    dialect="asterisk-db",
    file_name="cdr-{week}.csv",
    records=_records,
    header=csv_line(_COLUMNS, quoting=csv.QUOTE_ALL),
)
