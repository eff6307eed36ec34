"""Every dialect that can be read, by the name that the configuration gives it."""

from __future__ import annotations

from affluence.cdr import (
    alcatel_oxe,
    alcatel_oxo,
    asterisk_cel,
    asterisk_csv,
    asterisk_custom,
    asterisk_db,
    avaya_cm,
    avaya_smdr,
    cucm,
    freeswitch_csv,
    freeswitch_json,
    freeswitch_xml,
    fusionpbx,
    generic,
    mitel_smdr,
    portal,
    queue_log,
    three_cx,
    wazo,
)
from affluence.cdr.dialect import Dialect
from affluence.errors import RecordsError

AUTO = "auto"
_ALL = (
    asterisk_csv.DIALECT,
    asterisk_custom.DIALECT,
    asterisk_db.DIALECT,
    asterisk_cel.DIALECT,
    queue_log.DIALECT,
    freeswitch_csv.DIALECT,
    freeswitch_json.DIALECT,
    freeswitch_xml.DIALECT,
    fusionpbx.DIALECT,
    cucm.DIALECT,
    avaya_smdr.DIALECT,
    avaya_cm.DIALECT,
    alcatel_oxe.DIALECT,
    alcatel_oxo.DIALECT,
    three_cx.DIALECT,
    mitel_smdr.DIALECT,
    wazo.DIALECT,
    generic.DIALECT,
    portal.DIALECT,
)
DIALECTS = {dialect.name: dialect for dialect in _ALL}


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
