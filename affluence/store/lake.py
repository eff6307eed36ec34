"""The lake: LEGS by platform and local day, SLOTS and WAITS by platform and month, as Parquet.

Names are given by content (`affluence.cdr.files`), so that writing twice writes the same file.
What the ledger does not name does not count, and is swept away.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import IO

import polars as pl

from affluence.store.atomic import write_atomically
from affluence.tables import LEGS, SLOTS, WAITS, Table


class Lake:
    """Parquet files under one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write_legs(self, platform: str, day: date, name: str, legs: pl.DataFrame) -> None:
        """Write one part: LEGS of one local day out of one range of one file.

        Columns of which a part knows nothing are left out: most platforms have several.
        """
        LEGS.check(legs)
        known = [column.name for column in legs if column.null_count() < legs.height]
        _write(self._part(platform, day, name), legs.select(known))

    def read_legs(self, platform: str, parts: list[tuple[date, str]]) -> pl.DataFrame:
        """LEGS of some parts, with a column ``part``: the index in ``parts`` (UInt32)."""
        frames = [
            pl.scan_parquet(
                self._part(platform, day, name), schema=LEGS.schema, missing_columns="insert"
            ).with_columns(part=pl.lit(index, pl.UInt32))
            for index, (day, name) in enumerate(parts)
        ]
        none = LEGS.empty().lazy().with_columns(part=pl.lit(0, pl.UInt32))
        return pl.concat(frames or [none]).collect()

    def write_month(
        self, platform: str, month: str, slots: pl.DataFrame, waits: pl.DataFrame
    ) -> None:
        """Replace the slots and waits of one UTC month ("2026-09")."""
        _write(self._month("slots", platform, month), SLOTS.check(slots.sort("slot_start")))
        ordered = waits.sort("slot_start", "kind", "wait_s")
        _write(self._month("waits", platform, month), WAITS.check(ordered))

    def read_slots(self, platform: str) -> pl.DataFrame:
        """All SLOTS of a platform, in order."""
        return self._read_months("slots", platform, SLOTS)

    def read_month(self, platform: str, month: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        """SLOTS and WAITS of one month, empty if there are none yet."""
        paths = (self._month(kind, platform, month) for kind in ("slots", "waits"))
        slots, waits = (
            pl.read_parquet(path) if path.exists() else table.empty()
            for path, table in zip(paths, (SLOTS, WAITS), strict=True)
        )
        return slots, waits

    def sweep(self, known: Iterable[tuple[str, date, str]]) -> None:
        """Delete every leg file that is not one of the known (platform, day, name)."""
        wanted = {self._part(*part) for part in known}
        for path in sorted((self._folder / "legs").glob("platform=*/day=*/*")):
            if path not in wanted:
                path.unlink()
        for day in sorted((self._folder / "legs").glob("platform=*/day=*")):
            if not any(day.iterdir()):
                day.rmdir()
        for leftover in self._folder.glob("*/platform=*/.*.tmp"):
            leftover.unlink()

    def _read_months(self, kind: str, platform: str, table: Table) -> pl.DataFrame:
        paths = sorted((self._folder / kind / f"platform={platform}").glob("*.parquet"))
        return pl.concat([pl.read_parquet(path) for path in paths]) if paths else table.empty()

    def _part(self, platform: str, day: date, name: str) -> Path:
        return self._folder / "legs" / f"platform={platform}" / f"day={day}" / f"{name}.parquet"

    def _month(self, kind: str, platform: str, month: str) -> Path:
        return self._folder / kind / f"platform={platform}" / f"{month}.parquet"


def _write(path: Path, frame: pl.DataFrame) -> None:
    def write(stream: IO[bytes]) -> None:
        # Files are chosen by their path, so no statistics are needed to skip them; keys are as
        # random as numbers come, so that a stronger compression than LZ4 would gain nothing.
        frame.write_parquet(stream, compression="lz4", statistics=False)

    write_atomically(path, write)
