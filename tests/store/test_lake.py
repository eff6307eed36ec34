"""The lake: what was measured is read back by months, and only its own files are swept away."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from affluence.store.lake import Lake
from affluence.store.storage import Folder
from affluence.tables import MEASURED


def test_some_months_are_read_without_the_others(tmp_path: Path) -> None:
    lake = Lake(Folder(tmp_path))
    empty = {name: table.empty() for name, table in MEASURED.items()}
    for year, month in ((2025, 11), (2025, 12), (2026, 1)):
        start = datetime(year, month, 10, 8, tzinfo=UTC)
        row = {"platform": "desk", "slot_start": start, "calls": month}
        row |= {"lasting_s": 1.0, "lasting_open_s": 1.0}
        one = pl.DataFrame([row], schema=MEASURED["concurrency"].schema)
        lake.write_month("desk", f"{year}-{month:02}", empty | {"concurrency": one})

    def months(*days: date) -> list[int]:
        return lake.read_measured("desk", "concurrency", *days)["calls"].to_list()

    assert months() == [11, 12, 1]
    assert months(date(2025, 12, 31)) == [12, 1]
    assert months(date(2025, 11, 30), date(2025, 12, 1)) == [11, 12]
    assert months(date(2026, 2, 1)) == []
    columns = ("calls", "lasting_s")
    assert lake.read_columns("desk", "concurrency", columns).rows() == [(11, 1), (12, 1), (1, 1)]
    assert lake.read_columns("other", "concurrency", columns).is_empty()


THEIRS = (
    *("notes.txt", "backup.tar", "photos/2026.jpg", "legs/.nfs0001", "legs/platform=desk/notes"),
    *("slots/platform=desk/.nfs0002", "slots/platform=desk/notes.parquet"),
)
OURS = (
    "legs/platform=desk/day=2026-03-02/unknown.parquet",
    "legs/platform=desk/day=2026-03-02/.never-finished.parquet1a2b3c4d.tmp",
    "slots/platform=desk/.2026-03.parquet1a2b3c4d.tmp",
    "waits/platform=desk/2026-03.parquet",
    "shown/0123456789abcdef",
)
KNOWN = "legs/platform=desk/day=2026-03-02/known.parquet"


def test_what_others_keep_in_its_place_is_left_alone(tmp_path: Path) -> None:
    """A lake may be put into a folder or a bucket that is not empty."""
    folder = Folder(tmp_path)
    for name in (*THEIRS, *OURS, KNOWN):
        folder.write(name, b"content")
    lake = Lake(folder)
    assert lake.legs_held() == {"desk": [(date(2026, 3, 2), 7)] * 2}
    assert lake.months_held() == {}
    assert lake.read_measured("desk", "slots").is_empty()
    lake.sweep([("desk", date(2026, 3, 2), "known")])
    assert {*folder.sizes()} == {*THEIRS, KNOWN}
    assert {*lake.strays([("desk", date(2026, 3, 2), "known")], [])} == {*THEIRS}
