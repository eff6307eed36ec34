"""The commands about what is kept: they read configuration and clock, and say what happened."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from affluence.command_line import (
    CONFIG,
    NEEDS_ATTENTION,
    ConfigOption,
    JsonOption,
    clock,
    load,
    progress,
)


def forget(
    config: ConfigOption = CONFIG,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would be deleted, delete nothing.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Delete now what is past its period, as every run does, and tell what was deleted."""
    from affluence import keeping
    from affluence.keeping_words import forgotten_as_document, forgotten_as_text

    gone = keeping.forget(load(config), clock(), dry_run=dry_run)
    print((forgotten_as_document if as_json else forgotten_as_text)(gone, dry_run=dry_run))


def privacy(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Tell what is held, since when and until when; the exit code is 9 if something is overdue."""
    from affluence import keeping
    from affluence.keeping_words import privacy_as_document, privacy_as_text

    found = keeping.privacy(load(config), clock())
    print((privacy_as_document if as_json else privacy_as_text)(found))
    if not found.overdue.is_none:
        sys.exit(NEEDS_ATTENTION)


def verify(
    config: ConfigOption = CONFIG,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair", help="Let go of what is damaged, and run: what can be made again is."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Compare every file of the state with its hash; the exit code is 9 if something is wrong."""
    from affluence import keeping, pipeline
    from affluence.keeping_words import verification_as_document, verification_as_text
    from affluence.webmaster_words import report_as_text

    settings, show = load(config), verification_as_document if as_json else verification_as_text
    if repair:
        print(show(keeping.repair(settings, clock())), file=sys.stderr)
        with progress() as on_progress:
            report = pipeline.run(settings, clock(), on_progress)
        print(report_as_text(report), file=sys.stderr)
    found = keeping.verify(settings)
    print(show(found))
    if not found.is_sound:
        sys.exit(NEEDS_ATTENTION)


def backup(
    file: Annotated[Path, typer.Argument(help="The archive to write: .tar.")],
    config: ConfigOption = CONFIG,
) -> None:
    """Write the whole state, keys included, into one file that only its owner can read."""
    from affluence import keeping
    from affluence.keeping_words import backed_up_as_text

    settings = load(config)
    made = keeping.backup(settings, file, clock())
    print(backed_up_as_text(file, made, settings.state.legs_days))


def restore(
    file: Annotated[Path, typer.Argument(help="An archive that `affluence backup` wrote.")],
    config: ConfigOption = CONFIG,
) -> None:
    """Make the state folder, which must be empty or missing, from a backup."""
    from affluence import keeping
    from affluence.keeping_words import restored_as_text

    settings = load(config)
    print(restored_as_text(settings.state.folder, keeping.restore(settings, file)))


COMMANDS = (forget, privacy, verify, backup, restore)
