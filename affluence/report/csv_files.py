"""Tables of the report → CSV: UTF-8, commas, one header line with the names for programs.

These names are the same in every language; texts are in that of the report. A figure that is not
measured is empty, one of a few persons says « moins de 5 ».
"""

from __future__ import annotations

import csv
import io
from datetime import date

from affluence.publication.wording import Words, message
from affluence.report.sheet import Hidden, Sheet, Value

# Said in every language but French, in which there is nothing to say.
CSV_NAMES = message(
    "Dans les fichiers CSV, les colonnes gardent leur nom français, pour que les programmes qui les"
    " lisent n’aient pas à changer\u00a0; les textes sont dans la langue du rapport."
)


def csv_of(sheet: Sheet, words: Words) -> bytes:
    """One table; its texts are in the language of the report."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column.name for column in sheet.columns)
    writer.writerows([_plain(value, words) for value in row] for row in sheet.rows)
    return text.getvalue().encode()


def _plain(value: Value, words: Words) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, Hidden):
        return str(words.language.say(value.value))
    if isinstance(value, date):
        return value.isoformat()
    return round(value, 6) if isinstance(value, float) else value
