"""Every dialect that can be read, by the name that the configuration gives it."""

from __future__ import annotations

from affluence.cdr import (
    asterisk_csv,
    asterisk_db,
    freeswitch_csv,
    freeswitch_json,
    freeswitch_xml,
    fusionpbx,
    three_cx,
    wazo,
)
from affluence.cdr.dialect import Dialect
from affluence.errors import RecordsError

AUTO = "auto"
DIALECTS = {
    dialect.name: dialect
    for dialect in (
        asterisk_csv.DIALECT,
        asterisk_db.DIALECT,
        freeswitch_csv.DIALECT,
        freeswitch_json.DIALECT,
        freeswitch_xml.DIALECT,
        fusionpbx.DIALECT,
        wazo.DIALECT,
        three_cx.DIALECT,
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
