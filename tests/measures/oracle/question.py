"""The arguments of `measure_in_full`, read into calls and spans of whole microseconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .clock import (
    FOR_EVER,
    MINUTE,
    SECOND,
    Row,
    Span,
    instant,
    instant_or_none,
    is_within,
    local_day,
    midnight_after,
    midnight_at_or_before,
    moment,
    spans,
)

CountedSpan = tuple[int, int, int]  # from, until, how many


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call, with what the question makes of it."""

    offered: int
    picked_up: int | None
    queued: int | None
    answered: int | None
    released: int | None
    direction: str
    recorded_outcome: str
    outcome: str  # as it counts: `closed` outside the opening hours, unless it was answered
    refused_by: str | None
    caller: int | None
    day: str  # local day of arrival
    is_on_lines: bool
    end: int  # as recorded, or as assumed where it is not

    @property
    def up_until(self) -> int:
        """When the caller can call again, as far as the record tells."""
        return self.offered if self.released is None else max(self.offered, self.released)

    @property
    def holds_a_line(self) -> bool:
        """Whether a line is held for any time at all."""
        return self.is_on_lines and self.end > self.offered


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """All that is asked."""

    platform: str
    zone: str
    slots: Sequence[Span]
    calls: Sequence[Call]
    lines: Sequence[CountedSpan]
    agents: Sequence[CountedSpan]
    agents_known: Sequence[Span]  # always with a roster, else while a log tells of them
    opening: Sequence[Span] | None
    recorded: Sequence[Span] | None
    refusals_hold_lines: bool
    wrap_up: int

    @property
    def attempts(self) -> list[Call]:
        """The inbound calls."""
        return [call for call in self.calls if call.direction == "inbound"]

    def slot_of(self, at: int) -> int | None:
        """Start of the slot in which an instant lies; None outside the window."""
        return next((start for start, end in self.slots if start <= at < end), None)

    def lines_at(self, at: int) -> int:
        """Lines in service at an instant."""
        return count_at(at, self.lines)

    def key(self, slot_start: int) -> dict[str, Any]:
        """What every row begins with."""
        return {"platform": self.platform, "slot_start": moment(slot_start)}


def count_at(at: int, counted: Sequence[CountedSpan]) -> int:
    """How many are in service at an instant; spans that overlap add up."""
    return sum(count for start, end, count in counted if start <= at < end)


def read(
    calls: Sequence[Row],
    lines: int | Sequence[Row],
    *,
    slot_minutes: int,
    zone: str,
    opening: Sequence[Row] | None,
    recorded: Sequence[Row] | None,
    start: datetime | None,
    end: datetime | None,
    refusals_hold_lines: bool,
    wrap_up_s: float,
    longest_call_s: int,
    platform: str | None,
) -> Question:
    """The arguments as the walks and counts take them."""
    platform = platform if platform is not None else calls[0]["platform"]
    arrivals = [instant(call["offered_at"]) for call in calls]
    first = midnight_at_or_before(min(arrivals), zone) if start is None else instant(start)
    last = midnight_after(max(arrivals), zone) if end is None else instant(end)
    length = slot_minutes * MINUTE
    open_spans = None if opening is None else spans(opening)
    recorded_spans = None if recorded is None else spans(recorded)
    records_end = last
    if recorded_spans is not None:
        records_end = max((until for _, until in recorded_spans), default=-FOR_EVER)

    def call_of(row: Row) -> Call:
        offered = instant(row["offered_at"])
        released = instant_or_none(row["released_at"])
        end_of_call = released
        if end_of_call is None:
            end_of_call = max(offered, min(offered + longest_call_s * SECOND, records_end))
        is_closed = (
            open_spans is not None
            and row["outcome"] != "answered"
            and not is_within(offered, open_spans)
        )
        return Call(
            offered=offered,
            picked_up=instant_or_none(row["picked_up_at"]),
            queued=instant_or_none(row["queued_at"]),
            answered=instant_or_none(row["answered_at"]),
            released=released,
            direction=row["direction"],
            recorded_outcome=row["outcome"],
            outcome="closed" if is_closed else row["outcome"],
            refused_by=row["refused_by"],
            caller=row["caller"],
            day=local_day(offered, zone),
            is_on_lines=row["direction"] != "internal"
            and (refusals_hold_lines or row["outcome"] != "busy"),
            end=end_of_call,
        )

    return Question(
        platform=platform,
        zone=zone,
        slots=[(at, at + length) for at in range(first, last, length)],
        calls=[call_of(row) for row in calls],
        lines=[(-FOR_EVER, FOR_EVER, lines)]
        if isinstance(lines, int)
        else _in_service(lines, platform, "line"),
        agents=[] if isinstance(lines, int) else _in_service(lines, platform, "agent"),
        agents_known=[] if isinstance(lines, int) else _agents_known(lines, platform),
        opening=open_spans,
        recorded=recorded_spans,
        refusals_hold_lines=refusals_hold_lines,
        wrap_up=round(wrap_up_s * SECOND),
    )


def _agents_known(rows: Sequence[Row], platform: str) -> list[Span]:
    agents = [row for row in rows if row["kind"] == "agent"]
    if any(row["source"] == "configured" for row in agents if row["platform"] == platform):
        return [(-FOR_EVER, FOR_EVER)]
    return [(start, end) for start, end, _ in _in_service(agents, platform, "agent")]


def _in_service(rows: Sequence[Row], platform: str, kind: str) -> list[CountedSpan]:
    return [
        (
            instant(row["from"]),
            FOR_EVER if row["to"] is None else instant(row["to"]),
            row["count"],
        )
        for row in rows
        if row["kind"] == kind and row["platform"] == platform
    ]
