"""Ctrl-C ends long work at once, whatever its threads are at.

By itself it would only reach the main thread, once that is not within a library, and the program
would then wait for the platforms in work. There is nothing to wait for: a run may be killed at any
instant, and the next one goes on.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

INTERRUPTED = 130  # exit code, as a shell has it
_SHOW_CURSOR = "\x1b[?25h"  # which a progress line hides
_SAID = "\naffluence: interrupted; nothing is lost, and the next run goes on.\n"


@contextmanager
def ended_by_ctrl_c() -> Iterator[None]:
    """Until the end of the block Ctrl-C (SIGINT) ends the process; for its main thread.

    SIGTERM does so by itself.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    watcher = Thread(target=_watch, args=(reading,), daemon=True)
    watcher.start()
    # The number of a signal is written by the system's handler, not by Python's, which waits.
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    handler = signal.signal(signal.SIGINT, lambda _signal, _frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        signal.set_wakeup_fd(before)
        os.close(writing)
        watcher.join()
        os.close(reading)


def _watch(reading: int) -> None:
    """Wait for the number of the signal; the end of the pipe is the end of the block."""
    while told := os.read(reading, 1):
        if told[0] == signal.SIGINT:
            shown = _SHOW_CURSOR if sys.stderr.isatty() else ""
            os.write(sys.stderr.fileno(), (shown + _SAID).encode())
            os._exit(INTERRUPTED)
