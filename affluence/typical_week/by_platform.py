"""State of several platforms that are learned together: arrays with the platforms on the last axis.

What is a number for one platform is an array over the platforms, what is an array over cells one
over cells × platforms: NumPy broadcasts from the last axis on, so formulas read as for one alone.
No platform has any influence on another, whoever is learned together.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Self

import numpy as np
from numpy.typing import NDArray

from affluence.typical_week.cells import Floats, Mask


class ByPlatform:
    """Arrays among its attributes, in lists of them and in its parts have the platforms last."""

    def only(self, platforms: Mask) -> Self:
        """A copy of the state of some platforms."""
        some = copy(self)
        for name, value in vars(self).items():
            setattr(some, name, _only(value, platforms))
        return some

    @contextmanager
    def part(self, platforms: Mask) -> Iterator[tuple[Self, Mask | slice]]:
        """The state of some platforms, to be changed, and their places on the last axis.

        That of all others stays as it is.
        """
        if platforms.all():
            yield self, slice(None)
            return
        some = self.only(platforms)
        yield some, platforms
        for name, value in vars(self).items():
            setattr(self, name, _merged(value, getattr(some, name), platforms))


def chosen(values: Floats, best: NDArray[np.int64]) -> Floats:
    """Of candidates (× places) × platforms what the best candidate of each platform says."""
    if best.size == 1:  # the same, many times as fast: most runs learn one platform
        of_one: Floats = values[best[0]].copy()
        return of_one
    return np.ascontiguousarray(values[best, ..., np.arange(best.size)].T)


def _only(value: object, platforms: Mask) -> object:
    if isinstance(value, np.ndarray):
        return value[..., platforms]
    if isinstance(value, ByPlatform):
        return value.only(platforms)
    if isinstance(value, list):
        return [_only(each, platforms) for each in value]
    return value


def _merged(value: object, changed: object, platforms: Mask) -> object:
    if isinstance(value, np.ndarray):
        merged = value.copy()
        merged[..., platforms] = changed
        return merged
    if isinstance(value, ByPlatform):
        merged_state = copy(value)
        for name, old in vars(value).items():
            setattr(merged_state, name, _merged(old, getattr(changed, name), platforms))
        return merged_state
    if isinstance(value, list) and isinstance(changed, list):
        return [_merged(*both, platforms) for both in zip(value, changed, strict=True)]
    return changed
