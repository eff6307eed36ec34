"""Simulated calls as FreeSWITCH's ``mod_json_cdr`` writes them: a leg a file, on one line."""

from __future__ import annotations

import json

from affluence.simulator.freeswitch_documents import CORE_UUID, SWITCHNAME, Document, writer


def _text(document: Document) -> str:
    leg = {
        "core-uuid": CORE_UUID,
        "switchname": SWITCHNAME,
        "channel_data": document.channel,
        "variables": document.variables,
        "app_log": {"applications": [document.application] if document.application else []},
        "callflow": [
            {
                "dialplan": "XML",
                "profile_index": "1",
                "caller_profile": document.profile,
                "times": document.times,
            }
        ],
    }
    return json.dumps(leg, separators=(",", ":")) + "\n"


WRITER = writer("freeswitch-json", "json", _text)
