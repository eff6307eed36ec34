"""Every dialect that can be read, by the name that the configuration gives it."""

from __future__ import annotations

from affluence.cdr import asterisk_csv
from affluence.cdr.dialect import Dialect
from affluence.errors import RecordsError

DIALECTS = {dialect.name: dialect for dialect in (asterisk_csv.DIALECT,)}


def find_dialect(name: str | None) -> Dialect:
    """The dialect of a name; without one, the only one there is.

    Raises:
        RecordsError: no dialect has this name; the known ones are listed.

    """
    if name is None:
        (only,) = DIALECTS.values()
        return only
    if name not in DIALECTS:
        raise RecordsError(f"'{name}' is not a known dialect; known: {', '.join(DIALECTS)}.")
    return DIALECTS[name]
