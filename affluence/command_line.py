"""What several commands take, show and write alike: options, the clock, progress, files."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from affluence.errors import RefusedPublicationError
from affluence.interruption import ended_by_ctrl_c

if TYPE_CHECKING:
    import polars as pl

    from affluence.config import Config
    from affluence.run_report import Progress, RunReport

ConfigOption = Annotated[Path, typer.Option("--config", help="The configuration file.")]
PlatformOption = Annotated[
    str | None, typer.Option("--platform", help="Identifier of a platform; default: the first.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print figures as JSON.")]
OutputOption = Annotated[
    Path, typer.Option("-o", "--output", help="File to write: .parquet or .csv.")
]
CONFIG = Path("config.toml")
DONE_WITH_UNREADABLE_FILES = 7
NEEDS_ATTENTION = 9  # exit code: everything is well done, but a person should look


def load(path: Path) -> Config:
    """The configuration; what reads it is loaded only where one is read."""
    from affluence.config import load as read

    return read(path)


def load_sound(path: Path) -> Config:
    """The same without the platforms whose sections are wrong."""
    from affluence.config import load_sound as read

    return read(path)


def clock() -> datetime:
    """The time of this machine, with its zone."""
    return datetime.now().astimezone()


def tell(report: RunReport) -> None:
    """Print what a run did and what it could not do; end with its exit code if that is not 0."""
    from affluence.webmaster_words import problems_as_text, report_as_text

    print(report_as_text(report))
    if problems := problems_as_text(report):
        print(problems, file=sys.stderr)
    if report.refusals:
        sys.exit(RefusedPublicationError.exit_code)
    if report.problems or report.misconfigured:
        sys.exit(DONE_WITH_UNREADABLE_FILES)


@contextmanager
def progress() -> Iterator[Progress]:
    """A progress line on a terminal, nothing elsewhere; Ctrl-C ends the work of the block."""
    with ended_by_ctrl_c(), _line() as on_progress:
        yield on_progress


@contextmanager
def _line() -> Iterator[Progress]:
    if not sys.stderr.isatty():
        yield lambda _what, _count: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed:,.0f} {task.description}"))
    with Bar(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as bar:
        tasks = {
            what: bar.add_task(label, total=None, visible=False)
            for what, label in (
                ("bytes", "bytes fetched"),
                ("lines", "lines read"),
                ("days", "days measured"),
                ("changes", "changes of staffing tried"),
            )
        }
        yield lambda what, count: bar.update(tasks[what], advance=count, visible=True)


def write_table(frame: pl.DataFrame, output: Path, *, personal: bool = False) -> None:
    """Write a table to a .parquet or .csv file and say how many rows; a personal one is 0600.

    Raises:
        typer.BadParameter: the file has another ending, or cannot be written.

    """
    if output.suffix not in (".parquet", ".csv"):
        raise typer.BadParameter("the file must end in .parquet or .csv", param_hint="--output")

    def write(stream: IO[bytes]) -> None:
        if output.suffix == ".csv":
            frame.write_csv(stream)
        else:
            frame.write_parquet(stream)

    _write_whole(output, write, "--output", 0o600 if personal else None)
    print(f"{output}: {frame.height} rows.")


def write_text(text: str, output: Path, ending: str, option: str) -> None:
    """Write a text to a file with this ending and say so; ``option`` is what named the file.

    Raises:
        typer.BadParameter: the file has another ending, or cannot be written.

    """
    if output.suffix != ending:
        raise typer.BadParameter(f"the file must end in {ending}", param_hint=option)

    def write(stream: IO[bytes]) -> None:
        stream.write(text.encode())

    _write_whole(output, write, option)
    print(f"{output}: written.")


def _write_whole(
    output: Path, write: Callable[[IO[bytes]], None], option: str, mode: int | None = None
) -> None:
    """Have a file filled, which is there whole or as it was before; by default as the umask says.

    Raises:
        typer.BadParameter: it cannot be written.

    """
    from polars.exceptions import ComputeError

    from affluence.disk import write_atomically

    if mode is None:
        umask = os.umask(0)
        os.umask(umask)
        mode = 0o666 & ~umask
    try:
        if not output.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        write_atomically(output, write, mode=mode, by=f".{os.getpid()}")
    except (OSError, ComputeError) as error:  # the latter of a full disk, in the words of Polars
        why = error.strerror if isinstance(error, OSError) and error.strerror else error
        message = f"{output}: {why}; name a file in a folder that can be written to"
        raise typer.BadParameter(message, param_hint=option) from error
