"""The clock of the records: against zoneinfo, row by row; and which clock it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from affluence.cdr import clock
from affluence.pipeline import read_calls
from tests.cdr.reading import written
from tests.records import record

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


def test_records_in_utc_are_recognised(tmp_path: Path) -> None:
    line = record(1, "2026-07-01 10:00:00", 60, clock="UTC")
    assert '"2026-07-01 08:00:00"' in line
    calls, _ = read_calls([written(tmp_path, [line])])
    assert calls["offered_at"][0] == datetime(2026, 7, 1, 8, tzinfo=UTC)
