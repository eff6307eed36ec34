"""Listings of which the configuration states the columns and the words.

What `affluence.cdr.generic` and `affluence.cdr.portal` share: where the header is, which column is
which, how times and durations are written, what the words mean.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import digits

import polars as pl

from affluence.cdr.columns import parsed_us
from affluence.cdr.dialect import MissingColumnsError, Sample, Stated, UntellingFormatError
from affluence.cdr.durations import seconds_of
from affluence.cdr.headers import fields_of, widest
from affluence.cdr.layouts import Columns
from affluence.cdr.separated import Separated

_SEPARATORS = (",", ";", "\t", "|")
_MOST_TITLES = 30  # lines above a header
_MOST_DIGITS = 2  # in the title of a column; every record has a time
# Numbers stand in apostrophes so that no spreadsheet takes them for figures.
_AROUND = " '\u00a0"

_ISO_LOCAL = "%Y-%m-%dT%H:%M:%S%.f"
_ISO_INSTANT = _ISO_LOCAL + "%#z"
_FRACTION = r"[.,][0-9]{1,9}"
_USUAL_DISTANCE = r"(?:Z|[+-](?:0[0-9]|1[0-3]):?(?:00|15|30|45))"  # by quarters of an hour
_TO_MINUTES, _TO_SECONDS = len("2026-03-03T09:00"), len("2026-03-03T09:00:00")
_OF_FRACTIONS = ".," + digits
# Clocks are at most 14 hours from UTC, by quarters of an hour.
_DISTANCES_US = {"Z": 0} | {
    f"{sign}{minutes // 60:02}{colon}{minutes % 60:02}": int(f"{sign}1") * minutes * 60_000_000
    for sign in "+-"
    for minutes in range(0, 14 * 60 + 1, 15)
    for colon in (":", "")
}
_NO_SECONDS = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?:[Z+-]|$)"
_IS_TIME = re.compile(
    r"\d{4}-\d\d-\d\d(?P<between>[T ])\d\d:\d\d[\d:]*(?P<fraction>[.,]\d+)?"
    r"(?P<distance>Z|[+-][\d:]+)?"
)
_IS_TIME_BY_DAY = re.compile(
    r"\d\d?(?P<mark>[/.-])\d\d?(?P=mark)(?P<year>\d{4}|\d\d)(?P<between>[T ])"
    r"\d\d?:\d\d(?P<seconds>:\d\d)?"
)
_DISTANCES = ("%z", "%:z", "%#z", "%s", "%+")  # directives that tell how far from UTC a time is
_SECONDS = ("%S", "%T", "%X", "%r", "%c", "%s", "%+")
_DURATION = rf"^[{_AROUND}]*(?:(?:([0-9]{{1,5}}):)?([0-9]{{1,5}}):)?([0-9]{{1,7}})[{_AROUND}]*$"


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
    separators = (stated.separator,) if stated.separator else _SEPARATORS
    best: tuple[Columns, Columns] | None = None
    for above, line in enumerate(sample.lines[:_MOST_TITLES]):
        separator, cells = widest(line, separators)
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
        separator, cells = widest(sample.lines[0], separators)
        places = _places([], wanted)
        if max(places.values()) < len(cells):
            columns = _columns(places, len(cells))
            return Listing(separator=separator, titles=0, header="", columns=columns)
    missing, found = best or (must, ())
    raise MissingColumnsError(
        tuple(f'{name} = "{of_us[name]}"' if name in of_us else name for name in missing), found
    )


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

    Attributes:
        pattern: as in `strptime`, empty for ISO 8601.
        instants: whether each time tells how far from UTC it is.
        between: what usually stands between date and time: ``T`` or a blank.
        fractions: whether seconds usually have fractions. What is unusual is read too, slower.

    """

    pattern: str = ""
    instants: bool = False
    between: str = "T"
    fractions: bool = False

    def derived(self, column: str) -> Mapping[str, pl.Expr]:
        """What `us` and `to_the_minute` name, step by step: see `Dialect.derived`.

        Microseconds are those of the wall clock, or of UTC where times are instants; null where
        the time is unreadable.
        """
        cell, in_us, to_the_minute = pl.col(column), f"{column} in us", f"{column} to the minute"
        if self.pattern:
            seconds = any(directive in self.pattern for directive in _SECONDS)
            return {
                in_us: parsed_us(cell.str.strip_chars(_AROUND), self.pattern),
                to_the_minute: pl.lit(not seconds),
            }
        usual, other = f"{column} as usual", f"{column} otherwise"
        is_usual = cell.str.contains(
            f"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{self.between}[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}"
            f"{_FRACTION if self.fractions else ''}{_USUAL_DISTANCE if self.instants else ''}$"
        )
        return {
            usual: pl.when(is_usual).then(cell),
            # To read times however they are written costs many times as much.
            other: pl.when(~is_usual).then(cell).str.strip_chars(_AROUND),
            in_us: pl.coalesce(self._usual_us(pl.col(usual)), self._other_us(pl.col(other))),
            to_the_minute: pl.col(other).str.contains(_NO_SECONDS).fill_null(False),
        }

    def _usual_us(self, usual: pl.Expr) -> pl.Expr:
        seconds, behind = usual.str.head(_TO_SECONDS), usual.str.slice(_TO_SECONDS)
        local_us = parsed_us(seconds, f"%Y-%m-%d{self.between}%H:%M:%S")
        if self.fractions:
            digits = behind.str.slice(1, 6).str.extract("^([0-9]+)")
            local_us += digits.str.pad_end(6, "0").cast(pl.Int64)
            behind = behind.str.strip_chars_start(_OF_FRACTIONS)
        if not self.instants:
            return local_us
        return local_us - behind.replace_strict(_DISTANCES_US, default=None, return_dtype=pl.Int64)

    def _other_us(self, other: pl.Expr) -> pl.Expr:
        # The parser takes blanks as it likes, so that it alone would read too much.
        time = other.str.replace(" ", "T", literal=True).str.replace(",", ".", literal=True)
        minutes, behind = time.str.head(_TO_MINUTES), time.str.slice(_TO_MINUTES)
        whole = pl.concat_str(minutes, pl.lit(":00"), behind)
        written = pl.when(other.str.contains(_NO_SECONDS)).then(whole).otherwise(time)
        return parsed_us(written, _ISO_INSTANT if self.instants else _ISO_LOCAL)


