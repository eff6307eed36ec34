"""The graph of the page: shares by part of the period, as lines told apart without colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# Units of the drawing; a screen of 320 px shows it at four fifths of a pixel each.
WIDTH, HEIGHT = 360, 205
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 14, 12, 26
_BETWEEN_TICKS = 54  # fewer, and names of parts would touch
_SHARES = (0, 25, 50, 75, 100)


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of a line."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A name beside an axis, at its place on the axis."""

    at: float
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: ``path`` is broken where a share is not known."""

    id: str
    name: str
    path: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Everything that is drawn, in units of the drawing."""

    lines: tuple[Line, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    left: float = _LEFT
    right: float = WIDTH - _RIGHT
    bottom: float = HEIGHT - _BOTTOM
    width: float = WIDTH
    height: float = HEIGHT


def draw(series: Sequence[tuple[str, str, Sequence[float | None]]], names: Sequence[str]) -> Graph:
    """Draw (id, name, shares in 0-1) above the names of the parts."""
    across = [_across(index, len(names)) for index in range(len(names))]
    step = (across[-1] - across[0]) / max(len(names) - 1, 1) or WIDTH
    every = max(1, round(_BETWEEN_TICKS / step + 0.49))
    return Graph(
        lines=tuple(
            Line(id=id_, name=name, path=_path(marks), marks=tuple(filter(None, marks)))
            for id_, name, shares in series
            for marks in [
                [
                    None if share is None else Mark(x, _up(100 * share))
                    for x, share in zip(across, shares, strict=True)
                ]
            ]
        ),
        across=tuple(
            Tick(x, name)
            for index, (x, name) in enumerate(zip(across, names, strict=True))
            if index % every == 0
        ),
        up=tuple(Tick(_up(share), f"{share}\u00a0%") for share in _SHARES),
    )


def _across(index: int, parts: int) -> float:
    width = WIDTH - _LEFT - _RIGHT
    # Half a part is left free at both ends.
    return round(_LEFT + width * (index + 0.5) / parts, 1)


def _up(percent: float) -> float:
    return round(HEIGHT - _BOTTOM - (HEIGHT - _BOTTOM - _TOP) * percent / 100, 1)


def _path(marks: Sequence[Mark | None]) -> str:
    steps, pen_is_up = [], True
    for mark in marks:
        if mark is not None:
            steps.append(f"{'M' if pen_is_up else 'L'}{mark.x} {mark.y}")
        pen_is_up = mark is None
    return "".join(steps)
