"""Work spread over the cores of this machine, in order and within bounded memory.

Threads suffice: Polars, hashing, compression and the disk all work without the interpreter's lock.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of mallopt(3)


def keep_memory() -> None:
    """Let freed memory be used again instead of being given back to the system each time.

    Blocks of records come and go by the hundred; mapping their pages afresh takes a fifth of the
    whole time. To be called before Polars is loaded, whose allocator reads its settings then.
    """
    if sys.platform == "linux":
        os.environ.setdefault(
            "_RJEM_MALLOC_CONF", "dirty_decay_ms:10000,muzzy_decay_ms:10000,tcache_max:65536"
        )
        libc = ctypes.CDLL(None)
        if hasattr(libc, "mallopt"):
            libc.mallopt(_M_MMAP_THRESHOLD, 32 << 20)
            libc.mallopt(_M_TRIM_THRESHOLD, 512 << 20)


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items, each made while the one before it is used."""
    nothing_left = object()
    with ThreadPoolExecutor(1) as pool:
        pending: Future[object] = pool.submit(next, items, nothing_left)
        while (item := pending.result()) is not nothing_left:
            pending = pool.submit(next, items, nothing_left)
            yield item  # type: ignore[misc]  # everything but the mark of the end is a T


def spread(work: Callable[[T], R], items: Iterable[T], at_once: int | None = None) -> Iterator[R]:
    """``work`` on every item, results in order.

    ``at_once`` bounds the memory: how many items are in work, by default as many as cores.
    """
    at_once = at_once or os.cpu_count() or 1
    with ThreadPoolExecutor(at_once) as pool:
        pending: deque[Future[R]] = deque()
        for item in items:
            if len(pending) > at_once:
                yield pending.popleft().result()
            pending.append(pool.submit(work, item))
        while pending:
            yield pending.popleft().result()
