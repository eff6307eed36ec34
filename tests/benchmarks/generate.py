"""Synthetic Asterisk ``cdr_csv`` records of a large public platform, always the same for a seed.

Written as Asterisk writes them (`cdr/cdr_csv.c`, 21 columns): no header, texts quoted, numbers
bare, an answer that never came as an empty unquoted field, records in the order of their ends.
Every telephone number is one that ARCEP reserves for fiction.

Nobody calls between midnight and six, so that no local time is doubled or skipped by the change of
clocks within the period: the benchmark compares speed, and each program may have its own idea of
what a doubled hour means.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tests.benchmarks.duties import CLOCK, ZONE

FIRST_DAY = date(2026, 8, 3)  # a Monday; clocks go back within the thirteen weeks, on 25 October
DAYS = 91
SEED = 20261123
LAYOUT = 1  # part of the cached name: raise it when other records come out of the same seed

_FICTIONAL_PREFIXES = ("063998", "019900", "026191", "035301", "046571", "053649")
_PREFIX_SHARES = (0.7, 0.1, 0.05, 0.05, 0.05, 0.05)
_CHUNK_ROWS = 500_000

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# What becomes of a call. Refused and given-up calls abound: this is a platform in trouble.
_ANSWERED, _ABANDONED, _BUSY, _UNKNOWN = range(4)
_FATE_SHARES = (0.58, 0.19, 0.20, 0.03)


@dataclass(frozen=True)
class Records:
    """Where the records are, and the number of lines that such traffic would have."""

    csv: Path
    records: int
    lines: int


@dataclass(frozen=True)
class Period:
    """Some whole weeks, from a Monday on."""

    first: date = FIRST_DAY
    days: int = DAYS


def records(count: int, folder: Path, seed: int = SEED, period: Period | None = None) -> Records:
    """Return the file of ``count`` records, made now unless an earlier run has left it."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"cdr-{count}-{seed}-{LAYOUT}"
    if period is not None:
        name += f"-{period.first}-{period.days}"
    csv, note = folder / f"{name}.csv", folder / f"{name}.json"
    if not note.exists():
        lines = _write(csv, count, np.random.default_rng(seed), period or Period())
        note.write_text(json.dumps({"lines": lines}), encoding="utf-8")  # last: the file is whole
    return Records(csv, count, int(json.loads(note.read_text(encoding="utf-8"))["lines"]))


@dataclass(frozen=True)
class _Legs:
    """One element a record; times in seconds of local wall clock, as if it were UTC."""

    call: Ints
    nth: Ints  # 0 for the first leg of its call
    start: Ints
    answer: Ints  # -1: never
    end: Ints
    fate: Ints  # of this leg
    outbound: Bools
    uniqueid_epoch: Ints  # true UTC second of the arrival of the call
    caller: Ints

    def __getitem__(self, rows: Ints | slice) -> _Legs:
        return _Legs(**{name: column[rows] for name, column in self.__dict__.items()})


def _write(csv: Path, count: int, chance: np.random.Generator, period: Period) -> int:
    """Write the records and return the number of lines in service."""
    legs = _draw(count, chance, period)
    # Asterisk writes a record when it ends.
    legs = legs[np.lexsort((legs.nth, legs.call, legs.end))]
    part = csv.with_suffix(".part")
    with part.open("wb") as out:
        for first in range(0, count, _CHUNK_ROWS):
            rows = _format(legs[slice(first, first + _CHUNK_ROWS)], first)
            rows.write_csv(out, include_header=False, quote_style="never")
    part.replace(csv)
    holding = legs.fate != _BUSY
    held_s = int((legs.end - legs.start)[holding].sum())
    weekdays = period.days // 7 * 5
    open_s = weekdays * 9 * 3600  # roughly nine busy hours a day
    return max(2, round(1.1 * held_s / open_s))


def _draw(count: int, chance: np.random.Generator, period: Period) -> _Legs:
    fate = chance.choice(4, size=count, p=_FATE_SHARES).astype(np.int64)
    has_several = np.isin(fate, (_ANSWERED, _ABANDONED)) & (chance.random(count) < 0.195)
    legs_of_call = np.where(has_several, chance.integers(2, 4, count), 1)
    calls = int(np.searchsorted(np.cumsum(legs_of_call), count)) + 1
    fate, legs_of_call = fate[:calls], legs_of_call[:calls]
    arrival, arrival_utc = _arrivals(calls, chance, period)
    outbound = chance.random(calls) < 0.04
    fate[outbound & (fate == _BUSY)] = _ANSWERED

    call = np.repeat(np.arange(calls), legs_of_call)[:count]
    first_row = np.r_[0, np.cumsum(legs_of_call)[:-1]]
    nth = np.arange(len(call)) - first_row[call]
    is_last = nth == legs_of_call[call] - 1

    # Half of the answered calls of several legs are transfers: each leg is answered, and begins
    # when the one before ends. All others rang several agents at once, until one took the call.
    transferred = ((chance.random(calls) < 0.5) & (fate == _ANSWERED))[call]
    leg_fate = np.where((fate[call] == _ANSWERED) & ~is_last & ~transferred, _ABANDONED, fate[call])

    ring_s = chance.geometric(1 / 40, calls)
    talk_s = np.minimum(chance.lognormal(5.0, 0.8, len(call)).astype(np.int64) + 5, 3600)
    patience_s = chance.geometric(1 / 90, calls)
    refusal_s = chance.integers(2, 9, calls)

    lasting = np.select(
        [leg_fate == _ANSWERED, (leg_fate == _ABANDONED) & (fate[call] == _ANSWERED)],
        [np.where(transferred & (nth > 0), 0, ring_s[call]) + talk_s, ring_s[call]],
        default=np.where(fate == _BUSY, refusal_s, patience_s)[call],
    )
    before = np.where(transferred, np.cumsum(lasting) - lasting, 0)
    start = arrival[call] + before - before[first_row[call]]
    answer = np.where(
        leg_fate == _ANSWERED, start + np.where(transferred & (nth > 0), 0, ring_s[call]), -1
    )
    return _Legs(
        call=call,
        nth=nth,
        start=start,
        answer=answer,
        end=start + lasting,
        fate=leg_fate,
        outbound=outbound[call],
        uniqueid_epoch=arrival_utc[call],
        # A fifth of the callers make most of the calls: they have to redial.
        caller=(chance.beta(1, 3, calls) * 60_000).astype(np.int64)[call],
    )


