"""What is in some files, without storing anything: calls, and the account of every line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypedDict

import polars as pl

from affluence import calls
from affluence.cdr.document_files import DOCUMENTS, open_document, read_documents
from affluence.cdr.files import Range, read_ranges
from affluence.cdr.pseudonyms import DayKey
from affluence.cdr.recipe import Recipe
from affluence.cdr.understanding import Understood
from affluence.errors import RecordsError, UnreadableFileError
from affluence.steps.blind_spots import blind_spots
from affluence.steps.presence import recorded_agents
from affluence.store.accounts import NOT_COUNTED
from affluence.store.keyring import passing_keys
from affluence.tables import (
    AMBIGUOUS_HOUR,
    CALLS,
    CAPPED,
    LEGS,
    MINUTE_ONLY,
    NEGATIVE,
    OUTCOMES,
    STILL_OPEN,
)

_DOUBTS = {
    MINUTE_ONLY: "times are known to the minute only",
    CAPPED: "longer than the longest credible call, shortened to it",
    AMBIGUOUS_HOUR: "in the doubled hour of autumn, taken as the first of the two",
    NEGATIVE: "end before their beginning, taken as lasting no time",
    STILL_OPEN: "have no end, taken as holding no line",
}


# Which calls come in is told by the lines that `trunks` names; other dialects tell it themselves.
_WITH_TRUNKS = {
    *("asterisk-csv", "asterisk-custom", "asterisk-db", "asterisk-cel", "cucm", "mitel-smdr"),
    *("freeswitch-csv", "freeswitch-json", "freeswitch-xml"),
}


class Account(TypedDict):
    """What became of the lines of some files: ``lines`` is the sum of the rest."""

    lines: int
    calls: int
    merged: int
    duplicates: int
    ignored: dict[str, int]
    rejected: dict[str, int]


class Agents(TypedDict):
    """What some files say of the presence of agents."""

    records: int  # log-ins and pauses, each once
    most_at_once: int | None  # agents who are there and not paused; None where no day tells


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What some files hold."""

    understood: dict[str, Understood]  # file → how it was understood
    calls: pl.DataFrame
    account: Account
    period: tuple[datetime, datetime] | None
    outcomes: dict[str, int]  # of inbound calls
    agents: Agents
    rejects: list[tuple[str, int, str, str]]  # file, line, reason, shape; the first few
    unreadable: list[str]
    warnings: list[str]

    @property
    def dialects(self) -> dict[str, str]:
        """Each dialect that was read, and how it was found."""
        files = self.understood.values()
        return {file.dialect.name: file.dialect_found for file in files}

    @property
    def clocks(self) -> dict[str, str]:
        """Zone of each clock that was read, and how it was found."""
        return {file.clock.zone: file.clock.found for file in self.understood.values()}


def inspect_files(
    paths: Sequence[Path],
    recipe: Recipe,
    *,
    platform: str,
    longest_call_s: int,
    lines: int | None = None,
    now: datetime | None = None,
    or_another: bool = False,
    on_lines: Callable[[int], None] = lambda _: None,
) -> Inspection:
    """Read some files as one platform's records; nothing is stored, pseudonyms are passing.

    Args:
        paths: the files.
        recipe: how they are read.
        platform: identifier written in the table of calls.
        longest_call_s: longer calls are shortened to it.
        lines: lines in service, None where nobody said.
        now: the present, None where it does not matter how old the records are.
        or_another: whether a file that is not in the stated dialect may be in another one.
        on_lines: is told the number of lines of each range that was read.

    """
    keys = passing_keys()
    legs, rejects, unreadable = [], [], []
    ignored, records = Counter[str](), Counter[str]()
    understood: dict[str, Understood] = {}
    lines_read = 0
    recipes = [recipe]
    if recipe.dialect is not None and or_another:
        recipes.append(replace(recipe, dialect=None))
    for path, part in _ranges(paths, recipes, lambda day: keys.day_key(platform, day)):
        if isinstance(part, RecordsError):
            unreadable.append(str(part))
            continue
        legs.append(part.read.legs.drop("day"))
        rejects += [(str(path), *row) for row in part.read.rejects.iter_rows()]
        understood[str(path)] = part.understood
        lines_read += part.read.lines
        records[str(path)] += part.read.legs["presence"].null_count()
        ignored.update(part.read.ignored)
        on_lines(part.read.lines)
    every = pl.concat(legs or [LEGS.empty()]).with_columns(part=pl.lit(0, pl.UInt32))
    merged = calls.merge_legs(every, platform=platform, longest_call_s=longest_call_s)
    fates = merged.fates.drop("part").sum().row(0, named=True)
    ignored += Counter({NOT_COUNTED: fates["ignored"]})
    found = CALLS.check(merged.calls.sort("offered_at", "call_key"))
    present = every.filter(pl.col("presence").is_not_null())
    agents = recorded_agents(platform, present, recipe.zone)
    inbound = found.filter(pl.col("direction") == "inbound")
    counts = dict(inbound.group_by("outcome").len().iter_rows())
    return Inspection(
        understood=understood,
        calls=found,
        account=Account(
            lines=lines_read,
            calls=fates["calls"],
            merged=fates["merged"],
            duplicates=fates["duplicates"],
            ignored=dict(+ignored),
            rejected=dict(Counter(reason for _, _, reason, _ in rejects)),
        ),
        period=(found["offered_at"][0], found["offered_at"][-1]) if found.height else None,
        outcomes={outcome: counts.get(outcome, 0) for outcome in OUTCOMES},
        agents=Agents(
            records=present["record_key"].n_unique(),
            most_at_once=max(agents["count"].to_list(), default=None),
        ),
        rejects=rejects,
        unreadable=unreadable,
        warnings=[
            *_in_another_dialect(understood, recipe),
            *_directions(found, understood, recipe),
            *_clocks(understood),
            *_doubts(found),
            *_never_seen(found, present, recipe.zone),
            *blind_spots(found, records, zone=recipe.zone, lines=lines, now=now),
        ],
    )


