"""The webmaster's commands: they read configuration and clock, decide, say what happened."""

from __future__ import annotations

import getpass
import os
import shlex
import socket
import sys
from collections.abc import Iterable
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
    tell,
)

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
    from affluence.webmaster_words import changes_as_text

    if force and not reason:
        raise typer.BadParameter("say why: it is written down", param_hint="--reason")
    settings = load(config)
    wish = Wish(correction=correction, force=force, reason=reason)
    with progress() as on_progress:
        report = pipeline.run(settings, clock(), on_progress, wish)
    if correction and report.delivered_to:
        print(changes_as_text(*diff(settings)))
    tell(report)


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
    _warn(done.warnings)
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
    _warn(done.warnings)
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
    _warn(done.warnings)
    print(f"The table is withdrawn from: {', '.join(done.targets)}. `affluence publish` lifts it.")


def _warn(warnings: Iterable[str]) -> None:
    for warning in warnings:
        print(f"affluence: {warning}", file=sys.stderr)


def status(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Tell how everything stands; the exit code is 9 if something needs attention."""
    from affluence import webmaster
    from affluence.webmaster_words import status_as_document, status_as_text

    found = webmaster.status(load(config), clock())
    print(status_as_document(found) if as_json else status_as_text(found))
    if found.warnings:
        sys.exit(NEEDS_ATTENTION)


def worker(config: ConfigOption = CONFIG) -> None:
    """Run on schedule until it is ended: at start-up, every week, and whenever something is due."""
    from affluence.worker import Worker, log_to_stderr, run_in_process, serve

    log_to_stderr(load(config).worker.log)
    serve(Worker(config.resolve(), clock, run_in_process))


def install_units(
    config: ConfigOption = CONFIG,
    timer: Annotated[
        bool, typer.Option("--timer", help="A timer and single runs in the place of a worker.")
    ] = False,
) -> None:
    """Print the units for systemd, and what to do with them."""
    from affluence.systemd import once_unit, timer_unit, worker_unit

    settings = load(config)
    program = Path(sys.argv[0]).absolute()
    zone = next(iter(settings.platform.values())).zone
    folders = [*settings.state.folders, *settings.folders_to_write]
    given = (program, config.resolve(), folders, zone)
    units = (
        {"affluence.service": once_unit(*given), "affluence.timer": timer_unit(zone)}
        if timer
        else {"affluence.service": worker_unit(*given)}
    )
    started = "affluence.timer" if timer else "affluence.service"
    command, configured = shlex.quote(str(program)), shlex.quote(str(config.resolve()))
    print("# As root, once: a user of its own, and folders that it may write to")
    print("#   useradd --system --home-dir /nonexistent --shell /usr/sbin/nologin affluence")
    for folder in folders:
        written = shlex.quote(str(folder))
        print(f"#   mkdir -p {written} && chown -R affluence: {written}")
    print("# It must be able to read the program, the configuration and the records.")
    for name, unit in units.items():
        print(f"\n# /etc/systemd/system/{name}\n{unit}")
    print("# Then:")
    print(f"#   systemctl daemon-reload && systemctl enable --now {started}")
    print("# From now on every command as that user, for the state is closed to others:")
    print(f"#   sudo -u affluence {command} status --config {configured}")


def preview(
    config: ConfigOption = CONFIG,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port of this machine; 0: any free one.")
    ] = 0,
    idle_minutes: Annotated[
        int, typer.Option("--idle-minutes", min=1, help="End after so long without a request.")
    ] = 30,
) -> None:
    """Show the site as it is beside the site as it would be, in a browser; approve or go back."""
    from affluence.preview.server import PreviewServer
    from affluence.webmaster_words import preview_as_text

    settings = load(config)
    try:
        server = PreviewServer(settings, clock, port)
    except OSError as error:
        advice = f"port {port} cannot be had ({error.strerror}); leave it out for any free one"
        raise typer.BadParameter(advice, param_hint="--port") from error
    has_screen = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    login = "" if has_screen else f"{_user()}@{socket.gethostname()}"
    print(preview_as_text(server.address, server.server_port, login), flush=True)
    with server:
        try:
            server.serve_until_idle(60 * idle_minutes)
        except KeyboardInterrupt:
            print("The preview has ended.")
        else:
            print(f"The preview has ended: nothing was asked for {idle_minutes} minutes.")


def _user() -> str:
    try:
        return getpass.getuser()
    except KeyError:  # a user without a name, as in some containers
        return "USER"


COMMANDS = (
    publish,
    diff,
    approve,
    preview,
    rollback,
    withdraw,
    status,
    worker,
    install_units,
)
