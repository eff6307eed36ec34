"""The demonstration data on disk: the records, and the truth beside them."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from affluence.simulator.asterisk_csv import WRITER
from affluence.simulator.scenario import Scenario
from affluence.simulator.simulation import simulate
from affluence.simulator.tally import COUNTS
from affluence.simulator.true_week import true_week
from affluence.simulator.truth import truth_frame
from affluence.simulator.written import Writer


def write_demonstration(
    folder: Path,
    scenario: Scenario,
    seed: int,
    *,
    true_weeks: int = 200,
    writer: Writer = WRITER,
) -> None:
    """Write the records, ``truth.csv`` and ``truth-week.csv`` into ``folder``.

    ``truth.csv`` has the quarters of `truth_frame` in which a call was expected or a line held:
    in the others every figure is 0. ``truth-week.csv`` comes from ``true_weeks`` weeks of their
    own.
    """
    folder.mkdir(parents=True, exist_ok=True)
    simulation = simulate(scenario, seed=seed)
    for name, content in writer.files(simulation).items():
        (folder / name).write_bytes(content)
    _write_csv(_eventful(truth_frame(simulation)), folder / "truth.csv")
    _write_csv(true_week(scenario, weeks=true_weeks, seed=seed), folder / "truth-week.csv")


def _eventful(truth: pl.DataFrame) -> pl.DataFrame:
    # Expected calls are 0 at night, but the last redials or a long call may reach into it.
    figures = [*COUNTS, "expected_first_attempts", "held_s"]
    return truth.filter(pl.any_horizontal(pl.col(figures) > 0))


def _write_csv(frame: pl.DataFrame, path: Path) -> None:
    # Six digits hold every millisecond; the last bits of a logarithm stay out of the file.
    rounded = frame.with_columns(pl.selectors.float().round(6))
    path.write_text(
        rounded.write_csv(datetime_format="%Y-%m-%dT%H:%MZ"), encoding="utf-8", newline="\n"
    )
