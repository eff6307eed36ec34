"""The file of Asterisk's cdr_csv, of simulated calls: no header, 21 columns, a record a line.

Imitated: ``loguniqueid``, ``loguserfield`` and ``newcdrcolumns`` on, local times (no
``usegmtime``). Text is quoted, integers and empty times are not.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from affluence.simulator.asterisk_call import Leg, leg_records
from affluence.simulator.texts import local_time
from affluence.simulator.written import Writer


def _line(leg: Leg, zone: ZoneInfo) -> str:
    accountcode = userfield = peeraccount = ""
    parties = (leg.src, leg.dst, leg.dcontext, leg.clid, leg.channel, leg.dstchannel)
    fields = (
        *map(_quoted, (accountcode, *parties, leg.lastapp, leg.lastdata)),
        _quoted(local_time(leg.start_ms, zone)),
        "" if leg.answer_ms is None else _quoted(local_time(leg.answer_ms, zone)),
        _quoted(local_time(leg.end_ms, zone)),
        str(leg.duration_s),
        str(leg.billsec_s),
        *map(_quoted, (leg.disposition, "DOCUMENTATION", leg.unique_id, userfield, peeraccount)),
        _quoted(leg.unique_id),
        str(leg.sequence),
    )
    return ",".join(fields) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


asterisk_records = leg_records(_line)
WRITER = Writer(dialect="asterisk-csv", file_name="Master-{week}.csv", records=asterisk_records)
