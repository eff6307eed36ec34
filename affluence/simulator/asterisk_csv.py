"""The file that Asterisk's cdr_csv writes of simulated calls: a record a line, no header."""

from __future__ import annotations

import gzip
from datetime import datetime
from io import BytesIO
from itertools import groupby
from zoneinfo import ZoneInfo

from affluence.simulator.asterisk_call import CallWriter, Record
from affluence.simulator.asterisk_numbers import number_channels
from affluence.simulator.simulation import Simulation

_GZIP_LEVEL = 9


def asterisk_records(simulation: Simulation) -> list[Record]:
    """Every record of the simulation, in the order of the file."""
    # Calls that leave no record take their numbers all the same.
    numbers = number_channels(simulation.calls)
    recorded = [(index, simulation.calls[index]) for index in simulation.recorded]
    return sorted(
        record
        for index, call in recorded
        for record in CallWriter(
            call=call,
            index=index,
            person=simulation.persons[call.person],
            scenario=simulation.scenario,
            zone=ZoneInfo(simulation.scenario.zone),
            numbers=numbers,
        ).records()
    )


def asterisk_weeks(simulation: Simulation) -> dict[str, bytes]:
    """One gzip file for each ISO week (local) in which records end: name to content.

    The text inside depends on the seed alone; the compressed bytes, on the zlib at hand besides.
    """
    zone = ZoneInfo(simulation.scenario.zone)

    def file_name(record: Record) -> str:
        year, week, _ = datetime.fromtimestamp(record.end_ms // 1000, zone).isocalendar()
        return f"Master-{year}-W{week:02d}.csv.gz"

    return {
        name: _gzipped("".join(record.line for record in records))
        for name, records in groupby(asterisk_records(simulation), key=file_name)
    }


def _gzipped(text: str) -> bytes:
    buffer = BytesIO()
    # Neither name nor time in the header, or the same text would give other bytes.
    with gzip.GzipFile("", "wb", compresslevel=_GZIP_LEVEL, fileobj=buffer, mtime=0) as file:
        file.write(text.encode("ascii"))
    return buffer.getvalue()
