"""The state of a large platform after years: six months of legs, and older slots that are sealed.

The six months are read and measured by the program. Older years are these months again, half a
year earlier each time, written as the program would have left them: slots without legs, sealed
days, the files that gave them with the account of their lines, and a table published each week.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import polars as pl

from affluence.store import Store, open_store
from affluence.store.days import PartFates
from affluence.store.publications import Publication, Recommended, Release
from affluence.store.read_files import PartEntry, RangeEntry
from affluence.tables import MEASURED
from affluence.typical_week.calendar import each_day, instant
from tests.benchmarks.duties import TRUNK, ZONE
from tests.benchmarks.generate import Period, records

ROOT = Path(__file__).resolve().parents[2]
LAYOUT = 1  # part of the name of a kept state: raise it when another state would be made

_PLATFORM = "bench"
_WEEK, _DAY = timedelta(days=7), timedelta(days=1)
_LEG_WEEKS = 26
_FIRST = date(2026, 5, 18)  # a Monday
_LAST = _FIRST + _LEG_WEEKS * _WEEK - _DAY
_RECORDS_PER_ATTEMPT = 1.277  # of the synthetic records: several legs, calls that go out
_CONFIG = """\
[run]
as_of = "last-record"

[state]
folder = "state"

[platform.{platform}]
name = "Benchmark"
phone = "+33 1 99 00 10 00"
zone = "{zone}"
{lines}
demonstration = true

[platform.{platform}.source]
folder = "{records}"
dialect = "asterisk-csv"
trunks = ["{trunk}-"]

[platform.{platform}.opening]
monday = ["08:00-18:00"]
tuesday = ["08:00-18:00"]
wednesday = ["08:00-18:00"]
thursday = ["08:00-18:00"]
friday = ["08:00-18:00"]
saturday = []
sunday = []
public_holidays = ""

