"""Which dialect a file is in: every dialect reads how it begins, and the lines decide.

Where the configuration states the dialect, the lines must be of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from affluence.cdr.blocks import Block
from affluence.cdr.dialect import (
    Dialect,
    MissingColumnsError,
    Reading,
    Sample,
    UntellingFormatError,
)
from affluence.cdr.dialects import DIALECTS
from affluence.cdr.documents import Documents
from affluence.cdr.layouts import BrokenLineError
from affluence.cdr.lines import is_blank, split
from affluence.cdr.tolerant import read_few
from affluence.errors import UnreadableFileError

_LINES = 200  # looked at
_FIRST_LINES = 20  # one of which looks like a record of a dialect: most are ruled out by that
_MOST = 0.8  # of the lines of a file that is in a dialect
_HALF = 0.5  # of those of a file that is in bad condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """The dialect of a file, as that file has it, and how it was found."""

    dialect: Dialect
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    dialect: Dialect
    records: int
    lines: int

    @property
    def share(self) -> float:
        return self.records / self.lines


def recognise(
    path: Path, sample: Sample, reading: Reading, dialects: Iterable[Dialect]
) -> Recognised:
    """Find the dialect of a file.

    Raises:
        UnreadableFileError: its lines are records of none, or of several alike, or lack what calls
            need.

    """
    for each in dialects:
        if isinstance(each.layout, Documents) and each.layout.begins(sample.lines):
            return Recognised(dialect=each, found="the file begins as its documents do")
    every: list[_Candidate] = []
    untelling = None
    for each in dialects:
        try:
            candidate = _try(each, sample, reading)
        except UntellingFormatError as error:
            untelling = error
        else:
            every += [candidate] if candidate else []
    sure = [found for found in every if found.share >= _MOST]
    likely = sure or [found for found in every if found.share > _HALF]
    if not likely and untelling:
        raise UnreadableFileError(path, str(untelling), untelling.advice) from untelling
    if not likely:
        known = ", ".join(dialect.name for dialect in dialects)
        best = max(every, key=lambda found: found.share, default=None)
        nearest = f"; {best.share:.0%} of them are of {best.dialect.name}" if best else ""
        raise UnreadableFileError(
            path,
            f"its lines are not call records of a known dialect{nearest}",
            "State the dialect in the [platform.<id>.source] section, or for another platform"
            f" 'generic' or 'portal' and its columns. Known: {known}.",
        )
    if len(likely) > 1:
        names = ", ".join(f"{found.dialect.name} ({found.share:.0%})" for found in likely)
        raise UnreadableFileError(
            path,
            f"its lines can be read in more than one way: {names}",
            "Choose one: write 'dialect' in the [platform.<id>.source] section.",
        )
    (one,) = likely
    found = f"{one.share:.0%} of the lines at the beginning are its records, of no other dialect's"
    return Recognised(dialect=one.dialect, found=found)


def _looks_like_record(line: str, dialect: Dialect) -> bool:
    if is_blank(line) or (dialect.sign and not dialect.sign.search(line)):
        return False
    try:
        dialect.layout.cut(line)
    except BrokenLineError:
        return False
    return True


def _try(dialect: Dialect, sample: Sample, reading: Reading) -> _Candidate | None:
    """How many lines of a sample are records of a dialect; None if none is."""
    try:
        fitted = dialect.fit(sample, reading) if dialect.fit else dialect
    except MissingColumnsError:
        return None
    first = sample.lines[fitted.titles :][:_FIRST_LINES]
    if not any(_looks_like_record(line, fitted) for line in first):
        return None
    records, rejects = read_few(sample.lines[:_LINES], fitted, titles=fitted.titles)
    if not records:
        return None
    return _Candidate(dialect=fitted, records=records, lines=records + rejects.height)


def fit_stated(path: Path, sample: Sample, reading: Reading, dialect: Dialect) -> Recognised:
    """The dialect that is stated, as a file has it.

    Raises:
        UnreadableFileError: the file lacks what calls need.

    """
    stated = "stated in the configuration"
    if dialect.fit is None:
        return Recognised(dialect=dialect, found=stated)
    try:
        return Recognised(dialect=dialect.fit(sample, reading), found=stated)
    except UntellingFormatError as error:
        raise UnreadableFileError(path, str(error), error.advice) from error
    except MissingColumnsError as error:
        why, advice = f"its header does not name the columns {error}", "Export these columns too"
        if error.titles:
            why += f"; it names {', '.join(error.titles)}"
            advice += ", or write which of those they are in [platform.<id>.source.format] columns"
        else:
            advice += ", under their usual names"
        raise UnreadableFileError(path, why, f"{advice}.") from error


def check_stated(
    path: Path, sample: Sample, reading: Reading, dialect: Dialect, block: Block
) -> None:
    """Check the stated dialect of a file against its first block.

    Raises:
        UnreadableFileError: its first lines are mostly not records: it is another kind of file.

    """
    start = block.text[: 1 << 16]
    lines = split(start[: start.rfind(b"\n") + 1] or block.text)[:_LINES]
    titles = dialect.titles if block.start == 0 else 0
    accepted, rejects = read_few(lines, dialect, titles=titles)
    rejected = rejects.height
    if rejected > accepted and not (accepted == 0 and rejected == 1 and not block.terminated):
        why = f"its lines are not call records of the dialect {dialect.name}"
        example = rejects.row(0)
        try:
            seems = recognise(path, sample, reading, DIALECTS.values()).dialect.name
            other = f"; it seems to be in the dialect {seems}"
        except UnreadableFileError:
            other = ""
        raise UnreadableFileError(
            path,
            f"{why} (line {example[0]}: {example[1]}; its shape begins {example[2][:60]!r}){other}",
            "Check the file, and 'dialect' in the [platform.<id>.source] section.",
        )
