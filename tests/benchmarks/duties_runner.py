"""The duties alone, by the program's own parts: its ingestion, its calls, its basic measures.

    python -m tests.benchmarks.duties_runner CSV WORKDIR LINES

What `affluence run` does besides (persons, redials, histograms, simultaneous calls, agents, typical
week, site, delivery) the other contenders are not asked to do either.
"""

from __future__ import annotations

import sys
from pathlib import Path

from affluence import engine
from affluence.config import load
from tests.benchmarks.affluence_runner import write_config
from tests.benchmarks.duties import SLOT_COLUMNS, SLOTS_FILE


def run(csv: Path, workdir: Path, lines: int) -> None:
    """Do the duties; leave the legs by day in a lake, and the slots in ``workdir``."""
    engine.keep_memory()  # before Polars is loaded
    import polars as pl

    from affluence.steps.ingest import ingest
    from affluence.steps.settings import recipe_of
    from affluence.store import open_store
    from tests.benchmarks.basic_measures import SLOT_US
    from tests.benchmarks.measures_runner import measure_days

    settings = load(write_config(csv, workdir, lines))
    ((name, platform),) = settings.platform.items()
    with open_store(settings.state.folder, settings.state.keys_folder) as store:
        ingest(store, name, recipe_of(platform), [csv])
        measured = measure_days(store, name, platform, basic=True, weeks=10_000)
    slots = pl.concat(measured).with_columns(slot_start=pl.col("slot") * SLOT_US // 1_000_000)
    seconds = {
        column: pl.col(column.removesuffix("_s") + "_us") // 1_000_000
        for column in SLOT_COLUMNS
        if column.endswith("_s")
    }
    slots.with_columns(**seconds).select(pl.col(*SLOT_COLUMNS).cast(pl.Int64)).write_parquet(
        workdir / SLOTS_FILE
    )


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
