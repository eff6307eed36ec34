"""CALLS, SPANS and CAPACITY written in a few words, for the tests of the measures."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from affluence.tables import CALLS, CAPACITY, SPANS

PLATFORM = "titres-de-sejour"
ZONE = "Europe/Paris"


def calls_frame(rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    """CALLS from the few columns that matter to the measures; the others get plain values."""
    plain = {
        "platform": PLATFORM,
        "picked_up_at": None,
        "queued_at": None,
        "answered_at": None,
        "direction": "inbound",
        "refused_by": None,
        "detail": None,
        "caller": None,
        "line": None,
        "agent": None,
        "queue": None,
        "legs": 1,
        "quality": 0,
    }
    frame = pl.DataFrame([plain | row for row in rows], schema=CALLS.schema)
    return CALLS.check(frame)


def spans_frame(bounds: list[tuple[datetime, datetime]]) -> pl.DataFrame:
    """SPANS from pairs of instants."""
    return SPANS.check(pl.DataFrame(bounds, schema=SPANS.schema, orient="row"))


def capacity_frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """CAPACITY from its rows; lines of the platform, until further notice, unless they say else."""
    plain = {"platform": PLATFORM, "kind": "line", "source": "configured", "to": None}
    return CAPACITY.check(pl.DataFrame([plain | row for row in rows], schema=CAPACITY.schema))


TEN = datetime(2026, 3, 17, 9, tzinfo=UTC)  # 10:00 of a Tuesday in Paris


def at(clock: str) -> datetime:
    """``"6:45"`` is 6 minutes and 45 seconds after ten; ``"-1:00"`` a minute before."""
    sign = -1 if clock.startswith("-") else 1
    minutes, seconds = clock.lstrip("-").split(":")
    return TEN + sign * timedelta(minutes=int(minutes), seconds=float(seconds))


def call(
    key: int,
    offered: str,
    released: str | None,
    outcome: str,
    *,
    answered: str | None = None,
    picked_up: str | None = None,
    queued: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    """One row for `calls_frame`; times as `at` reads them."""
    instants = {
        "offered_at": offered,
        "picked_up_at": picked_up,
        "queued_at": queued,
        "answered_at": answered,
        "released_at": released,
    }
    return {
        "call_key": key,
        **{name: None if clock is None else at(clock) for name, clock in instants.items()},
        "outcome": outcome,
        **more,
    }


def spans(*bounds: tuple[str, str]) -> pl.DataFrame:
    """SPANS from pairs of times as `at` reads them."""
    return spans_frame([(at(since), at(until)) for since, until in bounds])
