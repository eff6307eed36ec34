"""The committed demonstration data: what the seed gives, on the calendar that was announced."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import holidays
import polars as pl

from affluence.simulator.asterisk_csv import WRITER
from affluence.simulator.demonstration import DEMONSTRATION_SEED, demonstration
from affluence.simulator.demonstration_folder import write_demonstration
from affluence.simulator.scenario import Scenario
from affluence.simulator.simulation import simulate
from affluence.simulator.truth import truth_frame
from affluence.simulator.writers import WRITERS

_COMMITTED = Path(__file__).parents[2] / "cdr_samples" / "demonstration"


def test_committed_records_and_truth_are_what_the_seed_gives() -> None:
    simulation = simulate(demonstration(), seed=DEMONSTRATION_SEED)
    weeks = WRITER.files(simulation)
    assert [path.name for path in sorted(_COMMITTED.iterdir())] == [
        *weeks,
        "messages.csv",  # invented by hand, for the written indicators
        "truth-week.csv",
        "truth.csv",
    ]
    # Compressed bytes depend on the zlib of the machine; what is in them does not.
    for name, content in weeks.items():
        assert gzip.decompress((_COMMITTED / name).read_bytes()) == gzip.decompress(content)
    committed, truth = pl.read_csv(_COMMITTED / "truth.csv"), truth_frame(simulation)
    for name in ("first_attempts", "attempts", "busy", "answered"):
        assert committed[name].sum() == truth[name].sum()


def test_committed_files_are_small() -> None:
    sizes = [path.stat().st_size for path in _COMMITTED.iterdir()]
    assert max(sizes) <= 300 * 1024
    assert sum(sizes) < 3_500_000


def test_the_desk_is_closed_on_the_public_holidays_of_the_period() -> None:
    scenario = demonstration()
    public = {
        day
        for day in holidays.country_holidays("FR", years=2026)
        if scenario.first_day <= day <= scenario.last_day and day.isoweekday() <= 5
    }
    closed = {special.day for special in scenario.special_days if special.closed}
    assert len(public) == 1
    assert public < closed


def test_records_in_another_dialect(scenario: Scenario, tmp_path: Path) -> None:
    day = replace(scenario, last_day=scenario.first_day)
    write_demonstration(tmp_path, day, seed=1, true_weeks=2, writer=WRITERS["queue-log"])
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["queue_log-2026-W42.gz", "truth-week.csv", "truth.csv"]


def test_documents_lie_in_the_folder_one_by_one(scenario: Scenario, tmp_path: Path) -> None:
    day = replace(scenario, last_day=scenario.first_day)
    write_demonstration(tmp_path, day, seed=1, true_weeks=2, writer=WRITERS["freeswitch-json"])
    names = {path.name for path in tmp_path.iterdir()} - {"truth-week.csv", "truth.csv"}
    documents = [json.loads((tmp_path / name).read_bytes())["variables"] for name in names]
    assert names == {
        f"{'a_' if leg['direction'] == 'inbound' else ''}{leg['uuid']}.cdr.json"
        for leg in documents
    }


def test_writing_twice_gives_the_same_bytes(scenario: Scenario, tmp_path: Path) -> None:
    day = replace(scenario, last_day=scenario.first_day)
    for name in ("first", "second"):
        write_demonstration(tmp_path / name, day, seed=1, true_weeks=2)
    first, second = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}
        for name in ("first", "second")
    )
    assert first == second
    assert sorted(first) == ["Master-2026-W42.csv.gz", "truth-week.csv", "truth.csv"]
