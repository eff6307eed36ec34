"""The usual calls of each cell before the first publication, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from affluence.typical_week.before_after import _usual
from tests.typical_week.desks import cells_of


def test_cells_are_drawn_together_and_only_resamples_blurred_by_what_that_takes_away() -> None:
    """Four weekdays of four rows; in four days 120 calls or 80, as on a chessboard.

    Weekdays and rows explain none of it: each cell is expected to have 25 calls a day, and has a
    fifth more or less, where chance alone would make a tenth.
    """
    cells = cells_of(4, 4)
    sign = np.array([(-1) ** (cell // 4 + cell % 4) for cell in range(16)])
    counts = np.tile(100 + 20.0 * sign, (401, 1))
    of_days = np.full_like(counts, 4.0)
    surplus = 16 * 100 * 0.2**2 - (16 - 4 - 4 + 1)
    variance = surplus / (16 * 100)
    believed = variance / (variance + 1 / 100)

    records, *resamples = _usual(np.random.default_rng(1), counts, of_days, cells) / 25
    assert records == pytest.approx(1 + believed * 0.2 * sign)
    blur = float((np.array(resamples) - records).std())
    assert blur == pytest.approx((1 - believed) * variance**0.5, rel=0.05)
