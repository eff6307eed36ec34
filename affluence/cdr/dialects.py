"""Every dialect that can be read, by the name that the configuration gives it."""

from __future__ import annotations

from affluence.cdr import (
    alcatel_oxe,
    alcatel_oxo,
    asterisk_csv,
    asterisk_db,
    avaya_cm,
    avaya_smdr,
    cucm,
    mitel_smdr,
)
from affluence.cdr.dialect import Dialect
from affluence.errors import RecordsError

AUTO = "auto"
DIALECTS = {
    dialect.name: dialect
    for dialect in (
        asterisk_csv.DIALECT,
        asterisk_db.DIALECT,
        cucm.DIALECT,
        avaya_smdr.DIALECT,
        avaya_cm.DIALECT,
        alcatel_oxe.DIALECT,
        alcatel_oxo.DIALECT,
        mitel_smdr.DIALECT,
    )
}


def find_dialect(name: str | None) -> Dialect | None:
    """The dialect of a name; None without one, or for "auto": it is found for each file.

    Raises:
        RecordsError: no dialect has this name; the known ones are listed.

    """
    if name is None or name == AUTO:
        return None
    if name not in DIALECTS:
        raise RecordsError(f"'{name}' is not a known dialect; known: {', '.join(DIALECTS)}.")
    return DIALECTS[name]
