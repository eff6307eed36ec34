"""The floor: what it costs to read the file at all.

Whatever a program does with these records, it has to read every byte, find where every field ends
(quotes and commas within quotes included) and turn three local times into instants. This does that
with the same library and nothing else: the other columns are never built, and of each time only
the maximum is kept, so that no memory is spent on holding results. No pipeline on Polars can be
faster; the ratio to this floor says what our own duties add.

    python -m tests.benchmarks.floor CSV
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

from tests.benchmarks.duties import CLOCK, COLUMNS


def read(csv: Path) -> pl.DataFrame:
    """Parse the three times of every record; return the latest of each."""
    times = pl.col("start", "answer", "end").str.to_datetime(CLOCK, time_unit="us")
    return (
        pl.scan_csv(csv, has_header=False, new_columns=list(COLUMNS), infer_schema=False)
        .select(times.max())
        .collect(engine="streaming")
    )


if __name__ == "__main__":
    print(read(Path(sys.argv[1])))