def _arrivals(calls: int, chance: np.random.Generator, period: Period) -> tuple[Ints, Ints]:
    """Seconds of arrival, by the local clock and in UTC."""
    by_weekday = (1.0, 0.9, 0.8, 0.9, 0.7, 0.02, 0.005)
    weight = np.array([by_weekday[day % 7] for day in range(period.days)])
    day = chance.choice(period.days, size=calls, p=weight / weight.sum())
    in_hours = chance.random(calls) < 0.98
    office = 8.5 * 3600 + chance.beta(1.6, 2.2, calls) * 9 * 3600
    second = np.where(in_hours, office, chance.uniform(6 * 3600, 21 * 3600, calls)).astype(np.int64)
    days = [period.first + timedelta(days=number) for number in range(period.days)]
    local, offset = np.array([*map(_seconds, days)]), np.array([*map(_offset_s, days)])
    arrival = local[day] + second
    order = np.argsort(arrival, kind="stable")
    return arrival[order], (arrival - offset[day])[order]


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _offset_s(day: date) -> int:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(ZONE))
    offset = noon.utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def _format(legs: _Legs, first_row: int) -> pl.DataFrame:
    """One column of finished lines."""
    frame = pl.DataFrame(asdict(legs)).with_row_index("row", offset=first_row)
    fate, outbound = pl.col("fate"), pl.col("outbound")
    answered, never_answered = fate == _ANSWERED, pl.col("answer") < 0
    prefixes = np.repeat(_FICTIONAL_PREFIXES, np.round(np.array(_PREFIX_SHARES) * 20).astype(int))
    # The same caller always has the same prefix, and one in 25 withholds the number.
    prefix = pl.lit(pl.Series(prefixes.tolist())).gather(pl.col("caller") % len(prefixes))
    number = prefix + (pl.col("caller") % 10_000).cast(pl.String).str.zfill(4)
    src = (
        pl.when(outbound)
        .then(pl.lit("0199001000"))
        .when(pl.col("call") % 25 == 0)
        .then(pl.lit(""))
        .otherwise(number)
    )
    trunk = "PJSIP/operateur-" + _hex8(pl.col("call") * 4)
    agent = "PJSIP/agent-07-" + _hex8(pl.col("call") * 4 + pl.col("nth") + 1)
    reached_agent = answered | (fate == _ABANDONED) & (pl.col("call") % 3 > 0)
    dstchannel = pl.when(outbound).then(trunk).when(reached_agent).then(agent).otherwise(pl.lit(""))
    lastapp = (
        pl.when(outbound)
        .then(pl.lit("Dial"))
        .when(fate == _BUSY)
        .then(pl.lit("Busy"))
        .when(fate == _UNKNOWN)
        .then(pl.lit("Playback"))
        .otherwise(pl.lit("Queue"))
    )
    disposition = pl.lit(pl.Series(["ANSWERED", "NO ANSWER", "BUSY", "UNKNOWN"])).gather(fate)
    answer = pl.when(never_answered).then(pl.lit("")).otherwise('"' + _clock("answer") + '"')
    billsec = pl.when(never_answered).then(0).otherwise(pl.col("end") - pl.col("answer"))
    uniqueid = pl.format("{}.{}", "uniqueid_epoch", pl.col("call") * 4)
    return frame.with_columns(
        src=src,
        clid=pl.when(src == "")
        .then(pl.lit('""'))
        .otherwise(pl.format('"""Usager {}"" <{}>"', pl.col("caller") % 100, src)),
        channel=pl.when(outbound).then(agent).otherwise(trunk),
        dstchannel=dstchannel,
        lastapp=lastapp,
        started=_clock("start"),
        answered=answer,
        ended=_clock("end"),
        duration=pl.col("end") - pl.col("start"),
        billsec=billsec,
        disposition=disposition,
        uniqueid=uniqueid,
    ).select(
        pl.format(
            '"","{}","0199001000","entrant",{},"{}","{}","{}","accueil,t",'
            '"{}",{},"{}",{},{},"{}","DOCUMENTATION","{}","","","{}",{}',
            "src",
            "clid",
            "channel",
            "dstchannel",
            "lastapp",
            "started",
            "answered",
            "ended",
            "duration",
            "billsec",
            "disposition",
            "uniqueid",
            "uniqueid",
            "row",
        )
    )


def _clock(column: str) -> pl.Expr:
    return pl.from_epoch(column, "s").dt.strftime(CLOCK)


def _hex8(number: pl.Expr) -> pl.Expr:
    """``%08x``, digit by digit: Polars has no such format."""
    digits = pl.lit(pl.Series(list("0123456789abcdef")))
    return pl.concat_str([digits.gather(number // 16**place % 16) for place in range(7, -1, -1)])
