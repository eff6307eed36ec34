"""Which file it is: hashes of how it begins, whatever its name is and however it is packed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from affluence.cdr.blocks import BLOCK_BYTES
from affluence.cdr.content import open_content, read_sample

HEAD_BYTES = 4096


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
        hasher = hash_prefix(content, length)
    return hasher.digest() if hasher else None


def hash_prefix(content: IO[bytes], length: int) -> hashlib._Hash | None:
    """A hasher that has seen the next ``length`` bytes; None if there are fewer."""
    hasher = hashlib.sha256()
    while length:
        read = content.read(min(length, BLOCK_BYTES))
        if not read:
            return None
        hasher.update(read)
        length -= len(read)
    return hasher
