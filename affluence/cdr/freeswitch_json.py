"""FreeSWITCH ``mod_json_cdr``: one file a leg, ``[a_]<uuid>.cdr.json``, or several put into one.

Source: ``mod_json_cdr.c`` of FreeSWITCH; for what the documents say see `freeswitch_documents`.
FreeSWITCH writes a document on one line: a file with several has one on each.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from affluence.cdr import freeswitch_documents as documents

_SIGN = re.compile(r'\s*\{\s*"(?:core-uuid|switchname|channel_data)"\s*:')
_BOUNDARY = re.compile(r'\n(?=\{"(?:core-uuid|switchname|channel_data)":)')


def _rows_of(content: str) -> Iterator[Sequence[str]]:
    return documents.rows_of_each(content, _BOUNDARY, _row_of)


def _row_of(document: str) -> list[str]:
    try:
        leg = json.loads(document)
    except RecursionError as error:
        raise ValueError("nested deeper than any record of a leg") from error
    variables = leg.get("variables") if isinstance(leg, dict) else None
    if not isinstance(variables, dict):
        raise ValueError("no record of a leg")  # noqa: TRY004  # what it holds, not how it is called
    flow = leg.get("callflow")  # the newest first; older versions hold one alone
    arrived = flow[-1] if isinstance(flow, list) and flow else flow
    profile = arrived.get("caller_profile") if isinstance(arrived, dict) else None
    return documents.row(variables, profile if isinstance(profile, dict) else {})


DIALECT = documents.dialect("freeswitch-json", _SIGN, _rows_of)
