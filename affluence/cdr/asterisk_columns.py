"""Columns of Asterisk's records in a database, by Asterisk's names; light, for sources to know."""

from __future__ import annotations

NEEDED = (
    *("calldate", "src", "channel", "dstchannel", "lastapp", "lastdata"),
    *("duration", "billsec", "disposition"),
)
USED = (*NEEDED, "answer", "end", "uniqueid", "linkedid", "sequence")
