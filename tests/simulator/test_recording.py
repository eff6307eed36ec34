"""Missing records: what happened stays, the records and CALLS have less."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from affluence.simulator.asterisk_csv import asterisk_records
from affluence.simulator.scenario import Recording, Scenario
from affluence.simulator.simulation import Simulation, calls_frame, simulate
from affluence.simulator.truth import persons_frame, truth_frame

_PARIS = ZoneInfo("Europe/Paris")
_OUTAGE = (
    datetime(2026, 10, 13, 9, 30, tzinfo=_PARIS),
    datetime(2026, 10, 13, 11, 0, tzinfo=_PARIS),
)


def _recorded(scenario: Scenario, recording: Recording) -> Simulation:
    return simulate(replace(scenario, recording=recording), seed=1)


def test_by_default_every_call_leaves_a_record(simulation: Simulation) -> None:
    assert simulation.recorded == list(range(len(simulation.calls)))


@pytest.mark.parametrize(
    "recording",
    [Recording(busy_recorded=False), Recording(lost_share=0.3), Recording(outages=(_OUTAGE,))],
)
def test_truth_keeps_what_records_miss(
    scenario: Scenario, simulation: Simulation, calls: pl.DataFrame, recording: Recording
) -> None:
    missing = _recorded(scenario, recording)
    assert missing.calls == simulation.calls
    assert truth_frame(missing).equals(truth_frame(simulation))
    assert persons_frame(missing).equals(persons_frame(simulation))
    kept = calls_frame(missing)
    assert 0 < kept.height < calls.height
    assert kept.equals(calls.join(kept.select("call_key"), on="call_key", how="semi"))


def test_refused_calls_may_never_be_written(scenario: Scenario, calls: pl.DataFrame) -> None:
    kept = calls_frame(_recorded(scenario, Recording(busy_recorded=False)))
    assert kept.equals(calls.filter(pl.col("outcome") != "busy"))


def test_a_share_of_the_calls_is_lost_and_a_greater_share_more_of_them(
    scenario: Scenario, simulation: Simulation
) -> None:
    few, many = (
        set(_recorded(scenario, Recording(lost_share=share)).recorded) for share in (0.7, 0.3)
    )
    assert few < many
    assert len(many) / len(simulation.calls) == pytest.approx(0.7, abs=0.03)


def test_nothing_is_written_during_an_outage(scenario: Scenario, calls: pl.DataFrame) -> None:
    kept = calls_frame(_recorded(scenario, Recording(outages=(_OUTAGE,))))
    ended = pl.col("released_at").dt.convert_time_zone("Europe/Paris")
    written = calls.filter(~((ended >= _OUTAGE[0]) & (ended < _OUTAGE[1])))
    assert kept.equals(written)


def test_an_outage_needs_a_zone() -> None:
    naive = tuple(instant.replace(tzinfo=None) for instant in _OUTAGE)
    with pytest.raises(ValueError, match="zone"):
        Recording(outages=((naive[0], naive[1]),))


def test_asterisk_misses_the_same_calls_and_goes_on_counting(
    scenario: Scenario, simulation: Simulation
) -> None:
    missing = _recorded(scenario, Recording(busy_recorded=False, lost_share=0.1))
    kept, all_records = asterisk_records(missing), asterisk_records(simulation)
    assert set(kept) < set(all_records)
    assert len(kept) == sum(1 + len(missing.calls[index].missed) for index in missing.recorded)
    assert not any('"BUSY"' in record.line for record in kept)
