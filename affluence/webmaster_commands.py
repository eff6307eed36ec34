"""The webmaster's commands: they read configuration and clock, decide, say what happened."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from affluence.command_line import (
    CONFIG,
    NEEDS_ATTENTION,
    ConfigOption,
    JsonOption,
    clock,
    progress,
)
from affluence.config import load

ReasonOption = Annotated[
    str, typer.Option("--reason", help="Why; it is written down with the publication.")
]


def publish(
    config: ConfigOption = CONFIG,
    correction: Annotated[
        bool,
        typer.Option(
            "--correction", help="Make the figures of a published week anew: late records count."
        ),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Whatever speaks against it; needs --reason.")
    ] = False,
    reason: ReasonOption = "",
) -> None:
    """Publish now what would be published by itself, and lift a rollback or a withdrawal."""
    from affluence import pipeline
    from affluence.steps.weekly import Wish
    from affluence.webmaster import diff
    from affluence.webmaster_words import changes_as_text, problems_as_text, report_as_text

    if force and not reason:
        raise typer.BadParameter("say why: it is written down", param_hint="--reason")
    settings = load(config)
    wish = Wish(correction=correction, force=force, reason=reason)
    with progress() as on_progress:
        report = pipeline.run(settings, clock(), on_progress, wish)
    print(report_as_text(report))
    if problems := problems_as_text(report):
        print(problems, file=sys.stderr)
    if correction and report.delivered_to:
        print(changes_as_text(*diff(settings)))


def diff(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Show what changes with the release that waits, or changed with the one that stands."""
    from affluence import webmaster
    from affluence.webmaster_words import changes_as_document, changes_as_text

    show = changes_as_document if as_json else changes_as_text
    print(show(*webmaster.diff(load(config))))


def approve(
    release: Annotated[str, typer.Argument(help="The release that was looked at.")],
    config: ConfigOption = CONFIG,
) -> None:
    """Publish the release that waits for approval."""
    from affluence import webmaster

    done = webmaster.approve(load(config), release, clock())
    print(f"Release {done.release} delivered to: {', '.join(done.targets)}.")


def rollback(
    steps: Annotated[
        int, typer.Argument(min=1, metavar="[N]", help="How many releases to go back.")
    ] = 1,
    config: ConfigOption = CONFIG,
    reason: ReasonOption = "",
) -> None:
    """Put an earlier release back; what is taken away stays away until `publish` or a new week."""
    from affluence import webmaster

    done = webmaster.rollback(load(config), steps, reason, clock())
    print(f"Release {done.release} is back at: {', '.join(done.targets)}.")
    print("Nothing new is published by itself before a new week; `affluence publish` lifts that.")


def withdraw(
    config: ConfigOption = CONFIG,
    platform: Annotated[
        str | None, typer.Option("--platform", help="Identifier of a platform; default: all.")
    ] = None,
    reason: ReasonOption = "",
) -> None:
    """Put number and hours in the place of the table (« tableau suspendu »), until `publish`."""
    from affluence import webmaster

    done = webmaster.withdraw(load(config), platform, reason, clock())
    print(f"The table is withdrawn from: {', '.join(done.targets)}. `affluence publish` lifts it.")


def status(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Tell how everything stands; the exit code is 9 if something needs attention."""
    from affluence import webmaster
    from affluence.webmaster_words import status_as_document, status_as_text

    found = webmaster.status(load(config), clock())
    print(status_as_document(found) if as_json else status_as_text(found))
    if found.warnings:
        sys.exit(NEEDS_ATTENTION)


COMMANDS = (publish, diff, approve, rollback, withdraw, status)
