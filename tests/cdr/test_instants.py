"""Times of records in UTC: through both clock changes, and where they are in doubt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from affluence.pipeline import read_calls
from affluence.tables import AMBIGUOUS_HOUR, NEGATIVE
from tests.cdr.reading import written
from tests.records import PARIS, record

# Autumn: on 25 October 2026 the hour from two to three occurs twice.


def call_of(folder: Path, line: str) -> dict[str, Any]:
    """The call of one record."""
    calls, _ = read_calls([written(folder, [line])])
    return calls.row(0, named=True)


@pytest.mark.parametrize("fold", [0, 1])
def test_doubled_hour_is_settled_by_the_epoch(tmp_path: Path, fold: int) -> None:
    call = call_of(tmp_path, record(1, "2026-10-25 02:30:00", 600, answered_after_s=30, fold=fold))
    start = datetime(2026, 10, 25, 2, 30, tzinfo=PARIS, fold=fold).astimezone(UTC)
    assert call["offered_at"] == start
    assert call["answered_at"] == start + timedelta(seconds=30)
    assert call["released_at"] == start + timedelta(seconds=600)
    assert call["quality"] == 0


@pytest.mark.parametrize("start", ["01:50:00", "02:10:00", "02:59:00"])
@pytest.mark.parametrize("fold", [0, 1])
@pytest.mark.parametrize("lasts_s", [30, 1200, 3000, 3600, 4500, 7300])
def test_calls_across_the_doubled_hour(tmp_path: Path, start: str, fold: int, lasts_s: int) -> None:
    call = call_of(
        tmp_path, record(1, f"2026-10-25 {start}", lasts_s, answered_after_s=20, fold=fold)
    )
    assert (call["released_at"] - call["offered_at"]).total_seconds() == lasts_s
    assert (call["answered_at"] - call["offered_at"]).total_seconds() == 20


def test_doubled_hour_without_epoch_is_marked(tmp_path: Path) -> None:
    call = call_of(tmp_path, record(1, "2026-10-25 02:30:00", 60, width=16, fold=1))
    assert call["offered_at"] == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert call["quality"] & AMBIGUOUS_HOUR


def test_spring_gap(tmp_path: Path) -> None:
    call = call_of(tmp_path, record(1, "2026-03-29 01:50:00", 1200))
    assert (call["released_at"] - call["offered_at"]).total_seconds() == 1200


def test_an_end_before_its_beginning_is_marked(tmp_path: Path) -> None:
    call = call_of(tmp_path, record(1, "2026-03-03 10:00:00", -30))
    assert call["released_at"] == call["offered_at"]
    assert call["quality"] & NEGATIVE
