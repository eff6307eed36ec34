"""The command line: every command, the whole job among them, and how a mistake ends."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from affluence import (
    __version__,
    keeping_commands,
    manager_commands,
    records_commands,
    webmaster_commands,
    week_commands,
)
from affluence.command_line import CONFIG, ConfigOption, clock, load_sound, progress, tell
from affluence.errors import AffluenceError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


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


for command in (
    *records_commands.COMMANDS,
    *week_commands.COMMANDS,
    *manager_commands.COMMANDS,
    *webmaster_commands.COMMANDS,
    *keeping_commands.COMMANDS,
):
    app.command()(command)
