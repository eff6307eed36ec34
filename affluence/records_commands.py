"""The commands about files of records: what is in them, their calls, records that are simulated."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from affluence.command_line import (
    CONFIG,
    DONE_WITH_UNREADABLE_FILES,
    JsonOption,
    OutputOption,
    PlatformOption,
    clock,
    load,
    progress,
    write_table,
)

if TYPE_CHECKING:
    from affluence.config import Config
    from affluence.steps.inspect import Inspection


def _zone(name: str | None) -> str | None:
    try:
        return name and ZoneInfo(name).key
    except (KeyError, OSError, ValueError) as error:
        message = 'is not a known time zone; write one such as "Europe/Paris"'
        raise typer.BadParameter(message) from error


OptionalConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", help="The configuration file; default: config.toml, or none if there is none."
    ),
]


DialectOption = Annotated[
    str | None,
    typer.Option("--dialect", help="How they are written; by default configured, or found."),
]
ZoneOption = Annotated[
    str | None,
    typer.Option(
        "--zone",
        callback=_zone,
        help="Zone of the times in them; by default configured, or found.",
    ),
]
FilesArgument = Annotated[list[Path], typer.Argument(help="Files of call records.")]


def inspect(
    files: FilesArgument,
    config: OptionalConfigOption = None,
    platform: PlatformOption = None,
    dialect: DialectOption = None,
    zone: ZoneOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell what is in some files: dialect, period, outcomes, the account of every line.

    Nothing is stored.
    """
    from affluence.inspection_words import as_document, as_text

    found = _inspected(files, config, platform, dialect=dialect, zone=zone)
    print(as_document(found) if as_json else as_text(found))
    if found.unreadable:
        sys.exit(DONE_WITH_UNREADABLE_FILES)


def calls(
    files: FilesArgument,
    output: OutputOption,
    config: OptionalConfigOption = None,
    platform: PlatformOption = None,
    dialect: DialectOption = None,
    zone: ZoneOption = None,
) -> None:
    """Write the calls of some files, one row a call, callers as passing pseudonyms."""
    found = _inspected(files, config, platform, dialect=dialect, zone=zone)
    for problem in found.unreadable:
        print(f"affluence: not read: {problem}", file=sys.stderr)
    if found.unreadable and found.calls.is_empty():
        print(f"affluence: no call could be read: {output} is not written.", file=sys.stderr)
    else:
        write_table(found.calls, output, personal=True)
    if found.unreadable:
        sys.exit(DONE_WITH_UNREADABLE_FILES)


def simulate(
    folder: Annotated[Path, typer.Argument(help="Folder to write to; made if it is not there.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same calls.")] = 1,
    true_weeks: Annotated[
        int, typer.Option(min=1, help="Weeks that are simulated for the true typical week.")
    ] = 200,
    dialect: Annotated[str, typer.Option(help="How the records are written.")] = "asterisk-csv",
) -> None:
    """Write thirteen weeks of simulated records, with their truth beside them."""
    from affluence.simulator.demonstration import demonstration
    from affluence.simulator.demonstration_folder import write_demonstration
    from affluence.simulator.writers import WRITERS

    if dialect not in WRITERS:
        advice = f"calls can be written in {', '.join(WRITERS)}"
        raise typer.BadParameter(advice, param_hint="--dialect")
    writer = WRITERS[dialect]
    try:
        write_demonstration(folder, demonstration(), seed, true_weeks=true_weeks, writer=writer)
    except OSError as error:
        message = f"{folder}: {error.strerror}; name a folder that can be made and written to"
        raise typer.BadParameter(message, param_hint="folder") from error
    print(f"{folder}: records of thirteen weeks, truth.csv and truth-week.csv.")


def _inspected(
    files: list[Path],
    config: Path | None,
    platform: str | None,
    *,
    dialect: str | None,
    zone: str | None,
) -> Inspection:
    from affluence import reading

    with progress() as on_progress:
        return reading.inspect(
            files,
            _config_if_any(config),
            platform,
            dialect=dialect,
            zone=zone,
            now=clock(),
            progress=on_progress,
        )


def _config_if_any(path: Path | None) -> Config | None:
    """The configuration that is asked for, else the one that lies here, else none."""
    if path is None and not CONFIG.exists():
        return None
    return load(path or CONFIG)


COMMANDS = (inspect, calls, simulate)
