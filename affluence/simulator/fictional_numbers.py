"""Telephone numbers that ARCEP keeps for works of fiction, so that nobody's number is written."""

from __future__ import annotations

from random import Random

# Blocks of 10^4 numbers, and out of twenty people how many call from each: mostly mobiles.
_BLOCKS = {"063998": 12, "019900": 4, "026191": 1, "035301": 1, "046571": 1, "053649": 1}
FICTIONAL_PREFIXES = tuple(_BLOCKS)
_PREFIX_BY_CHANCE = tuple(prefix for prefix, share in _BLOCKS.items() for _ in range(share))


def draw_number(rng: Random, taken: set[str]) -> str:
    """A national number of 10 digits that is not in ``taken``, and now is."""
    while True:
        prefix = _PREFIX_BY_CHANCE[int(rng.random() * len(_PREFIX_BY_CHANCE))]
        number = f"{prefix}{int(rng.random() * 10_000):04d}"
        if number not in taken:
            taken.add(number)
            return number
