"""A process that is killed (SIGKILL) at its N-th step: the second word of its command line."""

from __future__ import annotations

import itertools
import os
import signal
import sys
from collections.abc import Callable, Iterable
from typing import Any

_steps = itertools.count(1)
_fatal = int(sys.argv[2]) if len(sys.argv) > 2 else 0


def step() -> None:
    """One more step, perhaps the last."""
    if next(_steps) == _fatal:
        os.kill(os.getpid(), signal.SIGKILL)


def with_steps(owner: type, names: Iterable[str]) -> None:
    """Make a step just before and just after each call of these methods."""
    for name in names:
        setattr(owner, name, _stepped(getattr(owner, name)))


def steps_taken() -> int:
    """How many there were."""
    return next(_steps) - 1


def _stepped(original: Callable[..., Any]) -> Callable[..., Any]:
    def stepped(*args: Any, **kwargs: Any) -> Any:
        step()
        result = original(*args, **kwargs)
        step()
        return result

    return stepped
