"""Ranges that were read → lake and quarantine, and what the ledger is to know of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from affluence import engine
from affluence.cdr.files import Range
from affluence.steps import bundle
from affluence.store.lake import Lake
from affluence.store.read_files import PartEntry, RangeEntry

PAST_RETENTION = "past retention"
# So many filters take less time than a partition, which gathers row by row.
_FEW_DAYS = 16


@dataclass(frozen=True, slots=True)
class _Part:
    """Records of one day out of one range."""

    range_name: str
    legs: pl.DataFrame


def keep_ranges(
    lake: Lake,
    platform: str,
    reads: Sequence[Range],
    *,
    sealed: Collection[date],
    held: Collection[str] = (),
) -> list[RangeEntry]:
    """Put the records of ranges into the lake, but for those of sealed days.

    Where many ranges have records of one day, one file holds them all. What is ``held`` already
    (names of ranges), or comes twice among these, is not kept again.
    """
    known = set(held)
    kept, repeated = [], []
    of_day: dict[date, list[_Part]] = {}
    for read in reads:
        legs = read.read.legs
        if sealed:
            legs = legs.filter(~pl.col("day").is_in(sealed))
        kept.append(legs)
        repeated.append(read.name in known)
        if read.name not in known:
            known.add(read.name)
            for day, part in _by_day(legs):
                of_day.setdefault(day, []).append(_Part(read.name, part))

    def keep(item: tuple[date, list[_Part]]) -> list[tuple[str, PartEntry]]:
        return _keep_day(lake, platform, *item)

    entries: dict[str, list[PartEntry]] = {}
    for written in engine.spread(keep, sorted(of_day.items())):
        for range_name, entry in written:
            entries.setdefault(range_name, []).append(entry)
    return [
        _entry(read, legs, None if is_repeated else entries.get(read.name, ()))
        for read, legs, is_repeated in zip(reads, kept, repeated, strict=True)
    ]


def _by_day(legs: pl.DataFrame) -> Iterator[tuple[date, pl.DataFrame]]:
    """The legs of each local day, in their order."""
    days = legs["day"].unique()
    if len(days) > _FEW_DAYS:
        parts = legs.partition_by("day", as_dict=True, include_key=False)
        yield from ((day, part) for (day,), part in parts.items())
        return
    for day in days:
        yield day, legs.filter(pl.col("day") == day).drop("day")


def as_repeated(entry: RangeEntry) -> RangeEntry:
    """What the ledger is to know of a range whose records are there from another file already."""
    calls = sum(part.records - part.of_agents for part in entry.parts)
    return replace(entry, repeated=calls, parts=())


def _keep_day(
    lake: Lake, platform: str, day: date, parts: Sequence[_Part]
) -> list[tuple[str, PartEntry]]:
    """Write what ranges have of a day: to one file if they are many, each to its own otherwise."""
    in_order = sorted(parts, key=lambda part: part.range_name)
    if not bundle.are_worth_a_file(len(in_order)):
        return [
            (part.range_name, _part_entry(day, part.legs, sha256))
            for part in in_order
            for sha256 in [lake.write_legs(platform, day, part.range_name, part.legs)]
        ]
    name = bundle.name_of([part.range_name for part in in_order])
    sha256 = lake.write_legs(platform, day, name, pl.concat(part.legs for part in in_order))
    entries, first_row = [], 0
    for part in in_order:
        entry = _part_entry(day, part.legs, sha256)
        entries.append((part.range_name, replace(entry, bundle=name, first_row=first_row)))
        first_row += part.legs.height
    return entries


def _part_entry(day: date, legs: pl.DataFrame, sha256: str) -> PartEntry:
    latest_us = [legs[name].to_physical().max() for name in ("offered_at", "released_at")]
    return PartEntry(
        day=day,
        records=legs.height,
        of_agents=legs.height - _of_calls(legs),
        last_us=max(int(us) for us in latest_us if us is not None),  # type: ignore[arg-type]  # Int64
        sha256=sha256,
    )


def _entry(read: Range, legs: pl.DataFrame, parts: Sequence[PartEntry] | None) -> RangeEntry:
    """``legs`` are those that are kept; no parts at all: they were kept before."""
    ignored, rejects = dict(read.read.ignored), read.read.rejects
    if past := _of_calls(read.read.legs) - _of_calls(legs):
        ignored[PAST_RETENTION] = past
    return RangeEntry(
        name=read.name,
        start=read.start,
        end=read.end,
        digest=read.digest,
        first_line=read.first_line,
        lines=read.read.lines,
        provisional=read.provisional,
        repeated=_of_calls(legs) if parts is None else 0,
        ignored=ignored,
        # A query of nothing takes its time too, and there may be thousands of ranges.
        rejected=dict(rejects["reason"].value_counts().iter_rows()) if rejects.height else {},
        parts=tuple(parts or ()),
    )


def _of_calls(legs: pl.DataFrame) -> int:
    """How many tell of calls: the others, of agents, are among the ignored lines already."""
    return legs["presence"].null_count()


def rejects_of(path: Path, read: Range) -> bytes:
    """What the quarantine is to hold of a range of a file; nothing if nothing was rejected."""
    if read.read.rejects.is_empty():
        return b""
    table = read.read.rejects.select(pl.lit(path.name).alias("file"), pl.all())
    return table.write_csv().encode()
