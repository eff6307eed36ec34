"""Records as a platform writes them: in files of a week each, or each in a file of its own."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from affluence.simulator.simulation import Simulation

_GZIP_LEVEL = 9


class Record(NamedTuple):
    """One line of a file, its end included; sorts in the order in which a platform writes.

    ``file`` names the file in which the record is alone; empty where it is among those of its week.
    """

    written_ms: int
    sequence: int
    line: str
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """How the records of a simulation are written in one dialect.

    Attributes:
        dialect: as the configuration names it.
        file_name: of the records of a week, with ``{week}`` in the place of it; empty where each
            record has a file of its own.
        records: every record of a simulation, in the order in which it is written.
        header: first line of every file, its LF included; empty where there is none.

    """

    dialect: str
    records: Callable[[Simulation], list[Record]]
    file_name: str = ""
    header: str = ""

    def text(self, simulation: Simulation) -> str:
        """All of it as one file."""
        return self.header + "".join(record.line for record in self.records(simulation))

    def files(self, simulation: Simulation) -> dict[str, bytes]:
        """Files by name: one gzip file for each ISO week (local) in which records are written.

        Where a platform writes each record into a file of its own, these are the files. The text
        inside depends on the seed alone; the compressed bytes, on the zlib at hand besides.
        """
        zone = ZoneInfo(simulation.scenario.zone)

        def name(record: Record) -> str:
            year, week, _ = datetime.fromtimestamp(record.written_ms // 1000, zone).isocalendar()
            return record.file or self.file_name.format(week=f"{year}-W{week:02d}") + ".gz"

        return {
            file: _content(file, self.header + "".join(record.line for record in records))
            for file, records in groupby(self.records(simulation), key=name)
        }


def in_order_of_time(events: Iterable[tuple[int, str]]) -> list[Record]:
    """Instants (ms) with their lines, as records; those of one instant in the order given."""
    ordered = sorted(events, key=itemgetter(0))
    return [Record(at_ms, number, line) for number, (at_ms, line) in enumerate(ordered)]


def _content(file: str, text: str) -> bytes:
    return _gzipped(text) if file.endswith(".gz") else text.encode()


def _gzipped(text: str) -> bytes:
    buffer = BytesIO()
    # Neither name nor time in the header, or the same text would give other bytes.
    with gzip.GzipFile("", "wb", compresslevel=_GZIP_LEVEL, fileobj=buffer, mtime=0) as file:
        file.write(text.encode())
    return buffer.getvalue()
