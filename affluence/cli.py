"""The commands: they read the configuration and the clock, call the pipeline, say what happened."""

from __future__ import annotations

import sys
from datetime import date
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from affluence import (
    __version__,
    keeping_commands,
    manager_commands,
    webmaster_commands,
)
from affluence.command_line import (
    CONFIG,
    DONE_WITH_UNREADABLE_FILES,
    ConfigOption,
    JsonOption,
    OutputOption,
    PlatformOption,
    clock,
    load,
    load_sound,
    progress,
    tell,
)
from affluence.errors import AffluenceError

if TYPE_CHECKING:
    import polars as pl

    from affluence.config import Config
    from affluence.steps.inspect import Inspection


class MeasuredTable(StrEnum):
    """Tables that the measures keep: the names of `affluence.tables.MEASURED`."""

    SLOTS = "slots"
    DURATIONS = "durations"
    CONCURRENCY = "concurrency"
    PERSONS = "persons"
    REDIALS = "redials"


app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
OptionalConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", help="The configuration file; default: config.toml, or none if there is none."
    ),
]


def _zone(name: str | None) -> str | None:
    try:
        return name and ZoneInfo(name).key
    except (KeyError, OSError, ValueError) as error:
        message = 'is not a known time zone; write one such as "Europe/Paris"'
        raise typer.BadParameter(message) from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"'{text}': write a day such as 2026-09-01") from error


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


def main() -> None:
    """Run the command line; a user's mistake ends with its message and its exit code."""
    try:
        app()
    except AffluenceError as error:
        print(f"affluence: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


def _tell_version(asked: bool) -> None:  # noqa: FBT001  # as typer calls it
    if asked:
        print(f"affluence {__version__}")
        raise typer.Exit


@app.callback()
def of_every_command(
    _: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_tell_version, help="Say which it is."),
    ] = False,
) -> None:
    """When should people call so that somebody answers? From call records to a weekly table."""


@app.command()
def run(config: ConfigOption = CONFIG) -> None:
    """Do the whole job once: ingest, measure, model, build, deliver."""
    from affluence import pipeline

    settings = load_sound(config)
    with progress() as on_progress:
        report = pipeline.run(settings, clock(), on_progress)
    tell(report)


@app.command()
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
    from affluence.inspection import as_document, as_text

    found = _inspected(files, config, platform, dialect=dialect, zone=zone)
    print(as_document(found) if as_json else as_text(found))
    if found.unreadable:
        sys.exit(DONE_WITH_UNREADABLE_FILES)


@app.command()
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
        _write(found.calls, output, personal=True)
    if found.unreadable:
        sys.exit(DONE_WITH_UNREADABLE_FILES)


@app.command()
def slots(
    output: OutputOption,
    config: ConfigOption = CONFIG,
    platform: PlatformOption = None,
    table: Annotated[
        MeasuredTable, typer.Option(help="The slots, or what is kept beside them.")
    ] = MeasuredTable.SLOTS,
) -> None:
    """Write what was measured: one row a quarter of an hour, or one of the tables beside it."""
    from affluence import management

    _write(management.read_measured(load(config), table.value, platform), output)


@app.command()
def week(
    config: ConfigOption = CONFIG, platform: PlatformOption = None, as_json: JsonOption = False
) -> None:
    """Print the typical week that the next publication would show."""
    from affluence import management
    from affluence.week_words import week_as_text

    made = management.study(load(config), clock(), platform).week().week
    print(made.write_json() if as_json else week_as_text(made))


@app.command()
def forecast(
    config: ConfigOption = CONFIG, platform: PlatformOption = None, as_json: JsonOption = False
) -> None:
    """Print the next six weeks day by day, and how good such forecasts have been."""
    from affluence import management
    from affluence.week_words import forecast_as_document, forecast_as_text

    learned = management.study(load(config), clock(), platform)
    show = forecast_as_document if as_json else forecast_as_text
    print(show(learned.forecast(), learned.grade()))


