"""A CSV file of letters, e-mails and complaints → messages.

The file is UTF-8 or Windows-1252, with commas or semicolons, and its first line names the columns
channel, received and answered, or canal, reçu and répondu; other columns are not looked at.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from affluence.errors import MessagesError
from affluence.indicators.written import Channel, Message

_COLUMNS = {
    **dict.fromkeys(("channel", "canal"), "channel"),
    **dict.fromkeys(("received", "recu"), "received"),
    **dict.fromkeys(("answered", "repondu"), "answered"),
}
_CHANNELS: Mapping[str, Channel] = {
    **dict.fromkeys(("letter", "courrier"), "letter"),
    **dict.fromkeys(("email", "e-mail", "mail", "mel", "courriel"), "email"),
    **dict.fromkeys(("complaint", "reclamation", "plainte"), "complaint"),
}
# A year of another century is a slip of the pen.
_DATES = (
    re.compile(r"(?P<year>20\d\d)-(?P<month>\d\d?)-(?P<day>\d\d?)", re.ASCII),
    re.compile(r"(?P<day>\d\d?)/(?P<month>\d\d?)/(?P<year>20\d\d)", re.ASCII),
)

# What is wrong with a line, and what to write; never what the line says.
_BAD_HEADER = "name each column once: channel,received,answered or canal;reçu;répondu"
_BAD_QUOTES = "a quotation mark is out of place; put one before and one after the whole cell"
_BAD_WIDTH = "more or fewer cells than the first line; write one for each column"
_BAD_CHANNEL = (
    "channel: not a known one; write letter, email or complaint, or courrier, courriel or"
    " réclamation"
)
_BAD_DATE = "not a date; write it as 2026-09-14 or 14/09/2026"
_BAD_ORDER = "answered: before it was received; mend the date that is wrong"

_Problems = list[tuple[int, str]]


def read_messages(path: Path) -> list[Message]:
    """The messages of a file.

    Raises:
        MessagesError: it has problems; all of them are listed, with their lines.

    """
    problems: _Problems = []
    rows = _rows(_text(path), problems)
    _, header = next(rows, (1, []))
    columns = [_COLUMNS.get(_plain(name), "") for name in header]
    if sorted(filter(None, columns)) != sorted({*_COLUMNS.values()}):
        raise MessagesError(path, [f"line 1: {_BAD_HEADER}"])
    messages = []
    for line, cells in rows:
        if len(cells) == len(columns):
            message = _message(dict(zip(columns, cells, strict=True)), line, problems)
            messages += [message] if message else []
        else:
            problems.append((line, _BAD_WIDTH))
    if problems:
        raise MessagesError(path, _listed(problems))
    return messages


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        advice = "mend 'written' in [platform.<id>.indicators], or remove it"
        raise MessagesError(path, [f"cannot be read: {error.strerror}; {advice}"]) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Five bytes are undefined there, and in no word that is looked for.
        return content.decode("cp1252", errors="replace")


def _rows(text: str, problems: _Problems) -> Iterator[tuple[int, list[str]]]:
    """The line on which each row begins, and its cells; rows without any text are left out."""
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") >= header.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error:
            problems.append((line, _BAD_QUOTES))
        else:
            if any(cells):
                yield line, cells


def _message(cells: Mapping[str, str], line: int, problems: _Problems) -> Message | None:
    channel = _CHANNELS.get(_plain(cells["channel"]))
    received, answered = _date(cells["received"]), _date(cells["answered"])
    found = []
    if channel is None:
        found.append(_BAD_CHANNEL)
    if received is None:
        found.append(f"received: {_BAD_DATE}")
    if answered is None and cells["answered"]:
        found.append(f"answered: {_BAD_DATE}; leave it empty while there is no answer")
    if received and answered and answered < received:
        found.append(_BAD_ORDER)
    problems += [(line, problem) for problem in found]
    if found or channel is None or received is None:
        return None
    return Message(channel=channel, received=received, answered=answered)


def _date(text: str) -> date | None:
    for form in _DATES:
        if match := form.fullmatch(text):
            try:
                return date(**{part: int(digits) for part, digits in match.groupdict().items()})
            except ValueError:
                return None
    return None


def _plain(word: str) -> str:
    """The word in small letters without accents."""
    letters = unicodedata.normalize("NFKD", word.strip().casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _listed(problems: Sequence[tuple[int, str]]) -> list[str]:
    """Each problem once, with all its lines: « lines 3, 7-9: … »; in the order of the lines."""
    lines_of = defaultdict(list)
    for line, problem in sorted(problems):
        lines_of[problem].append(line)
    return [f"line{'s' * (len(at) > 1)} {_runs(at)}: {what}" for what, at in lines_of.items()]


def _runs(lines: Sequence[int]) -> str:
    runs: list[list[int]] = []
    for line in lines:
        if runs and line == runs[-1][-1] + 1:
            runs[-1][1:] = [line]
        else:
            runs.append([line])
    return ", ".join("-".join(map(str, run)) for run in runs)
