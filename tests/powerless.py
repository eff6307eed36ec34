"""A command in a process that has no more rights than those of the files, even where root runs it.

It is a fork of one that has loaded the program: to start Python for each takes longer than most do.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from affluence.cli import main
from tests.conftest import REPOSITORY
from tests.killing import ENDS_WITHIN_S, FORKS

_CAPABILITIES = (ctypes.c_uint32 * 2)(0x20080522, 0)  # version 3 of the call, this process
_NONE_OF_THEM = (ctypes.c_uint32 * 6)()


def powerless(config: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command of affluence without the right of root to pass every lock."""
    said, complaints = config.parent / "said", config.parent / "complaints"
    arguments = ["affluence", *command, "--config", str(config)]
    process = FORKS.Process(target=_run, args=(arguments, said, complaints), daemon=True)
    process.start()
    process.join(ENDS_WITHIN_S)
    assert process.exitcode is not None
    return subprocess.CompletedProcess(
        arguments, process.exitcode, said.read_text(), complaints.read_text()
    )


def _run(arguments: Sequence[str], said: Path, complaints: Path) -> None:
    os.chdir(REPOSITORY)
    for file, stream in ((said, 1), (complaints, 2)):
        with file.open("wb") as written:
            os.dup2(written.fileno(), stream)
    # For good, and for every thread that begins from now on: see capset(2).
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.capset(_CAPABILITIES, _NONE_OF_THEM):
        raise OSError(ctypes.get_errno(), "capset")
    sys.argv = list(arguments)
    main()
