"""Tables of the report → CSV: UTF-8, commas, one header line with the names for programs.

A figure that is not measured is empty, one of a few persons says « moins de 5 ».
"""

from __future__ import annotations

import csv
import io
from datetime import date

from affluence.report.sheet import Hidden, Sheet, Value


def csv_of(sheet: Sheet) -> bytes:
    """One table."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column.name for column in sheet.columns)
    writer.writerows([_plain(value) for value in row] for row in sheet.rows)
    return text.getvalue().encode()


def _plain(value: Value) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, Hidden):
        return str(value.value)
    if isinstance(value, date):
        return value.isoformat()
    return round(value, 6) if isinstance(value, float) else value
