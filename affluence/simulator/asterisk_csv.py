"""The file of Asterisk's cdr_csv, of simulated calls: no header, 21 columns, a record a line.

Imitated: ``loguniqueid``, ``loguserfield`` and ``newcdrcolumns`` on, local times (no
``usegmtime``). Text is quoted, integers and empty times are not.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from affluence.simulator.asterisk_call import Leg, asterisk_legs
from affluence.simulator.simulation import Simulation
from affluence.simulator.texts import local_time
from affluence.simulator.written import Record, Writer


def asterisk_records(simulation: Simulation) -> list[Record]:
    """Every record of the simulation, in the order of the file."""
    zone = ZoneInfo(simulation.scenario.zone)
    return [Record(leg.end_ms, leg.sequence, _line(leg, zone)) for leg in asterisk_legs(simulation)]


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


WRITER = Writer(dialect="asterisk-csv", file_name="Master-{week}.csv", records=asterisk_records)
