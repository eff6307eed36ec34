"""Listings of which the configuration states the columns and the words.

What `affluence.cdr.generic` and `affluence.cdr.portal` share: where the header is, which column is
which, how times and durations are written, what the words mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from affluence.cdr.dialect import MissingColumnsError, Sample, Stated
from affluence.cdr.layouts import Columns, Separated, fields_of

# The evidence that an outcome is, where nothing finer is told.
EVIDENCE_OF = {
    "answered": "agent",
    "busy": "refused",
    "abandoned": "gave_up",
    "unanswered": "rang_out",
    "self_service": "self_service",
    "closed": "closed",
    "failed": "failed",
    "unknown": "unknown",
}

_SEPARATORS = (",", ";", "\t", "|")
_MOST_TITLES = 30  # lines above a header
_MOST_DIGITS = 2  # in the title of a column; every record has a time
# Numbers stand in apostrophes so that no spreadsheet takes them for figures.
_AROUND = " '\u00a0"

_ISO_LOCAL = "%Y-%m-%dT%H:%M:%S%.f"
_ISO_INSTANT = _ISO_LOCAL + "%#z"
_NO_SECONDS = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2})([Z+-]|$)"
_IS_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d[\d:.,]*(?P<distance>Z|[+-][\d:]+)?")
_DISTANCES = ("%z", "%:z", "%#z", "%s", "%+")  # directives that tell how far from UTC a time is
_SECONDS = ("%S", "%T", "%X", "%r", "%c", "%s", "%+")
_DURATION = r"^(?:(?:([0-9]{1,5}):)?([0-9]{1,5}):)?([0-9]{1,7})$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Where the records of a file begin, and what its columns are.

    ``columns`` has our name where a column is wanted, else its number; ``header`` is empty where
    there is none.
    """

    separator: str
    titles: int
    header: str
    columns: Columns

    @property
    def layout(self) -> Separated:
        """How its lines are cut."""
        by_width = {len(self.columns): self.columns}
        return Separated(columns_by_width=by_width, separator=self.separator)

    def cells(self, sample: Sample, column: str) -> Iterator[str]:
        """What the first records have in a column."""
        at = self.columns.index(column)
        for line in sample.lines[self.titles + bool(self.header) :]:
            row = fields_of(line, self.separator)
            if len(row) == len(self.columns):
                yield row[at].strip(_AROUND)


def find_listing(
    sample: Sample, stated: Stated, *, needed: Columns, known: Columns, usual: Columns = ()
) -> Listing:
    """Find the header of a listing by the titles of the columns that are wanted.

    Args:
        sample: how the file begins.
        stated: which column is which.
        needed: our names of the columns without which there is no record.
        known: our names of all columns that can be read.
        usual: those that need not be stated where their titles are our names.

    Raises:
        MissingColumnsError: no line names all that is needed and stated; with the titles of the
            line that looks most like a header.

    """
    of_us = dict(stated.columns)
    if strange := [name for name in of_us if name not in known]:
        raise MissingColumnsError((f"{', '.join(strange)} (known are {', '.join(known)})",))
    wanted = {name: name for name in usual} | of_us
    must = tuple(dict.fromkeys((*needed, *of_us)))
    best: tuple[Columns, Columns] | None = None
    for above, line in enumerate(sample.lines[:_MOST_TITLES]):
        separator, cells = _widest(line, stated)
        titles = [_title(cell) for cell in cells]
        places = _places(titles, wanted)
        missing = tuple(name for name in must if name not in places)
        named = all(wanted.get(name, "").casefold() in titles for name in must)
        if not (named or _may_be_header(cells)):
            continue
        if not missing:
            return Listing(
                separator=separator,
                titles=above,
                header=line,
                columns=_columns(places, len(cells)),
            )
        if best is None or len(best[1]) < len(cells):
            best = missing, tuple(cell.strip(_AROUND) for cell in cells if cell.strip(_AROUND))
    if best is None and all(of_us.get(name, "").isdecimal() for name in must):
        separator, cells = _widest(sample.lines[0], stated)
        places = _places([], wanted)
        if max(places.values()) < len(cells):
            columns = _columns(places, len(cells))
            return Listing(separator=separator, titles=0, header="", columns=columns)
    missing, found = best or (must, ())
    raise MissingColumnsError(
        tuple(f'{name} = "{of_us[name]}"' if name in of_us else name for name in missing), found
    )