[target.site]
kind = "in-place"
folder = "site"
"""


def affluence(folder: Path, *command: str) -> list[str]:
    """The command line of affluence with the configuration of a folder."""
    config = str(folder / "config.toml")
    return [sys.executable, "-m", "affluence", *command, "--config", config]


@dataclass(frozen=True)
class Platform:
    """A platform with so many attempts a week, whose files and states are kept in a folder."""

    folder: Path
    attempts: int
    infers_lines: bool  # none are configured: the calls show how many there are

    @property
    def files(self) -> Path:
        """Folder of its files, one a week."""
        return self.folder / f"{self.attempts}-a-week"

    def file_of(self, week: int) -> Path:
        """The file of a week, whether it is in `files` or not; 0 is the first."""
        return self.files / f"week-{_FIRST + week * _WEEK}.csv"

    @cached_property
    def lines(self) -> int:
        """Lines that such traffic has."""
        return self._written(0)[1]

    def add_week(self) -> None:
        """The week after the six months comes in."""
        self._put(_LEG_WEEKS)

    def add_late_day(self) -> None:
        """A file of some more records of a day two months before comes in."""
        period = Period(first=_LAST + _DAY - 8 * _WEEK, days=1)
        late = records(max(10, self.attempts // 500), self.folder, seed=99, period=period)
        os.link(late.csv, self._late)

    @property
    def _late(self) -> Path:
        return self.files / "late.csv"

    def take_back(self) -> None:
        """Neither of them has come."""
        for path in (self.file_of(_LEG_WEEKS), self._late):
            path.unlink(missing_ok=True)

    def state(self, years: int) -> Path:
        """Folder with configuration, state and site after so many years: made now, or kept.

        It must not be changed: see `copy`.
        """
        kind = "inferred" if self.infers_lines else "configured"
        made = self.folder / f"state-{LAYOUT}-{self.attempts}-{kind}-{years}"
        if not made.exists():
            making = made.with_suffix(".part")
            shutil.rmtree(making, ignore_errors=True)
            if years:
                shutil.copytree(self.state(0), making)
                with open_store(making / "state", making / "state" / "keys") as store:
                    _Past(store, years).write()
                # More years may show more lines than six months did.
                subprocess.run(affluence(making, "run"), cwd=ROOT, check=True)
            else:
                self._begin(making)
            _check(making)
            making.rename(made)
        return made

    def copy(self, years: int) -> Path:
        """A copy of a state that may be changed, always in the same place; no file is new."""
        self.remove_copy()
        self.take_back()
        return Path(shutil.copytree(self.state(years), self._work))

    def remove_copy(self) -> None:
        """The copy is no longer needed."""
        shutil.rmtree(self._work, ignore_errors=True)

    @property
    def _work(self) -> Path:
        return self.folder / f"work-{os.getpid()}"

    def _begin(self, folder: Path) -> None:
        """Read and measure the six months."""
        folder.mkdir(parents=True)
        self.take_back()
        for week in range(_LEG_WEEKS):
            self._put(week)
        lines = "" if self.infers_lines else f"lines = {self.lines}"
        text = _CONFIG.format(
            platform=_PLATFORM, zone=ZONE, lines=lines, records=self.files, trunk=TRUNK
        )
        (folder / "config.toml").write_text(text, encoding="utf-8")
        subprocess.run(affluence(folder, "run"), cwd=ROOT, check=True)

    def _put(self, week: int) -> None:
        if not self.file_of(week).exists():
            self.files.mkdir(parents=True, exist_ok=True)
            os.link(self._written(week)[0], self.file_of(week))

    def _written(self, week: int) -> tuple[Path, int]:
        period = Period(first=_FIRST + week * _WEEK, days=7)
        count = round(self.attempts * _RECORDS_PER_ATTEMPT)
        made = records(count, self.folder, seed=week, period=period)
        return made.csv, made.lines


@dataclass(frozen=True)
class _Past:
    """What is written before the six months of a state, so that it has so many years."""

    store: Store
    years: int

    def write(self) -> None:
        weeks_before = self.years * 52 - _LEG_WEEKS
        shifts = range(_LEG_WEEKS, weeks_before + 1, _LEG_WEEKS)
        months = self._write_slots(shifts)
        first = _FIRST - weeks_before * _WEEK
        days = {day: _hash(f"inputs {day}") for day in each_day(first, _FIRST - _DAY)}
        with self.store.ledger.together():
            fates = [fate for n in range(weeks_before) for fate in self._read_file(n, first)]
            self.store.ledger.days.set_measured(_PLATFORM, days, fates, months)
            self.store.ledger.retention.seal(_PLATFORM, oldest_kept=_FIRST, today=_LAST + _DAY)
            self._publish(first)

    def _write_slots(self, shifts: range) -> dict[tuple[str, str], str]:
        """Every month anew, and the hashes of its files."""
        lake = self.store.lake
        tables = {}
        for name in MEASURED:
            newest = lake.read_measured(_PLATFORM, name)
            earlier = [_shifted(newest, name, weeks) for weeks in reversed(shifts)]
            tables[name] = pl.concat([*earlier, newest])
        month = pl.col("slot_start").dt.convert_time_zone(ZONE).dt.strftime("%Y-%m")
        by_month = {
            name: table.with_columns(month=month).partition_by(
                "month", as_dict=True, include_key=False, maintain_order=True
            )
            for name, table in tables.items()
        }
        return {
            (key, kind): digest
            for (key,) in by_month["slots"]
            for kind, digest in lake.write_month(
                _PLATFORM,
                str(key),
                {name: of.get((key,), MEASURED[name].empty()) for name, of in by_month.items()},
            ).items()
        }

    def _read_file(self, week: int, first: date) -> Iterator[PartFates]:
        """A file of long ago, whose records are no longer there; what became of them."""
        ledger, monday = self.store.ledger, first + week * _WEEK
        records = 1000  # a day: only the rows of the ledger matter
        name, head = _hash(f"range {week}")[:24], (1 << 16, _hash(f"head {week}").encode())
        parts = tuple(
            PartEntry(
                day=day,
                records=records,
                of_agents=0,
                last_us=round(instant(day, 1080, ZoneInfo(ZONE)).timestamp() * 1e6),
                sha256=_hash(f"part {day}"),
            )
            for day in each_day(monday, monday + 6 * _DAY)
        )
        file = ledger.files.add(_PLATFORM, f"/gone/week-{monday}.csv", head=head, reader="of old")
        entry = RangeEntry(
            name=name,
            start=0,
            end=1 << 20,
            digest=_hash(f"file {week}").encode(),
            first_line=1,
            lines=records * len(parts),
            provisional=False,
            repeated=0,
            ignored={},
            rejected={},
            parts=parts,
        )
        ledger.files.add_range(_PLATFORM, file, entry, clock=(ZONE, "found"))
        ledger.files.finish(file, size=1 << 20, mtime_ns=0)
        for part in parts:
            yield PartFates(
                day=part.day, name=name, calls=records, merged=0, duplicates=0, ignored=0
            )

    def _publish(self, first: date) -> None:
        """A table was published every week, from the fifth on."""
        log = self.store.ledger.publications
        weeks = self.store.ledger.weeks
        newest = weeks.newest_published(_PLATFORM)
        standing = log.release(log.standing() or "")
        if newest is None or standing is None:
            raise SystemExit("the six months were not published")
        (recommended,) = log.recommended(_PLATFORM)
        number = 0
        last = first + 5 * _WEEK - _DAY
        while last < newest.last:
            release = _hash(f"release {last}")[:16]
            weeks.put(replace(newest, last=last, state="published", inputs=_hash(str(last))))
            self._deliver(
                replace(standing, release=release, weeks={_PLATFORM: last}),
                replace(recommended, period_last=last, published_on=last + _DAY),
            )
            number += 1
            last += _WEEK
        self._deliver(standing, recommended)

    def _deliver(self, release: Release, recommended: Recommended) -> None:
        log, at = self.store.ledger.publications, datetime(2026, 1, 1, tzinfo=UTC)
        log.add_release(release.release, release.weeks, at)
        publication = Publication(
            target="site", release=release.release, at=at, action="run", reason=""
        )
        log.add_publication(publication, [recommended])


def _shifted(table: pl.DataFrame, kind: str, weeks: int) -> pl.DataFrame:
    """The rows of a measured table so many weeks earlier by the local clock.

    Nobody calls while clocks are changed, so that only SLOTS has rows then: the hour that spring
    lacks and the second of two hours where there is one are left out, the doubled hour of autumn
    is there twice.
    """
    local = pl.col("slot_start").dt.convert_time_zone(ZONE).dt.replace_time_zone(None)
    earlier = table.with_columns(slot_start=local - weeks * _WEEK)

    def placed(which: Literal["earliest", "latest"]) -> pl.DataFrame:
        start = pl.col("slot_start").dt.replace_time_zone(
            ZONE, ambiguous=which, non_existent="null"
        )
        found = earlier.with_columns(slot_start=start.dt.convert_time_zone("UTC"))
        return found.drop_nulls("slot_start")

    if kind != "slots":
        return placed("earliest")
    both = pl.concat([placed("earliest"), placed("latest")])
    return both.unique("slot_start", keep="first", maintain_order=True).sort("slot_start")


def _check(folder: Path) -> None:
    """The state is one that the program takes for sound."""
    subprocess.run(affluence(folder, "verify"), cwd=ROOT, check=True)


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
