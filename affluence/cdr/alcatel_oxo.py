"""Alcatel-Lucent OmniPCX Office: the metering statement, a printed list of calls.

Source: the *OmniPCX Office Technical Documentation* (which columns a statement may have, how wide
they are and what stands in them). The service chooses the columns, and the language of the
operator that of their titles; so the line with the titles tells the places: each column reaches
from its title to the next. Titles come again on every page, with form feeds and lines of dashes.

The spelling of the titles in print, how dates and times are written and what the time is that of
are not confirmed by a source: see `_choices`. A statement tells no cause, so that nothing is known
of refused calls, and of calls that nobody answered only where their printing is switched on; by
default neither they nor the ringing time are printed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import partial

import polars as pl

from affluence.cdr.columns import filled_in, hash_of, parsed_us
from affluence.cdr.dialect import Dialect, Reading, Sample
from affluence.cdr.durations import seconds_of
from affluence.cdr.fates import EVIDENCE_OF, direction_of, first_that_holds
from affluence.cdr.fixed_width import FixedWidth, Places, stated_places
from affluence.cdr.headers import require
from affluence.cdr.layouts import Columns
from affluence.cdr.lines import HEADER

_TITLES = {
    "initial_user": ("INITIAL USER", "USAGER INITIAL", "INITIAL", "INIT."),
    "charged_user": (
        *("CHARGED USER", "USAGER TAXE", "CHARGED", "USER", "USAGER", "SUBSCRIBER", "ABONNE"),
        "POSTE",
    ),
    "type": ("TYPE",),
    "line": ("LINE", "LIGNE", "TRUNK", "TRK", "LIG"),
    "date": ("DATE",),
    "time": ("TIME", "HEURE"),
    "duration": ("DURATION", "DUREE"),
    "number": ("DIALED NUMBER", "DIALLED NUMBER", "NUMERO COMPOSE", "NUMBER", "NUMERO"),
    "ring": ("RING", "SONNERIE", "SONN."),
}
_NAME_OF = {title: name for name, titles in _TITLES.items() for title in titles}
_TITLE = re.compile("|".join([*map(re.escape, sorted(_NAME_OF, key=len, reverse=True)), r"\S+"]))
_NEEDED = ("type", "date", "time", "duration")
_TITLES_WITHIN = 60  # lines
_WIDEST = 40  # of a column behind which there is none
_WHOLE = "whole_line"
_WHOLE_WIDTH = 500

_DIRECTIONS = {"<--": "inbound", "-->": "outbound"}
_SERVICES = ("CS+", "CS-")
_USERS = ("initial_user", "charged_user")
# Borders of words are spelled out: a pattern that looks for them takes thirty times as long.
_PAGE = r"^[\s*=_+|-]*$|(?i)(?:^|\W)page(?:\W|$)|^total(?:\W|$)"
_AROUND = "\f "
_DATE_FORMATS = ("%d/%m/%y", "%d/%m/%Y")


def _start_us(date_format: str) -> Mapping[str, pl.Expr]:
    """The arrival by the first format that reads it, step by step: see `Dialect.derived`."""
    is_call = pl.col("type").is_in(list(_DIRECTIONS))
    steps: dict[str, pl.Expr] = {
        "unread": pl.when(is_call).then(pl.concat_str("date", "time", separator=" "))
    }
    days = (date_format,) if date_format else _DATE_FORMATS
    formats = [f"{day} {time}" for day in days for time in ("%H:%M", "%H:%M:%S")]
    unread = "unread"
    for written in formats:
        steps[f"by {written}"] = parsed_us(pl.col(unread), written)
        # A format that does not fit costs ten times as much as one that does.
        steps[f"not {written}"] = pl.when(pl.col(f"by {written}").is_null()).then(unread)
        unread = f"not {written}"
    return {**steps, "start_us": pl.coalesce(*(f"by {written}" for written in formats))}


def _derived(columns: Columns, *, date_format: str, reading: Reading) -> Mapping[str, pl.Expr]:
    ring_s = seconds_of(pl.col("ring")).fill_null(0) if "ring" in columns else pl.lit(0, pl.Int64)
    # Lines that are no calls: to look at those of calls too would take as long as all the rest.
    no_call = ~pl.col("type").is_in([*_DIRECTIONS, *_SERVICES]).fill_null(False)
    return {
        **_start_us(date_format),
        "talk_s": seconds_of(pl.col("duration")),
        "ring_s": ring_s,
        "no_call": pl.when(no_call).then(pl.col(_WHOLE).fill_null("").str.strip_chars(_AROUND)),
        **{f"{name} as word": filled_in(columns, name).str.to_lowercase() for name in _USERS},
        "fate": _evidence(reading),
    }


def _plausible(_: Columns) -> pl.Expr:
    return pl.all_horizontal(
        pl.col("start_us", "talk_s").is_not_null(),
        pl.col("type").is_in(list(_DIRECTIONS)).fill_null(False),
    )


def _others(_: Columns, *, header: str, above: tuple[str, ...]) -> Mapping[str, pl.Expr]:
    """Lines of a page: ``above`` are those above its titles, which change but for their digits."""
    line = pl.col("no_call")
    of_any_page = line.str.contains(_PAGE)
    # To replace the digits of a line takes longer than all else that is done with it.
    other = pl.when(~of_any_page).then(line).str.replace_all(r"\d", "9")
    mark = of_any_page | other.is_in([_shape(each) for each in above]).fill_null(False)
    titles = line == header.strip(_AROUND)
    return {
        "supplementary service": pl.col("type").is_in(_SERVICES).fill_null(False),
        HEADER: titles.fill_null(False),
        "mark of a page": (~titles & mark).fill_null(False),
    }


def _shape(line: str) -> str:
    return re.sub(r"\d", "9", line.strip(_AROUND))


def _record(
    columns: Columns,
    _: Reading,
) -> Mapping[str, pl.Expr]:
    start_us, talk_s, ring_s = pl.col("start_us"), pl.col("talk_s"), pl.col("ring_s")
    answer_us = start_us + ring_s * 1_000_000
    evidence = pl.col("fate")
    incoming = pl.col("type") == "<--"
    number = filled_in(columns, "number")
    whole = number.is_not_null() & ~number.str.contains("*", literal=True)  # digits may be masked
    first = filled_in(columns, "initial_user")
    # No number of its own: it is known by all its columns.
    texts = (pl.col(name) for name in columns if name not in ("date", "time", _WHOLE))
    key = hash_of(start_us.cast(pl.String), *texts)
    return {
        "record_key": key,
        "call_key": key,
        "by_content": pl.lit(value=True),
        "content_in_record_key": pl.lit(value=True),
        "content_in_call_key": pl.lit(value=True),
        "start_us": start_us,
        "picked_up_us": pl.when(talk_s > 0).then(answer_us),
        "answered_us": pl.when(evidence == "agent").then(answer_us),
        "end_us": answer_us + talk_s * 1_000_000,
        "direction": direction_of(pl.col("type"), _DIRECTIONS, "internal"),
        "evidence": evidence,
        "caller_number": pl.when(incoming & whole).then(number),
        "dialled_number": pl.when(incoming).then(first).otherwise(number),
        "line": filled_in(columns, "line"),
        "agent_name": pl.when(evidence == "agent").then(filled_in(columns, "charged_user")),
        "queue": pl.when(first.str.starts_with("G")).then(first),
        "minute_only": pl.col("time").str.len_chars() <= len("09:00"),
    }


def _evidence(reading: Reading) -> pl.Expr:
    answered, users = pl.col("talk_s") > 0, [pl.col(f"{name} as word") for name in _USERS]
    machines = [
        (answered & pl.any_horizontal(user == word for user in users), EVIDENCE_OF[outcome])
        for word, outcome in reading.stated.outcomes
    ]
    return first_that_holds([*machines, (answered, "agent")], otherwise="gave_up")


def _choices(places: Places, date_format: str) -> tuple[str, ...]:
    named = ", ".join(
        f"{name} {start + 1}-{start + width}"
        for name, (start, width) in places.items()
        if name != _WHOLE
    )
    return (
        f"columns, by their titles or as stated in 'format.columns': {named}",
        f"dates are read as {date_format or ' or '.join(_DATE_FORMATS)}",
        "state another way to write dates in 'format.time_format'",
        "the time is that of the arrival; ringing and then the duration follow it",
        "the number of an incoming call is its caller's",
        "whoever answers is an agent: state machines in 'format.outcomes': user = outcome",
        "of a call that nobody answered the caller gave up",
    )


def _dialect(places: Places, header: str, above: tuple[str, ...], reading: Reading) -> Dialect:
    date_format = reading.stated.time_format
    return Dialect(
        name="alcatel-oxo",
        version=1,
        # Lines of a page are of any length, so that the length of a line tells nothing.
        layout=FixedWidth(places={**places, _WHOLE: (0, _WHOLE_WIDTH)}, shortest=1),
        derived=partial(_derived, date_format=date_format, reading=reading),
        plausible=_plausible,
        clean=_plausible,
        record=_record,
        others=partial(_others, header=header, above=above),
        header=header,
        titles=len(above),
        choices=_choices(places, date_format),
        fit=fit,
    )


def fit(sample: Sample, reading: Reading) -> Dialect:
    """The dialect as a file has it that begins like this: the places of its columns.

    Raises:
        MissingColumnsError: neither a line of titles nor the configuration tells them.

    """
    header, above = "", sample.lines[:0]
    places: dict[str, tuple[int, int]] = {}
    for at, line in enumerate(sample.lines[:_TITLES_WITHIN]):
        found = _places_of(line.lstrip("\f"))
        if {"date", "time", "duration"} <= {*found}:
            header, above, places = line, sample.lines[:at], found
            break
    places |= stated_places(reading, _TITLES)
    require(tuple(places), _NEEDED)
    return _dialect(places, header, above, reading)


def _places_of(line: str) -> dict[str, tuple[int, int]]:
    """Places of the columns below a line of titles: each reaches to the next title."""
    words = [(word.start(), _NAME_OF.get(word[0])) for word in _TITLE.finditer(_plain(line))]
    ends = [start for start, _ in words[1:]]
    ends.append(len(line) + _WIDEST)
    places: dict[str, tuple[int, int]] = {}
    for (start, name), end in zip(words, ends, strict=False):
        if name is not None:
            places.setdefault(name, (start, end - start))
    return places


def _plain(line: str) -> str:
    """Capitals without accents, one for each letter."""
    decomposed = (unicodedata.normalize("NFD", letter)[0] for letter in line)
    return "".join(decomposed).upper()


DIALECT = _dialect(dict.fromkeys(_NEEDED, (0, 0)), "", (), Reading())
