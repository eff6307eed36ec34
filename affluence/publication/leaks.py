"""What must be in no file that is published, looked for in every file, whatever its kind.

A file is read in all the ways in which somebody might: as it is written, without tags and
entities, without the folds of a calendar, with the escapes of JSON and of addresses undone.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from importlib import resources
from urllib.parse import unquote

from affluence.publication.dsfr import ASSETS
from affluence.publication.markup import parse
from affluence.publication.phone_numbers import foreign_numbers

_DECIMAL = re.compile(r"(?<![0-9A-Za-z])\d{10,80}(?![0-9A-Za-z])")
# Begins with its first digit: what stands before is looked at only where there is one.
_HEX = re.compile(
    r"[0-9a-fA-F](?<![0-9A-Za-z].)(?:(?<=0)[xX][0-9a-fA-F])?[0-9a-fA-F]{11,63}(?![0-9A-Za-z])"
)
_FOLD = re.compile(r"\r?\n[ \t]")
# The shapes of a drawing are long rows of numbers that nobody reads.
_GEOMETRY = re.compile(r"""\b(?:d|points|viewBox|transform)=(?:"[^"]*"|'[^']*')""")
_LARGEST = 2**64 - 1  # of pseudonyms
# In every page of the managers' report, so that none is ever published.
INTERNAL_REPORT = "affluence-internal-report"


class Kind(StrEnum):
    """What something is that must not be published."""

    PHONE = auto()  # that is not the service's own
    PSEUDONYM = auto()
    KEY = auto()
    SECRET = auto()
    PATH = auto()
    SERVER = auto()
    PERSON = auto()
    REPORT = auto()  # a page of the managers' report


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidential:
    """What must not be published. Names are found whatever their capitals, the rest as it is."""

    own_phones: Collection[str] = ()  # digits of the numbers that may be published
    keys: Collection[bytes] = ()
    secrets: Collection[str] = ()
    paths: Collection[str] = ()
    servers: Collection[str] = ()  # names of hosts and of their users
    persons: Collection[str] = ()


@dataclass(frozen=True, slots=True, order=True)
class Leak:
    """Something that must not be published is in a file; what exactly is never said."""

    path: str
    kind: Kind


def find_leaks(
    files: Mapping[str, bytes],
    confidential: Confidential,
    pseudonyms_among: Callable[[Collection[int]], Collection[int]],
) -> list[Leak]:
    """Every kind of confidential matter in every file.

    Args:
        files: that are about to be published, by their paths.
        confidential: what must not be in them.
        pseudonyms_among: which of some 64-bit numbers are pseudonyms.

    """
    found = set()
    numbers: dict[str, set[int]] = {}
    patterns = _patterns(confidential)
    keys = _Keys.of(confidential.keys)
    for path, body in files.items():
        # The files of a theme come as they are, full of figures that mean no number.
        is_ours = ASSETS not in path
        for text in {path, *_readings(path, body)}:
            kinds = {kind for kind, pattern in patterns.items() if pattern.search(text)}
            if is_ours and foreign_numbers(_GEOMETRY.sub("", text), confidential.own_phones):
                kinds.add(Kind.PHONE)
            written = set(_numbers(text))
            if keys.are_in(text, written):
                kinds.add(Kind.KEY)
            found |= {Leak(path, kind) for kind in kinds}
            numbers.setdefault(path, set()).update(n for n in written if n <= _LARGEST)
        if INTERNAL_REPORT.encode() in body:
            found.add(Leak(path, Kind.REPORT))
        if any(key in body for key in confidential.keys):
            found.add(Leak(path, Kind.KEY))
    every = set().union(*numbers.values())
    pseudonyms = set(pseudonyms_among(every)) if every else set()
    found |= {Leak(path, Kind.PSEUDONYM) for path, seen in numbers.items() if seen & pseudonyms}
    return sorted(found)


def _readings(path: str, body: bytes) -> Iterator[str]:
    """The ways in which a file can be read; one that is no text as if its bytes were letters."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("latin-1")
    yield text
    yield text.replace("\0", "")  # UTF-16 without its gaps
    yield unquote(text)
    yield html.unescape(text)
    if path.endswith(".html"):
        yield parse(text)[0].text
    if path.endswith(".ics"):
        yield _FOLD.sub("", text)
    if path.endswith(".json"):
        try:
            yield json.dumps(json.loads(text), ensure_ascii=False)
        except ValueError:
            yield text  # not JSON after all: it was looked at as it is written


def _numbers(text: str) -> Iterator[int]:
    """Numbers that may be a pseudonym or a key, decimal or hexadecimal."""
    yield from (int(digits) for digits in _DECIMAL.findall(text))
    yield from (int(digits, 16) for digits in _HEX.findall(text))


@dataclass(frozen=True, slots=True)
class _Keys:
    """Keys in the ways in which they can be written; leading zeros may be left out."""

    numbers: frozenset[int]
    base64: re.Pattern[str] | None

    @classmethod
    def of(cls, keys: Collection[bytes]) -> _Keys:
        written = {
            encode(key).decode().rstrip("=")
            for key in keys
            for encode in (base64.b64encode, base64.urlsafe_b64encode)
        }
        pattern = re.compile("|".join(map(re.escape, sorted(written)))) if written else None
        return cls(frozenset(int.from_bytes(key) for key in keys), pattern)

    def are_in(self, text: str, numbers: Collection[int]) -> bool:
        """Whether any of them is in a text, or among the numbers that are written in it."""
        if not self.numbers.isdisjoint(numbers):
            return True
        return self.base64 is not None and self.base64.search(text) is not None


def _patterns(confidential: Confidential) -> dict[Kind, re.Pattern[str]]:
    """One expression a kind, however many there are of it."""
    wanted = {
        # The lines of a secret are looked for one by one: a private key has many.
        Kind.SECRET: "|".join(
            re.escape(line)
            for secret in sorted(confidential.secrets)
            for line in secret.splitlines()
            if line.strip()
        ),
        Kind.PATH: _whole(confidential.paths, r"[\w.-]", r"[\w-]"),
        Kind.SERVER: _whole(_unsaid(confidential.servers), r"[\w-]", r"[\w-]"),
        Kind.PERSON: _whole(_unsaid(confidential.persons), r"\w", r"\w"),
    }
    named = (Kind.SERVER, Kind.PERSON)
    return {
        kind: re.compile(pattern, re.IGNORECASE if kind in named else 0)
        for kind, pattern in wanted.items()
        if pattern
    }


def _whole(words: Collection[str], before: str, after: str) -> str:
    """An expression for whole words only; empty without any."""
    if not words:
        return ""
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return f"(?<!{before})(?:{'|'.join(map(re.escape, longest_first))})(?!{after})"


def _unsaid(names: Collection[str]) -> set[str]:
    """Names that are no words of the pages by themselves: a user may be called "affluence"."""
    if not names:
        return set()
    folders = (resources.files(__package__).joinpath(one) for one in ("templates", "languages"))
    said = " ".join(
        file.read_text(encoding="utf-8").casefold()
        for folder in folders
        for file in folder.iterdir()
        if file.is_file()
    )
    return {
        name for name in names if not re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", said)
    }
