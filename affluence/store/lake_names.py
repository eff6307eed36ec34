"""Names of the files of the lake: what each tells, and which files are the lake's at all.

Others may keep files in the same place, a bucket above all: what is not named so is theirs.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

SHOWN = "shown"  # what lies there is for those who should have the lake before them
_LEGS = re.compile(r"legs/platform=([^/]+)/day=(\d{4}-\d\d-\d\d)/([^/.][^/]*)\.parquet")
_MONTH = re.compile(r"(\w+)/platform=([^/]+)/(\d{4}-\d\d)\.parquet")
_PASSING = re.compile(rf"{SHOWN}/[0-9a-f]+|\w+/platform=[^/]+/(day=[^/]+/)?\.[^/]+\.tmp")


class LegsFile(NamedTuple):
    """A file of LEGS of one local day."""

    platform: str
    day: date
    file: str

    @property
    def name(self) -> str:
        """Where it lies in the lake."""
        return f"legs/platform={self.platform}/day={self.day}/{self.file}.parquet"


class MonthFile(NamedTuple):
    """A file of one month ("2026-09") of a measured table."""

    platform: str
    month: str
    kind: str  # the name of the table

    @property
    def name(self) -> str:
        """Where it lies in the lake."""
        return f"{self.kind}/platform={self.platform}/{self.month}.parquet"


def legs_file(name: str) -> LegsFile | None:
    """The file of legs that has this name; None if it is none."""
    found = _LEGS.fullmatch(name)
    return found and LegsFile(found[1], date.fromisoformat(found[2]), found[3])


def month_file(name: str) -> MonthFile | None:
    """The measured file that has this name, also one that only an older version kept."""
    found = _MONTH.fullmatch(name)
    return found and MonthFile(found[2], found[3], found[1])


def is_of_lake(name: str) -> bool:
    """Whether the lake has, or had, a file of this name, those included that were never whole."""
    return any(pattern.fullmatch(name) for pattern in (_LEGS, _MONTH, _PASSING))
