"""The product and the oracle asked the same question, and their answers held side by side."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from hypothesis import settings

from affluence.measures import Measured, measure_in_full
from affluence.tables import MEASURED, OUTCOMES, REFUSED_BY

from . import oracle
from .frames import PLATFORM
from .strategies import Situation

PROFILE = settings.get_profile(f"measures-{os.environ.get('HYPOTHESIS_PROFILE', 'quick')}")
# Each example of a law measures two or three times.
LAWS = settings(PROFILE, max_examples=max(5, PROFILE.max_examples // 10))

# The tables, and what tells the rows of each apart.
KEYS: Mapping[str, tuple[str, ...]] = {
    "slots": ("slot_start",),
    "durations": ("slot_start", "kind", "duration_s"),
    "concurrency": ("slot_start", "calls"),
    "persons": ("slot_start", "gap_min"),
    "redials": ("slot_start", "failure", "nth", "delay_s"),
}

# Counts and seconds of SLOTS that add up over any split of the calls. First attempts are not among
# them: the first of one part may be the second of the whole; neither are full seconds and peaks.
ADDITIVE = (
    "attempts",
    *OUTCOMES,
    *(f"busy_{who}" for who in REFUSED_BY),
    "answer_unrecorded",
    "still_open",
    "anonymous",
    "wait_answered_s",
    "wait_abandoned_s",
    "talk_s",
    "talks",
    "line_holding_s",
    "line_holdings",
    "inbound_holding_s",
    "held_s",
    "held_open_s",
    "agent_busy_s",
    "agent_busy_open_s",
)
# Those that need a caller's whole day, and add up over any split of the callers.
OF_CALLERS = (
    "first_attempts",
    "first_busy",
    "first_answered",
    "shared",
    "unlinked",
    "unlinked_answered",
    "unlinked_busy",
)
# Seconds without a call at the same moment, or of the desk itself, whoever calls.
OF_MOMENTS = ("full_s", "full_open_s", "over_s")
OF_THE_DESK = ("line_s", "open_s", "line_open_s", "agent_s", "agent_open_s", "recorded_s")
OTHERS = ("refused_free", "peak_calls")


def options(situation: Situation) -> dict[str, Any]:
    """What `measure` and `measure_in_full` take besides calls and lines."""
    return {
        "slot_minutes": situation.slot_minutes,
        "zone": situation.zone,
        "opening": situation.opening,
        "recorded": situation.recorded,
        "start": situation.start,
        "end": situation.end,
        "refusals_hold_lines": situation.refusals_hold_lines,
        "wrap_up_s": situation.wrap_up_s,
        "longest_call_s": situation.longest_call_s,
        "platform": PLATFORM,
    }


def product(situation: Situation) -> Measured:
    """What the program says, every table with its contract kept."""
    measured = measure_in_full(situation.calls, situation.lines, **options(situation))
    for name, table in MEASURED.items():
        table.check(getattr(measured, name))
    return measured


def truth(situation: Situation, walk: oracle.Walk = oracle.piece_by_piece) -> oracle.Measured:
    """What the oracle says."""
    return oracle.measure_in_full(
        situation.calls.to_dicts(),
        situation.lines if isinstance(situation.lines, int) else situation.lines.to_dicts(),
        slot_minutes=situation.slot_minutes,
        zone=situation.zone,
        opening=rows_or_none(situation.opening),
        recorded=rows_or_none(situation.recorded),
        start=situation.start,
        end=situation.end,
        refusals_hold_lines=situation.refusals_hold_lines,
        wrap_up_s=situation.wrap_up_s,
        longest_call_s=situation.longest_call_s,
        platform=PLATFORM,
        walk=walk,
    )


def rows_or_none(frame: pl.DataFrame | None) -> oracle.Rows | None:
    """A table as the oracle takes it."""
    return None if frame is None else frame.to_dicts()


def assert_same_rows(
    got: Sequence[Mapping[str, Any]],
    expected: Sequence[Mapping[str, Any]],
    *,
    keys: Sequence[str],
    about: str = "",
) -> None:
    """Equality row by row, so that a failure names the row and the columns that differ."""
    assert [tuple(row[key] for key in keys) for row in got] == [
        tuple(row[key] for key in keys) for row in expected
    ], about
    for mine, theirs in zip(got, expected, strict=True):
        assert mine.keys() == theirs.keys(), about
        differing = {
            column: (mine[column], value)
            for column, value in theirs.items()
            if not _is_same(mine[column], value)
        }
        row = ", ".join(str(theirs[key]) for key in keys)
        assert not differing, f"{about} {row} (product, expected): {differing}"


def _is_same(mine: object, theirs: object) -> bool:
    """Equality; of two numbers of seconds, to the microsecond."""
    if isinstance(mine, float) and isinstance(theirs, float):
        return abs(mine - theirs) < 0.5e-6
    return mine == theirs


def assert_same(got: Measured, expected: oracle.Measured) -> None:
    """Equality of every table with the oracle's."""
    for name, keys in KEYS.items():
        assert_same_rows(
            getattr(got, name).to_dicts(), getattr(expected, name), keys=keys, about=name
        )


def assert_equal(got: Mapping[str, pl.DataFrame], expected: Measured) -> None:
    """Equality of some or all tables of the product with what other calls of it gave."""
    for name, frame in got.items():
        assert_same_rows(
            frame.to_dicts(),
            getattr(expected, name).to_dicts(),
            keys=KEYS[name],
            about=name,
        )


def tables(measured: Measured) -> dict[str, pl.DataFrame]:
    """All tables by name."""
    return {name: getattr(measured, name) for name in KEYS}


def appended(parts: Sequence[Measured]) -> dict[str, pl.DataFrame]:
    """All tables of several windows, one after the other."""
    return {name: pl.concat([getattr(part, name) for part in parts]) for name in KEYS}


def added(name: str, parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """One table of several parts, its figures added up row by row; unknown where one is unknown."""
    keys = KEYS[name]
    figures = pl.exclude("platform", *keys)
    return (
        pl.concat(parts)
        .group_by("platform", *keys)
        .agg(pl.when(figures.null_count() == 0).then(figures.sum()))
        .sort(keys)
        .select(list(MEASURED[name].columns))
    )
