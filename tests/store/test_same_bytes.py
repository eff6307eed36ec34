"""The lake: the same rows are the same bytes, wherever and however they were made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from affluence.store.lake import Lake
from affluence.store.storage import Folder
from affluence.tables import MEASURED
from tests.runs import files_under


def measured(first_piece: int, rows: int = 20_000) -> dict[str, pl.DataFrame]:
    """Concurrency of one platform, its counts in two pieces of memory, as threads make them."""
    start = datetime(2026, 3, 2, tzinfo=UTC)
    table = MEASURED["concurrency"]
    values = {
        "platform": ["desk"] * rows,
        "slot_start": [start + timedelta(minutes=15 * number) for number in range(rows)],
        "calls": [number % 83 for number in range(rows)],
        "lasting_s": [number % 529 for number in range(rows)],
        "lasting_open_s": [number % 311 for number in range(rows)],
    }
    whole = pl.DataFrame(values, schema=table.schema)
    calls = whole["calls"]
    pieces = pl.concat([calls.slice(0, first_piece), calls.slice(first_piece)], rechunk=False)
    cut = whole.with_columns(pieces)
    return {name: each.empty() for name, each in MEASURED.items()} | {"concurrency": cut}


def test_the_pieces_in_which_rows_were_made_do_not_show(tmp_path: Path) -> None:
    written = []
    for first_piece in (0, 100, 9000):
        lake = Lake(Folder(tmp_path / str(first_piece)))
        hashes = lake.write_month("desk", "2026-03", measured(first_piece))
        written.append((hashes, files_under(tmp_path / str(first_piece))))
    assert written[0] == written[1] == written[2]
