"""The lake: LEGS by platform and local day, what was measured by platform and month, as Parquet.

Names are given by content (`affluence.cdr.files`), so that writing twice writes the same file.
What the ledger does not name does not count, and is swept away.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from pathlib import Path

import polars as pl

from affluence.errors import StateError
from affluence.store.atomic import TEMPORARY_SUFFIX, make_folder, write_bytes_atomically
from affluence.store.inventory import Slice
from affluence.tables import LEGS, MEASURED, Table


class Lake:
    """Parquet files under one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write_legs(self, platform: str, day: date, file: str, legs: pl.DataFrame) -> str:
        """Write LEGS of one local day to a file; return its SHA-256.

        Columns of which they know nothing are left out: most platforms have several.
        """
        LEGS.check(legs)
        known = [column.name for column in legs if column.null_count() < legs.height]
        return _write(self._legs(platform, day, file), legs.select(known))

    def read_legs(self, platform: str, slices: Sequence[Slice]) -> pl.DataFrame:
        """LEGS of some slices, with a column ``part``: the index in ``slices`` (UInt32)."""
        files = [self._legs(platform, each.day, each.file) for each in slices]
        if not files:
            return LEGS.empty().with_columns(part=pl.lit(0, pl.UInt32))
        # All files in one scan: a scan a file takes ten times as long where files are small.
        scan = pl.scan_parquet(
            list(dict.fromkeys(files)),
            schema=LEGS.schema,
            missing_columns="insert",
            include_file_paths="file",
        )
        with _reading():
            legs = scan.collect()
        return _sliced(legs, files, slices)

    def pseudonyms_among(
        self, platform: str, slices: Collection[Slice], numbers: Collection[int]
    ) -> set[int]:
        """Which of some numbers stand for a caller, an agent, a record or a call in some slices."""
        paths = sorted({self._legs(platform, each.day, each.file) for each in slices})
        if not paths:
            return set()
        keys = [name for name, dtype in LEGS.schema.items() if dtype == pl.UInt64()]
        legs = pl.scan_parquet(paths, schema=LEGS.schema, missing_columns="insert").select(keys)
        wanted = pl.lit(pl.Series(sorted(numbers), dtype=pl.UInt64)).implode()
        with _reading():
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

    def write_month(
        self, platform: str, month: str, measured: Mapping[str, pl.DataFrame]
    ) -> dict[str, str]:
        """Replace all tables of `MEASURED` of one month ("2026-09"), their rows in order.

        Returns:
            The SHA-256 of each file by the name of the table.

        """
        return {
            name: _write(self._month(name, platform, month), table.check(measured[name]))
            for name, table in MEASURED.items()
        }

    def read_month(self, platform: str, month: str) -> dict[str, pl.DataFrame]:
        """All tables of `MEASURED` of one month, empty if there are none yet."""
        return {
            name: _read(path, table) if path.exists() else table.empty()
            for name, table in MEASURED.items()
            for path in [self._month(name, platform, month)]
        }

    def read_measured(
        self, platform: str, name: str, first: date = date.min, last: date = date.max
    ) -> pl.DataFrame:
        """One table of `MEASURED` of a platform, in order: the months with some local days."""
        table = MEASURED[name]
        first_month, last_month = (day.isoformat()[:7] for day in (first, last))
        paths = [
            path for path in self._months(name, platform) if first_month <= path.stem <= last_month
        ]
        return pl.concat([_read(path, table) for path in paths]) if paths else table.empty()

    def read_columns(self, platform: str, name: str, columns: Sequence[str]) -> pl.DataFrame:
        """Some columns of one table of `MEASURED` of a platform, of all its months."""
        table, paths = MEASURED[name], self._months(name, platform)
        if not paths:
            return table.empty().select(columns)
        months = pl.scan_parquet(paths, schema=table.schema, missing_columns="insert")
        with _reading():
            return months.select(columns).collect()

    def legs_hash(self, platform: str, day: date, file: str) -> str | None:
        """SHA-256 of a file of legs as it lies on the disk; None if it is missing."""
        return _hash(self._legs(platform, day, file))

    def month_hash(self, platform: str, month: str, kind: str) -> str | None:
        """SHA-256 of a measured file as it lies on the disk; None if it is missing."""
        return _hash(self._month(kind, platform, month))

    def is_readable(self, platform: str, part: Slice) -> bool:
        """Whether a file of unknown hash is whole and has all rows of a slice."""
        try:
            return self.read_legs(platform, [part]).height == part.rows
        except StateError:
            return False

    def is_month_readable(self, platform: str, month: str, kind: str) -> bool:
        """Whether a measured file of unknown hash is whole."""
        try:
            _read(self._month(kind, platform, month), MEASURED[kind])
        except StateError:
            return False
        return True

    def remove_legs(self, platform: str, day: date, file: str) -> None:
        """Delete a damaged file of legs."""
        self._legs(platform, day, file).unlink(missing_ok=True)

    def set_month_aside(self, platform: str, month: str, kind: str, folder: Path) -> None:
        """Move a damaged measured file into a folder: it is anonymous, somebody may look at it."""
        path = self._month(kind, platform, month)
        if path.exists():
            make_folder(folder)
            path.replace(folder / f"{kind}-{platform}-{path.name}")

    def strays(
        self,
        legs: Iterable[tuple[str, date, str]],
        months: Iterable[tuple[str, str, str]],
    ) -> list[Path]:
        """Files that are none of the known (platform, day, file) and (platform, month, kind).

        Relative to the folder of the lake.
        """
        known = {self._legs(*file) for file in legs}
        known |= {self._month(kind, platform, month) for platform, month, kind in months}
        files = {path for path in self._folder.rglob("*") if path.is_file()}
        return sorted(path.relative_to(self._folder) for path in files - known)

    def sweep(self, known: Iterable[tuple[str, date, str]]) -> None:
        """Delete every leg file that is not one of the known (platform, day, file).

        Tables that only an older version kept go too.
        """
        wanted = {self._legs(*file) for file in known}
        for path in sorted((self._folder / "legs").glob("platform=*/day=*/*")):
            if path not in wanted:
                path.unlink()
        for day in sorted((self._folder / "legs").glob("platform=*/day=*")):
            if not any(day.iterdir()):
                day.rmdir()
        for folder in self._folder.glob("*"):
            if folder.name not in ("legs", *MEASURED):
                shutil.rmtree(folder)
        for leftover in self._folder.glob(f"*/platform=*/.*{TEMPORARY_SUFFIX}"):
            leftover.unlink()

    def _legs(self, platform: str, day: date, file: str) -> Path:
        return self._folder / "legs" / f"platform={platform}" / f"day={day}" / f"{file}.parquet"

    def _months(self, kind: str, platform: str) -> list[Path]:
        return sorted((self._folder / kind / f"platform={platform}").glob("*.parquet"))

    def _month(self, kind: str, platform: str, month: str) -> Path:
        return self._folder / kind / f"platform={platform}" / f"{month}.parquet"