def _ranges(
    paths: Sequence[Path], recipes: Sequence[Recipe], day_key: DayKey
) -> Iterator[tuple[Path, Range | RecordsError]]:
    """What the files hold, in their order; of one that no recipe can read, why the first cannot."""
    at_once = dict[Path, Range]()
    for number, path in enumerate(paths):
        if number % DOCUMENTS == 0:
            at_once = _documents_in(paths[number : number + DOCUMENTS], recipes, day_key)
        if path in at_once:
            yield path, at_once[path]
            continue
        try:
            for part in _ranges_of(path, recipes, day_key):
                yield path, part
        except RecordsError as error:
            yield path, error


def _documents_in(
    paths: Sequence[Path], recipes: Sequence[Recipe], day_key: DayKey
) -> dict[Path, Range]:
    """What the small documents among some files hold; all others are to be read one by one."""
    found = dict[Path, Range]()
    for recipe in recipes:
        documents = []
        for path in paths:
            with suppress(RecordsError):  # it is told when the file is read alone
                if path not in found and (document := open_document(path, recipe)) is not None:
                    documents.append(document)
        reads = read_documents(documents, recipe, day_key)
        found |= {document.path: read for document, read in reads if isinstance(read, Range)}
    return found


def _ranges_of(path: Path, recipes: Sequence[Recipe], day_key: DayKey) -> Iterator[Range]:
    """What a file holds by the first recipe that can read it."""
    first, *others = recipes
    begun = False
    try:
        for part in read_ranges(path, first, day_key):
            begun = True
            yield part
    except UnreadableFileError as error:
        if begun or not others:
            raise
        try:
            yield from _ranges_of(path, others, day_key)
        except UnreadableFileError as of_others:
            raise error from of_others


def _in_another_dialect(understood: Mapping[str, Understood], recipe: Recipe) -> Iterator[str]:
    if recipe.dialect is None:
        return
    stated = recipe.dialect.name
    others = [path for path, file in understood.items() if file.dialect.name != stated]
    if len(others) == 1:
        yield f"{others[0]} is not in the dialect that is stated"
    elif others:
        yield f"{len(others)} files are not in the dialect that is stated, the first is {others[0]}"


def _directions(
    found: pl.DataFrame, understood: Mapping[str, Understood], recipe: Recipe
) -> Iterator[str]:
    if found.is_empty():
        return
    trunks, dialects = recipe.reading.trunks, {file.dialect.name for file in understood.values()}
    inbound = found["direction"] == "inbound"
    if inbound.all() and not trunks:
        yield (
            "every call is taken as inbound; calls made by the desk itself would count as attempts:"
            " name the lines with 'trunks' where the records have channels"
        )
    if not inbound.any():
        why = "these may be the records of another desk"
        if trunks and dialects & _WITH_TRUNKS:
            why = "none comes in on one of the configured 'trunks'; check their names"
        yield f"no call is inbound: {why}"
    if trunks and (others := sorted(dialects - _WITH_TRUNKS)):
        yield (
            f"the configured 'trunks' are not looked at: records of {', '.join(others)} tell"
            " without them which calls come in; 'not_counted' leaves those of other desks out"
        )


def _clocks(understood: Mapping[str, Understood]) -> Iterator[str]:
    zones = sorted({file.clock.zone for file in understood.values()})
    if len(zones) > 1:
        yield f"files were written by different clocks: {', '.join(zones)}"


def _doubts(found: pl.DataFrame) -> Iterator[str]:
    for bit, doubt in _DOUBTS.items():
        count = int(((found["quality"] & bit) > 0).sum())
        if count:
            yield f"{count} calls {doubt}"


def _never_seen(found: pl.DataFrame, present: pl.DataFrame, zone: str) -> Iterator[str]:
    """Agents who answer on days that tell of the presence of others only."""
    day = pl.col("offered_at").dt.convert_time_zone(zone).dt.date()
    of_days = found.filter(day.is_in(present.select(day).to_series().implode()))
    others = {*of_days["agent"].drop_nulls()} - {*present["agent"]}
    if others:
        yield (
            f"{len(others)} agents took calls on days on which others log in or pause and they do"
            " not: they are not among the agents who are there"
        )
