"""What `affluence.measures` must return, computed in the slowest and plainest way.

Written from DESIGN (2, 3, 4) and definitions.md (1.1) alone: no Polars, no interval arithmetic,
nothing shared with the product. Rows are dictionaries, an instant is an integer number of
microseconds since 1970 in UTC, and every question is answered by looking at each moment in turn:

* `second_by_second` walks through all the seconds of the window. It reads like the definitions,
  and is exact when every instant is a whole second.
* `piece_by_piece` cuts the window wherever anything begins or ends. Nothing changes within a
  piece, so it is exact to the microsecond.

The two agree on whole seconds (tested), which is the oracle's own check.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

Row = Mapping[str, Any]
Span = tuple[int, int]

OUTCOMES = (
    "answered",
    "busy",
    "abandoned",
    "unanswered",
    "self_service",
    "closed",
    "failed",
    "unknown",
)

SECOND = 1_000_000  # in microseconds, the unit of every instant and length here
_MINUTE = 60 * SECOND
_FOR_EVER = 1 << 62
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(moment: datetime) -> int:
    """Microseconds since 1970 in UTC."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment(at: int) -> datetime:
    """The inverse of `instant`, in UTC."""
    return _EPOCH + timedelta(microseconds=at)


def spans(rows: Iterable[Row]) -> list[Span]:
    """Rows of a SPANS table as pairs of instants."""
    return [(instant(row["start"]), instant(row["end"])) for row in rows]


def is_within(at: int, covered: Sequence[Span]) -> bool:
    """Whether an instant lies in one of the spans, which may overlap."""
    return any(start <= at < end for start, end in covered)


def local_day(at: int, zone: str) -> str:
    """The date that a person in the zone reads on a calendar."""
    return moment(at).astimezone(ZoneInfo(zone)).date().isoformat()


def midnight_at_or_before(at: int, zone: str) -> int:
    """First instant of the local day, found minute by minute: no rule about clocks is assumed."""
    day = local_day(at, zone)
    start = at - at % _MINUTE
    while local_day(start - _MINUTE, zone) == day:
        start -= _MINUTE
    return start


def midnight_after(at: int, zone: str) -> int:
    """First instant of the next local day, found minute by minute."""
    day = local_day(at, zone)
    end = at - at % _MINUTE
    while local_day(end, zone) == day:
        end += _MINUTE
    return end


def holds_a_line(call: Row, *, refusals_hold_lines: bool) -> bool:
    """Whether the call is one of those that occupy the platform's lines."""
    if call["released_at"] is None or call["direction"] == "internal":
        return False
    return refusals_hold_lines or call["outcome"] != "busy"


@dataclass(frozen=True)
class Surroundings:
    """What is in progress, in service, open and recorded: all that the seconds depend on."""

    held: Sequence[Span]
    lines: Sequence[tuple[int, int, int]]  # from, until, how many
    opening: Sequence[Span] | None
    recorded: Sequence[Span] | None

    def calls_at(self, at: int) -> int:
        """Lines held at an instant."""
        return sum(start <= at < end for start, end in self.held)

    def lines_at(self, at: int) -> int:
        """Lines in service at an instant; spans that overlap add up."""
        return sum(count for start, end, count in self.lines if start <= at < end)

    def is_open_at(self, at: int) -> bool:
        """Whether the platform is open to the public."""
        return self.opening is None or is_within(at, self.opening)

    def is_recorded_at(self, at: int) -> bool:
        """Whether records exist."""
        return self.recorded is None or is_within(at, self.recorded)


@dataclass
class Seconds:
    """The columns of one slot that are integrated over time, in microseconds (peak: calls)."""

    held: int = 0
    full: int = 0
    line: int = 0
    open: int = 0
    held_open: int = 0
    full_open: int = 0
    line_open: int = 0
    recorded: int = 0
    peak: int = 0

    def add(self, length: int, *, calls: int, lines: int, is_open: bool, recorded: bool) -> None:
        """Count a stretch of time during which nothing changes."""
        is_full = lines > 0 and calls >= lines
        self.held += calls * length
        self.line += lines * length
        self.full += length if is_full else 0
        if is_open:
            self.open += length
            self.held_open += calls * length
            self.line_open += lines * length
            self.full_open += length if is_full else 0
        self.recorded += length if recorded else 0
        self.peak = max(self.peak, calls)


