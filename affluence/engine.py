"""Work spread over the cores of this machine, in order and within bounded memory.

Threads suffice: Polars, hashing, compression and the disk all work without the interpreter's lock.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items, each made while the one before it is used."""
    nothing_left = object()
    with ThreadPoolExecutor(1) as pool:
        pending: Future[object] = pool.submit(next, items, nothing_left)
        while (item := pending.result()) is not nothing_left:
            pending = pool.submit(next, items, nothing_left)
            yield item  # type: ignore[misc]  # everything but the mark of the end is a T


def spread(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """``work`` on every item, as many at once as there are cores, results in order."""
    cores = os.cpu_count() or 1
    with ThreadPoolExecutor(cores) as pool:
        pending: deque[Future[R]] = deque()
        for item in items:
            if len(pending) > cores:
                yield pending.popleft().result()
            pending.append(pool.submit(work, item))
        while pending:
            yield pending.popleft().result()
