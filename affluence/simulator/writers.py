"""Every dialect in which simulated calls can be written, by its name."""

from __future__ import annotations

from affluence.simulator import (
    asterisk_cel,
    asterisk_csv,
    asterisk_custom,
    asterisk_db,
    avaya_smdr,
    cucm,
    freeswitch_csv,
    freeswitch_json,
    freeswitch_xml,
    fusionpbx,
    generic,
    portal,
    queue_log,
    three_cx,
    wazo,
)

WRITERS = {
    writer.dialect: writer
    for writer in (
        asterisk_csv.WRITER,
        asterisk_db.WRITER,
        asterisk_custom.WRITER,
        asterisk_cel.WRITER,
        queue_log.WRITER,
        cucm.WRITER,
        freeswitch_csv.WRITER,
        freeswitch_json.WRITER,
        freeswitch_xml.WRITER,
        fusionpbx.WRITER,
        three_cx.WRITER,
        wazo.WRITER,
        avaya_smdr.WRITER,
        portal.WRITER,
        generic.WRITER,
    )
}
