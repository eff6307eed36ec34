"""The intervals that are printed, beside the normal law."""

from __future__ import annotations

from statistics import NormalDist

import pytest

from affluence.typical_week.intervals import INTERVAL_80, INTERVAL_95, Interval


@pytest.mark.parametrize(("interval", "share"), [(INTERVAL_80, 0.80), (INTERVAL_95, 0.95)])
def test_as_much_lies_within_as_its_name_says(interval: Interval, share: float) -> None:
    normal = NormalDist()
    assert interval.high - interval.low == pytest.approx(share)
    assert interval.low == pytest.approx(1 - interval.high)
    assert normal.cdf(interval.deviations) == pytest.approx(interval.high, abs=1e-5)