def _widest(line: str, stated: Stated) -> tuple[str, list[str]]:
    """The separator that cuts a line into most cells, and these."""
    separators = (stated.separator,) if stated.separator else _SEPARATORS
    cut = {separator: fields_of(line, separator) for separator in separators}
    return max(cut.items(), key=lambda item: len(item[1]))


def _title(cell: str) -> str:
    return cell.strip(_AROUND).casefold()


def _may_be_header(cells: Sequence[str]) -> bool:
    """Whether cells are titles: what they say may then be shown, which no record may be."""
    filled = [cell for cell in cells if cell.strip(_AROUND)]
    return len(filled) > 1 and all(
        re.search(r"[^\W\d_]", cell) and len(re.findall(r"\d", cell)) <= _MOST_DIGITS
        for cell in filled
    )


def _places(titles: Sequence[str], wanted: Mapping[str, str]) -> dict[str, int]:
    """Where the columns are that are wanted by title or, failing that, by number."""
    places = {}
    for name, theirs in wanted.items():
        if theirs.casefold() in titles:
            places[name] = titles.index(theirs.casefold())
        elif theirs.isdecimal() and (not titles or int(theirs) <= len(titles)):
            places[name] = int(theirs) - 1
    return places


def _columns(places: Mapping[str, int], width: int) -> Columns:
    names = {at: name for name, at in places.items()}
    return tuple(names.get(at, f"column_{at + 1}") for at in range(width))


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How a listing writes its times.

    ``pattern`` is as in `strptime`, empty for ISO 8601; ``instants`` whether each tells how far
    from UTC it is.
    """

    pattern: str = ""
    instants: bool = False

    def us(self, column: str) -> pl.Expr:
        """Microseconds of the wall clock, or of UTC where they are instants; null if unreadable."""
        time = pl.col(column).str.strip_chars(_AROUND)
        if not self.pattern:
            time = time.str.replace(" ", "T", literal=True).str.replace(",", ".", literal=True)
            time = time.str.replace(_NO_SECONDS, "${1}:00${2}")
        pattern = self.pattern or (_ISO_INSTANT if self.instants else _ISO_LOCAL)
        # The cache of the parser costs more than parsing does.
        read = time.str.to_datetime(pattern, time_unit="us", strict=False, cache=False)
        return read.to_physical()

    def without_seconds(self, column: str) -> pl.Expr:
        """Whether a time is known to the minute only."""
        if self.pattern:
            return pl.lit(not any(directive in self.pattern for directive in _SECONDS))
        return pl.col(column).str.strip_chars(_AROUND).str.contains(_NO_SECONDS)


def find_times(cells: Iterable[str], stated: Stated) -> Times:
    """How these times are written: all of a file tell how far from UTC they are, or none."""
    if stated.time_format:
        instants = any(directive in stated.time_format for directive in _DISTANCES)
        return Times(pattern=stated.time_format, instants=instants)
    times = [found for found in map(_IS_TIME.fullmatch, cells) if found]
    return Times(instants=2 * sum(bool(time["distance"]) for time in times) > len(times))


def text(column: str) -> pl.Expr:
    """The text of a column, null where it is empty."""
    stripped = pl.col(column).str.strip_chars(_AROUND)
    return pl.when(stripped != "").then(stripped)


def meaning(column: str, words: Mapping[str, str]) -> pl.Expr:
    """What the word in a column means, null where there is none or it is not known."""
    return (
        text(column).str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.String)
    )


def is_known(column: str, words: Mapping[str, str]) -> pl.Expr:
    """Whether a column is empty or its word is known."""
    return text(column).is_null() | meaning(column, words).is_not_null()


def lasting_us(column: str) -> pl.Expr:
    """Microseconds of a duration, ``H:MM:SS``, ``MM:SS`` or seconds; null where it is none."""
    groups = text(column).str.extract_groups(_DURATION).struct
    hours, minutes, seconds = (
        groups.field(str(at)).cast(pl.Int64).fill_null(0) for at in (1, 2, 3)
    )
    written = groups.field("3").is_not_null()
    return pl.when(written).then(((hours * 60 + minutes) * 60 + seconds) * 1_000_000)