def _sliced(legs: pl.DataFrame, files: Sequence[Path], slices: Sequence[Slice]) -> pl.DataFrame:
    """The rows of some slices, each of a file, with the number of each slice.

    ``legs`` have a column ``file`` and hold each file whole.
    """
    lengths = legs["file"].rle().struct.unnest().with_columns(end=pl.col("len").cum_sum())
    first_of = {file: end - rows for rows, file, end in lengths.rows()}
    in_order = sorted(
        (first_of[str(file)] + each.first_row, each.rows, index)
        for index, (file, each) in enumerate(zip(files, slices, strict=True))
        if str(file) in first_of  # not a file that has lost all its rows
    )
    wanted = pl.DataFrame(
        in_order, dict.fromkeys(("begin", "rows", "part"), pl.UInt32), orient="row"
    )
    row = pl.int_range(pl.len(), dtype=pl.UInt32)
    nth = pl.lit(wanted["begin"]).search_sorted(row, side="right").cast(pl.Int64) - 1
    end = pl.lit(wanted["begin"] + wanted["rows"]).gather(pl.col("nth"))
    return (
        legs.with_columns(row=row, nth=nth)
        .filter(pl.col("nth") >= 0)
        .filter(pl.col("row") < end)
        .with_columns(part=pl.lit(wanted["part"]).gather(pl.col("nth")))
        .drop("row", "nth", "file")
    )


def _platform_of(path: Path) -> str:
    return path.parent.name.removeprefix("platform=")


def _read(path: Path, table: Table) -> pl.DataFrame:
    # Months that were written before a column existed do not know it.
    scan = pl.scan_parquet(path, schema=table.schema, missing_columns="insert")
    with _reading():
        return table.check(scan.collect())


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except (pl.exceptions.PolarsError, OSError) as error:
        message = f"a file of the lake is damaged or cannot be read ({_first_line(error)})."
        advice = "`affluence verify` tells which, `affluence verify --repair` has it made again."
        raise StateError(f"{message} {advice}") from error


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _hash(path: Path) -> str | None:
    if not path.exists():
        return None
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write(path: Path, frame: pl.DataFrame) -> str:
    """Write a file whole; return the SHA-256 of what was meant, whatever the disk makes of it."""
    stream = BytesIO()
    # Files are chosen by their path, so no statistics are needed to skip them; keys are as
    # random as numbers come and repeated values have their dictionary, so that compression
    # would gain a tenth of the space for a third of the time.
    # In one piece: how rows came together must not be seen in the bytes.
    frame.rechunk().write_parquet(stream, compression="uncompressed", statistics=False)
    write_bytes_atomically(path, stream.getbuffer())
    return hashlib.sha256(stream.getbuffer()).hexdigest()
