"""The door to Dask: work on the machines of a cluster that exists already.

Pieces of work travel through its scheduler as bytes that only a worker with the same program opens.
Nothing is written down there but what the work itself writes into the lake. The tasks of a worker
that is lost are done again by another; as every file of the lake is named by its content and
appears whole, nothing is different then.

A worker is asked with every task whether it sees the lake and the whole file: workers come and go,
and one that writes to a folder of its own would lose calls in silence.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from importlib.metadata import version
from threading import Lock
from typing import Any, TypeVar
from uuid import uuid4

import distributed
from distributed.comm.core import CommClosedError

from affluence.engine import F, R, T
from affluence.engine.parcel import Delivered, done, open_parcel, pack, streamed
from affluence.errors import ClusterError

_LOOK_EVERY_S = 5.0
_AHEAD = 2  # pieces of work a thread: one in work, one that waits
_PACKAGES = ("affluence", "polars")  # that decide every byte
_S = TypeVar("_S")


@contextmanager
def attached(scheduler: str, *, wait_s: float, sees_lake: Callable[[], bool]) -> Iterator[Cluster]:
    """A cluster by the address of its scheduler, such as "tcp://scheduler:8786".

    Nobody is asked before there is work: a run without any does not need the cluster.

    Args:
        scheduler: address; `tls://` takes certificates from Dask's own configuration.
        wait_s: how long it is waited for the scheduler, and for workers while there is none.
        sees_lake: whether a worker has the lake of this machine before it.

    """
    with ExitStack() as connection:
        yield Cluster(scheduler, wait_s=wait_s, sees_lake=sees_lake, connection=connection)


class Cluster:
    """See `affluence.engine.Engine`.

    Whatever it does raises `ClusterError` where there is no scheduler, no worker, or none that can
    do the work.
    """

    threads = 1  # as many pieces of work at once as threads: each worker says how many it has

    def __init__(
        self,
        scheduler: str,
        *,
        wait_s: float,
        sees_lake: Callable[[], bool],
        connection: ExitStack,
    ) -> None:
        self._scheduler = scheduler
        self._wait_s = wait_s
        self._sees_lake = sees_lake
        self._connection = connection
        self._connecting = Lock()

    @property
    def _client(self) -> distributed.Client:
        with self._connecting:  # several platforms may come with their first work at once
            return self._only_client

    @cached_property
    def _only_client(self) -> distributed.Client:
        client: distributed.Client = self._connection.enter_context(self._connected())
        try:
            client.wait_for_workers(1, timeout=self._wait_s)
        except TimeoutError as error:
            raise self._without_workers("has no worker") from error
        self._check_versions(client)
        return client

    def _connected(self) -> distributed.Client:
        for name in ("distributed", "distributed.client"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what is wrong is said in our words
        try:
            return distributed.Client(self._scheduler, timeout=self._wait_s, set_as_default=False)
        except (OSError, ValueError, TypeError, ImportError) as error:
            why = "no scheduler of Dask answers there"
            raise ClusterError(
                f"{self._scheduler}: {why} ({_first_line(error)}). Check the address in the"
                " [engine] section, that `dask scheduler` runs there, with the same release of"
                ' Dask, and that no firewall lies between; kind = "local" does the work on this'
                " machine."
            ) from error

    def _check_versions(self, client: distributed.Client) -> None:
        """All workers that have another program are named at once."""
        versions: Any = client.get_versions(packages=_PACKAGES)
        wrong = [
            f"\n  - {worker}: {package} {found or 'is not installed'}, here {version(package)}"
            for worker, told in sorted(versions["workers"].items())
            for package in _PACKAGES
            for found in [told["packages"].get(package)]
            if found != version(package)
        ]
        if wrong:
            raise ClusterError(
                f"{self._scheduler}: workers have another program than this machine:"
                f"{''.join(wrong)}\nInstall the same versions on them, and start them again."
            )

    def map(
        self,
        work: Callable[[T], R],
        items: Iterable[T],
        at_once: int | None = None,  # noqa: ARG002  # of one machine; here workers say it
    ) -> Iterator[R]:
        """See `affluence.engine.Engine`."""
        for _, delivered in self._deliveries(done, work, items):
            if delivered.error is not None:
                raise delivered.error
            yield from delivered.results  # type: ignore[misc]  # one R

    def streams(
        self, work: Callable[[F], Iterator[R]], items: Iterable[F]
    ) -> Iterator[tuple[F, Iterator[R]]]:
        """See `affluence.engine.Engine`: items are worked on at the same time."""
        for item, delivered in self._deliveries(streamed, work, items):
            yield item, _unpacked(delivered)

    def _deliveries(
        self,
        how: Callable[[Callable[[T], _S], T], Delivered],
        work: Callable[[T], _S],
        items: Iterable[T],
    ) -> Iterator[tuple[T, Delivered]]:
        pending: deque[tuple[T, distributed.Future[Delivered]]] = deque()
        try:
            for item in items:
                pending.append((item, self._send(how, work, item)))
                while len(pending) > _AHEAD * sum(self._workers().values()):
                    yield self._first_of(pending)
            while pending:
                yield self._first_of(pending)
        finally:
            if pending:
                with suppress(OSError):  # nobody is there any more
                    self._client.cancel([future for _, future in pending])

    def _send(
        self, how: Callable[[Callable[[T], _S], T], Delivered], work: Callable[[T], _S], item: T
    ) -> distributed.Future[Delivered]:
        parcel = pack(self._sees_lake, how, work, item)
        key = f"{getattr(work, '__name__', 'work')}-{uuid4()}"
        return self._client.submit(open_parcel, parcel, key=key, pure=False)

    def _first_of(
        self, pending: deque[tuple[T, distributed.Future[Delivered]]]
    ) -> tuple[T, Delivered]:
        item, future = pending.popleft()
        delivered = self._result(item, future)
        if isinstance(delivered.error, ClusterError):
            raise delivered.error
        return item, delivered

    def _result(self, item: object, future: distributed.Future[Delivered]) -> Delivered:
        self._await(future)
        try:
            return future.result()
        except distributed.KilledWorker as error:
            raise ClusterError(
                f"{item}: {error.allowed_failures + 1} workers were killed one after the other in"
                " work on it. Most often their memory is too small: start them with more"
                " (--memory-limit), or with fewer threads; their logs tell. Nothing is lost: the"
                " next run goes on from here."
            ) from error
        except ModuleNotFoundError as error:
            raise ClusterError(
                f"{self._scheduler}: a worker lacks a package ({error.name}). Install affluence"
                " with the same extras on all of them, and start them again."
            ) from error
        except (distributed.CancelledError, CommClosedError) as error:
            raise self._lost() from error

    def _await(self, future: distributed.Future[Delivered]) -> None:
        """Wait for a result while there is anybody who could give it."""
        alone_s, look_every_s = 0.0, min(_LOOK_EVERY_S, self._wait_s)
        while not future.done():
            try:
                with self._client.as_current():
                    distributed.wait(future, timeout=look_every_s)
            except TimeoutError:
                alone_s = 0.0 if self._workers() else alone_s + look_every_s
            except (distributed.CancelledError, CommClosedError) as error:
                raise self._lost() from error
            if alone_s >= self._wait_s:
                raise self._without_workers("has lost all its workers")

    def _workers(self) -> dict[str, int]:
        """Threads of each worker by its address."""
        try:
            threads: dict[str, int] = self._client.nthreads()
        except (OSError, distributed.CancelledError, ValueError) as error:
            raise self._lost() from error
        return threads

    def _without_workers(self, what: str) -> ClusterError:
        return ClusterError(
            f"{self._scheduler}: the cluster {what}, and none came within {self._wait_s:g} s. Start"
            f" some with `dask worker {self._scheduler}`. Nothing is lost: the next run goes on"
            " from here."
        )

    def _lost(self) -> ClusterError:
        return ClusterError(
            f"{self._scheduler}: the connection to the scheduler was lost. See whether it still"
            " runs. Nothing is lost: the next run goes on from here."
        )


def _unpacked(delivered: Delivered) -> Iterator[R]:
    yield from delivered.results  # type: ignore[misc]  # all of them R
    if delivered.error is not None:
        raise delivered.error


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
