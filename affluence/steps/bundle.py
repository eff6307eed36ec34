"""Many small parts of a day → few files of the lake: platforms that write a file a call have many.

What the parts are does not change, nor what was measured from them: only where they lie.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import groupby

from affluence.store import Store
from affluence.store.ledger import Part

FEWEST = 32  # parts of a day that are worth a file of their own together
_SMALL_RECORDS = 10_000


def bundle_small_parts(store: Store, platform: str) -> None:
    """Put the small parts of each day that has many into one file.

    Files that are no longer needed are swept away with those of no part.
    """
    loose = [
        part
        for part in store.ledger.parts(platform)
        if not part.is_bundled and part.records < _SMALL_RECORDS
    ]
    for _, of_day in groupby(loose, key=lambda part: part.day):
        parts = list(of_day)
        if len(parts) >= FEWEST:
            _bundle(store, platform, parts)


def _bundle(store: Store, platform: str, parts: Sequence[Part]) -> None:
    # Named by what is in it, as all files of the lake: written twice, it is the same file.
    name = hashlib.sha256("\n".join(part.name for part in parts).encode()).hexdigest()[:24]
    legs = store.lake.read_legs(platform, [part.slice for part in parts]).drop("part")
    sha256 = store.lake.write_legs(platform, parts[0].day, name, legs)
    store.ledger.bundle(platform, name, parts, sha256)
