"""Lake → slots: the days whose records or rules changed are measured again, and only they."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import polars as pl

from affluence import calls, engine, measures
from affluence.steps.capacity import Shift, configured_lines, inferred_lines, rostered_agents
from affluence.steps.clock import EPOCH
from affluence.steps.presence import prefer_recorded, recorded_agents
from affluence.store import Store
from affluence.store.days import Part, PartFates
from affluence.store.lake import Lake
from affluence.tables import SPANS
from affluence.typical_week.calendar import Hours, each_day, instant, opening_spans

# Days are measured in batches so that memory is bounded whatever the history: by the records where
# they are many, by the slots where they are few. A query of few records takes its time too.
_BATCH_DAYS = 366
_BATCH_RECORDS = 1_000_000
# Two batches at once: while one waits for its slowest query the cores have work in the other.
_BATCHES_AT_ONCE = 2
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Everything but the records that decides the slots of a platform.

    ``lines`` are numbers of lines by the day from which each holds; without any, the calls show
    how many there are. ``longest_call_s`` is at most a day: a call then reaches at most the day
    after its first leg, and a day's slots depend on its own records and its neighbours' only.
    """

    platform: str
    hours: Hours
    lines: Sequence[tuple[date, int]]
    roster: Sequence[Shift]
    refusals_hold_lines: bool
    longest_call_s: int
    wrap_up_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some consecutive days, and everything that measuring them depends on."""

    days: Sequence[date]
    parts: Sequence[Part]  # of these days, the day before and the day after
    lake: Lake
    rules: Rules
    capacity: pl.DataFrame  # CAPACITY
    recorded: pl.DataFrame  # SPANS

    def __str__(self) -> str:
        return f"{self.rules.platform}, {self.days[0]} to {self.days[-1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchMeasured:
    """The slots of a batch, and what became of the records of its days."""

    days: Sequence[date]
    measured: measures.Measured
    fates: Sequence[PartFates]


def measure_changed_days(
    store: Store,
    rules: Rules,
    on_days: Callable[[int], None] = lambda _: None,
    *,
    on: engine.Engine = engine.LOCAL,
) -> frozenset[date]:
    """Measure every dirty day of a platform; return these days.

    ``on_days`` is told the number of days of each batch that was measured; ``on`` is where that is
    done.

    Raises:
        StateError: a file of the lake is damaged or missing.

    """
    parts = store.ledger.days.parts(rules.platform)
    if not parts:
        return frozenset()
    first, last = min(part.day for part in parts), max(part.day for part in parts)
    agents = rostered_agents(rules.platform, rules.roster, rules.hours, first - _DAY, last + _DAY)
    dirty: set[date] = set()
    lines = None
    # New calls may show more lines than were known: then every day is measured again with them.
    while lines is None or not lines.equals(lines_in_service(store, rules)):
        lines = lines_in_service(store, rules)
        capacity = pl.concat([lines, agents])
        dirty |= set(_measure_dirty(store, rules, parts, capacity, on_days, on=on))
    return frozenset(dirty)


def lines_in_service(store: Store, rules: Rules) -> pl.DataFrame:
    """CAPACITY of the lines of a platform: those of the configuration, else those of its calls."""
    if rules.lines:
        return configured_lines(rules.platform, rules.lines, rules.hours.zone)
    lasting = store.lake.read_columns(rules.platform, "concurrency", ("calls", "lasting_s"))
    return inferred_lines(rules.platform, lasting)


def _measure_dirty(
    store: Store,
    rules: Rules,
    parts: Sequence[Part],
    capacity: pl.DataFrame,
    on_days: Callable[[int], None],
    *,
    on: engine.Engine,
) -> list[date]:
    inputs = _inputs(parts, rules, capacity)
    known = store.ledger.days.measured(rules.platform)
    dirty = [
        day
        for day, digest in inputs.items()
        if day not in known or (known[day][0] != digest and not known[day][1])
    ]

    recorded = _recorded(parts, rules.hours.zone)
    batches = (
        Batch(
            days=days,
            parts=[part for part in parts if days[0] - _DAY <= part.day <= days[-1] + _DAY],
            lake=store.lake,
            rules=rules,
            capacity=capacity,
            recorded=recorded,
        )
        for days in _batches(dirty, parts)
    )
    for batch in on.map(measure_batch, batches, _BATCHES_AT_ONCE):
        months = _write_months(store, rules, batch.days, batch.measured)
        digests = {day: inputs[day] for day in batch.days}
        store.ledger.days.set_measured(rules.platform, digests, batch.fates, months)
        on_days(len(batch.days))
    return dirty


def _inputs(parts: Sequence[Part], rules: Rules, capacity: pl.DataFrame) -> dict[date, str]:
    """What the slots of each day are made from, as a hash."""
    zone = ZoneInfo(rules.hours.zone)
    names: dict[date, list[str]] = {}
    for part in parts:
        names.setdefault(part.day, []).append(part.name)
    first, last = min(names), max(names)
    end_us = max(part.last_us for part in parts)
    # Looking at each day's own spans in plain Python beats a query a day; spans that last for
    # years are few, those of one day are found by it.
    opening = _by_day(opening_spans(rules.hours, first - _DAY, last + _DAY), zone)
    service = capacity.select("from", "to", "kind", "count")
    lines = service.filter(kind="line").rows()
    agents = _by_day(service.filter(kind="agent"), zone)
    inputs = {}
    for day in each_day(first, last):
        start, end = instant(day, 0, zone), instant(day + _DAY, 0, zone)
        material = (
            (rules.platform, calls.VERSION, measures.VERSION, rules.hours.zone),
            [names.get(day + offset * _DAY, []) for offset in (-1, 0, 1)],
            min(end_us, _to_us(end)) - _to_us(start),
            # Closed calls look for the nearest opening, which may be that of another day.
            [opening.get(day + offset * _DAY, []) for offset in (-1, 0, 1)],
            [row for row in lines if row[0] < end and (row[1] is None or row[1] > start)],
            agents.get(day, []),
            (rules.refusals_hold_lines, rules.longest_call_s, rules.wrap_up_s),
        )
        inputs[day] = hashlib.sha256(repr(material).encode()).hexdigest()
    return inputs


def _by_day(spans: pl.DataFrame, zone: ZoneInfo) -> dict[date, list[tuple[object, ...]]]:
    """Rows of spans within one local day each, by that day; the first column is their start."""
    found: dict[date, list[tuple[object, ...]]] = {}
    for row in spans.rows():
        found.setdefault(row[0].astimezone(zone).date(), []).append(row)
    return found


def _batches(days: Sequence[date], parts: Sequence[Part]) -> Iterator[list[date]]:
    """Runs of consecutive days, of limited length and number of records."""
    records: dict[date, int] = {}
    for part in parts:
        records[part.day] = records.get(part.day, 0) + part.records
    for _, run in groupby(enumerate(days), lambda item: item[1] - item[0] * _DAY):
        batch: list[date] = []
        load = 0
        for _, day in run:
            full = load + records.get(day, 0) > _BATCH_RECORDS or len(batch) == _BATCH_DAYS
            if batch and full:
                yield batch
                batch, load = [], 0
            batch.append(day)
            load += records.get(day, 0)
        yield batch


def measure_batch(batch: Batch) -> BatchMeasured:
    """Legs of some days in the lake → their slots; on whatever machine.

    Raises:
        StateError: a file of the lake is damaged or missing.

    """
    rules = batch.rules
    first, last, zone = batch.days[0], batch.days[-1], rules.hours.zone
    legs = batch.lake.read_legs(rules.platform, [part.slice for part in batch.parts])
    merged = calls.merge_legs(legs, platform=rules.platform, longest_call_s=rules.longest_call_s)
    fates = [
        PartFates(day=part.day, name=part.name, **counts)
        for row in merged.fates.iter_rows(named=True)
        for part, counts in [(batch.parts[row.pop("part")], row)]
        if first <= part.day <= last
    ]
    agents = recorded_agents(rules.platform, legs, zone)
    measured = measures.measure_in_full(
        merged.calls,
        prefer_recorded(batch.capacity, agents, zone),
        zone=zone,
        opening=opening_spans(rules.hours, first - _DAY, last + _DAY),
        recorded=batch.recorded,
        start=instant(first, 0, ZoneInfo(zone)),
        end=instant(last + _DAY, 0, ZoneInfo(zone)),
        refusals_hold_lines=rules.refusals_hold_lines,
        wrap_up_s=rules.wrap_up_s,
        longest_call_s=rules.longest_call_s,
        platform=rules.platform,
    )
    return BatchMeasured(days=batch.days, measured=measured, fates=fates)


def _write_months(
    store: Store, rules: Rules, days: Sequence[date], measured: measures.Measured
) -> dict[tuple[str, str], str]:
    """Put freshly measured whole days in the place of what their months held of them.

    Returns:
        The SHA-256 of each file by month and kind.

    """
    hashes = {}
    zone, at = ZoneInfo(rules.hours.zone), pl.col("slot_start")
    for month, in_month in groupby(days, key=lambda day: f"{day:%Y-%m}"):
        fresh_days = list(in_month)
        start, end = instant(fresh_days[0], 0, zone), instant(fresh_days[-1] + _DAY, 0, zone)
        merged = {}
        for table, rows in store.lake.read_month(rules.platform, month).items():
            fresh = getattr(measured, table).filter(at.is_between(start, end, closed="left"))
            merged[table] = pl.concat([rows.filter(at < start), fresh, rows.filter(at >= end)])
        for table, sha256 in store.lake.write_month(rules.platform, month, merged).items():
            hashes[month, table] = sha256
    return hashes


def _recorded(parts: Sequence[Part], zone: str) -> pl.DataFrame:
    """SPANS for which records exist: from the first day with any to the newest instant in them."""
    start = instant(min(part.day for part in parts), 0, ZoneInfo(zone))
    end = EPOCH + timedelta(microseconds=max(part.last_us for part in parts))
    return pl.DataFrame([(start, end)], schema=SPANS.schema, orient="row")


def _to_us(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)
