"""Records as a platform writes them, in files of a week each."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from affluence.simulator.simulation import Simulation

_GZIP_LEVEL = 9


class Record(NamedTuple):
    """One line of a file, its LF included; sorts in the order in which a platform writes."""

    written_ms: int
    sequence: int
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """How the records of a simulation are written in one dialect.

    Attributes:
        dialect: as the configuration names it.
        file_name: of the records of a week, with ``{week}`` in the place of it.
        records: every record of a simulation, in the order in which it is written.
        header: first line of every file, its LF included; empty where there is none.

    """

    dialect: str
    file_name: str
    records: Callable[[Simulation], list[Record]]
    header: str = ""

    def text(self, simulation: Simulation) -> str:
        """All of it as one file."""
        return self.header + "".join(record.line for record in self.records(simulation))

    def weeks(self, simulation: Simulation) -> dict[str, bytes]:
        """One gzip file for each ISO week (local) in which records are written: name to content.

        The text inside depends on the seed alone; the compressed bytes, on the zlib at hand
        besides.
        """
        zone = ZoneInfo(simulation.scenario.zone)

        def name(record: Record) -> str:
            year, week, _ = datetime.fromtimestamp(record.written_ms // 1000, zone).isocalendar()
            return self.file_name.format(week=f"{year}-W{week:02d}")

        return {
            f"{of_week}.gz": _gzipped(self.header + "".join(record.line for record in records))
            for of_week, records in groupby(self.records(simulation), key=name)
        }


def _gzipped(text: str) -> bytes:
    buffer = BytesIO()
    # Neither name nor time in the header, or the same text would give other bytes.
    with gzip.GzipFile("", "wb", compresslevel=_GZIP_LEVEL, fileobj=buffer, mtime=0) as file:
        file.write(text.encode("ascii"))
    return buffer.getvalue()
