"""Files of call records, read without storing anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from affluence.config import Config
from affluence.errors import RecordsError
from affluence.run_report import Progress

if TYPE_CHECKING:
    from polars import DataFrame as Frame

    from affluence.steps.inspect import Account, Inspection


def read_calls(
    paths: Sequence[Path | str],
    dialect: str | None = None,
    zone: str | None = None,
    *,
    trunks: Sequence[str] = (),
    platform: str = "platform",
    longest_call_hours: float = 6,
) -> tuple[Frame, Account]:
    """Read files of call records as one platform's calls, without storing anything.

    Args:
        paths: files, in any order; legs of one call may lie in different ones.
        dialect: how they are written; by default it is found for each file.
        zone: zone of the times in the records and of the platform; by default deduced from the
            records, with Europe/Paris for the platform.
        trunks: beginnings of the names of the channels that are the platform's lines.
        platform: identifier written in the table.
        longest_call_hours: longer calls are shortened to it, and marked.

    Returns:
        CALLS sorted by arrival, and the account of every line.

    Raises:
        RecordsError: a file cannot be read, or is not a file of call records.

    """
    from affluence.cdr.dialect import Reading
    from affluence.cdr.dialects import find_dialect
    from affluence.cdr.recipe import Recipe
    from affluence.steps.inspect import inspect_files

    recipe = Recipe(
        dialect=find_dialect(dialect),
        reading=Reading(trunks=tuple(trunks)),
        clock=zone or "auto",
        zone=zone or "Europe/Paris",
    )
    inspection = inspect_files(
        [Path(path) for path in paths],
        recipe,
        platform=platform,
        longest_call_s=round(longest_call_hours * 3600),
    )
    if inspection.unreadable:
        raise RecordsError("\n".join(inspection.unreadable))
    return inspection.calls, inspection.account


def inspect(
    paths: Sequence[Path],
    config: Config | None = None,
    platform: str | None = None,
    *,
    dialect: str | None = None,
    zone: str | None = None,
    now: datetime | None = None,
    progress: Progress = lambda *_: None,
) -> Inspection:
    """What is in some files, read as those of a configured platform or, without one, by default.

    Nothing is stored. ``dialect`` and ``zone`` (of the times in the records) go before what is
    configured; ``now`` tells how old the records are.
    """
    from affluence.cdr.dialect import Reading
    from affluence.cdr.dialects import find_dialect
    from affluence.cdr.recipe import Recipe
    from affluence.steps.inspect import inspect_files
    from affluence.steps.settings import recipe_of, rules_of

    name, longest_call_s, lines = "platform", 6 * 3600, None
    recipe = Recipe(dialect=None, reading=Reading(), clock="auto", zone=zone or "Europe/Paris")
    if config is not None:
        name, settings = config.platform_called(platform)
        recipe, longest_call_s = recipe_of(settings), rules_of(name, settings).longest_call_s
        lines = max((lines.count for lines in settings.lines), default=None)
    if dialect is not None:
        recipe = replace(recipe, dialect=find_dialect(dialect))
    return inspect_files(
        paths,
        recipe if zone is None else replace(recipe, clock=zone),
        platform=name,
        longest_call_s=longest_call_s,
        lines=lines,
        now=now,
        or_another=dialect is None,
        on_lines=lambda lines: progress("lines", lines),
    )
