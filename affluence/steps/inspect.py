"""What is in some files, without storing anything: calls, and the account of every line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypedDict

import polars as pl

from affluence import calls
from affluence.cdr.files import Recipe, read_ranges
from affluence.errors import RecordsError
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


class Account(TypedDict):
    """What became of the lines of some files: ``lines`` is the sum of the rest."""

    lines: int
    calls: int
    merged: int
    duplicates: int
    ignored: dict[str, int]
    rejected: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What some files hold."""

    dialects: dict[str, str]  # name → how it was found
    clocks: dict[str, str]  # zone → how it was found
    calls: pl.DataFrame
    account: Account
    period: tuple[datetime, datetime] | None
    outcomes: dict[str, int]  # of inbound calls
    rejects: list[tuple[str, int, str, str]]  # file, line, reason, shape; the first few
    unreadable: list[str]
    warnings: list[str]


def inspect_files(
    paths: Sequence[Path],
    recipe: Recipe,
    *,
    platform: str,
    longest_call_s: int,
    on_lines: Callable[[int], None] = lambda _: None,
) -> Inspection:
    """Read some files as one platform's records; nothing is stored, pseudonyms are passing."""
    keys = passing_keys()
    legs, rejects, unreadable = [], [], []
    account = Account(lines=0, calls=0, merged=0, duplicates=0, ignored={}, rejected={})
    clocks: dict[str, str] = {}
    dialects: dict[str, str] = {}
    for path in paths:
        try:
            for part in read_ranges(path, recipe, lambda day: keys.day_key(platform, day)):
                legs.append(part.read.legs.drop("day"))
                rejects += [(path.name, *row) for row in part.read.rejects.iter_rows()]
                clocks.setdefault(part.clock.zone, part.clock.found)
                dialects.setdefault(part.dialect.dialect.name, part.dialect.found)
                account["lines"] += part.read.lines
                for reason, count in part.read.ignored.items():
                    account["ignored"][reason] = account["ignored"].get(reason, 0) + count
                on_lines(part.read.lines)
        except RecordsError as error:
            unreadable.append(str(error))
    for _, _, reason, _ in rejects:
        account["rejected"][reason] = account["rejected"].get(reason, 0) + 1
    every = pl.concat(legs or [LEGS.empty()]).with_columns(part=pl.lit(0, pl.UInt32))
    merged = calls.merge_legs(every, platform=platform, longest_call_s=longest_call_s)
    for fate in ("calls", "merged", "duplicates"):
        account[fate] = int(merged.fates[fate].sum())
    found = CALLS.check(merged.calls.sort("offered_at", "call_key"))
    inbound = found.filter(pl.col("direction") == "inbound")
    counts = dict(inbound.group_by("outcome").len().iter_rows())
    return Inspection(
        dialects=dialects,
        clocks=clocks,
        calls=found,
        account=account,
        period=(found["offered_at"][0], found["offered_at"][-1]) if found.height else None,
        outcomes={outcome: counts.get(outcome, 0) for outcome in OUTCOMES},
        rejects=rejects,
        unreadable=unreadable,
        warnings=_warnings(found, inbound, clocks, recipe),
    )


def _warnings(
    found: pl.DataFrame, inbound: pl.DataFrame, clocks: dict[str, str], recipe: Recipe
) -> list[str]:
    warnings = []
    if found.height and not recipe.reading.trunks:
        warnings.append(
            "no trunks are configured: every call is taken as inbound; calls made by the desk"
            " itself would count as attempts"
        )
    if inbound.height and not (inbound["outcome"] == "busy").any():
        warnings.append(
            "no call is refused in these records: either lines were never full, or the platform"
            " does not record refused calls; their share is not measured"
        )
    if len(clocks) > 1:
        warnings.append(f"files were written by different clocks: {', '.join(sorted(clocks))}")
    for bit, doubt in _DOUBTS.items():
        count = int(((found["quality"] & bit) > 0).sum())
        if count:
            warnings.append(f"{count} calls {doubt}")
    return warnings
