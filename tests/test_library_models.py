"""What the models of statsforecast are given and what is taken from them, with stand-ins for them.

The library has an extra of its own; that it is called as it wants to be, `.ci/run` tries.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from math import nan
from types import ModuleType

import numpy as np
import pytest

from affluence.typical_week.cells import Floats

NAMES = ("SeasonalNaive", "AutoETS", "MSTL")


class GoesOnFalling:
    """From the last value on by so much a step as the season is long."""

    seen: list[tuple[int, list[float]]]

    def __init__(self, season_length: int) -> None:
        self._season = season_length

    def forecast(self, y: Floats, h: int) -> dict[str, Floats]:
        GoesOnFalling.seen.append((self._season, y.tolist()))
        return {"mean": y[-1] - self._season * np.arange(1.0, h + 1)}


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    GoesOnFalling.seen = []
    library = ModuleType("statsforecast.models")
    for name in NAMES:
        setattr(library, name, GoesOnFalling)
    monkeypatch.setitem(sys.modules, "statsforecast", ModuleType("statsforecast"))
    monkeypatch.setitem(sys.modules, "statsforecast.models", library)
    monkeypatch.delitem(sys.modules, "affluence.library_models", raising=False)
    yield import_module("affluence.library_models")
    sys.modules.pop("affluence.library_models")


def test_the_cells_of_a_week_are_one_series_in_the_order_of_time(models: ModuleType) -> None:
    history = np.array([[8.0, 6], [9, 7], [10, 8], [11, 9], [12, 10]])
    for name in ("SeasonalNaive", "MSTL"):
        assert models.MODELS[name](history, 2).tolist() == [[8, 6], [4, 2]]
    assert GoesOnFalling.seen == [(2, history.ravel().tolist())] * 2


def test_the_weeks_of_a_cell_are_one_series_without_a_season(models: ModuleType) -> None:
    history = np.arange(14.0).reshape(7, 2)
    assert models.auto_ets(history, 2).tolist() == [[11, 12], [10, 11]]
    assert GoesOnFalling.seen == [(1, history[:, 0].tolist()), (1, history[:, 1].tolist())]


def test_gaps_are_filled_from_the_weeks_around_and_cells_never_seen_stay_unknown(
    models: ModuleType,
) -> None:
    history = np.array([[nan, 4.0, nan], [2, nan, nan], [nan, 8, nan], [5, nan, nan]])
    found = models.seasonal_naive(history, 1)
    assert GoesOnFalling.seen == [(2, [2, 4, 2, 6, 3.5, 8, 5, 8])]
    np.testing.assert_array_equal(found, [[6, 4, nan]])


def test_a_trend_ends_at_nobody(models: ModuleType) -> None:
    assert models.seasonal_naive(np.array([[1.0], [1.0]]), 3).tolist() == [[0], [0], [0]]


@pytest.mark.parametrize(
    ("name", "weeks", "cells"), [("AutoETS", 6, 3), ("MSTL", 1, 12), ("MSTL", 3, 3), ("MSTL", 9, 1)]
)
def test_of_too_few_numbers_nothing_is_asked(
    models: ModuleType, name: str, weeks: int, cells: int
) -> None:
    found = models.MODELS[name](np.ones((weeks, cells)), 4)
    assert found.shape == (4, cells)
    assert np.isnan(found).all()
    assert GoesOnFalling.seen == []


def test_each_model_of_the_library_has_its_name(models: ModuleType) -> None:
    assert tuple(models.MODELS) == NAMES
