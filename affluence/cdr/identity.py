"""Which file it is: hashes of how it begins, whatever its name is and however it is packed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from affluence.cdr.blocks import BLOCK_BYTES
from affluence.cdr.content import open_content, read_sample

HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Prefix:
    """Bytes at the beginning of a content: a hasher that has seen them, and the last of them."""

    hasher: hashlib._Hash
    last: bytes


def head_digest(path: Path, length: int = HEAD_BYTES) -> tuple[int, bytes]:
    """Number and hash of the first bytes of a file, at most ``length``."""
    head = read_sample(path)[:length]
    return len(head), hashlib.sha256(head).digest()


def head_digests(path: Path, lengths: Iterable[int]) -> dict[int, bytes]:
    """Hashes of the first bytes of a file, for each number of bytes that it has."""
    head = read_sample(path)[:HEAD_BYTES]
    return {n: hashlib.sha256(head[:n]).digest() for n in lengths if n <= len(head)}


def prefix_digest(path: Path, length: int) -> bytes | None:
    """Hash of the first ``length`` decompressed bytes of a file, None if it is shorter."""
    with open_content(path) as content:
        prefix = read_prefix(content, length)
    return prefix.hasher.digest() if prefix else None


def read_prefix(content: IO[bytes], length: int, keep: int = 0) -> Prefix | None:
    """The next ``length`` bytes, of which the last ``keep`` are kept; None if there are fewer."""
    hasher, last = hashlib.sha256(), b""
    while length:
        read = content.read(min(length, BLOCK_BYTES))
        if not read:
            return None
        hasher.update(read)
        length -= len(read)
        if keep:
            last = (last + read[-keep:])[-keep:]
    return Prefix(hasher, last)
