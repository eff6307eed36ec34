"""A file of a server as it was fetched: what a source finds out of it, and the ledger remembers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A file of a server as it was fetched; the copy itself may be deleted since."""

    name: str
    stamp: str  # what the server told of its state
    size: int  # bytes
    digest: str  # SHA-256 of the whole
    ends: str  # SHA-256 of the first and the last bytes
    fetched_on: date