Walk = Callable[[Surroundings, Sequence[Span]], list[Seconds]]


def second_by_second(around: Surroundings, slots: Sequence[Span]) -> list[Seconds]:
    """Look at every second of every slot.

    The calls and lines of each second are put down beforehand, one second at a time: asking
    every call at every second gives the same and takes minutes.
    """
    first, last = (slots[0][0], slots[-1][1]) if slots else (0, 0)

    def seconds_of(start: int, end: int) -> range:
        return range(max(start, first) // SECOND, min(end, last) // SECOND)

    calls: Counter[int] = Counter()
    for start, end in around.held:
        for second in seconds_of(start, end):
            calls[second] += 1
    lines: Counter[int] = Counter()
    for start, end, count in around.lines:
        for second in seconds_of(start, end):
            lines[second] += count
    is_open = {s for span in around.opening or () for s in seconds_of(*span)}
    recorded = {s for span in around.recorded or () for s in seconds_of(*span)}

    measured = []
    for start, end in slots:
        seconds = Seconds()
        for second in seconds_of(start, end):
            seconds.add(
                SECOND,
                calls=calls[second],
                lines=lines[second],
                is_open=around.opening is None or second in is_open,
                recorded=around.recorded is None or second in recorded,
            )
        measured.append(seconds)
    return measured


def piece_by_piece(around: Surroundings, slots: Sequence[Span]) -> list[Seconds]:
    """Cut each slot wherever anything begins or ends, and look once at each piece."""
    bounds = sorted(
        {at for span in around.held for at in span}
        | {at for start, end, _ in around.lines for at in (start, end)}
        | {at for span in (*(around.opening or ()), *(around.recorded or ())) for at in span}
    )
    measured = []
    for start, end in slots:
        seconds = Seconds()
        cuts = [start, *(at for at in bounds if start < at < end), end]
        for cut, following in pairwise(cuts):
            seconds.add(
                following - cut,
                calls=around.calls_at(cut),
                lines=around.lines_at(cut),
                is_open=around.is_open_at(cut),
                recorded=around.is_recorded_at(cut),
            )
        measured.append(seconds)
    return measured


def measure(
    calls: Sequence[Row],
    lines: int | Sequence[Row],
    *,
    slot_minutes: int = 15,
    zone: str = "Europe/Paris",
    opening: Sequence[Row] | None = None,
    recorded: Sequence[Row] | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    refusals_hold_lines: bool = False,
    platform: str | None = None,
    walk: Walk = second_by_second,
) -> list[dict[str, Any]]:
    """Rows of SLOTS, in order."""
    platform = platform if platform is not None else calls[0]["platform"]
    arrivals = [instant(call["offered_at"]) for call in calls]
    first = midnight_at_or_before(min(arrivals), zone) if start is None else instant(start)
    last = midnight_after(max(arrivals), zone) if end is None else instant(end)
    slots = [(at, at + slot_minutes * _MINUTE) for at in range(first, last, slot_minutes * _MINUTE)]
    open_spans = None if opening is None else spans(opening)

    counts = _count(calls, slots=slots, zone=zone, opening=open_spans)
    seconds = walk(
        Surroundings(
            held=[
                (instant(call["offered_at"]), instant(call["released_at"]))
                for call in calls
                if holds_a_line(call, refusals_hold_lines=refusals_hold_lines)
            ],
            lines=_lines_in_service(lines, platform),
            opening=open_spans,
            recorded=None if recorded is None else spans(recorded),
        ),
        slots,
    )
    return [
        {
            "platform": platform,
            "slot_start": moment(slot_start),
            "attempts": counted["attempts"],
            **{outcome: counted[outcome] for outcome in OUTCOMES},
            "anonymous": counted["anonymous"],
            "first_attempts": counted["first_attempts"],
            "first_busy": counted["first_busy"],
            "wait_answered_s": counted["wait_answered"] / SECOND,
            "wait_abandoned_s": counted["wait_abandoned"] / SECOND,
            "held_s": timed.held / SECOND,
            "full_s": timed.full / SECOND,
            "line_s": timed.line / SECOND,
            "open_s": timed.open / SECOND,
            "held_open_s": timed.held_open / SECOND,
            "full_open_s": timed.full_open / SECOND,
            "line_open_s": timed.line_open / SECOND,
            "recorded_s": timed.recorded / SECOND,
            "peak_calls": timed.peak,
        }
        for (slot_start, _), counted, timed in zip(slots, counts, seconds, strict=True)
    ]


def _lines_in_service(lines: int | Sequence[Row], platform: str) -> list[tuple[int, int, int]]:
    if isinstance(lines, int):
        return [(-_FOR_EVER, _FOR_EVER, lines)]
    return [
        (
            instant(row["from"]),
            _FOR_EVER if row["to"] is None else instant(row["to"]),
            row["count"],
        )
        for row in lines
        if row["kind"] == "line" and row["platform"] == platform
    ]


def _count(
    calls: Sequence[Row], *, slots: Sequence[Span], zone: str, opening: Sequence[Span] | None
) -> list[Counter[str]]:
    """What is counted once, in the slot where the call arrives."""
    already_called: set[tuple[str, int]] = set()
    counts = [Counter[str]() for _ in slots]
    # In order of arrival (in one instant a refused one first): first attempts are met first.
    for call in sorted(calls, key=lambda call: (call["offered_at"], call["outcome"] != "busy")):
        if call["direction"] != "inbound":
            continue
        arrival = instant(call["offered_at"])
        outcome = call["outcome"]
        if opening is not None and outcome != "answered" and not is_within(arrival, opening):
            outcome = "closed"
        caller = None if call["caller"] is None else (local_day(arrival, zone), call["caller"])
        is_first = caller is not None and outcome != "closed" and caller not in already_called
        if caller is not None and outcome != "closed":
            already_called.add(caller)

        for (start, end), count in zip(slots, counts, strict=True):
            if not start <= arrival < end:
                continue
            count["attempts"] += 1
            count[outcome] += 1
            count["anonymous"] += caller is None
            count["first_attempts"] += is_first
            count["first_busy"] += is_first and outcome == "busy"
            if outcome == "answered" and call["answered_at"] is not None:
                count["wait_answered"] += instant(call["answered_at"]) - arrival
            if outcome == "abandoned" and call["released_at"] is not None:
                count["wait_abandoned"] += instant(call["released_at"]) - arrival
    return counts


WAIT_BINS = (
    *range(120),
    *range(120, 300, 10),
    *range(300, 600, 30),
    *range(600, 3600, 60),
    3600,
)


def measure_waits(
    calls: Sequence[Row],
    *,
    slot_minutes: int = 15,
    start: datetime | None = None,
    end: datetime | None = None,
    platform: str | None = None,
) -> list[dict[str, Any]]:
    """Rows of WAITS, in order: how many calls waited how long, by arrival."""
    histogram: Counter[tuple[int, str, int]] = Counter()
    for call in calls:
        ended_at = {"answered": "answered_at", "abandoned": "released_at"}.get(call["outcome"])
        if call["direction"] != "inbound" or ended_at is None or call[ended_at] is None:
            continue
        if start is not None and call["offered_at"] < start:
            continue
        if end is not None and call["offered_at"] >= end:
            continue
        arrival = instant(call["offered_at"])
        waited_s = (instant(call[ended_at]) - arrival) // SECOND
        lower_bound = WAIT_BINS[bisect_right(WAIT_BINS, waited_s) - 1]
        slot = arrival - arrival % (slot_minutes * _MINUTE)
        histogram[slot, call["outcome"], lower_bound] += 1
    return [
        {
            "platform": platform if platform is not None else calls[0]["platform"],
            "slot_start": moment(slot),
            "kind": kind,
            "wait_s": wait_s,
            "calls": count,
        }
        for (slot, kind, wait_s), count in sorted(
            # Answered before abandoned, as in `tables.WAIT_KINDS`: not the alphabet.
            histogram.items(),
            key=lambda item: (item[0][0], item[0][1] == "abandoned", item[0][2]),
        )
    ]
