"""Simulated calls as FreePBX's table of Asterisk's records, exported as CSV.

The table holds the beginning of a leg and two durations, so that its other times may be a second
early; see `affluence.simulator.asterisk_call`.
"""

from __future__ import annotations

import csv
from zoneinfo import ZoneInfo

from affluence.simulator.asterisk_call import Leg, leg_records
from affluence.simulator.texts import csv_line, local_time
from affluence.simulator.written import Writer

_COLUMNS = (
    *("calldate", "clid", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp", "lastdata"),
    *("duration", "billsec", "disposition", "amaflags", "accountcode", "uniqueid", "userfield"),
    *("did", "recordingfile", "cnum", "cnam", "outbound_cnum", "outbound_cnam", "dst_cnam"),
    *("linkedid", "peeraccount", "sequence"),
)
_DOCUMENTATION = 3  # the number of the flag that `cdr_csv` spells out


def _line(leg: Leg, zone: ZoneInfo) -> str:
    parties = (leg.clid, leg.src, leg.dst, leg.dcontext, leg.channel, leg.dstchannel)
    accountcode = userfield = recordingfile = peeraccount = ""
    names = ("", "", "", "")
    row = (
        local_time(leg.start_ms, zone),
        *(*parties, leg.lastapp, leg.lastdata, leg.duration_s, leg.billsec_s, leg.disposition),
        *(_DOCUMENTATION, accountcode, leg.unique_id, userfield, leg.dst, recordingfile, leg.src),
        *(*names, leg.unique_id, peeraccount, leg.sequence),
    )
    return csv_line(row, quoting=csv.QUOTE_ALL)


WRITER = Writer(
    dialect="asterisk-db",
    file_name="cdr-{week}.csv",
    records=leg_records(_line),
    header=csv_line(_COLUMNS, quoting=csv.QUOTE_ALL),
)
