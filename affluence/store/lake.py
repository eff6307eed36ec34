"""The lake: LEGS by platform and local day, what was measured by platform and month, as Parquet.

Names are given by content (`affluence.cdr.files`), so that writing twice writes the same file.
What the ledger does not name does not count, and is swept away.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import IO

import polars as pl

from affluence.store.atomic import write_atomically
from affluence.tables import LEGS, MEASURED, Table


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

    def pseudonyms_among(
        self, platform: str, parts: list[tuple[date, str]], numbers: Collection[int]
    ) -> set[int]:
        """Which of some numbers stand for a caller, an agent, a record or a call in some parts."""
        if not parts:
            return set()
        keys = [name for name, dtype in LEGS.schema.items() if dtype == pl.UInt64()]
        paths = [self._part(platform, day, name) for day, name in parts]
        legs = pl.scan_parquet(paths, schema=LEGS.schema, missing_columns="insert").select(keys)
        wanted = pl.lit(pl.Series(sorted(numbers), dtype=pl.UInt64)).implode()
        hits = legs.filter(pl.any_horizontal(pl.col(keys).is_in(wanted))).collect()
        return {number for key in keys for number in hits[key] if number in numbers}

    def legs_held(self) -> dict[str, list[tuple[date, int]]]:
        """Local day and bytes of every leg file by platform, as they lie on the disk."""
        found: dict[str, list[tuple[date, int]]] = {}
        for path in sorted((self._folder / "legs").glob("platform=*/day=*/*.parquet")):
            day = date.fromisoformat(path.parent.name.removeprefix("day="))
            found.setdefault(_platform_of(path.parent), []).append((day, path.stat().st_size))
        return found

    def months_held(self) -> dict[str, list[tuple[str, int]]]:
        """Month and bytes of every measured file by platform, as they lie on the disk."""
        found: dict[str, list[tuple[str, int]]] = {}
        for name in MEASURED:
            for path in sorted((self._folder / name).glob("platform=*/*.parquet")):
                found.setdefault(_platform_of(path), []).append((path.stem, path.stat().st_size))
        return found

    def write_month(self, platform: str, month: str, measured: Mapping[str, pl.DataFrame]) -> None:
        """Replace all tables of `MEASURED` of one month ("2026-09"); their rows are in order."""
        for name, table in MEASURED.items():
            _write(self._month(name, platform, month), table.check(measured[name]))

    def read_month(self, platform: str, month: str) -> dict[str, pl.DataFrame]:
        """All tables of `MEASURED` of one month, empty if there are none yet."""
        return {
            name: _read(path, table) if path.exists() else table.empty()
            for name, table in MEASURED.items()
            for path in [self._month(name, platform, month)]
        }

    def read_measured(self, platform: str, name: str) -> pl.DataFrame:
        """One table of `MEASURED` of a platform, all of it, in order."""
        table = MEASURED[name]
        paths = sorted((self._folder / name / f"platform={platform}").glob("*.parquet"))
        return pl.concat([_read(path, table) for path in paths]) if paths else table.empty()

    def sweep(self, known: Iterable[tuple[str, date, str]]) -> None:
        """Delete every leg file that is not one of the known (platform, day, name).

        Tables that only an older version kept go too.
        """
        wanted = {self._part(*part) for part in known}
        for path in sorted((self._folder / "legs").glob("platform=*/day=*/*")):
            if path not in wanted:
                path.unlink()
        for day in sorted((self._folder / "legs").glob("platform=*/day=*")):
            if not any(day.iterdir()):
                day.rmdir()
        for folder in self._folder.glob("*"):
            if folder.name not in ("legs", *MEASURED):
                shutil.rmtree(folder)
        for leftover in self._folder.glob("*/platform=*/.*.tmp"):
            leftover.unlink()

    def _part(self, platform: str, day: date, name: str) -> Path:
        return self._folder / "legs" / f"platform={platform}" / f"day={day}" / f"{name}.parquet"

    def _month(self, kind: str, platform: str, month: str) -> Path:
        return self._folder / kind / f"platform={platform}" / f"{month}.parquet"


def _platform_of(path: Path) -> str:
    return path.parent.name.removeprefix("platform=")


def _read(path: Path, table: Table) -> pl.DataFrame:
    # Months that were written before a column existed do not know it.
    scan = pl.scan_parquet(path, schema=table.schema, missing_columns="insert")
    return table.check(scan.collect())


def _write(path: Path, frame: pl.DataFrame) -> None:
    def write(stream: IO[bytes]) -> None:
        # Files are chosen by their path, so no statistics are needed to skip them; keys are as
        # random as numbers come and repeated values have their dictionary, so that compression
        # would gain a tenth of the space for a third of the time.
        frame.write_parquet(stream, compression="uncompressed", statistics=False)

    write_atomically(path, write)
