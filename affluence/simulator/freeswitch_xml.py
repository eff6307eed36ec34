"""Simulated calls as FreeSWITCH's ``mod_xml_cdr`` writes them: a leg a file."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from affluence.simulator.freeswitch_documents import CORE_UUID, SWITCHNAME, Document, writer


def _text(document: Document) -> str:
    leg = Element("cdr", {"core-uuid": CORE_UUID, "switchname": SWITCHNAME})
    _add(leg, "channel_data", document.channel)
    _add(leg, "variables", document.variables)
    ran = SubElement(leg, "app_log")
    if document.application:
        SubElement(ran, "application", dict(document.application))
    flow = SubElement(leg, "callflow", {"dialplan": "XML", "profile_index": "1"})
    _add(flow, "caller_profile", document.profile)
    _add(flow, "times", document.times)
    indent(leg)
    return f'<?xml version="1.0"?>\n{tostring(leg, encoding="unicode")}\n'


def _add(parent: Element, name: str, values: Mapping[str, str]) -> None:
    element = SubElement(parent, name)
    for key, value in values.items():
        SubElement(element, key).text = value


WRITER = writer("freeswitch-xml", "xml", _text)
