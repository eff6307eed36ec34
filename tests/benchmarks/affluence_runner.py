"""Our own pipeline, as a user runs it: a configuration, then ``affluence run``.

    python -m tests.benchmarks.affluence_runner CSV WORKDIR LINES

`run` is what is timed: ingest, measures, typical week, site, delivery. `export_slots` comes after,
untimed: it asks the program for its slots and brings them into the form of `duties`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.benchmarks.duties import SLOT_COLUMNS, SLOTS_FILE, TRUNK, ZONE

_ROOT = Path(__file__).resolve().parents[2]
_CONFIG = """\
[run]
as_of = "last-record"

[state]
folder = "state"

[platform.bench]
name = "Benchmark"
phone = "+33 1 99 00 10 00"
zone = "{zone}"
lines = {lines}
demonstration = true

[platform.bench.source]
folder = "{folder}"
files = ["{file}"]
dialect = "asterisk-csv"
trunks = ["{trunk}-"]

# Open all the time: the others know nothing of opening hours, and outside them an attempt is
# `closed` whatever its record says.
[platform.bench.opening]
monday = ["00:00-24:00"]
tuesday = ["00:00-24:00"]
wednesday = ["00:00-24:00"]
thursday = ["00:00-24:00"]
friday = ["00:00-24:00"]
saturday = ["00:00-24:00"]
sunday = ["00:00-24:00"]
public_holidays = ""

[target.site]
kind = "in-place"
folder = "site"
"""


def _affluence(workdir: Path, *command: str) -> None:
    config = ["--config", str(workdir / "config.toml")]
    subprocess.run([sys.executable, "-m", "affluence", *command, *config], cwd=_ROOT, check=True)


def write_config(csv: Path, workdir: Path, lines: int) -> Path:
    """Write a configuration into ``workdir``."""
    text = _CONFIG.format(
        zone=ZONE, lines=lines, folder=csv.parent.resolve(), file=csv.name, trunk=TRUNK
    )
    path = workdir / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def run(csv: Path, workdir: Path, lines: int) -> None:
    """Run the program on its configuration in ``workdir``."""
    write_config(csv, workdir, lines)
    _affluence(workdir, "run")


def export_slots(workdir: Path) -> None:
    """Leave the measured slots in ``workdir`` in the form in which all are compared."""
    import polars as pl  # not needed by the timed part, and slow to load

    exported = workdir / "exported.parquet"
    _affluence(workdir, "slots", "-o", str(exported))
    (
        pl.read_parquet(exported)
        .with_columns(pl.col("slot_start").dt.epoch("s"))
        .select(pl.col(*SLOT_COLUMNS).cast(pl.Int64))
        .sort("slot_start")
        .write_parquet(workdir / SLOTS_FILE)
    )


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
