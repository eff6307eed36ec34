"""The lake: LEGS by platform and local day, what was measured by platform and month, as Parquet.

Names are given by content (`affluence.cdr.files`), so that writing twice writes the same file.
What the ledger does not name does not count, and is swept away.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from io import BytesIO
from pathlib import Path

import polars as pl

from affluence.contracts import Table
from affluence.disk import write_bytes_atomically
from affluence.errors import StateError
from affluence.store.inventory import Slice
from affluence.store.lake_names import (
    SHOWN,
    LegsFile,
    MonthFile,
    is_of_lake,
    legs_file,
    month_file,
)
from affluence.store.storage import Storage
from affluence.tables import LEGS, MEASURED


class Lake:
    """Parquet files in one place."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def write_legs(self, platform: str, day: date, file: str, legs: pl.DataFrame) -> str:
        """Write LEGS of one local day to a file; return its SHA-256.

        Columns of which they know nothing are left out: most platforms have several.
        """
        LEGS.check(legs)
        known = [column.name for column in legs if column.null_count() < legs.height]
        return self._write(LegsFile(platform, day, file).name, legs.select(known))

    def read_legs(self, platform: str, slices: Sequence[Slice]) -> pl.DataFrame:
        """LEGS of some slices, with a column ``part``: the index in ``slices`` (UInt32)."""
        names = [LegsFile(platform, each.day, each.file).name for each in slices]
        if not names:
            return LEGS.empty().with_columns(part=pl.lit(0, pl.UInt32))
        # All files in one scan: a scan a file takes ten times as long where files are small.
        scan = self._scan([*dict.fromkeys(names)], LEGS, file_column="file")
        files = [self._storage.location(name) for name in names]
        with _reading():
            legs = scan.collect()
        return _sliced(legs, files, slices)

    def pseudonyms_among(
        self, platform: str, slices: Collection[Slice], numbers: Collection[int]
    ) -> set[int]:
        """Which of some numbers stand for a caller, an agent, a record or a call in some slices."""
        names = sorted({LegsFile(platform, each.day, each.file).name for each in slices})
        if not names:
            return set()
        keys = [name for name, dtype in LEGS.schema.items() if dtype == pl.UInt64()]
        legs = self._scan(names, LEGS).select(keys)
        wanted = pl.lit(pl.Series(sorted(numbers), dtype=pl.UInt64)).implode()
        with _reading():
            hits = legs.filter(pl.any_horizontal(pl.col(keys).is_in(wanted))).collect()
        return {number for key in keys for number in hits[key] if number in numbers}

    def legs_held(self) -> dict[str, list[tuple[date, int]]]:
        """Local day and bytes of every leg file by platform, as they lie there."""
        found: dict[str, list[tuple[date, int]]] = {}
        for name, size in self._storage.sizes("legs/").items():
            if (legs := legs_file(name)) is not None:
                found.setdefault(legs.platform, []).append((legs.day, size))
        return found

    def months_held(self) -> dict[str, list[tuple[str, int]]]:
        """Month and bytes of every measured file by platform, as they lie there."""
        found: dict[str, list[tuple[str, int]]] = {}
        for table in MEASURED:
            for name, size in self._storage.sizes(f"{table}/").items():
                if (measured := month_file(name)) is not None:
                    found.setdefault(measured.platform, []).append((measured.month, size))
        return found

    def write_month(
        self, platform: str, month: str, measured: Mapping[str, pl.DataFrame]
    ) -> dict[str, str]:
        """Replace all tables of `MEASURED` of one month ("2026-09"), their rows in order.

        Returns:
            The SHA-256 of each file by the name of the table.

        """
        return {
            name: self._write(MonthFile(platform, month, name).name, table.check(measured[name]))
            for name, table in MEASURED.items()
        }

    def read_month(self, platform: str, month: str) -> dict[str, pl.DataFrame]:
        """All tables of `MEASURED` of one month, empty if there are none yet."""
        return {
            kind: self._read(name, table) if self._storage.has(name) else table.empty()
            for kind, table in MEASURED.items()
            for name in [MonthFile(platform, month, kind).name]
        }

    def read_measured(
        self, platform: str, name: str, first: date = date.min, last: date = date.max
    ) -> pl.DataFrame:
        """One table of `MEASURED` of a platform, in order: the months with some local days."""
        table = MEASURED[name]
        first_month, last_month = (day.isoformat()[:7] for day in (first, last))
        months = [
            self._read(measured.name, table)
            for measured in self._months(name, platform)
            if first_month <= measured.month <= last_month
        ]
        return pl.concat(months) if months else table.empty()

    def read_columns(self, platform: str, name: str, columns: Sequence[str]) -> pl.DataFrame:
        """Some columns of one table of `MEASURED` of a platform, of all its months."""
        table, months = MEASURED[name], self._months(name, platform)
        if not months:
            return table.empty().select(columns)
        with _reading():
            return (
                self._scan([measured.name for measured in months], table).select(columns).collect()
            )

    def legs_hash(self, platform: str, day: date, file: str) -> str | None:
        """SHA-256 of a file of legs as it lies there; None if it is missing."""
        return self._storage.sha256(LegsFile(platform, day, file).name)

    def month_hash(self, platform: str, month: str, kind: str) -> str | None:
        """SHA-256 of a measured file as it lies there; None if it is missing."""
        return self._storage.sha256(MonthFile(platform, month, kind).name)

    def is_readable(self, platform: str, part: Slice) -> bool:
        """Whether a file of unknown hash is whole and has all rows of a slice."""
        try:
            return self.read_legs(platform, [part]).height == part.rows
        except StateError:
            return False

    def is_month_readable(self, platform: str, month: str, kind: str) -> bool:
        """Whether a measured file of unknown hash is whole."""
        try:
            self._read(MonthFile(platform, month, kind).name, MEASURED[kind])
        except StateError:
            return False
        return True

    def remove_legs(self, platform: str, day: date, file: str) -> None:
        """Delete a damaged file of legs."""
        self._storage.remove([LegsFile(platform, day, file).name])

    def set_month_aside(self, platform: str, month: str, kind: str, folder: Path) -> None:
        """Move a damaged measured file into a folder: it is anonymous, somebody may look at it."""
        name = MonthFile(platform, month, kind).name
        content = self._storage.read(name)
        if content is not None:
            write_bytes_atomically(folder / f"{kind}-{platform}-{month}.parquet", content)
            self._storage.remove([name])

    def strays(
        self,
        legs: Iterable[tuple[str, date, str]],
        months: Iterable[tuple[str, str, str]],
    ) -> list[str]:
        """Names of files that are none of the known ones.

        Those are given as (platform, day, file) and as (platform, month, kind).
        """
        known = {LegsFile(*file).name for file in legs}
        known |= {MonthFile(*month).name for month in months}
        return [name for name in self._storage.sizes() if name not in known]

    def sweep(self, known: Iterable[tuple[str, date, str]]) -> None:
        """Delete every leg file that is not one of the known (platform, day, file).

        What was never finished goes too, and tables that only an older version kept. What is not
        named as the files of a lake are belongs to others, and stays.
        """
        wanted = {LegsFile(*file).name for file in known}

        def goes(name: str) -> bool:
            measured = month_file(name)
            is_kept = name in wanted or (measured is not None and measured.kind in MEASURED)
            return is_of_lake(name) and not is_kept

        self._storage.remove([name for name in self._storage.sizes() if goes(name)])

    @contextmanager
    def shown(self) -> Iterator[Callable[[], bool]]:
        """Within the block whoever has this lake before him can tell by what is given."""
        name = f"{SHOWN}/{secrets.token_hex(8)}"
        self._storage.write(name, b"")
        try:
            yield partial(self._storage.has, name)
        finally:
            self._storage.remove([name])

    def _months(self, kind: str, platform: str) -> list[MonthFile]:
        """The measured files of a kind, in the order of their months."""
        found = map(month_file, self._storage.sizes(f"{kind}/platform={platform}/"))
        return [measured for measured in found if measured is not None]

    def _scan(
        self, names: Sequence[str], table: Table, file_column: str | None = None
    ) -> pl.LazyFrame:
        """The rows of some files; ``file_column`` holds where each lies (`Storage.location`)."""
        # Files that were written before a column existed do not know it.
        return pl.scan_parquet(
            [self._storage.location(name) for name in names],
            schema=table.schema,
            missing_columns="insert",
            include_file_paths=file_column,
            storage_options=self._storage.options,
        )

    def _read(self, name: str, table: Table) -> pl.DataFrame:
        with _reading():
            return table.check(self._scan([name], table).collect())

    def _write(self, name: str, frame: pl.DataFrame) -> str:
        """Write a file whole; return the SHA-256 of what was meant, whatever becomes of it."""
        stream = BytesIO()
        # Files are chosen by their path, so no statistics are needed to skip them; keys are as
        # random as numbers come and repeated values have their dictionary, so that compression
        # would gain a tenth of the space for a third of the time.
        # Rows in one piece: how many threads made the pieces would show in the bytes.
        frame.rechunk().write_parquet(stream, compression="uncompressed", statistics=False)
        self._storage.write(name, stream.getbuffer())
        return hashlib.sha256(stream.getbuffer()).hexdigest()


def _sliced(legs: pl.DataFrame, files: Sequence[str], slices: Sequence[Slice]) -> pl.DataFrame:
    """The rows of some slices, each of a file, with the number of each slice.

    ``legs`` have a column ``file`` and hold each file whole.
    """
    lengths = legs["file"].rle().struct.unnest().with_columns(end=pl.col("len").cum_sum())
    first_of = {file: end - rows for rows, file, end in lengths.rows()}
    in_order = sorted(
        (first_of[file] + each.first_row, each.rows, index)
        for index, (file, each) in enumerate(zip(files, slices, strict=True))
        if file in first_of  # not a file that has lost all its rows
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
