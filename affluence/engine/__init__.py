"""Where the heavy steps are worked on: the cores of this machine, or those of a cluster.

Results come in order, and memory is bounded. On one machine threads suffice: Polars, hashing,
compression and the disk all work without the interpreter's lock. The cluster is behind a door of
its own, `affluence.engine.cluster`, and nothing else knows of it.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar


class OfFile(Protocol):
    """A piece of work on a file, and how many bytes of it there are at least."""

    @property
    def path(self) -> Path:
        """The file."""

    @property
    def size_bytes(self) -> int:
        """Of the file as this machine sees it."""


T = TypeVar("T")
R = TypeVar("R")
F = TypeVar("F", bound=OfFile)


class Engine(Protocol):
    """Where pieces of work are done.

    ``work`` is a function of a module and depends on nothing but its item; items and results can
    be pickled, and ``str`` of an item names it to a person.
    """

    @property
    def threads(self) -> int | None:
        """How many threads one piece of work may use beside its own; None: as many as cores."""

    def map(
        self, work: Callable[[T], R], items: Iterable[T], at_once: int | None = None
    ) -> Iterator[R]:
        """``work`` on every item, results in order.

        ``at_once`` bounds how many items are in work on one machine; see `spread`.
        """

    def streams(
        self, work: Callable[[F], Iterator[R]], items: Iterable[F]
    ) -> Iterator[tuple[F, Iterator[R]]]:
        """Every item with what ``work`` yields of it, in order; use it up before the next.

        An error of the work is raised where it stands among what it yields.
        """


class Local:
    """The cores of this machine."""

    threads = None

    @staticmethod
    def map(work: Callable[[T], R], items: Iterable[T], at_once: int | None = None) -> Iterator[R]:
        """See `Engine`."""
        return spread(work, items, at_once)

    @staticmethod
    def streams(
        work: Callable[[F], Iterator[R]], items: Iterable[F]
    ) -> Iterator[tuple[F, Iterator[R]]]:
        """See `Engine`: one item after the other, each on all cores."""
        return ((item, work(item)) for item in items)


LOCAL = Local()

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # of mallopt(3)


def keep_memory() -> None:
    """Let freed memory be used again instead of being given back to the system each time.

    Blocks of records come and go by the hundred; mapping their pages afresh takes a fifth of the
    whole time. To be called before Polars is loaded, whose allocator reads its settings then.

    Threads share two heaps. With one for each, as the C library has it, what a thread has freed is
    of use to no other, and a run over a hundred platforms holds hundreds of MiB that nobody uses.
    """
    if sys.platform == "linux":
        os.environ.setdefault(
            "_RJEM_MALLOC_CONF", "dirty_decay_ms:10000,muzzy_decay_ms:10000,tcache_max:65536"
        )
        libc = ctypes.CDLL(None)
        if hasattr(libc, "mallopt"):
            libc.mallopt(_M_MMAP_THRESHOLD, 32 << 20)
            libc.mallopt(_M_TRIM_THRESHOLD, 512 << 20)
            libc.mallopt(_M_ARENA_MAX, 2)


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items, each made while the one before it is used."""
    nothing_left = object()
    with _threads(1) as pool:
        pending: Future[object] = pool.submit(next, items, nothing_left)
        while (item := pending.result()) is not nothing_left:
            pending = pool.submit(next, items, nothing_left)
            yield item  # type: ignore[misc]  # everything but the mark of the end is a T


def spread(work: Callable[[T], R], items: Iterable[T], at_once: int | None = None) -> Iterator[R]:
    """``work`` on every item, results in order.

    ``at_once`` bounds the memory: how many items are in work, by default as many as cores.
    """
    at_once = at_once or os.cpu_count() or 1
    with _threads(at_once) as pool:
        pending: deque[Future[R]] = deque()
        for item in items:
            if len(pending) > at_once:
                yield pending.popleft().result()
            pending.append(pool.submit(work, item))
        while pending:
            yield pending.popleft().result()


@contextmanager
def _threads(number: int) -> Iterator[ThreadPoolExecutor]:
    """Threads for a generator, which waits for their end unless it is given up itself.

    One that is given up may be closed by the collector of garbage, in whatever thread and wherever
    that is: also where a thread begins or ends, and where to wait for another would be for ever.
    """
    pool = ThreadPoolExecutor(number)
    is_given_up = False
    try:
        yield pool
    except GeneratorExit:
        is_given_up = True
        raise
    finally:
        pool.shutdown(wait=not is_given_up, cancel_futures=True)
