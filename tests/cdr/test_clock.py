"""The clock of the records: against zoneinfo, row by row, and through both clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affluence.cdr import clock
from affluence.pipeline import read_calls
from affluence.tables import AMBIGUOUS_HOUR, NEGATIVE
from tests.records import PARIS, record

ZONES = (
    "Europe/Paris",
    "UTC",
    "Indian/Reunion",
    "America/Cayenne",
    "America/Miquelon",
    "Asia/Kolkata",
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
moments = st.datetimes(datetime(2019, 1, 1), datetime(2028, 1, 1))


def wall_us(moment: datetime) -> int:
    return (moment.replace(tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)


@given(st.sampled_from(ZONES), st.lists(moments, min_size=1, max_size=20))
def test_wall_clock_to_utc_is_what_zoneinfo_says(zone: str, walls: list[datetime]) -> None:
    info = ZoneInfo(zone)
    frame = pl.DataFrame({"wall": [wall_us(wall) for wall in walls]})
    first, last = wall_us(min(walls)), wall_us(max(walls))
    found = frame.select(clock.earliest_utc(pl.col("wall"), zone, first, last)).to_series()
    for wall, utc_us in zip(walls, found, strict=True):
        expected = (wall.replace(tzinfo=info) - EPOCH) // timedelta(microseconds=1)
        assert utc_us == expected


@given(st.sampled_from(ZONES), st.lists(moments, min_size=1, max_size=20))
def test_utc_to_wall_clock_is_what_zoneinfo_says(zone: str, instants: list[datetime]) -> None:
    frame = pl.DataFrame({"utc": [wall_us(instant) for instant in instants]})
    first, last = wall_us(min(instants)), wall_us(max(instants))
    found = frame.select(clock.wall(pl.col("utc"), zone, first, last)).to_series()
    for instant, local_us in zip(instants, found, strict=True):
        local = instant.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
        assert local_us == wall_us(local.replace(tzinfo=None))


@given(st.sampled_from(ZONES), st.integers(2019, 2027))
def test_transitions_are_those_of_zoneinfo(zone: str, year: int) -> None:
    info = ZoneInfo(zone)
    for change in clock.transitions(zone, year, year):
        at = EPOCH + timedelta(microseconds=change.at_us)
        before, after = (at - timedelta(seconds=1)).astimezone(info), at.astimezone(info)
        assert before.utcoffset() == timedelta(microseconds=change.before_us)
        assert after.utcoffset() == timedelta(microseconds=change.after_us)


@given(
    st.sampled_from(
        [("Europe/Paris", "Europe/Paris"), ("UTC", "UTC"), ("America/Cayenne", "Etc/GMT+3")]
    ),
    st.lists(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)), min_size=3, max_size=40),
)
def test_clock_is_deduced_from_true_epochs(zones: tuple[str, str], moments: list[datetime]) -> None:
    written, expected = zones
    instants = [moment.replace(tzinfo=UTC, microsecond=0) for moment in moments]
    walls = [wall_us(i.astimezone(ZoneInfo(written)).replace(tzinfo=None)) for i in instants]
    epochs = [int(i.timestamp()) for i in instants]
    deduced = clock.deduce(pl.Series(walls), pl.Series(epochs), "Europe/Paris")
    assert deduced is not None
    assert deduced.zone == expected


def test_no_clock_where_nothing_agrees() -> None:
    walls = pl.Series([wall_us(datetime(2026, 3, day)) for day in range(1, 9)])
    epochs = pl.Series(range(1_500_000_000, 1_500_000_000 + 8 * 7919, 7919))
    assert clock.deduce(walls, epochs, "Europe/Paris") is None


# Autumn: on 25 October 2026 the hour from two to three occurs twice.


def read(tmp_path: Path, *records: str) -> pl.DataFrame:
    (tmp_path / "Master.csv").write_text("".join(f"{line}\n" for line in records))
    return read_calls([tmp_path / "Master.csv"])[0]


@pytest.mark.parametrize("fold", [0, 1])
def test_doubled_hour_is_settled_by_the_epoch(tmp_path: Path, fold: int) -> None:
    written = record(1, "2026-10-25 02:30:00", 600, answered_after_s=30, fold=fold)
    call = read(tmp_path, written).row(0, named=True)
    start = datetime(2026, 10, 25, 2, 30, tzinfo=PARIS, fold=fold).astimezone(UTC)
    assert call["offered_at"] == start
    assert call["answered_at"] == start + timedelta(seconds=30)
    assert call["released_at"] == start + timedelta(seconds=600)
    assert call["quality"] == 0


@pytest.mark.parametrize("start", ["01:50:00", "02:10:00", "02:59:00"])
@pytest.mark.parametrize("fold", [0, 1])
@pytest.mark.parametrize("lasts_s", [30, 1200, 3000, 3600, 4500, 7300])
def test_calls_across_the_doubled_hour(tmp_path: Path, start: str, fold: int, lasts_s: int) -> None:
    written = record(1, f"2026-10-25 {start}", lasts_s, answered_after_s=20, fold=fold)
    call = read(tmp_path, written).row(0, named=True)
    assert (call["released_at"] - call["offered_at"]).total_seconds() == lasts_s
    assert (call["answered_at"] - call["offered_at"]).total_seconds() == 20


def test_doubled_hour_without_epoch_is_marked(tmp_path: Path) -> None:
    written = record(1, "2026-10-25 02:30:00", 60, width=16, fold=1)
    call = read(tmp_path, written).row(0, named=True)
    assert call["offered_at"] == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert call["quality"] & AMBIGUOUS_HOUR


def test_spring_gap(tmp_path: Path) -> None:
    call = read(tmp_path, record(1, "2026-03-29 01:50:00", 1200)).row(0, named=True)
    assert (call["released_at"] - call["offered_at"]).total_seconds() == 1200


def test_an_end_before_its_beginning_is_marked(tmp_path: Path) -> None:
    call = read(tmp_path, record(1, "2026-03-03 10:00:00", -30)).row(0, named=True)
    assert call["released_at"] == call["offered_at"]
    assert call["quality"] & NEGATIVE


def test_records_in_utc_are_recognised(tmp_path: Path) -> None:
    written = record(1, "2026-07-01 10:00:00", 60, clock="UTC")
    assert '"2026-07-01 08:00:00"' in written
    assert read(tmp_path, written)["offered_at"][0] == datetime(2026, 7, 1, 8, tzinfo=UTC)