def find_times(cells: Iterable[str], stated: Stated) -> Times:
    """How these times are written: all of a file tell how far from UTC they are, or none.

    Raises:
        UntellingFormatError: they are not ISO 8601, and no other way is stated.

    """
    if stated.time_format:
        instants = any(directive in stated.time_format for directive in _DISTANCES)
        return Times(pattern=stated.time_format, instants=instants)
    written = [cell for cell in cells if cell]
    times = [found for found in map(_IS_TIME.fullmatch, written) if found]
    by_day = [found for found in map(_IS_TIME_BY_DAY.fullmatch, written) if found]
    if 2 * len(by_day) > len(written):
        raise UntellingFormatError(
            "its times are not written as 2026-03-03 09:00:00, and nothing states how they are",
            "Write it in [platform.<id>.source.format], such as"
            f' time_format = "{_format_of(by_day[0])}", which says that the day comes first.',
        )

    def most(are: Callable[[re.Match[str]], bool]) -> bool:
        return 2 * sum(map(are, times)) > len(times)

    return Times(
        instants=most(lambda time: time["distance"] is not None),
        between=" " if most(lambda time: time["between"] == " ") else "T",
        fractions=most(lambda time: time["fraction"] is not None),
    )


def _format_of(time: re.Match[str]) -> str:
    """The format of a time that begins with a day or a month, the day taken as the first."""
    year = "%Y" if len(time["year"]) == 4 else "%y"
    seconds = ":%S" if time["seconds"] else ""
    return f"%d{time['mark']}%m{time['mark']}{year}{time['between']}%H:%M{seconds}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """What the columns of a listing say, worked out once for all that asks for it.

    Attributes:
        times: our names of the columns that hold times.
        durations: of those that hold durations.
        texts: of those that are read as they are.

    """

    times: Columns
    durations: Columns
    texts: Columns

    def derived(
        self, columns: Columns, times: Times, words: Mapping[str, Mapping[str, str]]
    ) -> Mapping[str, pl.Expr]:
        """Further columns, which `us`, `to_the_minute`, `text`, `bare` and `meaning` name.

        Args:
            columns: those of the listing.
            times: how its times are written.
            words: what those in a column mean.

        """
        return {
            **{
                f"{name} bare": pl.col(name).str.strip_chars(_AROUND)
                for name in self.texts
                if name in columns
            },
            **{
                derived: said
                for name in self.times
                if name in columns
                for derived, said in times.derived(name).items()
            },
            **{
                f"{name} in us": seconds_of(pl.col(name), _DURATION) * 1_000_000
                for name in self.durations
                if name in columns
            },
            **{
                f"{name} as meant": _meaning_of(pl.col(name), meant)
                for name, meant in words.items()
                if name in columns
            },
        }


def _meaning_of(cell: pl.Expr, meant: Mapping[str, str]) -> pl.Expr:
    # To look up what stands there takes a third of the time of putting it into lower case.
    spelled = {
        spelling: meaning
        for word, meaning in meant.items()
        for spelling in (word, word.capitalize())
        if spelling.lower() == word
    }
    usual = cell.replace_strict(spelled, default=None, return_dtype=pl.String)
    word = pl.when(usual.is_null()).then(cell).str.strip_chars(_AROUND).str.to_lowercase()
    other = word.replace_strict(meant, default=None, return_dtype=pl.String)
    return pl.coalesce(usual, other)


def is_read(column: str, said: pl.Expr) -> pl.Expr:
    """Whether what a column says could be read, or it says nothing."""
    unread = pl.when(said.is_null()).then(pl.col(column))
    return unread.str.strip_chars(_AROUND).fill_null("") == ""


def text(columns: Columns, name: str) -> pl.Expr:
    """The text of a column, null where it is empty or the listing has none."""
    what = bare(columns, name)
    return pl.when(what != "").then(what)


def bare(columns: Columns, name: str) -> pl.Expr:
    """The same as a hash takes it: a text that is empty may be null or not."""
    return pl.col(f"{name} bare") if name in columns else pl.lit(None, pl.String)


def us(columns: Columns, name: str) -> pl.Expr:
    """Microseconds of a time or a duration, null where there is none."""
    return pl.col(f"{name} in us") if name in columns else pl.lit(None, pl.Int64)


def to_the_minute(name: str) -> pl.Expr:
    """Whether a time, which the listing has, is known to the minute only."""
    return pl.col(f"{name} to the minute")


def meaning(columns: Columns, name: str) -> pl.Expr:
    """What the word in a column means, null where there is none or it is not known."""
    return pl.col(f"{name} as meant") if name in columns else pl.lit(None, pl.String)
