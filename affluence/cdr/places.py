"""Places of columns in lines of fixed width, as a person writes them: ``first-last``, from 1."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from affluence.cdr.dialect import MissingColumnsError, Reading

Places = Mapping[str, tuple[int, int]]
"""Column → its first character (from 0) and its number of characters, as in `FixedWidth`."""


def place(first: int, last: int) -> tuple[int, int]:
    """Characters ``first`` to ``last``, counted from 1, as `FixedWidth` counts them."""
    return first - 1, last - first + 1


def stated_places(reading: Reading, known: Collection[str]) -> Places:
    """Places that the configuration states, of columns that a dialect knows.

    Raises:
        MissingColumnsError: a column is not known, or its place is none.

    """
    places = {}
    for name, written in reading.stated.columns:
        found = re.fullmatch(r"(\d+)-(\d+)", written)
        if name not in known or not found or not 0 < int(found[1]) <= int(found[2]):
            raise MissingColumnsError((f"{name} at '{written}'",))
        places[name] = place(int(found[1]), int(found[2]))
    return places


def shortest(places: Places, needed: Collection[str]) -> int:
    """Number of characters of a line that has some columns."""
    return max(start + length for name, (start, length) in places.items() if name in needed)
