"""Many small parts of a day → few files of the lake: platforms that write a file a call have many.

What the parts are does not change, nor what was measured from them: only where they lie.

A part is then some rows of a file. Of a day that is over four parts are enough for a file: a file
an hour over six months left 2,100 files in the lake, and now 200, all of which the search for
pseudonyms before every delivery opens.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import groupby

from affluence.store import Store
from affluence.store.days import Part

FEWEST = 32  # parts of a day that are worth a file of their own together
# The same of a day that is over: few more will come. A file an hour, or a file that grows and is
# read all day, must not leave thousands of files that every search through the calls opens.
FEWEST_OF_PAST = 4
_SMALL_RECORDS = 10_000


def bundle_small_parts(store: Store, platform: str) -> None:
    """Put the small parts of each day that has many into one file.

    Files that are no longer needed are swept away with those of no part.
    """
    every = store.ledger.days.parts(platform)
    loose = [part for part in every if not part.is_bundled and part.records < _SMALL_RECORDS]
    for day, of_day in groupby(loose, key=lambda part: part.day):
        parts = list(of_day)
        is_over = day < every[-1].day
        if are_worth_a_file(len(parts)) or (is_over and len(parts) >= FEWEST_OF_PAST):
            _bundle(store, platform, parts)


def are_worth_a_file(parts: int) -> bool:
    """Whether so many small parts of a day are to lie in one file."""
    return parts >= FEWEST


def name_of(parts: Sequence[str]) -> str:
    """Name of the file of some parts, in their order.

    By what is in it, as all files of the lake: written twice, it is the same file.
    """
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def _bundle(store: Store, platform: str, parts: Sequence[Part]) -> None:
    name = name_of([part.name for part in parts])
    legs = store.lake.read_legs(platform, [part.slice for part in parts]).drop("part")
    sha256 = store.lake.write_legs(platform, parts[0].day, name, legs)
    store.ledger.days.bundle(platform, name, parts, sha256)
