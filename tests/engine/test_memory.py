"""How the C library is told to handle the memory of a run."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Twelve threads that each hold a block at the same moment: what a heap for each is made for. The
# heaps are counted by the C library itself (malloc_info(3)), an element each.
_THREADS = """
import ctypes
from threading import Barrier, Thread
from affluence.engine import keep_memory

keep_memory()
together = Barrier(12)

def hold():
    block = bytearray(1 << 20)
    together.wait()
    del block

threads = [Thread(target=hold) for _ in range(12)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc = ctypes.CDLL(None)
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the C library of another system")
def test_threads_share_two_heaps() -> None:
    told = subprocess.run(
        [sys.executable, "-c", _THREADS], check=True, stdout=subprocess.PIPE, text=True
    )
    assert told.stdout.count("<heap nr=") == 2
