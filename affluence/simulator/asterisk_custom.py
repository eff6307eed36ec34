"""Simulated calls as Asterisk's cdr_custom writes them, by the mapping of its sample configuration.

Everything is quoted, numbers and empty times too, but for the sequence; there is no linkedid.
"""

from __future__ import annotations

import csv
from zoneinfo import ZoneInfo

from affluence.simulator.asterisk_call import Leg, leg_records
from affluence.simulator.texts import csv_line, local_time
from affluence.simulator.written import Writer


def _line(leg: Leg, zone: ZoneInfo) -> str:
    accountcode = userfield = ""
    texts = (
        *(leg.clid, leg.src, leg.dst, leg.dcontext, leg.channel, leg.dstchannel),
        *(leg.lastapp, leg.lastdata, local_time(leg.start_ms, zone)),
        *(local_time(leg.answer_ms, zone), local_time(leg.end_ms, zone)),
        *(str(leg.duration_s), str(leg.billsec_s)),
        *(leg.disposition, "DOCUMENTATION", accountcode, leg.unique_id, userfield),
    )
    return csv_line((*texts, leg.sequence), quoting=csv.QUOTE_NONNUMERIC)


WRITER = Writer(
    dialect="asterisk-custom", file_name="custom-{week}.csv", records=leg_records(_line)
)
