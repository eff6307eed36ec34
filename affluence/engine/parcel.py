"""A piece of work for another machine: packed here, and what its worker does with it there."""

from __future__ import annotations

import hashlib
import pickle
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import affluence
from affluence.engine import F, OfFile, R, T, keep_memory
from affluence.errors import AffluenceError, ClusterError

_S = TypeVar("_S")


@dataclass(frozen=True, slots=True)
class Parcel:
    """A piece of work, packed: nothing prints what is in it, secrets among it."""

    packed: bytes = field(repr=False)
    packed_by: str  # fingerprint of the program


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came of a piece of work: all that it gave before an error, if there was one."""

    results: Sequence[object]
    error: AffluenceError | None


def pack(
    sees_lake: Callable[[], bool],
    how: Callable[[Callable[[T], _S], T], Delivered],
    work: Callable[[T], _S],
    item: T,
) -> Parcel:
    """A piece of work, for `open_parcel`: ``how`` (`done` or `streamed`) to do work on an item."""
    return Parcel(pickle.dumps((sees_lake, how, work, item)), _fingerprint())


def open_parcel(parcel: Parcel) -> Delivered:
    """Do a piece of work: this is what a worker is asked for."""
    try:
        return _do(parcel)
    except ClusterError as error:
        return Delivered((), error)


def _do(parcel: Parcel) -> Delivered:
    if parcel.packed_by != _fingerprint():
        raise ClusterError(
            f"{socket.gethostname()}: this worker runs another affluence"
            f" ({affluence.__version__}, or another Polars) than the machine that asks it."
            " Install the same on all workers, and start them again."
        )
    keep_memory()
    sees_lake, how, work, item = pickle.loads(parcel.packed)  # noqa: S301  # packed by ourselves
    if not sees_lake():
        raise ClusterError(
            f"{socket.gethostname()}: this worker does not see the lake of the machine that asks"
            " it. Let the state folder, or [state] lake, lie on storage that all of them mount"
            " under the same path, or in a bucket, and have workers run as a user that may write"
            " there."
        )
    delivered: Delivered = how(work, item)
    return delivered


def done(work: Callable[[T], R], item: T) -> Delivered:
    """Work that gives one result."""
    try:
        return Delivered((work(item),), None)
    except AffluenceError as error:
        return Delivered((), error)


def streamed(work: Callable[[F], Iterator[R]], item: F) -> Delivered:
    """Work on a file that gives one result after the other.

    Raises:
        ClusterError: this machine does not see the file as the one that asks does.

    """
    _check_sight(item)
    results: list[R] = []
    try:
        results.extend(work(item))
    except AffluenceError as error:
        return Delivered(results, error)
    return Delivered(results, None)


def _check_sight(item: OfFile) -> None:
    """A file that a worker does not see as a whole would be read in part and taken for read."""
    host = socket.gethostname()
    try:
        size_bytes = item.path.stat().st_size
    except OSError as error:
        raise ClusterError(
            f"{item.path}: the worker on {host} cannot read this file ({error.strerror}), which"
            " the machine that asks it sees. Let records lie on storage that all workers mount"
            " under the same path, and have workers run as a user that may read them."
        ) from error
    if size_bytes < item.size_bytes:
        raise ClusterError(
            f"{item.path}: the worker on {host} sees {size_bytes} bytes of this file, the machine"
            f" that asks it {item.size_bytes}. Mount the storage so that a file is seen as it is"
            " (of NFS: actimeo=1), and run again."
        )


@cache
def _fingerprint() -> str:
    """Hash of this program and of the Polars under it."""
    package = Path(affluence.__file__).parent
    hasher = hashlib.sha256(version("polars").encode())
    for path in sorted(package.rglob("*.py")):
        hasher.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    return hasher.hexdigest()
