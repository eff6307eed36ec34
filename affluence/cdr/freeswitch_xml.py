"""FreeSWITCH ``mod_xml_cdr``: one file a leg, ``[a_]<uuid>.cdr.xml``, or several put into one.

Source: ``mod_xml_cdr.c`` of FreeSWITCH; for what the documents say see `freeswitch_documents`.
FreeSWITCH declares no types and no entities: a document that does is refused, and no more of one is
kept in memory than the values that are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.parsers import expat

from affluence.cdr import freeswitch_documents as documents

_SIGN = re.compile(
    r"\s*(?:<\?xml[^>]*\?>\s*)?<cdr(?:\s+(?:core-uuid|switchname)=[^>]*)?>\s*<(?:channel_data|variables)\b"
)
_BOUNDARY = re.compile(r"(?=<\?xml\s)")
_DEEPEST = 100  # elements within one another
_VARIABLE = ("cdr", "variables")
_PROFILE = ("cdr", "callflow", "caller_profile")


def _rows_of(content: str) -> Iterator[Sequence[str]]:
    return documents.rows_of_each(content, _BOUNDARY, _row_of)


def _row_of(document: str) -> list[str]:
    leg = _Leg()
    try:
        leg.parser.Parse(document, True)
    except expat.ExpatError as error:
        raise ValueError("not well-formed") from error
    return documents.row(leg.variables, leg.profile)


class _Leg:
    """What is looked at of a document, as its elements come by."""

    def __init__(self) -> None:
        self.variables: dict[str, str] = {}
        self.profile: dict[str, str] = {}
        self.parser = expat.ParserCreate(encoding="utf-8")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = _refuse
        self._path: list[str] = []
        self._value = ""

    def _begin(self, name: str, _: object) -> None:
        if len(self._path) == _DEEPEST:
            raise ValueError("nested deeper than any record of a leg")
        self._path.append(name)
        self._value = ""

    def _text(self, text: str) -> None:
        if len(self._value) < documents.LONGEST_VALUE:
            self._value += text[: documents.LONGEST_VALUE]

    def _end(self, _: str) -> None:
        *parents, name = self._path
        self._path.pop()
        within = tuple(parents)
        if within == _VARIABLE and name in documents.VARIABLES:
            self.variables.setdefault(name, self._value.strip())
        elif within == _PROFILE and name in documents.PROFILE:
            self.profile[name] = self._value.strip()  # the last is of the call as it arrived
        self._value = ""


def _refuse(*_: object) -> None:
    raise ValueError("a document that declares types or entities")


DIALECT = documents.dialect("freeswitch-xml", _SIGN, _rows_of)
