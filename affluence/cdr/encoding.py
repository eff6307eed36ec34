"""How a file writes text, told from its first bytes, and its text as UTF-8."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from affluence.cdr.content import ADVICE
from affluence.errors import UnreadableFileError

Encoding = Literal["utf-8", "utf-16-le", "utf-16-be"]

_MARKS: tuple[tuple[Encoding, bytes, str], ...] = (
    ("utf-16-le", b"\xff\xfe", "UTF-16"),
    ("utf-16-be", b"\xfe\xff", "UTF-16"),
    ("utf-8", b"\xef\xbb\xbf", "UTF-8"),
)


@dataclass(frozen=True, slots=True)
class TextForm:
    """How a file writes text, told from its first bytes."""

    encoding: Encoding
    mark: bytes  # before the text
    line_end: bytes  # in the file's own encoding; CRLF files end their lines with LF
    encoding_found: str  # and why
    line_end_found: str


def detect_form(path: Path, sample: bytes) -> TextForm:
    """Tell encoding and line ends from the first bytes of a file.

    Raises:
        UnreadableFileError: these bytes are not text.

    """
    encoding: Encoding = "utf-8"
    mark = b""
    for candidate, bom, name in _MARKS:
        if sample.startswith(bom):
            encoding, mark = candidate, bom
            found = f"{name}, by its byte order mark"
            break
    else:
        encoding, found = _guess(path, sample)
    text = sample[len(mark) :]
    line_feed, carriage_return = "\n".encode(encoding), "\r".encode(encoding)
    returns, feeds = carriage_return in text, line_feed in text
    line_end = carriage_return if returns and not feeds else line_feed
    ends = "CR" if line_end == carriage_return else "CR LF" if returns else "LF"
    return TextForm(encoding, mark, line_end, found, ends)


def _guess(path: Path, text: bytes) -> tuple[Encoding, str]:
    """The encoding of a text without mark, and why."""
    if len(text) >= 4 and text[1::2].count(0) > len(text) // 4:
        return "utf-16-le", "UTF-16, by its zero bytes"
    if len(text) >= 4 and text[0::2].count(0) > len(text) // 4:
        return "utf-16-be", "UTF-16, by its zero bytes"
    if text.strip(b"\0") and _looks_binary(text):
        raise UnreadableFileError(path, "this is a binary file, not call records", ADVICE)
    if text.isascii():
        return "utf-8", "ASCII"
    try:
        # The sample may end within a character.
        codecs.getincrementaldecoder("utf-8")().decode(text)
    except UnicodeDecodeError:
        return "utf-8", "Windows-1252 (Latin-1), where lines are not UTF-8"
    return "utf-8", "UTF-8, by its bytes"


def first_lines(sample: bytes, form: TextForm) -> tuple[str, ...]:
    """The whole lines at the beginning of a file, without their ends."""
    text = as_utf8(sample[len(form.mark) :], form).decode()
    lines = text.split("\n")
    return tuple(lines[:-1] if len(lines) > 1 else lines)


def as_utf8(data: bytes, form: TextForm) -> bytes:
    """Some bytes of a file as UTF-8 with LF, whatever they hold."""
    if form.encoding != "utf-8":
        data = data.decode(form.encoding, errors="replace").encode()
    elif not data.isascii():
        data = _repaired(data)
    if form.line_end == "\r".encode(form.encoding):
        return data.replace(b"\r", b"\n")
    return data.replace(b"\r\n", b"\n") if b"\r" in data else data


def _repaired(data: bytes) -> bytes:
    """UTF-8 of lines that may each be in UTF-8 or, from older systems, in cp1252."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return b"\n".join(map(_repaired_line, data.split(b"\n")))
    return data


def _repaired_line(line: bytes) -> bytes:
    try:
        line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace").encode()  # it leaves five bytes undefined
    return line


def _looks_binary(text: bytes) -> bool:
    control = sum(text.count(byte) for byte in (*range(1, 9), *range(14, 32)))
    return control + text.count(0) > len(text) // 50
