"""Work in a process of its own that is killed (SIGKILL) at its N-th step, or by the clock."""

from __future__ import annotations

import itertools
import os
import signal
import traceback
from collections.abc import Callable, Iterable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

Work = Callable[[Path], None]  # on a configuration

# Each process is a fork of one that has loaded the program, but for Polars and its threads.
FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(
    ["affluence.pipeline", "tests.powerless", "tests.targets.crashing_delivery"]
)
ENDS_WITHIN_S = 120

_steps = itertools.count(1)
_fatal = 0


def steps_of(work: Work, config: Path) -> int:
    """Do it, and say how many steps it had."""
    told, _ = _done(work, config, 0)
    assert isinstance(told, int), told
    return told


def kill(work: Work, config: Path, step: int) -> None:
    """Do it until it is killed at a step; it may have fewer."""
    told, code = _done(work, config, step)
    assert code == -signal.SIGKILL or isinstance(told, int), told


def started(work: Work, config: Path) -> BaseProcess:
    """A process that does it, for the caller to kill."""
    process = FORKS.Process(target=work, args=(config,), daemon=True)
    process.start()
    return process


def _done(work: Work, config: Path, fatal: int) -> tuple[int | str | None, int | None]:
    """What the process told, its number of steps or its fault, and how it ended."""
    here, there = FORKS.Pipe(duplex=False)
    process = FORKS.Process(target=_do, args=(work, config, fatal, there), daemon=True)
    process.start()
    there.close()
    assert here.poll(ENDS_WITHIN_S)
    try:
        told: int | str | None = here.recv()
    except EOFError:  # it was killed before it could tell
        told = None
    process.join(ENDS_WITHIN_S)
    return told, process.exitcode


def _do(work: Work, config: Path, fatal: int, parent: Connection) -> None:
    global _fatal  # noqa: PLW0603  # of this process
    _fatal = fatal
    try:
        work(config)
    except BaseException:
        parent.send(traceback.format_exc())
        raise
    parent.send(next(_steps) - 1)


def step() -> None:
    """One more step, perhaps the last."""
    if next(_steps) == _fatal:
        os.kill(os.getpid(), signal.SIGKILL)


def with_steps(owner: type, names: Iterable[str]) -> None:
    """Make a step just before and just after each call of these methods."""
    for name in names:
        setattr(owner, name, _stepped(getattr(owner, name)))


def _stepped(original: Callable[..., Any]) -> Callable[..., Any]:
    def stepped(*args: Any, **kwargs: Any) -> Any:
        step()
        result = original(*args, **kwargs)
        step()
        return result

    return stepped
