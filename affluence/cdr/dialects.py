"""Every dialect that can be read, by the name that the configuration gives it."""

from __future__ import annotations

from affluence.cdr import asterisk_csv, asterisk_db
from affluence.cdr.dialect import Dialect
from affluence.errors import RecordsError

DIALECTS = {dialect.name: dialect for dialect in (asterisk_csv.DIALECT, asterisk_db.DIALECT)}


def find_dialect(name: str | None) -> Dialect:
    """The dialect of a name; without one, that of Asterisk's own files.

    Raises:
        RecordsError: no dialect has this name; the known ones are listed.

    """
    if name is None:
        return asterisk_csv.DIALECT
    if name not in DIALECTS:
        raise RecordsError(f"'{name}' is not a known dialect; known: {', '.join(DIALECTS)}.")
    return DIALECTS[name]