@app.command()
def backtest(
    config: ConfigOption = CONFIG,
    platform: PlatformOption = None,
    library: Annotated[
        bool,
        typer.Option("--library", help="Beside the models of statsforecast too; takes minutes."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Grade every past weekly run against the four weeks that followed it, beside others."""
    from affluence import management
    from affluence.backtest_words import backtest_as_document, backtest_as_text
    from affluence.typical_week.backtest import BASELINES

    others = dict(BASELINES)
    if library:
        if find_spec("statsforecast") is None:
            advice = "it is not installed; install affluence with the extra 'forecasts'"
            raise typer.BadParameter(advice, param_hint="--library")
        from affluence.library_models import MODELS

        others |= MODELS
    grades = management.study(load(config), clock(), platform).grade(others)
    print((backtest_as_document if as_json else backtest_as_text)(grades))


@app.command()
def effect(
    config: ConfigOption = CONFIG, platform: PlatformOption = None, as_json: JsonOption = False
) -> None:
    """Tell whether people have moved to the recommended hours since they are published."""
    from affluence import management
    from affluence.effect_words import effect_as_document, effect_as_text

    service, found = management.effect(load(config), clock(), platform)
    print((effect_as_document if as_json else effect_as_text)(service, found))


@app.command()
def indicators(
    config: ConfigOption = CONFIG,
    platform: PlatformOption = None,
    first: Annotated[
        date | None,
        typer.Option(
            "--from", parser=_day, metavar="DAY", help="First day; default: of the records."
        ),
    ] = None,
    last: Annotated[
        date | None,
        typer.Option("--to", parser=_day, metavar="DAY", help="Last day; default: of the records."),
    ] = None,
    as_json: JsonOption = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the shares to a .csv file.")
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option("--page", help="Write the page for the user committee: .html, one A4 sheet."),
    ] = None,
) -> None:
    """Print the official indicators beside what callers lived, with all that each leaves out."""
    from affluence import management
    from affluence.indicators.documents import as_csv, as_document
    from affluence.indicators.listing import as_text

    settings = load(config)
    if page is not None:
        if output is not None or as_json:
            raise typer.BadParameter("give it without --output and --json", param_hint="--page")
        made = management.committee_page(settings, platform, first=first, last=last)
        _write_text(made.decode(), page, ".html", "--page")
        return
    service, found = management.indicators(settings, platform, first=first, last=last)
    if output is not None:
        if as_json:
            raise typer.BadParameter("give it without --json", param_hint="--output")
        _write_text(as_csv(found), output, ".csv", "--output")
    else:
        print((as_document if as_json else as_text)(service, found))


@app.command()
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


for command in (
    *manager_commands.COMMANDS,
    *webmaster_commands.COMMANDS,
    *keeping_commands.COMMANDS,
):
    app.command()(command)


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


def _write(frame: pl.DataFrame, output: Path, *, personal: bool = False) -> None:
    if output.suffix not in (".parquet", ".csv"):
        raise typer.BadParameter("the file must end in .parquet or .csv", param_hint="--output")
    try:
        if personal:
            output.touch(mode=0o600)
            output.chmod(0o600)  # one that was there may have been for others to read
        if output.suffix == ".csv":
            frame.write_csv(output)
        else:
            frame.write_parquet(output)
    except OSError as error:
        raise typer.BadParameter(_not_written(output, error), param_hint="--output") from error
    print(f"{output}: {frame.height} rows.")


def _write_text(text: str, output: Path, ending: str, option: str) -> None:
    if output.suffix != ending:
        raise typer.BadParameter(f"the file must end in {ending}", param_hint=option)
    try:
        output.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise typer.BadParameter(_not_written(output, error), param_hint=option) from error
    print(f"{output}: written.")


def _not_written(output: Path, error: OSError) -> str:
    return f"{output}: {error.strerror or error}; name a file in a folder that can be written to"
