"""What records are made of: lines of CSV, instants, identifiers."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime, timedelta
from io import StringIO
from typing import Literal
from uuid import NAMESPACE_OID, uuid5
from zoneinfo import ZoneInfo

Quoting = Literal[0, 1, 2, 3]  # as `csv` has them


def csv_line(
    row: Sequence[object],
    *,
    quoting: Quoting = csv.QUOTE_MINIMAL,
    separator: str = ",",
    end: str = "\n",
) -> str:
    """A line of CSV, its end included; None is empty."""
    text = StringIO()
    csv.writer(text, quoting=quoting, delimiter=separator, lineterminator=end).writerow(row)
    return text.getvalue()


def whole_s(at_ms: int | None) -> int:
    """An instant as a clock that counts seconds shows it; 0 where the thing never happened."""
    return 0 if at_ms is None else at_ms // 1000


def local_time(at_ms: int | None, zone: ZoneInfo, pattern: str = "%Y-%m-%d %H:%M:%S") -> str:
    """An instant by the clock on the wall; empty where the thing never happened."""
    return "" if at_ms is None else f"{datetime.fromtimestamp(at_ms // 1000, zone):{pattern}}"


def exact_time(at_ms: int | None, zone: ZoneInfo, timespec: str = "milliseconds") -> str:
    """An instant as ISO 8601, with its distance from UTC; empty where the thing never happened."""
    if at_ms is None:
        return ""
    second = datetime.fromtimestamp(at_ms // 1000, zone)
    return second.replace(microsecond=at_ms % 1000 * 1000).isoformat(timespec=timespec)


def duration(seconds: int) -> str:
    """A span as ``HH:MM:SS``."""
    return f"{timedelta(seconds=seconds)!s:0>8}"


def identifier(*parts: object) -> str:
    """A UUID that the same parts always give."""
    return str(uuid5(NAMESPACE_OID, " ".join(map(str, parts))))
